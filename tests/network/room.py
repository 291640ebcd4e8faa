"""A room whose bot is reached over a bad network: signaling is relayed, and names the network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from consentry.connectors.room.stack import socket_url
from tests.network.impairment import Impairment
from tests.network.path import PERFECT, ImpairedPath

Socket = ClientConnection | ServerConnection
Frame = dict[str, Any]


class BadRoom:
    """``Meeting(path, room.url)`` meets the bot of another room, each participant over a path.

    People reach each other as before; only what goes between one of them and the bot is impaired.
    """

    def __init__(self, room: str, seed: int = 1) -> None:
        self.paths: dict[str, ImpairedPath] = {}
        """By the participant's display name."""
        self.url = ""
        self._room = room
        self._seed = seed

    def switch(self, forth: Impairment, back: Impairment = PERFECT) -> None:
        """Another network from now on, for everybody."""
        for path in self.paths.values():
            path.switch(forth, back)

    async def relay(self, inner: ServerConnection) -> None:
        """Pass on one participant's frames, both ways, until either end is gone."""
        async with connect(socket_url(self._room), proxy=None) as outer:
            first = json.loads(await inner.recv())
            path = self.paths[first["name"]] = ImpairedPath(seed=self._seed + len(self.paths))
            link = _Link(path)
            await outer.send(json.dumps(first))
            try:
                await _first_of(
                    _pass_on(inner, outer, link.outward), _pass_on(outer, inner, link.inward)
                )
            finally:
                await path.close()


class _Link:
    """One participant's signaling: descriptions to and from the bot name the path."""

    def __init__(self, path: ImpairedPath) -> None:
        self._path = path
        self._bot: str | None = None

    async def outward(self, frame: Frame) -> None:
        """What the participant says."""
        if frame["type"] == "signal" and frame["to"] == self._bot and frame.get("description"):
            description = frame["description"]
            description["sdp"] = await self._path.offer(description["sdp"])

    async def inward(self, frame: Frame) -> None:
        """What the room says."""
        peers = [*frame.get("peers", ()), *([frame["peer"]] if "peer" in frame else ())]
        self._bot = next((peer["id"] for peer in peers if peer["bot"]), self._bot)
        if frame["type"] == "signal" and frame["from"] == self._bot and frame.get("description"):
            description = frame["description"]
            description["sdp"] = await self._path.answer(description["sdp"])


@asynccontextmanager
async def over_a_bad_network(room: str, seed: int = 1) -> AsyncIterator[BadRoom]:
    """The same room, at an address of its own; its network is perfect until it is switched."""
    bad = BadRoom(room, seed)
    async with serve(bad.relay, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        bad.url = f"http://127.0.0.1:{port}/r/planning"
        yield bad


async def _pass_on(
    source: Socket, sink: Socket, change: Callable[[Frame], Awaitable[None]]
) -> None:
    with suppress(ConnectionClosed):
        async for text in source:
            frame = json.loads(text)
            await change(frame)
            await sink.send(json.dumps(frame))


async def _first_of(one: Awaitable[None], other: Awaitable[None]) -> None:
    """Run both until either has ended."""
    tasks = [asyncio.ensure_future(each) for each in (one, other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
