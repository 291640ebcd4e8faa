"""Whether a server answers, and that nobody joins one which does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from consentry.connectors.livekit import reach
from consentry.connectors.livekit.reach import answers
from consentry.errors import EndReason, JoinRefused
from tests.connectors.janus import free_port
from tests.connectors.livekit.call import invited
from tests.venues.livekit import LiveKitServer


@asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[str]:
    """A server that says this to whoever comes, and no more."""
    over = asyncio.Event()

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await over.wait()
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        over.set()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "502 Bad Gateway"])
async def test_whoever_says_anything_answers(status: str) -> None:
    async with saying(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as server:
        assert await answers(server)


async def test_who_takes_the_connection_and_says_nothing_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reach, "ANSWER_SECONDS", 0.1)
    async with saying(b"") as server:
        assert not await answers(server)


async def test_why_nobody_is_there_is_left_to_the_join_to_find_out() -> None:
    assert await answers(f"ws://127.0.0.1:{free_port()}")


@pytest.mark.e2e
async def test_a_frozen_server_finds_no_joins_of_before_when_it_goes_on(
    server: LiveKitServer,
) -> None:
    server.freeze()
    with pytest.raises(JoinRefused) as refused:
        async with invited(server).connector:
            pass
    server.thaw()
    assert refused.value.reason is EndReason.UNREACHABLE
    assert not (await server.ask("ListParticipants")).get("participants")
