"""``consentry kiosk``: the screen at the door, with nothing else running."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from tests.commands.test_pages import free_port
from tests.commands.test_room_command import line_with, one_error, run, running
from tests.meetings.calendars import calendar


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
