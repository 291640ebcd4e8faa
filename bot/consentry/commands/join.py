"""``consentry join``: bring the bot into a call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import BaseModel, SecretStr, ValidationError
from rich.console import Console

from consentry.bot import Bot, CallOptions
from consentry.call.session import Joins, Session
from consentry.commands.kiosk import show_link
from consentry.commands.options import ConfigOption
from consentry.commands.running import run_until_stopped
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.connectors.driver import Wait
from consentry.connectors.stack import Invitation, Stack
from consentry.connectors.stacks import load_stack, stack_of
from consentry.errors import ConfigError, remedy
from consentry.messages import Message
from consentry.tile.publisher import TileOptions
from consentry.web.pages import Pages, serving_pages

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
    url: Annotated[str, typer.Argument(help="The call, as people open it; docs/stacks.md.")],
    token: Annotated[
        str | None,
        typer.Option(envvar="CONSENTRY_TOKEN", help="What lets the bot in: a token, a JWT."),
    ] = None,
    password: Annotated[
        str | None, typer.Option(envvar="CONSENTRY_PASSWORD", help="The room's password.")
    ] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Join a call as the bot, and stay until it ends or Ctrl-C."""
    settings = load_config(config)
    stack, options = _stack(settings, url)
    invitation = Invitation(url, settings.bot.name, _secret(token), _secret(password))
    stack.check(invitation, options)  # what is wrong is said before models are loaded
    invite = Invite(stack, options, invitation)
    run_until_stopped(lambda stop: _stay(settings, invite, stop))


@dataclass(frozen=True, slots=True)
class Invite:
    """A call to join, and how."""

    stack: type[Stack]
    options: BaseModel
    invitation: Invitation

    def joins(self, tile: TileOptions | None) -> Joins:
        """The connector's maker, for a bot that shows ``tile``."""
        invitation = replace(self.invitation, tile=tile)
        return lambda setting: self.stack.connector(invitation, self.options, setting)


def _stack(config: Config, url: str) -> tuple[type[Stack], BaseModel]:
    """The stack that the configuration names, else the one whose address ``url`` is."""
    if config.stack is not None:
        return load_stack(config.stack.kind), config.stack.options
    stack = stack_of(url)
    try:
        return stack, stack.Options()
    except ValidationError as exc:
        missing = ", ".join(str(error["loc"][0]) for error in exc.errors(include_input=False))
        raise ConfigError(f"{stack.title} needs under `stack:`: {missing}") from None


def _secret(text: str | None) -> SecretStr | None:
    return SecretStr(text) if text else None


async def _stay(config: Config, invite: Invite, stop: asyncio.Event) -> None:
    console = Console(highlight=False)
    inviter = Inviter(console)
    async with Bot(config) as bot, serving_pages(bot) as pages:
        with console.status("Loading models"):
            await bot.warm_up()
        show_link(console, pages.kiosk)
        options = _options(config, invite, pages)
        async with asyncio.TaskGroup() as tasks, bot.calling(options) as plan:
            joins = invite.joins(bot.tile(pages.about(plan.call)))
            session = Session(plan, joins, bot.metrics, inviter)
            stopping = tasks.create_task(_stop(stop, session))
            with pages.calls.lasting(plan.call, session, invite.invitation.url):
                reason = await session.run()
            stopping.cancel()
    console.print(f"The end: {remedy(reason)}.")
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(inviter.said_so_far.items()))
    console.print(f"It said: {said or 'nothing'}.")


def _options(config: Config, invite: Invite, pages: Pages) -> CallOptions:
    url = urlsplit(invite.invitation.url)
    return CallOptions(
        config.call.title,
        date.today(),
        pages.link,
        pages.renew,
        stack=invite.stack.name,
        address=f"{url.scheme}://{url.netloc}{url.path}",  # the rest may be of one visit alone
    )


async def _stop(stop: asyncio.Event, session: Session) -> None:
    await stop.wait()
    session.stop()
