"""``consentry kiosk``: the screen at a room's door, without a call, and who came."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console

from consentry.bot import Bot
from consentry.commands.arrivals import arrivals
from consentry.commands.options import ConfigOption
from consentry.commands.running import run_until_stopped
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.errors import ConfigError
from consentry.web.pages import serving_pages

app = typer.Typer(name="kiosk", invoke_without_command=True)
app.command()(arrivals)


@app.callback()
def kiosk(context: typer.Context, config: ConfigOption = DEFAULT_PATH) -> None:
    """Serve the kiosk and people's pages, with no bot in a call; print the link for the device."""
    if context.invoked_subcommand is not None:
        if config != DEFAULT_PATH:
            raise typer.BadParameter(f"give --config after {context.invoked_subcommand}")
        return
    settings = load_config(config)
    if settings.kiosk is None:
        raise ConfigError("kiosk: there is no such section; docs/kiosk.md says what goes into it")
    if settings.web.public_url is None:
        raise ConfigError("web.public_url: say where people reach the kiosk, as its links do")
    # No call, no plugin: none of their models is loaded.
    run_until_stopped(lambda stop: _serve(settings.model_copy(update={"plugins": {}}), stop))


async def _serve(config: Config, stop: asyncio.Event) -> None:
    console = Console(highlight=False)
    async with Bot(config) as bot, serving_pages(bot) as pages:
        with console.status("Loading models"):
            await bot.warm_up()
        show_link(console, pages.kiosk)
        console.print("Ctrl-C stops this.")
        await stop.wait()


def show_link(console: Console, link: str | None) -> None:
    """Print what makes a device the kiosk, where there is one."""
    if link is not None:
        console.print(f"Open this on the kiosk's device, once: [bold]{link}[/]", soft_wrap=True)
