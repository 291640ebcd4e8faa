"""A call whose sound a bridge brings: who may come, what is asked of the server, and captions."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from consentry.connectors.driver import Happening, MediaConsent, Setting, Subscription
from consentry.connectors.jitsi.bridge.call import BridgeCall, BridgeCallbacks
from consentry.connectors.jitsi.bridge.listener import Door, Listener
from consentry.connectors.jitsi.happenings import Invited, Uninvited
from consentry.connectors.jitsi.muc import Occupant
from consentry.connectors.jitsi.people import People
from consentry.errors import SetupError
from consentry.events import AudioFrame, Gap, Medium
from consentry.metrics import Metrics
from consentry.rtc.worker import DecodeWorker
from consentry.signing import Signer
from tests.connectors.jitsi.bridge.bridges import bridge, sound, start
from tests.rtc.streams import opus_payloads, tone

TOKEN = "a-secret-of-the-bridge"
MEETING = "5ed59f85-32bd-4662-95e4-6e6f61f05abe"
SAM, MIA = "aaaa1111", "bbbb2222"
YES, NO = frozenset({Medium.AUDIO}), frozenset[Medium]()


class Call:
    """A call with Sam and Mia, as the connector holds it."""

    def __init__(self, listener: Listener, worker: DecodeWorker, setting: Setting) -> None:
        self.port = listener.port
        self.metrics = setting.metrics
        self.asked: list[bool] = []
        self.happened: asyncio.Queue[Happening] = asyncio.Queue()
        self.people = People(lambda happening: None, setting.clock)
        callbacks = BridgeCallbacks(self.asked.append, self.happened.put_nowait)
        self.reception = BridgeCall(setting, self.people, worker, listener, callbacks)
        for id_ in (SAM, MIA):
            person = Occupant(id_, id_, False, None, False, False, frozenset())
            self.people.present(person)
        self.reception.refresh()

    def says(self, who: str, media: frozenset[Medium]) -> None:
        self.reception.want(Subscription(who, media))

    async def hears(self, who: str) -> None:
        while True:
            match await self.happened.get():
                case AudioFrame(participant=participant) if participant.id == who:
                    return

    def refused(self) -> float:
        return self.metrics.value("input_refused", source="bridge")

    def dropped(self) -> float:
        return self.metrics.value("packets_dropped", reason="not_wanted")


@asynccontextmanager
async def a_call() -> AsyncIterator[Call]:
    began, metrics = time.monotonic(), Metrics()
    setting = Setting(
        lambda: time.monotonic() - began,
        Signer("c-test"),
        metrics,
        lambda who, medium: MediaConsent.GRANTED,
    )
    door = Door("127.0.0.1", 0, SecretStr(TOKEN))
    with DecodeWorker(setting.clock, metrics) as worker:
        async with Listener(door, metrics) as listener, asyncio.TaskGroup() as tasks:
            call = Call(listener, worker, setting)
            running = tasks.create_task(call.reception.run(tasks))
            yield call
            running.cancel()


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    async with a_call() as made:
        yield made


@pytest.fixture
def second(tmp_path: Path) -> list[bytes]:
    return opus_payloads(tmp_path, tone(1.0))


def talk(who: str, payloads: list[bytes]) -> list[str]:
    return [start(who), *(sound(who, number, each) for number, each in enumerate(payloads))]


async def all_read(socket: ClientConnection) -> None:
    """Wait until the bot has read what the bridge said so far."""
    await socket.send('{"event":"ping","id":7}')
    assert await replies(socket) == {"event": "pong", "id": 7}


@asynccontextmanager
async def all_gone() -> AsyncIterator[None]:
    """Bridges come and go in the block; leaving it waits until the bot has done with them."""
    before = asyncio.all_tasks()
    yield
    if serving := asyncio.all_tasks() - before:
        await asyncio.wait(serving)


async def replies(socket: ClientConnection) -> dict[str, object]:
    said = json.loads(await socket.recv())
    assert isinstance(said, dict)
    return said


async def test_whoever_agreed_is_heard_and_nobody_else(call: Call, second: list[bytes]) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, YES)
    said = [*talk(MIA, second), *talk(SAM, second)]
    async with bridge(call.port, MEETING, TOKEN, said) as socket:
        await call.hears(SAM)
        await all_read(socket)
        assert call.dropped() == len(second)


async def test_sound_is_asked_for_only_while_somebody_agrees(call: Call) -> None:
    call.reception.convened(MEETING)
    assert call.asked == []
    call.says(SAM, YES)
    call.says(MIA, YES)
    call.says(SAM, NO)
    assert call.asked == [True]
    call.says(MIA, NO)
    assert call.asked == [True, False]
    call.says(SAM, YES)
    assert call.asked == [True, False, True]


async def test_pictures_alone_are_no_reason_to_ask_for_sound(call: Call) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, frozenset({Medium.VIDEO}))
    assert call.asked == []


async def test_out_of_the_room_nothing_is_taken_and_back_in_it_the_yes_still_holds(
    call: Call, second: list[bytes]
) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, YES)
    async with bridge(call.port, MEETING, TOKEN, talk(SAM, second[:20])) as socket:
        await call.hears(SAM)
        call.reception.negotiate(Uninvited())
        for text in talk(SAM, second[20:30]):
            await socket.send(text)
        await all_read(socket)
        assert call.dropped() == 10
        call.reception.convened(MEETING)
        for text in talk(SAM, second):
            await socket.send(text)
        await call.hears(SAM)
    assert call.asked == [True, True]


async def test_an_invitation_is_nothing_to_it(call: Call) -> None:
    call.reception.convened(MEETING)
    call.reception.negotiate(Invited("v=0", None))
    call.says(SAM, YES)
    assert call.asked == [True]


@pytest.mark.parametrize("token", [None, "", "another-secret", f"{TOKEN}x", "é"])
async def test_without_the_token_nobody_learns_anything(call: Call, token: str | None) -> None:
    call.reception.convened(MEETING)
    for meeting in (MEETING, "another"):
        with pytest.raises(InvalidStatus) as refused:
            async with bridge(call.port, f"{meeting}?token={token or ''}", None):
                pass
        assert refused.value.response.status_code == 401
    assert call.refused() == 2


async def test_the_token_may_stand_in_the_address(call: Call) -> None:
    call.reception.convened(MEETING)
    async with bridge(call.port, f"bridge?sessionId={MEETING}&token={TOKEN}", None) as socket:
        await socket.send('{"event":"ping","id":3}')
        assert await replies(socket) == {"event": "pong", "id": 3}


async def test_a_bridge_of_another_meeting_is_not_let_in(call: Call) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with bridge(call.port, MEETING, TOKEN):
            pass
    assert refused.value.response.status_code == 404


async def test_a_second_bridge_takes_the_place_of_the_first(
    call: Call, second: list[bytes]
) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, YES)
    async with all_gone(), bridge(call.port, MEETING, TOKEN, talk(SAM, second[:20])) as first:
        await call.hears(SAM)
        async with bridge(call.port, MEETING, TOKEN, talk(SAM, second)) as later:
            with pytest.raises(ConnectionClosed):
                await first.recv()
            await call.hears(SAM)
            assert call.reception.tell("", {"type": "transcription-result"})
            assert (await replies(later))["event"] == "transcription-result"
    assert call.metrics.value("connections") == 0


async def test_a_bridge_that_comes_back_leaves_one_gap(call: Call, second: list[bytes]) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, YES)
    for _ in range(2):
        async with all_gone(), bridge(call.port, MEETING, TOKEN, talk(SAM, second)):
            await call.hears(SAM)
        assert call.metrics.value("connections") == 0
    gaps = [h for h in list(call.happened._queue) if isinstance(h, Gap)]  # type: ignore[attr-defined]
    assert len(gaps) <= 1


async def test_captions_need_a_bridge_and_go_to_all(call: Call) -> None:
    call.reception.convened(MEETING)
    result = {"type": "transcription-result", "message_id": "m1"}
    assert not call.reception.tell("", result)
    async with bridge(call.port, MEETING, TOKEN, [start(SAM)]) as socket:
        await all_read(socket)
        assert call.reception.tell("", result)
        assert await replies(socket) == result | {"event": "transcription-result"}
        assert not call.reception.tell(SAM, result)


async def test_what_breaks_the_protocol_is_counted_and_the_rest_goes_on(
    call: Call, second: list[bytes]
) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, YES)
    said = ["{", '{"event":"start","start":{}}', sound("nobody", 0, b"x"), *talk(SAM, second)]
    async with bridge(call.port, MEETING, TOKEN, said):
        await call.hears(SAM)
    assert call.refused() == 3


async def test_a_message_too_long_ends_the_socket_and_not_the_call(
    call: Call, second: list[bytes]
) -> None:
    call.reception.convened(MEETING)
    call.says(SAM, YES)
    async with bridge(call.port, MEETING, TOKEN, ["x" * 200_000]) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    async with bridge(call.port, MEETING, TOKEN, talk(SAM, second)):
        await call.hears(SAM)


async def test_leaving_hangs_up_on_the_bridge() -> None:
    async with a_call() as call:
        call.reception.convened(MEETING)
        socket = await _connected(call)
    with pytest.raises(ConnectionClosed):
        await socket.recv()


async def test_an_address_that_is_taken_is_said_to_be(call: Call) -> None:
    door = Door("127.0.0.1", call.port, SecretStr(TOKEN))
    with pytest.raises(SetupError, match="choose another `listen`"):
        async with Listener(door, Metrics()):
            pass


def _connected(call: Call) -> Awaitable[ClientConnection]:
    return bridge(call.port, MEETING, TOKEN).__aenter__()
