"""``consentry play``: simulated participants who bring a recorded meeting into a room."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from consentry.commands.running import run_until_stopped
from consentry.errors import ConfigError
from consentry.play.meeting import Meeting
from consentry.play.plan import ParticipantPlan, Plan, YesNo
from consentry.play.recording import load_recording


def play(
    meeting: Annotated[Path, typer.Argument(help="A meeting.json beside its Ogg Opus tracks.")],
    into: Annotated[str, typer.Option(help="The room: https://host/r/name.")],
    answer: Annotated[
        list[str],
        typer.Option(help="PURPOSE=yes|no, or NAME:PURPOSE=yes|no; everybody says yes otherwise."),
    ] = [],  # noqa: B006  (typer reads the default)
    owner: Annotated[str | None, typer.Option(help="Who gives the owner code.")] = None,
    owner_code: Annotated[
        str | None, typer.Option(envvar="CONSENTRY_OWNER_CODE", help="The owner code.")
    ] = None,
    enable: Annotated[
        list[str],
        typer.Option(help="A purpose that the owner turns on; may be repeated."),
    ] = [],  # noqa: B006
    cameras: Annotated[
        bool, typer.Option(help="Everybody has a camera, made up where none is recorded.")
    ] = False,
) -> None:
    """Join a room with a simulated participant for each track, and play the recording once."""
    names = [track.participant for track in load_recording(meeting).tracks]
    if (owner is None) != (owner_code is None):
        raise ConfigError("--owner and --owner-code go together")
    if owner is not None and owner not in names:
        raise ConfigError("--owner: nobody in the recording is called so; see its meeting.json")
    plans = {name: ParticipantPlan(_answers(name, answer), camera=cameras) for name in names}
    if owner is not None:
        plans[owner] = replace(plans[owner], owner_code=owner_code, enable=tuple(enable))
    run_until_stopped(lambda stop: _play(meeting, into, Plan(plans), stop))


def _answers(name: str, answers: list[str]) -> dict[str, YesNo]:
    chosen: dict[str, YesNo] = {}
    for text in answers:
        who, _, decision = text.rpartition(":")
        purpose, _, said = decision.partition("=")
        if said not in ("yes", "no") or not purpose:
            raise ConfigError("--answer looks like captions=no or Nina:captions=no")
        if who in ("", name):
            chosen[purpose] = cast(YesNo, said)
    return chosen


async def _play(path: Path, url: str, plan: Plan, stop: asyncio.Event) -> None:
    console = Console(highlight=False)
    async with Meeting(path, url, plan) as meeting, asyncio.TaskGroup() as tasks:
        count = len(meeting.participants)
        console.print(f"{count} participants joined; playing {meeting.recording.duration:.0f} s.")
        playing = tasks.create_task(_whole(meeting))
        stopping = tasks.create_task(stop.wait())
        await asyncio.wait([playing, stopping], return_when=asyncio.FIRST_COMPLETED)
        playing.cancel()
        stopping.cancel()
    console.print(f"{len(meeting.messages)} messages of the bot arrived, all of them signed.")


async def _whole(meeting: Meeting) -> None:
    await meeting.play()
