"""``consentry demo``: see it work, on this machine, within a minute."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Annotated

import typer
from rich.console import Console

from consentry.bot import Bot
from consentry.commands.running import run_until_stopped
from consentry.demo.screen import Screen, summary_panel
from consentry.demo.script import Demo, Stage, demo_config, staging
from consentry.errors import ConsentryError
from consentry.web.server import Address


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Exit after the meeting; 1 if anything was missing.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the room; 0 takes a free one.")] = 8080,
) -> None:
    """Play a short meeting of three people with the bot in it; join it with your browser."""
    run_until_stopped(lambda stop: _run(once, Address(port=port), stop))


async def _run(once: bool, address: Address, stop: asyncio.Event) -> None:
    console, stage = Console(highlight=False), Stage()
    async with Bot(demo_config()) as bot:
        with console.status("Loading models"):
            await bot.warm_up()
        async with staging(bot, stage, address) as demo, asyncio.TaskGroup() as tasks:
            console.print(f"Join the call with a browser: [bold]{stage.url}[/]")
            screen = tasks.create_task(Screen(console, stage).follow())
            playing = tasks.create_task(_play(demo, once))
            stopping = tasks.create_task(stop.wait())
            await asyncio.wait([playing, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in (playing, stopping, screen):
                task.cancel()
    if once and not stop.is_set():
        _judge(console, stage)


async def _play(demo: Demo, once: bool) -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            async with demo.played():
                if not once:
                    await _enter_pressed(demo)
        if once:
            return


async def _enter_pressed(demo: Demo) -> None:
    """Everybody stays in the call until the user wants to see it again."""
    pressed, loop = asyncio.Event(), asyncio.get_running_loop()
    if not sys.stdin.isatty():
        await pressed.wait()  # nobody can press it: until Ctrl-C
    demo.stage.hint = "Press Enter to play it again, Ctrl-C to stop."
    demo.stage.changed.set()
    loop.add_reader(sys.stdin, pressed.set)
    try:
        await pressed.wait()
        sys.stdin.readline()
    finally:
        loop.remove_reader(sys.stdin)
        demo.stage.hint = ""


def _judge(console: Console, stage: Stage) -> None:
    captioned = {caption.name for caption in stage.finals()}
    missing = [] if captioned == set(stage.standings) and captioned else ["captions"]
    summary = stage.summary
    if summary is None or not (summary.actions and summary.decisions):
        missing.append("summary")
    if summary is not None:
        console.print(summary_panel(summary))
    if missing:
        raise ConsentryError(f"the demo brought no complete {' and no complete '.join(missing)}")
    console.print(f"{len(stage.finals())} captions of {len(captioned)} people, and a summary.")
