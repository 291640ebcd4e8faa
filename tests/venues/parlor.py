"""The stack that docs/connectors.md makes up: its server, and people who have no browser."""

from __future__ import annotations

import asyncio
import base64
import json
import wave
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.testing.venue import Feature, Someone

BLOCK = 0.08
"""Seconds of sound in a line."""


@dataclass
class Client:
    """The bot, as the server sees it."""

    writer: asyncio.StreamWriter
    listen: list[str] = field(default_factory=list)

    def write(self, **line: Any) -> None:
        if not self.writer.is_closing():
            self.writer.write(json.dumps(line).encode() + b"\n")


@dataclass
class Guest:
    """Somebody in the parlor: a mouth, and eyes that forget nothing."""

    venue: ParlorVenue
    id: str
    name: str
    role: str
    frames: list[bytes]
    read: list[str] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell_bot(self, text: str) -> None:
        self.venue.tell(text=text, **{"from": self.id})

    async def reads(self, words: str) -> None:
        await self._until(lambda: any(words in text for text in self.read))

    async def sees_caption(self, name: str, words: str) -> None:
        await self._until(lambda: f"{name}: {words}" in self.captions.values())

    async def comes_back(self) -> None:
        self.venue.guests[self.id] = self
        self.venue.tell_who_is_here()

    async def leave(self) -> None:
        del self.venue.guests[self.id]
        self.venue.tell_who_is_here()

    async def screenshot(self, path: Path) -> None:
        path.with_suffix(".txt").write_text("\n".join([*self.read, *self.captions.values()]))

    async def talk(self) -> None:
        """Without end, in real time."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for frame in self.frames:
                due += BLOCK
                await asyncio.sleep(due - loop.time())
                if self.id in self.venue.guests:
                    sound = base64.b64encode(frame).decode()
                    self.venue.sound(self.id, sound)

    def show(self, line: Mapping[str, Any]) -> None:
        match line:
            case {"caption": id_, "of": name, "text": text}:
                self.captions[id_] = f"{name}: {text}"
            case {"text": text} if line.get("to", self.id) == self.id:
                self.read.append(text)
        self.news.set()

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():
            self.news.clear()
            await self.news.wait()


class ParlorVenue:
    """A server with one parlor. See :func:`parlor_venue`."""

    without: Mapping[Feature, str] = {}

    def __init__(self, stack: type[Stack]) -> None:
        self.guests: dict[str, Guest] = {}
        self._stack = stack
        self._talking: list[asyncio.Task[None]] = []
        self._bot: Client | None = None
        self._server: asyncio.Server | None = None
        self._port = 0

    def stack(self) -> type[Stack]:
        return self._stack

    def invitation(self) -> Invitation:
        return Invitation(f"parlor://127.0.0.1:{self._port}")

    def options(self) -> StackOptions:
        return StackOptions()

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        with wave.open(str(speech)) as file:
            size = round(BLOCK * file.getframerate())
            frames = [file.readframes(size) for _ in range(file.getnframes() // size)]
        role = "owner" if owner else "guest"
        guest = Guest(self, f"g-{name.lower()}", name, role, frames)
        await guest.comes_back()
        self._talking.append(asyncio.create_task(guest.talk(), name="talk"))
        return guest

    async def restart(self) -> None:
        await self.stop()
        self.guests.clear()
        await self.start()

    async def kick(self) -> None:
        assert self._bot is not None
        self._bot.write(kicked=True)
        self._bot.writer.close()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        if self._bot is not None:
            self._bot.writer.transport.abort()
            with suppress(ConnectionError):
                await self._bot.writer.wait_closed()

    async def close(self) -> None:
        await self.stop()
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    def tell(self, **line: Any) -> None:
        if self._bot is not None:
            self._bot.write(**line)

    def tell_who_is_here(self) -> None:
        people = [{"id": g.id, "name": g.name, "role": g.role} for g in self.guests.values()]
        self.tell(people=people)

    def sound(self, id_: str, sound: str) -> None:
        if self._bot is not None and id_ in self._bot.listen:
            self._bot.write(sound=sound, **{"from": id_})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._bot = Client(writer)
        with suppress(ConnectionError), closing(writer):
            while text := await reader.readline():
                match json.loads(text):
                    case {"join": _}:
                        self.tell_who_is_here()
                    case {"listen": ids}:
                        self._bot.listen = ids
                    case line:
                        for guest in self.guests.values():
                            guest.show(line)


@asynccontextmanager
async def parlor_venue(stack: type[Stack]) -> AsyncIterator[ParlorVenue]:
    """A parlor while the block runs; ``stack`` is what is to join it."""
    venue = ParlorVenue(stack)
    await venue.start()
    try:
        yield venue
    finally:
        await venue.close()
