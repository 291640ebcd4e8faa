"""``consentry pages``: people's own pages, between calls."""

from __future__ import annotations

import asyncio

from rich.console import Console

from consentry.commands.options import ConfigOption
from consentry.commands.running import run_until_stopped
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.web.pages import serving_past_calls


def pages(config: ConfigOption = DEFAULT_PATH) -> None:
    """Serve the personal pages of calls that are over, while no bot does."""
    settings = load_config(config)
    run_until_stopped(lambda stop: _serve(settings, stop))


async def _serve(config: Config, stop: asyncio.Event) -> None:
    console = Console(highlight=False)
    async with serving_past_calls(config) as url:
        console.print(f"People's pages are at [bold]{url}/me/[/], each by its own link.")
        console.print("Ctrl-C stops this.")
        await stop.wait()
