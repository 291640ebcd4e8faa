"""The kiosk's server: a screen with the key, phones with a visit's token, and nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import segno
from websockets.exceptions import ConnectionClosed, InvalidStatus

from consentry.people.claims import PinClaim
from consentry.web.kiosk.key import COOKIE
from consentry.web.kiosk.pages import MAX_SCREENS
from consentry.web.kiosk.reach import Keeping
from consentry.web.kiosk.visit import LASTS, MAX_CLAIMS
from tests.people.register import register_in
from tests.web.kiosk.kiosk import CHECKED_IN, KEY, PLANNING, USUAL, Call, Kiosk, jpeg


@pytest.fixture
async def kiosk() -> AsyncIterator[Kiosk]:
    async with Kiosk() as running:
        yield running
    assert running.place.visits == {}
    assert running.desk.open == set()


async def test_a_device_without_the_key_sees_no_meeting(kiosk: Kiosk) -> None:
    async with kiosk.browser() as browser:
        page = (await browser.get("/kiosk")).text
        assert 'action="/kiosk/key"' in page
        assert "Lise Meitner" not in page
        wrong = await browser.post("/kiosk/key", data={"key": "abcd"})
        assert wrong.status_code == 403
        assert "That is not the key." in wrong.text
        assert COOKIE not in browser.cookies


async def test_with_the_key_it_is_the_kiosk_from_then_on(kiosk: Kiosk) -> None:
    async with kiosk.browser() as browser:
        page = await browser.post("/kiosk/key", data={"key": KEY}, follow_redirects=True)
        assert "Meetings in Lise Meitner" in page.text
        german = await browser.get("/kiosk", params={"language": "de"})
        assert "Besprechungen in Lise Meitner" in german.text


async def test_the_link_that_makes_a_device_the_kiosk_sends_its_key_to_no_log(kiosk: Kiosk) -> None:
    assert kiosk.pages.address == f"{kiosk.server.url}/kiosk#{KEY}"


@pytest.mark.parametrize("wrong", ["cookie", "origin"])
async def test_no_other_device_and_no_other_page_gets_a_socket(kiosk: Kiosk, wrong: str) -> None:
    cookie = "x" if wrong == "cookie" else await kiosk.cookie()
    origin = "https://neighbor.example" if wrong == "origin" else None
    with pytest.raises(InvalidStatus):
        async with kiosk.socket(cookie, origin):
            pass


async def test_a_screen_is_told_what_is_on_and_which_meeting_says_nothing(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        frame = await tablet.heard("meetings")
    titles = [meeting["title"] for meeting in frame["meetings"]]
    assert titles == ["Planning & review", None, "Stand-up"]
    assert frame["old"] is False


async def test_a_screen_is_told_when_something_changed(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        await tablet.heard("meetings")
        del kiosk.schedule.meetings[1:]
        kiosk.schedule.old = True
        frame = await tablet.heard("meetings")
    assert [meeting["id"] for meeting in frame["meetings"]] == ["m-1"]
    assert frame["old"] is True


async def test_somebody_checks_in_with_number_and_pin(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins("m-1")
        assert await kiosk.by_pin(visit, PinClaim("12345678", "000000")) == "no"
        assert await kiosk.by_pin(visit) == "welcome"
        welcome = await tablet.heard("welcome")
    assert welcome["name"] == "Ana"
    assert welcome["meeting"]["id"] == "m-1"
    assert welcome["next"]["id"] == "m-2"


@pytest.mark.parametrize("face", [False, True])
async def test_who_came_is_told_to_the_call_of_their_meeting(kiosk: Kiosk, face: bool) -> None:
    call = kiosk.calls.at[PLANNING] = Call()
    kiosk.calls.at[USUAL] = Call()
    async with kiosk.tablet() as tablet, kiosk.browser() as phone:
        await tablet.says(type="begin", meeting="m-1")
        shown = await tablet.heard("visit")
        assert shown["audience"] == {"call": True, "how": False, "kept": False}
        about = await phone.post("/kiosk/visit", json={"visit": shown["visit"]})
        assert about.json()["audience"] == shown["audience"]
        if face:
            await tablet.wants_face()
            await kiosk.by_link(shown["visit"])
            assert call.arrived == [], "nobody has come who was not recognized yet"
            await tablet.shows(jpeg())
            await tablet.heard("prompt")
            kiosk.check.stands = CHECKED_IN
        else:
            await kiosk.by_link(shown["visit"])
        await tablet.heard("welcome")
        await call.heard.wait()
    assert call.arrived == [("Ana", "face" if face else "code")]
    assert 0 < call.lasts <= 1200
    assert kiosk.calls.at[USUAL].arrived == []


async def test_a_meeting_that_names_no_call_has_the_rooms(kiosk: Kiosk) -> None:
    call = kiosk.calls.at[USUAL] = Call(tells_assurance=True)
    async with kiosk.tablet() as tablet:
        await tablet.says(type="begin", meeting="m-3")
        shown = await tablet.heard("visit")
        assert shown["audience"] == {"call": True, "how": True, "kept": False}
        await kiosk.by_pin(shown["visit"])
    assert call.arrived == [("Ana", "code")]


@pytest.mark.parametrize("meeting", ["m-1", None])
async def test_without_that_call_or_without_a_meeting_nobody_is_told(
    kiosk: Kiosk, meeting: str | None
) -> None:
    call = kiosk.calls.at[USUAL] = Call()
    async with kiosk.tablet() as tablet:
        await tablet.says(type="begin", meeting=meeting)
        shown = await tablet.heard("visit")
        assert shown["audience"] == {"call": False, "how": False, "kept": False}
        await kiosk.by_pin(shown["visit"])
    assert call.arrived == []


async def test_nobody_is_told_whom_the_visitor_did_not_read_of(kiosk: Kiosk) -> None:
    call = kiosk.calls.at[PLANNING] = Call(on=False)
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins("m-1")
        call.on = True  # too late for this visit
        assert await kiosk.by_pin(visit) == "welcome"
    assert call.arrived == []


async def test_a_call_that_can_not_be_told_keeps_nobody_from_their_welcome(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.calls.at[PLANNING] = Call(broken=True)
    async with kiosk.tablet() as tablet:
        assert await kiosk.by_pin(await tablet.begins("m-1")) == "welcome"
        await tablet.heard("welcome")
    assert "could not be told" in caplog.text and "Ana" not in caplog.text


async def test_that_somebody_came_is_kept_where_the_host_said_so_and_they_read_it_first(
    tmp_path: Path,
) -> None:
    async with register_in(tmp_path) as register:
        (ana, _), roll = await register.people.invite("Ana"), register.people.roll
        keeping = Keeping(roll, timedelta(days=7), "Lise Meitner")
        async with Kiosk(keeping=keeping, ana=ana.id) as kiosk, kiosk.tablet() as tablet:
            await tablet.says(type="begin", meeting="m-1")
            shown = await tablet.heard("visit")
            assert shown["audience"]["kept"] is True
            assert await kiosk.by_pin(shown["visit"], PinClaim("12345678", "0")) == "no"
            assert await roll.all() == []
            assert await kiosk.by_pin(shown["visit"]) == "welcome"
            async with kiosk.browser() as device:
                page = await device.post("/kiosk/key", data={"key": KEY}, follow_redirects=True)
                assert "kept for the host for 7 days" in page.text
                assert "Ana" not in page.text
        (kept,) = await roll.all()
    assert kept.arrival.person == ana.id
    assert kept.arrival.occasion.title == "Planning & review"


async def test_without_a_meeting_the_next_one_is_what_begins_next(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        await kiosk.by_pin(await tablet.begins())
        welcome = await tablet.heard("welcome")
    assert (welcome["meeting"], welcome["next"]["id"]) == (None, "m-2")


async def test_a_phone_goes_on_in_the_visit_whose_code_it_scanned(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet, kiosk.browser() as phone:
        await tablet.says(type="begin", meeting="m-1")
        shown = await tablet.heard("visit")
        address = f"{kiosk.server.url}/kiosk/here#{shown['visit']}"
        drawn = segno.make_qr(address, error="m").svg_data_uri(border=3, light="#fff", scale=8)
        assert shown["code"] == drawn
        page = await phone.get("/kiosk/here")
        assert "Check in with your phone" in page.text
        about = await phone.post("/kiosk/visit", json={"visit": shown["visit"]})
        assert about.json()["meeting"]["title"] == "Planning & review"
        await tablet.heard("phone")
        asked = await phone.post("/kiosk/passkey", json={"visit": shown["visit"]})
        assert asked.json() == {"challenge": "c-1", "options": {"challenge": "AAAA"}}
        assert await kiosk.by_link(shown["visit"]) == "welcome"
        await tablet.heard("welcome")


async def test_a_face_is_looked_at_after_a_claim_and_never_before(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins("m-1")
        await tablet.wants_face()
        await tablet.shows(jpeg())
        assert await kiosk.by_link(visit) == "look"
        await tablet.heard("look")
        assert kiosk.faces is not None and kiosk.faces.checks == []  # the bystander was let go
        await tablet.shows(b"no picture")
        await tablet.shows(jpeg(32, 24))
        assert (await tablet.heard("prompt"))["kind"] == "look"
        check = kiosk.check
        assert check.seen == [(32, 24)]
        check.stands = CHECKED_IN
        await tablet.heard("welcome")
        await check.closed.wait()


async def test_a_picture_of_one_visit_is_not_looked_at_in_the_next(kiosk: Kiosk) -> None:
    assert kiosk.faces is not None
    kiosk.faces.slow = True
    async with kiosk.tablet() as tablet:
        for size in ((64, 48), (32, 24)):
            visit = await tablet.begins()
            await tablet.wants_face()
            await kiosk.by_link(visit)
            await tablet.heard("look")
            await tablet.shows(jpeg(*size))
            if size == (64, 48):
                await kiosk.faces.began.wait()
                await tablet.shows(jpeg(*size))  # it waits while the one before is looked at
            kiosk.faces.slow = False
        kiosk.faces.checks[0].may_go_on.set()
        await tablet.heard("prompt")
    assert [check.seen for check in kiosk.faces.checks] == [[(64, 48)], [(32, 24)]]


async def test_whoever_cuts_the_network_in_a_look_leaves_nothing_open(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins()
        await tablet.wants_face()
        await kiosk.by_link(visit)
        await tablet.shows(jpeg())
        await tablet.heard("prompt")
        tablet.socket.transport.abort()
        await kiosk.check.closed.wait()
    assert kiosk.desk.open == set()


async def test_a_visit_ends_with_the_next_touch_of_the_start(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        first = await tablet.begins()
        second = await tablet.begins()
        assert await kiosk.by_pin(first) == "over"
        await tablet.says(type="leave")
        await tablet.begins()
        assert await kiosk.by_pin(second) == "over"
    assert kiosk.desk.heard == []


async def test_a_welcome_ends_the_visit_for_every_phone(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet, kiosk.browser() as phone:
        visit = await tablet.begins()
        assert await kiosk.by_pin(visit) == "welcome"
        for path in ("visit", "passkey"):
            assert (await phone.post(f"/kiosk/{path}", json={"visit": visit})).status_code == 410
        assert await kiosk.by_pin(visit) == "over"


async def test_a_visit_that_nobody_ends_is_ended(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins()
        kiosk.now += LASTS
        await tablet.heard("start")
        assert await kiosk.by_pin(visit) == "over"


async def test_somebody_who_leaves_while_their_claim_is_heard_is_not_let_in(kiosk: Kiosk) -> None:
    kiosk.desk.wait = asyncio.Event()
    async with kiosk.tablet() as tablet, asyncio.TaskGroup() as group:
        visit = await tablet.begins()
        await tablet.wants_face()
        claim = group.create_task(kiosk.by_link(visit))
        await tablet.says(type="leave")
        await tablet.begins()
        kiosk.desk.wait.set()
        assert await claim == "over"
    assert kiosk.faces is not None and kiosk.faces.checks == []


async def test_guessing_ends_with_the_visit(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins()
        wrong = PinClaim("12345678", "111222")
        said = [await kiosk.by_pin(visit, wrong) for _ in range(MAX_CLAIMS + 1)]
    assert said == ["no"] * MAX_CLAIMS + ["over"]


async def test_who_is_turned_away_unheard_has_as_many_claims_as_before(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    async with kiosk.tablet() as tablet:
        visit = await tablet.begins()
        kiosk.desk.busy = True
        said = [await kiosk.by_pin(visit) for _ in range(MAX_CLAIMS + 1)]
        kiosk.desk.busy = False
        said.append(await kiosk.by_pin(visit))
    assert said == ["trouble"] * (MAX_CLAIMS + 1) + ["welcome"]
    assert caplog.records == [], "a line each would be the flood's own log"


async def test_a_store_that_fails_is_said_and_lets_nobody_in(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.desk.broken = True
    async with kiosk.tablet() as tablet:
        with caplog.at_level(logging.DEBUG):
            assert await kiosk.by_pin(await tablet.begins()) == "trouble"
    assert "the disk is full" in caplog.text
    assert "802817" not in caplog.text and "12345678" not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"visit": "x"}',
        b'{"visit": "nobody", "claim": {"way": "pin", "number": "1", "pin": "2"}}',
        b'{"visit": 7, "claim": {}}',
        b'{"visit": "x", "claim": {"way": "face"}}',
        b" " * 20_000,
    ],
)
@pytest.mark.parametrize("path", ["claim", "passkey", "visit"])
async def test_whatever_else_is_sent_there_is_no_such_visit(
    kiosk: Kiosk, path: str, body: bytes
) -> None:
    async with kiosk.browser() as stranger:
        answer = await stranger.post(f"/kiosk/{path}", content=body)
    assert (answer.status_code, answer.json()) == (410, {"outcome": "over"})
    assert kiosk.desk.heard == []


async def test_frames_that_make_no_sense_are_passed_over(kiosk: Kiosk) -> None:
    async with kiosk.tablet() as tablet:
        for text in ("", "[]", "{", '{"type":"welcome"}', '{"type":"begin","meeting":7}'):
            await tablet.socket.send(text)
        await tablet.wants_face()
        assert await tablet.begins("m-of-yesterday")


async def test_so_many_screens_and_no_more(kiosk: Kiosk) -> None:
    cookie = await kiosk.cookie()
    sockets = [await kiosk.socket(cookie) for _ in range(MAX_SCREENS)]
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with kiosk.socket(cookie) as one_too_many:
            await one_too_many.recv()
    for socket in sockets:
        await socket.close()


async def test_pages_bring_no_script_of_their_own_and_are_kept_nowhere(kiosk: Kiosk) -> None:
    async with kiosk.browser() as browser:
        await browser.post("/kiosk/key", data={"key": KEY})
        for path in ("/kiosk", "/kiosk/here"):
            page: httpx.Response = await browser.get(path)
            assert "script-src 'self'" in page.headers["content-security-policy"]
            assert page.headers["cache-control"] == "no-store"
            assert "<script>" not in page.text and "style=" not in page.text
