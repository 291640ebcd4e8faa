"""The bot's connector in a Galene group, and a stand-in for its session."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from pydantic import SecretStr

from consentry.connectors.driver import (
    Connector,
    Ended,
    Happening,
    MediaConsent,
    Setting,
    Subscription,
    Wait,
)
from consentry.connectors.galene.stack import Galene, GaleneOptions
from consentry.connectors.stack import Invitation
from consentry.events import AudioFrame, Joined, Left, Medium, Participant, VideoFrame
from consentry.messages import AnyBody, Message
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.venues.galene import BOT, BOT_PASSWORD

AUDIO, VIDEO = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO})
NOTHING: frozenset[Medium] = frozenset()


@dataclass
class Bot:
    """A connector, and what it said happened."""

    url: str
    password: str | None = BOT_PASSWORD
    token: str | None = None
    options: GaleneOptions = field(default_factory=GaleneOptions)
    happened: list[Happening] = field(default_factory=list)
    waits: list[Wait | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        began = time.monotonic()
        self.metrics = Metrics()
        self.standings: dict[str, MediaConsent] = {}
        self.setting = Setting(
            clock=lambda: time.monotonic() - began,
            signer=Signer("c-test"),
            metrics=self.metrics,
            standing=lambda who, _: self.standings.get(who, MediaConsent.UNDECIDED),
            waiting=self._waits,
        )
        invitation = Invitation(self.url, BOT, _secret(self.token), _secret(self.password))
        self.connector: Connector = Galene.connector(invitation, self.options, self.setting)
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self.happened.append(happening)
            self._news.set()

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for the happening that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    async def met(self, name: str) -> Participant:
        """Whoever is here under ``name``, once they are."""
        await self.until(lambda: name in self.here())
        return self.here()[name]

    def here(self) -> dict[str, Participant]:
        """Who is in the call, by name."""
        people: dict[str, Participant] = {}
        for happening in self.happened:
            match happening:
                case Joined(participant=who):
                    people[who.id] = who
                case Left(participant=who):
                    del people[who.id]
        return {who.name: who for who in people.values()}

    def frames(self, who: Participant) -> list[AudioFrame]:
        """What was heard of them so far."""
        return [
            each
            for each in self.happened
            if isinstance(each, AudioFrame) and each.participant.id == who.id
        ]

    async def hears(self, who: Participant, seconds: float = 0.5) -> None:
        """Wait for that much more of their voice."""
        blocks = len(self.frames(who)) + int(seconds / 0.08) + 1
        await self.until(lambda: len(self.frames(who)) >= blocks)

    async def sees(self, who: Participant, width: int) -> None:
        """Wait for another picture of them that is so wide."""
        known = len(self.happened)

        def seen() -> bool:
            found = (h for h in self.happened[known:] if isinstance(h, VideoFrame))
            return any(f.participant.id == who.id and f.picture.width == width for f in found)

        await self.until(seen)

    async def falls_silent(self, who: Participant, seconds: float) -> None:
        """Wait until nothing was heard of them for so long."""
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(seconds):
                    await self.hears(who, 0.0)

    def ended(self) -> Ended | None:
        last = self.happened[-1] if self.happened else None
        return last if isinstance(last, Ended) else None

    async def grant(self, who: Participant, media: frozenset[Medium] = AUDIO) -> None:
        """As a session does once ``who`` agreed to something."""
        self.standings[who.id] = MediaConsent.GRANTED
        await self.connector.want(Subscription(who.id, media, 5.0))

    async def withdraw(self, who: Participant) -> None:
        """As a session does once ``who`` changed their mind."""
        self.standings[who.id] = MediaConsent.DECLINED
        await self.connector.want(Subscription(who.id, NOTHING))

    async def say(self, body: AnyBody, to: Participant | None = None, id_: str = "") -> None:
        name = id_ or f"test/{next(self._numbers)}"
        people = frozenset({to.id}) if to is not None else None
        await self.connector.send(Message(body, name, self.setting.clock(), to=people))

    def _waits(self, wait: Wait | None) -> None:
        self.waits.append(wait)
        self._news.set()


@asynccontextmanager
async def present(bot: Bot) -> AsyncIterator[Bot]:
    """The bot in the group while the block runs."""
    async with asyncio.TaskGroup() as tasks, bot.connector:
        tasks.create_task(bot.listen())
        yield bot


def _secret(text: str | None) -> SecretStr | None:
    return SecretStr(text) if text is not None else None
