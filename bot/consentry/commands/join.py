"""``consentry join``: bring the bot into a call."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from consentry.bot import Bot, CallOptions
from consentry.commands.options import ConfigOption
from consentry.commands.running import run_until_stopped
from consentry.config import DEFAULT_PATH, Config, load_config
from consentry.connectors.driver import Setting, Wait
from consentry.connectors.room.connector import RoomConnector, RoomInvitation, socket_url
from consentry.errors import remedy
from consentry.messages import Message
from consentry.session import Session
from consentry.web.pages import serving_pages

WAITS = {
    Wait.LOBBY: "The bot waits in the lobby: somebody in the call has to let it in.",
    Wait.HOST: "The call has not begun: the bot waits for its host.",
    Wait.RECONNECTING: "The connection is gone; the bot tries to come back.",
}


class Inviter:
    """The terminal of whoever invited the bot: the owner code, and counts, never content."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.said_so_far: dict[str, int] = {}

    def said(self, message: Message) -> None:
        self.said_so_far[message.kind] = self.said_so_far.get(message.kind, 0) + 1

    def owner_code(self, code: str | None) -> None:
        if code is not None:
            self._console.print(f"Owner code, for whoever owns the call: [bold]{code}[/]")

    def waiting(self, wait: Wait | None) -> None:
        self._console.print(WAITS[wait] if wait is not None else "The bot is in the call.")


def join(
    url: Annotated[str, typer.Argument(help="The call: https://host/r/name.")],
    token: Annotated[
        str,
        typer.Option(
            envvar="CONSENTRY_BOT_TOKEN", help="The room's bot token.", show_default=False
        ),
    ],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Join a call as the bot, and stay until it ends or Ctrl-C."""
    socket_url(url)  # a wrong address is said before models are loaded
    settings = load_config(config)
    invitation = RoomInvitation(url, token, settings.bot.name)
    run_until_stopped(lambda stop: _stay(settings, invitation, stop))


async def _stay(config: Config, invitation: RoomInvitation, stop: asyncio.Event) -> None:
    console = Console(highlight=False)
    inviter = Inviter(console)
    async with Bot(config) as bot, serving_pages(config) as pages:
        with console.status("Loading models"):
            await bot.warm_up()
        plan = bot.plan(CallOptions(config.call.title, date.today(), pages.link))

        invited = replace(invitation, tile=bot.tile(pages.about(plan.call)))

        def joins(setting: Setting) -> RoomConnector:
            return RoomConnector(invited, setting)

        session = Session(plan, joins, bot.metrics, inviter)
        pages.sessions[plan.call] = session
        async with asyncio.TaskGroup() as tasks:
            stopping = tasks.create_task(_stop(stop, session))
            reason = await session.run()
            stopping.cancel()
    console.print(f"The end: {remedy(reason)}.")
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(inviter.said_so_far.items()))
    console.print(f"It said: {said or 'nothing'}.")


async def _stop(stop: asyncio.Event, session: Session) -> None:
    await stop.wait()
    session.stop()
