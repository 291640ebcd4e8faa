"""The kiosk of a bot: on the server of its rooms too, with its feeds read and its people known."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from consentry.bot import Bot
from consentry.call.plan import Nobody
from consentry.config.loading import load_config
from consentry.web.host import Reception, RoomHost, hosting
from consentry.web.kiosk.key import COOKIE
from tests.meetings.calendars import calendar

ALL_DAY = "UID:fair\nDTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20990101\nSUMMARY:Fair"
PIN = "802817"


def bot_with(folder: Path, sections: str) -> Bot:
    (folder / "fair.ics").write_bytes(calendar(ALL_DAY))
    path = folder / "consentry.yaml"
    path.write_text(f"storage: {{directory: store}}\nroom: {{port: 0}}\n{sections}")
    return Bot(load_config(path))


async def become(device: httpx.AsyncClient, host: RoomHost) -> str:
    """The cookie of a device that was opened with the link."""
    assert host.kiosk is not None
    address, _, key = host.kiosk.partition("#")
    await device.post(f"{address}/key", data={"key": key})
    return device.cookies[COOKIE]


async def test_a_server_of_rooms_serves_the_kiosk_too(tmp_path: Path) -> None:
    sections = "people: {ways: [pin]}\nkiosk: {feeds: [{file: fair.ics}]}\n"
    async with (
        bot_with(tmp_path, sections) as bot,
        hosting(bot, Reception(lambda room: Nobody())) as host,
        httpx.AsyncClient(base_url=host.url, trust_env=False) as device,
    ):
        assert bot.enrollment is not None
        people, hashing = bot.enrollment.people, bot.enrollment.desk.hashing
        person, _ = await people.invite("Ana")
        number = await people.set_pin(person.id, await hashing.hash(PIN))
        headers = {"Cookie": f"{COOKIE}={await become(device, host)}"}
        socket_url = f"{host.url.replace('http', 'ws')}/kiosk/ws"
        async with connect(
            socket_url,
            proxy=None,
            additional_headers=headers,
            origin=host.url,  # type: ignore[arg-type]
        ) as socket:
            while not (meetings := json.loads(await socket.recv())["meetings"]):
                pass  # the feed is being read
            assert [meeting["title"] for meeting in meetings] == ["Fair"]
            await socket.send(json.dumps({"type": "begin", "meeting": None}))
            visit = json.loads(await socket.recv())["visit"]
            claim = {"way": "pin", "number": number, "pin": PIN}
            said = await device.post("/kiosk/claim", json={"visit": visit, "claim": claim})
            assert said.json() == {"outcome": "welcome"}
            assert json.loads(await socket.recv())["name"] == "Ana"


async def test_without_the_section_there_is_none(tmp_path: Path) -> None:
    async with (
        bot_with(tmp_path, "people: {ways: [pin]}\n") as bot,
        hosting(bot, Reception(lambda room: Nobody())) as host,
        httpx.AsyncClient(base_url=host.url, trust_env=False) as device,
    ):
        assert host.kiosk is None
        assert (await device.get("/kiosk")).status_code == 404


@pytest.mark.parametrize("another", [False, True])
async def test_a_device_stays_the_kiosk_after_a_restart_unless_the_key_changed(
    tmp_path: Path, another: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_KEY", "a-key-of-our-own-choice")
    sections = "people: {ways: [pin]}\nkiosk: {}\n"
    pages = []
    cookie = ""
    for changed in (False, another):
        key = "kiosk: {key: '${env:KIOSK_KEY}'}\n" if changed else "kiosk: {}\n"
        async with (
            bot_with(tmp_path, sections.replace("kiosk: {}\n", key)) as bot,
            hosting(bot, Reception(lambda room: Nobody())) as host,
            httpx.AsyncClient(base_url=host.url, trust_env=False) as device,
        ):
            cookie = cookie or await become(device, host)
            headers = {"Cookie": f"{COOKIE}={cookie}"}
            pages.append((await device.get("/kiosk", headers=headers)).text)
    assert 'id="meetings"' in pages[0]
    assert ('id="meetings"' in pages[1]) is not another
