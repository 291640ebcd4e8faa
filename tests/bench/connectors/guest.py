"""A bot without models in a process of its own, which goes into calls and out of them when told."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psutil
import uvloop
from pydantic import SecretStr

import consentry.bot  # noqa: F401 - part of what a bot's process holds
from consentry.connectors.driver import Connector, MediaConsent, Reachable, Setting, Subscription
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import load_stack
from consentry.consent.notice import Offer
from consentry.consent.purpose import Purpose
from consentry.events import AudioFrame, Joined, Medium
from consentry.messages import Message, Notice, Status, Want
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.bench.media.pipe import Fields, serve
from tests.bench.media.processes import MEBIBYTE

AUDIO = frozenset({Medium.AUDIO})
TERMS = Offer(
    "captions",
    Purpose("Bench", "Counts frames.", "your voice", "to measure", "until the call ends"),
    media=AUDIO,
)
VISIT_SECONDS = 20.0
"""Within which somebody must be heard."""


@dataclass
class Visit:
    """One stay in a call: whoever comes is listened to at once, as if they had agreed."""

    connector: Connector
    fingerprint: str
    frames: Counter[str] = field(default_factory=Counter)
    """Audio frames, by name."""
    heard_at: float = 0.0
    """When the last frame came, on the machine's clock."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            match happening:
                case Joined(participant=who):
                    await self.connector.want(Subscription(who.id, AUDIO))
                case Reachable(participant=who):
                    await self._tell(who.id)
                case AudioFrame(participant=who):
                    self.frames[who.name] += 1
                    self.heard_at = time.monotonic()
                    self._news.set()

    async def _tell(self, person: str) -> None:
        """What a page of the project's own wants to know before it sends its sound."""
        terms = [TERMS.shown("v1")]
        for body in (
            Notice(
                bot="Consentry",
                fingerprint=self.fingerprint,
                purposes=terms,
                available=terms,
                commands=[],
            ),
            Status(purposes={TERMS.name: "running"}, owner=False, owner_confirmed=True),
            Want(audio=True, video=False),
        ):
            name = f"{body.kind}/{person}"
            await self.connector.send(Message(body, name, 0.0, to=frozenset({person})))

    async def sound(self, after: float = 0.0) -> float:
        """When the next frame came that comes after the time ``after``."""
        while self.heard_at <= after:
            self._news.clear()
            await self._news.wait()
        return self.heard_at


class Guest:
    """Does what the bench asks."""

    def __init__(self) -> None:
        self._metrics = Metrics()
        self._signer = Signer("c-bench")
        """One for all visits: to a page, the bot of each is the bot it said yes to."""
        self._invited: Fields = {}
        self._staying: asyncio.Task[None] | None = None
        self._visit: Visit | None = None
        self._leave = asyncio.Event()

    async def reply(self, request: Fields) -> Fields:
        match request:
            case {"do": "invite"}:
                self._invited = request
                return {}
            case {"do": "visit", "times": times}:
                return {"seconds": [await self._briefly() for _ in range(times)]}
            case {"do": "stay"}:
                return await self._stay()
            case {"do": "sound", "after": after}:
                assert self._visit is not None
                return {"at": await self._visit.sound(after)}
            case {"do": "heard"}:
                assert self._visit is not None
                return {"frames": dict(self._visit.frames)}
            case {"do": "go"}:
                await self._go()
                return {}
            case {"do": "sizes"}:
                return sizes()
        raise ValueError("an unknown request")

    def _connector(self) -> Connector:
        invited = self._invited
        stack = load_stack(invited["stack"])
        started = time.monotonic()
        setting = Setting(
            clock=lambda: time.monotonic() - started,
            signer=self._signer,
            metrics=self._metrics,
            standing=lambda person, medium: MediaConsent.GRANTED,
        )
        invitation = Invitation(
            invited["url"], invited["name"], secret(invited["token"]), secret(invited["password"])
        )
        options = stack.Options.model_validate(invited["options"])
        return stack.connector(invitation, options, setting)

    async def _briefly(self) -> float:
        """Join, hear somebody, leave; seconds from the server's yes to the first frame."""
        async with self._connector() as connector:
            answered = time.monotonic()
            visit = Visit(connector, self._signer.fingerprint)
            listening = asyncio.create_task(visit.listen())
            try:
                async with asyncio.timeout(VISIT_SECONDS):
                    return await visit.sound() - answered
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _stay(self) -> Fields:
        entered: asyncio.Future[Visit] = asyncio.get_running_loop().create_future()
        self._leave.clear()
        self._staying = asyncio.create_task(self._stayed(entered))
        self._visit = await entered
        return {"at": await self._visit.sound()}

    async def _stayed(self, entered: asyncio.Future[Visit]) -> None:
        async with self._connector() as connector, asyncio.TaskGroup() as tasks:
            visit = Visit(connector, self._signer.fingerprint)
            listening = tasks.create_task(visit.listen())
            entered.set_result(visit)
            await self._leave.wait()
            listening.cancel()

    async def _go(self) -> None:
        self._leave.set()
        if self._staying is not None:
            await self._staying
        self._staying = self._visit = None


class Heap(ctypes.Structure):
    """What glibc's allocator says of itself, in bytes (mallinfo2 in malloc.h)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def allocated() -> float:
    """MiB that are in use, mapped or not; what the allocator keeps for later is not among them."""
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = Heap
    heap = ask()
    return float(heap.uordblks + heap.hblkhd) / MEBIBYTE


def sizes() -> Fields:
    """What this process holds: tasks, open files, threads (Python's, and all), MiB allocated, and
    MiB resident, without what is free for its next use."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    process = psutil.Process()
    return {
        "tasks": len(asyncio.all_tasks()),
        "files": process.num_fds(),
        "threads": threading.active_count(),
        "native_threads": process.num_threads(),
        "mb": allocated(),
        "rss_mb": process.memory_info().rss / MEBIBYTE,
    }


def secret(text: Any) -> SecretStr | None:
    return None if text is None else SecretStr(str(text))


if __name__ == "__main__":
    for name in ("aiortc", "aioice"):
        logging.getLogger(name).setLevel(logging.ERROR)
    uvloop.run(serve(Guest().reply))
