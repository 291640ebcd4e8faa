"""The room's web server on real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from consentry.errors import SetupError
from consentry.metrics import Metrics
from consentry.web.room_socket import Rooms
from consentry.web.server import Address, RoomServer, WebServer, create_app


class House:
    """A running server, with what tests look at."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.rooms = Rooms(self.metrics, "let-me-in")
        self.server = RoomServer(create_app(self.rooms), self.rooms)

    def socket(self, room: str = "planning") -> connect:
        return connect(f"{self.server.url.replace('http', 'ws')}/r/{room}/ws", proxy=None)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    async with house.server:
        yield house
    assert house.rooms.names == []


async def join(socket: ClientConnection, name: str) -> dict[str, object]:
    await socket.send(json.dumps({"type": "join", "name": name}))
    return await heard(socket)


async def heard(socket: ClientConnection) -> dict[str, object]:
    frame: dict[str, object] = json.loads(await socket.recv())
    return frame


async def test_two_people_meet_over_web_sockets(house: House) -> None:
    async with house.socket() as sam, house.socket() as mia:
        welcome = await join(sam, "Sam")
        assert welcome["type"] == "welcome"
        await join(mia, "Mia")
        assert (await heard(sam))["type"] == "joined"
        await mia.send(json.dumps({"type": "chat", "text": "hi"}))
        chat = await heard(sam)
        assert (chat["from"], chat["text"]) == ("p2", "hi")
        assert house.rooms.people("planning") == ["p1", "p2"]


async def test_a_room_is_dropped_when_the_last_one_has_left(house: House) -> None:
    async with house.socket("short-lived") as sam, house.socket("other") as mia:
        await join(sam, "Sam")
        await join(mia, "Mia")
        await sam.send('{"type":"leave"}')
        await sam.wait_closed()
        assert sam.close_code == 1000
        assert house.rooms.names == ["other"]


async def test_ten_bad_frames_close_the_socket_and_are_counted(house: House) -> None:
    async with house.socket() as rogue:
        for _ in range(10):
            await rogue.send("nonsense")
        with pytest.raises(ConnectionClosed):
            while True:
                assert (await heard(rogue))["code"] == "bad_message"
        assert rogue.close_code == 1008
    assert house.metrics.value("input_refused", source="signaling") == 10


async def test_a_binary_frame_is_a_bad_one(house: House) -> None:
    async with house.socket() as rogue:
        await rogue.send(b'{"type":"join","name":"Sam"}')
        assert (await heard(rogue))["code"] == "bad_message"


async def test_an_oversized_frame_is_counted_and_the_others_go_on(house: House) -> None:
    async with house.socket() as sam, house.socket() as rogue:
        await join(sam, "Sam")
        await join(rogue, "Rogue")
        await heard(sam)
        await rogue.send("x" * 70_000)
        await rogue.wait_closed()
        assert rogue.close_code == 1009
        assert (await heard(sam))["type"] == "left"
        await sam.send(json.dumps({"type": "chat", "text": "still here"}))
        assert (await heard(sam))["text"] == "still here"
    assert house.metrics.value("input_refused", source="signaling") == 1


async def test_a_name_that_is_no_room_gets_no_socket(house: House) -> None:
    with pytest.raises(InvalidStatus):
        async with house.socket("Planning"):
            pass


async def test_a_client_that_stops_reading_is_let_go(house: House) -> None:
    async with house.socket() as sam, house.socket() as sleeper:
        await join(sleeper, "Sleeper")
        await join(sam, "Sam")
        sleeper.transport.pause_reading()
        offer = {"type": "offer", "sdp": "x" * 60_000}
        signal = json.dumps({"type": "signal", "to": "p1", "description": offer})
        for _ in range(1000):
            await sam.send(signal)
        assert (await heard(sam))["type"] == "left"
        sleeper.transport.abort()


async def test_stopping_tells_everybody_that_the_room_was_closed() -> None:
    house = House()
    async with house.server:
        sam = await house.socket()
        await join(sam, "Sam")
    assert (await heard(sam))["code"] == "room_closed"
    await sam.wait_closed()
    assert sam.close_code == 1001


async def test_a_taken_port_is_named_in_the_error(house: House) -> None:
    rooms = Rooms(house.metrics)
    address = Address(port=house.server.port)
    second = RoomServer(create_app(rooms), rooms, address)
    with pytest.raises(SetupError, match=str(house.server.port)):
        async with second:
            pass


@pytest.mark.parametrize("content", [None, "not a certificate"])
async def test_a_certificate_that_cannot_be_used_is_named(
    tmp_path: Path, content: str | None
) -> None:
    certificate = tmp_path / "room.pem"
    if content is not None:
        certificate.write_text(content)
    server = WebServer(Starlette(), Address(certificate=certificate))
    with pytest.raises(SetupError, match=r"room\.pem"):
        await server.__aenter__()


async def test_the_page_and_its_headers(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.server.url, trust_env=False) as http:
        for path in ("/", "/r/planning", "/healthz", "/nowhere"):
            answer = await http.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe-inline" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await http.get("/healthz")).text == "ok"
        assert (await http.get("/r/Not-A-Room")).status_code == 404


async def test_the_counters_are_not_for_visitors(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.server.url, trust_env=False) as http:
        assert (await http.get("/metrics")).status_code == 404


async def test_more_routes_and_embedding_are_the_self_hosters_choice() -> None:
    async def mine(request: Request) -> Response:
        return PlainTextResponse("mine")

    metrics = Metrics()
    rooms = Rooms(metrics)
    app = create_app(
        rooms, routes=[Route("/me", mine)], frame_ancestors=["https://intranet.example"]
    )
    async with RoomServer(app, rooms) as server, httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{server.url}/me")
    assert answer.text == "mine"
    assert "frame-ancestors https://intranet.example" in answer.headers["Content-Security-Policy"]


async def test_nothing_runs_on_after_the_server_has_stopped() -> None:
    house = House()
    async with house.server, house.socket() as sam:
        await join(sam, "Sam")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_web_sockets_carry_is_in_no_log_however_fine(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with house.socket() as sam:
        await join(sam, "Sam Secretive")
    assert "Secretive" not in "".join(r.getMessage() for r in caplog.records if _is_ours(r))


def _is_ours(record: logging.LogRecord) -> bool:
    """Not said by the client of this test."""
    return not record.name.startswith("websockets.client")
