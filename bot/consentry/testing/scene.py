"""A call with the bot and people in it, and what the conformance suite can do and expect there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakSet

from consentry.call.session import Session
from consentry.errors import EndReason
from consentry.messages import Caption, Message, Reply
from consentry.testing.cast import WORDS
from consentry.testing.venue import Someone, Venue, Wire
from consentry.testing.watched import Notes

PATIENCE = 20.0
"""Seconds for something that takes one or two on an idle machine."""

SPEECH_PATIENCE = 45.0
"""Seconds for a caption: people pause, and a recognizer thinks."""

SILENT_AFTER = 0.5
"""Seconds from a no to the last packet."""


@dataclass
class Scene:
    """The call as it stands. Everything said of people goes by their names."""

    venue: Venue
    notes: Notes
    session: Session
    speech: Mapping[str, Path]
    """A file of each voice."""
    wire: Wire | None = None
    pictures: Path | None = None
    scripted: bool = True
    """Captions tell whose voice is heard, by the words of the cast."""
    patience: float = 1.0
    """Multiplies every limit on how long something may take."""
    people: dict[str, Someone] = field(default_factory=dict)
    tasks: WeakSet[asyncio.Task[Any]] = field(default_factory=WeakSet)
    """What the session and its connector started."""
    _voices: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def expected(self, what: str, seconds: float = PATIENCE) -> AsyncIterator[None]:
        """AssertionError with the sentence ``what`` if the block fails or takes longer."""
        limit = seconds * self.patience
        try:
            async with asyncio.timeout(limit):
                yield
        except Exception as exc:
            reason = "" if isinstance(exc, TimeoutError) else f": {exc}"
            raise AssertionError(f"{what} (waited up to {limit:g} s){reason}") from exc

    # Who is here.

    async def enter(self, name: str, voice: str, *, owner: bool = False) -> None:
        """Somebody comes in and talks without end, in ``voice``."""
        self._voices[name] = voice
        self.people[name] = await self.venue.enter(name, self.speech[voice], owner=owner)

    async def leave(self, name: str) -> None:
        """They hang up, and the bot is told."""
        await self.people.pop(name).leave()
        async with self.expected(f"the connector says Left when {name} hangs up"):
            await self.notes.until(lambda: self.notes.named(name) is None)

    async def met(self, name: str) -> None:
        """The bot knows of them."""
        async with self.expected(f"the connector says Joined for {name}, under that name"):
            await self.notes.until(lambda: self.notes.named(name))

    def id(self, name: str) -> str:
        who = self.notes.named(name)
        assert who is not None, f"the connector said Left of {name}, who is in the call"
        return who.id

    # What is said to the bot, and by it.

    async def tell(self, name: str, text: str) -> Reply:
        """They say ``text`` to the bot; what it answers them, once they can read it."""
        id_, before = self.id(name), len(self.notes.replies)
        async with self.expected(f"{name}'s client sends {text.split()[0]!r} to the bot"):
            await self.people[name].tell_bot(text)

        def answers() -> list[Message]:
            fresh = self.notes.replies[before:]
            return [reply for reply in fresh if reply.to is not None and id_ in reply.to]

        async with self.expected(
            f"the connector says Said, or a chat line to the bot alone, with {name}'s "
            f"{text.split()[0]!r} in it"
        ):
            await self.notes.until(answers)
        reply = answers()[0].body
        assert isinstance(reply, Reply)
        if reply.code == "ok":
            return reply  # a client that shows what runs on its person need not say so in words
        first, *_ = reply.text.splitlines()
        async with self.expected(
            f"{name} can read the bot's reply {reply.code!r}, sent to them alone"
        ):
            await self.people[name].reads(first)
        return reply

    async def asked(self, name: str) -> None:
        """The notice of all that is turned on is on their screen."""
        for purpose in self.session.notice().purposes:
            async with self.expected(
                f"the notice reaches {name}, with the sentence of {purpose.name!r} in it"
            ):
                await self.people[name].reads(purpose.sentence)

    async def agree(self, name: str, purposes: Iterable[str]) -> None:
        """They say yes to each."""
        for purpose in purposes:
            await self.tell(name, f"/yes {purpose}")
            assert self.allows(name, purpose), f"{name}'s yes to {purpose!r} does not count"

    def allows(self, name: str, purpose: str) -> bool:
        """Whether ``purpose`` may run on them now."""
        return self.session.consent.allows(purpose, self.id(name), self.session.now())

    # What comes of their voices.

    async def caption(self, name: str) -> Caption:
        """The next finished caption of what they say from now on."""
        id_, began, known = self.id(name), self.session.now(), len(self.notes.captions)

        def fresh() -> list[Caption]:
            bodies = [message.body for message in self.notes.captions[known:]]
            captions = [body for body in bodies if isinstance(body, Caption)]
            return [c for c in captions if c.participant == id_ and c.start >= began]

        async with self.expected(f"{name}, who agreed and talks, is captioned", SPEECH_PATIENCE):
            await self.notes.until(fresh)
        caption = fresh()[0]
        if self.scripted:
            word, number = caption.text.split()
            voice = WORDS[self._voices[name]]
            assert word == voice, (
                f"caption {number} is {word}'s voice, and stands under {name}, whose voice is "
                f"{voice}: the connector gave somebody's sound to somebody else"
            )
        return caption

    async def heard(self, name: str) -> None:
        """One more frame of theirs comes."""
        id_ = self.id(name)
        before = self.notes.frames[id_]
        await self.notes.until(lambda: self.notes.frames[id_] > before)

    async def captioned(self, names: Iterable[str], readers: Iterable[str]) -> None:
        """Each of ``names`` is captioned again, and each of ``readers`` sees it under the name."""
        async with _unwrapped(), asyncio.TaskGroup() as tasks:
            for name in names:
                tasks.create_task(self._captioned(name, list(readers)))

    async def _captioned(self, name: str, readers: list[str]) -> None:
        caption = await self.caption(name)
        for reader in readers:
            async with self.expected(f"{reader} sees a caption of {name} under that name"):
                await self.people[reader].sees_caption(name, caption.text)

    def on_the_wire(self, begin: float, names: Iterable[str], why: str) -> None:
        """Since ``begin`` exactly ``names`` have reached the bot's sockets."""
        if self.wire is None:
            return
        wanted = sorted(names)
        voices = self.wire.voices(begin, self.wire.now())
        assert len(voices) == len(wanted), (
            f"{why}: {len(wanted)} audio streams should reach the bot's sockets "
            f"({', '.join(wanted) or 'nobody has'} agreed), and {len(voices)} did "
            f"(packets of each: {sorted(voices.values())})"
        )

    def wire_time(self, later: float = 0.0) -> float:
        """Now, or ``later`` seconds from now, on the clock of the wire."""
        return (self.wire.now() if self.wire is not None else 0.0) + later

    def packets(self, begin: float, end: float) -> dict[int, int]:
        """Of each stream between the two times."""
        return dict(self.wire.voices(begin, end)) if self.wire is not None else {}

    def left(self) -> list[str]:
        """Tasks of the session's, and of its connector's, that have not ended."""
        return sorted(task.get_name() for task in self.tasks if not task.done())

    async def picture(self, moment: str) -> None:
        """What everybody sees now, for the record."""
        if self.pictures is None:
            return
        for name, person in self.people.items():
            await person.screenshot(self.pictures / f"{moment}-{name.lower()}.png")


@asynccontextmanager
async def running(scene: Scene) -> AsyncIterator[asyncio.Task[EndReason]]:
    """The bot's session, while the block runs; what fails there, fails here.

    Afterwards :attr:`Scene.tasks` are those it left behind.
    """
    async with _unwrapped(), asyncio.TaskGroup() as group, _tasks_kept(scene.tasks):
        token = _under_test.set(True)
        task = group.create_task(scene.session.run(), name="session under test")
        _under_test.reset(token)
        try:
            yield task
        except BaseException:
            task.cancel()
            raise


_under_test: ContextVar[bool] = ContextVar("under_test", default=False)
"""Set in the session's context and, with it, in that of every task it has made."""


@asynccontextmanager
async def _tasks_kept(tasks: WeakSet[asyncio.Task[Any]]) -> AsyncIterator[None]:
    """Put what the session under test starts into ``tasks``, and nothing that others start."""
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
        make: Callable[..., Any] = before or _plain_task
        task = make(loop, coro, **options)
        if _under_test.get():
            tasks.add(task)
        return task

    loop.set_task_factory(factory)
    try:
        yield
    finally:
        loop.set_task_factory(before)


def _plain_task(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
    return asyncio.Task(coro, loop=loop, **options)


@asynccontextmanager
async def _unwrapped() -> AsyncIterator[None]:
    """One failure as itself, not as a group of one."""
    try:
        yield
    except BaseExceptionGroup as group:
        inner: BaseException = group
        while isinstance(inner, BaseExceptionGroup):
            inner = inner.exceptions[0]
        raise inner from None
