"""``consentry kiosk``: the screen at the door, with nothing else running."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from consentry.cli import build
from consentry.people.roll import Arrival, Occasion
from tests.commands.test_pages import free_port
from tests.commands.test_room_command import line_with, one_error, run, running
from tests.meetings.calendars import calendar
from tests.people.register import register_in


def configuration(folder: Path, more: str) -> Path:
    path = folder / "consentry.yaml"
    path.write_text(f"storage: {{directory: {folder / 'store'}}}\n{more}", encoding="utf-8")
    return path


async def become(link: str) -> str:
    """What a device shows that was opened with ``link``."""
    address, _, key = link.partition("#")
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as device:
        await device.post(f"{address}/key", data={"key": key})
        return (await device.get(address)).text


def test_the_link_that_it_prints_makes_a_device_the_kiosk(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "room.ics").write_bytes(calendar())
    config = configuration(
        tmp_path,
        f"web: {{public_url: 'http://localhost:{port}', port: {port}}}\n"
        "people: {ways: [passkey, pin]}\n"
        "kiosk: {room: Lise Meitner, feeds: [{file: room.ics}]}\n",
    )
    with running("kiosk", "-c", config) as serving:
        line = line_with(serving, "/kiosk#")
        page = asyncio.run(become(line.split()[-1]))
        assert "Meetings in Lise Meitner" in page
        assert 'id="pin-form"' in page and 'id="face"' not in page
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate(timeout=20)
        assert serving.returncode == 0, out + err


@pytest.mark.parametrize(
    ("section", "missing"), [("", "docs/kiosk.md"), ("kiosk: {}\n", "web.public_url")]
)
def test_without_what_it_needs_it_says_what_is_missing(
    tmp_path: Path, section: str, missing: str
) -> None:
    config = configuration(tmp_path, f"people: {{}}\n{section}")
    assert missing in one_error(run("kiosk", "-c", config), code=2)


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLANNING = Occasion("m-1", "Planning", NOON.timestamp(), NOON.timestamp() + 3600, "Lise Meitner")


async def _arrive(store: Path) -> list[str]:
    """Ana and Ben come to a meeting, Ben again to none on the next day; their ids."""
    async with register_in(store) as register:
        people, at = [], NOON.timestamp()
        for name in ("Ana María", "Ben"):
            register.clock.at = at = at + 60
            person, _ = await register.people.invite(name)
            people.append(person.id)
            await register.people.roll.add(Arrival(person.id, at, PLANNING), timedelta(days=999))
        later = Arrival(people[1], at + 24 * 3600, Occasion(room="Lise Meitner"))
        await register.people.roll.add(later, timedelta(days=999))
    return people


def said(config: Path, *more: str) -> str:
    done = CliRunner().invoke(build(), ["kiosk", "arrivals", "-c", str(config), *more])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_host_sees_who_came_by_meeting_and_day(tmp_path: Path) -> None:
    kiosk = "kiosk: {time_zone: Europe/Berlin, keep_arrivals_days: 30}\n"
    config = configuration(tmp_path, f"people: {{}}\n{kiosk}")
    ana, ben = asyncio.run(_arrive(tmp_path / "store"))
    assert said(config, "--day", "2026-11-22") == (
        "Planning, 13:00 to 14:00 (Lise Meitner)\n  13:01  Ana María\n  13:02  Ben\n"
    )
    assert said(config, "--day", "2026-11-23") == (
        "Without a meeting (Lise Meitner)\n  13:02  Ben\n"
    )
    assert "Nobody is known to have come on 2026-11-24." in said(config, "--day", "2026-11-24")
    (meeting,) = json.loads(said(config, "--day", "2026-11-22", "--json"))
    assert meeting["meeting"]["start"] == "2026-11-22T13:00:00+01:00"
    assert [(each["person"], each["name"]) for each in meeting["arrivals"]] == [
        (ana, "Ana María"),
        (ben, "Ben"),
    ]
    delete = ["people", "delete", ana, "--receipt", str(tmp_path / "r"), "-c", str(config)]
    assert CliRunner().invoke(build(), delete).exit_code == 0
    assert "Ana" not in said(config, "--day", "2026-11-22")


def test_where_nothing_is_kept_the_list_says_so(tmp_path: Path) -> None:
    config = configuration(tmp_path, "people: {}\nkiosk: {}\n")
    assert "kiosk.keep_arrivals_days" in said(config)
    odd = ["kiosk", "arrivals", "--day", "today", "-c", str(config)]
    assert "2026-11-22" in CliRunner().invoke(build(), odd).output
    assert (
        "--config" in CliRunner().invoke(build(), ["kiosk", "-c", str(config), "arrivals"]).output
    )
