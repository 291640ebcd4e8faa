"""A feed is fetched in full and in time, or it is said why not, without its address."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from consentry.errors import SetupError
from consentry.meetings.feed import MAX_BYTES, Feed
from consentry.meetings.fetching import fetch
from tests.meetings.calendars import STAND_UP, calendar
from tests.meetings.feeds import Answer, saying, serving

CALENDAR = calendar(STAND_UP)


async def got(answer: Answer, patience: float = 10.0) -> bytes:
    async with serving(answer) as server:
        return await fetch(Feed("kiosk.feeds.0", url=f"{server.url}/s3cret.ics"), patience)


async def fails(answer: Answer, why: str, patience: float = 10.0) -> None:
    with pytest.raises(SetupError, match=why) as caught:
        await got(answer, patience)
    assert "kiosk.feeds.0" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_what_an_address_answers_is_the_feed() -> None:
    assert await got(saying(Response(CALENDAR, media_type="text/calendar"))) == CALENDAR


async def test_a_file_is_the_feed(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    file.write_bytes(CALENDAR)
    assert await fetch(Feed("kiosk.feeds.1", file)) == CALENDAR
    file.unlink()
    with pytest.raises(SetupError, match=r"kiosk\.feeds\.1: .*room\.ics can't be read \(No such"):
        await fetch(Feed("kiosk.feeds.1", file))


async def test_a_redirect_is_followed_to_where_a_feed_may_be() -> None:
    async def moved(request: Request) -> Response:
        if request.url.path == "/s3cret.ics":
            return RedirectResponse("/moved/room.ics")
        return Response(CALENDAR)

    assert await got(moved) == CALENDAR


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("http://calendar.example/s3cret", "sends to an address"),
        ("http://127.0.0.1:1/s3cret", "sends to an address"),
        ("file:///etc/s3cret", "sends to an address"),
        ("https://[@x/s3cret", "sends to an address"),
        ("/s3cret.ics", "never answers"),
    ],
)
async def test_a_redirect_elsewhere_is_not(to: str, why: str) -> None:
    await fails(saying(Response(status_code=302, headers={"Location": to})), why)


async def test_an_error_of_the_server_is_said() -> None:
    await fails(saying(Response("s3cret", 403)), "answered with status 403")


async def test_an_answer_that_grows_and_grows_is_cut_off() -> None:
    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1 << 20)

    await fails(saying(StreamingResponse(flood())), "more than 4 MiB")


async def test_a_packed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(4 * MAX_BYTES))
    packed = Response(bomb, headers={"Content-Encoding": "gzip"})
    assert await got(saying(packed)) == bomb


async def test_an_answer_that_trickles_is_given_up_in_time() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield CALENDAR
        await asyncio.Event().wait()

    await fails(saying(StreamingResponse(trickle())), "did not answer within 0.3 s", patience=0.3)


async def test_nobody_listening_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SetupError, match="can't be reached"):
        await fetch(Feed("kiosk.feeds.0", url=f"http://127.0.0.1:{port}/s3cret"))
