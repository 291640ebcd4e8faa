"""``consentry room``: serve rooms, with the bot in each."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from consentry.bot import Bot
from consentry.commands.kiosk import show_link
from consentry.commands.options import ConfigOption
from consentry.commands.running import run_until_stopped
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.connectors.driver import Wait
from consentry.messages import Message
from consentry.web.host import Reception, hosting
from consentry.web.server import Address


class Doorman:
    """Tells the terminal which code to hand to the owner of a room."""

    def __init__(self, console: Console, room: str) -> None:
        self._console = console
        self._room = room

    def said(self, message: Message) -> None:
        pass

    def owner_code(self, code: str | None) -> None:
        if code is not None:
            self._console.print(f"Owner code of [bold]{self._room}[/]: [bold]{code}[/]")

    def waiting(self, wait: Wait | None) -> None:
        pass


def room(
    config: ConfigOption = DEFAULT_PATH,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Key of the certificate (PEM).")] = None,
) -> None:
    """Serve rooms that people join with a browser; the bot is in each, and asks first."""
    settings = load_config(config)
    address = Address(
        host if host is not None else settings.room.host,
        port if port is not None else settings.room.port,
        certificate,
        key,
    )
    run_until_stopped(lambda stop: _serve(settings, address, stop))


async def _serve(config: Config, address: Address, stop: asyncio.Event) -> None:
    console = Console(highlight=False)
    reception = Reception(partial(Doorman, console))
    async with Bot(config) as bot:
        with console.status("Loading models"):
            await bot.warm_up()
        async with hosting(bot, reception, address, config.room.public_url) as host:
            names = ", ".join(config.plugins) or "none: name some in the configuration"
            console.print(f"Join a room: [bold]{host.page('meeting')}[/] (any name after /r/)")
            console.print(f"Plugins the owner can turn on: {names}")
            console.print("The owner code of a room is printed here when somebody enters it.")
            show_link(console, host.kiosk)
            console.print("Ctrl-C closes the rooms.")
            await stop.wait()
