"""``consentry kiosk arrivals``: who came to which meeting, for the host."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.errors import ConfigError
from consentry.people.registry import People
from consentry.people.roll import Arrival, Occasion
from consentry.store.opening import store_of


@dataclass(frozen=True, slots=True)
class Came:
    """Who came, with the name they are enrolled under."""

    name: str
    arrival: Arrival


def arrivals(
    day: Annotated[
        str | None, typer.Option(help="Another day than today: 2026-11-22, where the room is.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Who checked in at the kiosk today, by meeting, where `kiosk.keep_arrivals_days` keeps it."""
    settings = load_config(config)
    if settings.kiosk is None or settings.people is None:
        raise ConfigError("kiosk: there is no such section; docs/kiosk.md says what goes into it")
    zone = ZoneInfo(settings.kiosk.time_zone)
    wanted = _day(day) if day else datetime.now(zone).date()
    came = [
        one for one in asyncio.run(_kept(settings)) if _at(one.arrival.at, zone).date() == wanted
    ]
    by_meeting = [
        (occasion, list(group)) for occasion, group in groupby(sorted(came, key=_order), _occasion)
    ]
    if as_json:
        typer.echo(json.dumps([_record(*each, zone) for each in by_meeting], ensure_ascii=False))
        return
    for occasion, people in by_meeting:
        typer.echo(_heading(occasion, zone))
        for one in people:
            typer.echo(f"  {_at(one.arrival.at, zone):%H:%M}  {one.name}")
    if not came:
        typer.echo(_nothing(settings, wanted))


async def _kept(config: Config) -> list[Came]:
    async with store_of(config.storage) as store:
        people = People(store)
        names = {person.id: person.name for person in await people.known()}
        kept = [each.arrival for each in await people.roll.all()]
    return [Came(names[one.person], one) for one in kept if one.person in names]


def _occasion(came: Came) -> Occasion:
    return came.arrival.occasion


def _order(came: Came) -> tuple[Any, ...]:
    """By meeting, those without one last; in each, by when people came."""
    occasion = came.arrival.occasion
    at = (occasion.start or 0.0, occasion.meeting or "")
    return (occasion.meeting is None, *at, occasion.room or "", came.arrival.at)


def _heading(occasion: Occasion, zone: ZoneInfo) -> str:
    what = _shown(occasion.title or "a private meeting")
    if occasion.meeting is None or occasion.start is None or occasion.end is None:
        what = "Without a meeting"
    else:
        what += f", {_at(occasion.start, zone):%H:%M} to {_at(occasion.end, zone):%H:%M}"
    return f"{what} ({_shown(occasion.room)})" if occasion.room else what


def _record(occasion: Occasion, people: list[Came], zone: ZoneInfo) -> dict[str, Any]:
    meeting = None
    if occasion.meeting is not None and occasion.start is not None and occasion.end is not None:
        times = (_at(at, zone).isoformat() for at in (occasion.start, occasion.end))
        meeting = dict(zip(("title", "start", "end"), (occasion.title, *times), strict=True))
    came = [
        {
            "person": one.arrival.person,
            "name": one.name,
            "at": _at(one.arrival.at, zone).isoformat(timespec="seconds"),
        }
        for one in people
    ]
    return {"meeting": meeting, "room": occasion.room, "arrivals": came}


def _nothing(config: Config, day: date) -> str:
    if config.kiosk is not None and config.kiosk.keep_arrivals_days is None:
        return "Arrivals are not kept: kiosk.keep_arrivals_days says for how long they are."
    return f"Nobody is known to have come on {day.isoformat()}."


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a day is written as 2026-11-22", param_hint="--day") from None


def _at(time: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(time, zone)


def _shown(text: str) -> str:
    """``text`` without what a terminal would act on."""
    return "".join(c if c.isprintable() else " " for c in text)
