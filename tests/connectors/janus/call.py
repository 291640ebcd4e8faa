"""A bot in a room of a real Janus, and people there who speak and write."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from consentry.connectors.driver import (
    Happening,
    MediaConsent,
    Reachable,
    Setting,
    Subscription,
    Wait,
)
from consentry.connectors.janus.connector import JanusConnector
from consentry.connectors.janus.stack import JanusOptions
from consentry.connectors.stack import Invitation
from consentry.events import AudioFrame, Left, Medium, Participant
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.connectors.janus.people import FRAME_SECONDS, Publisher, Texter, attached
from tests.fuzz.target import SEEDS, unpack
from tests.venues.janus_server import ROOM, JanusServer

AUDIO = frozenset({Medium.AUDIO})
NOTHING = frozenset[Medium]()
SPEECH = unpack((SEEDS / "opus" / "speech").read_bytes())


def invitation(janus: JanusServer, room: int = ROOM, **fields: Any) -> Invitation:
    return Invitation(f"janus+{janus.url}/{room}", **fields)


class Bot:
    """A connector, and a stand-in for its session that does what the test says."""

    def __init__(self, invited: Invitation, options: JanusOptions | None = None) -> None:
        self._started = time.monotonic()
        self.metrics = Metrics()
        self.granted: set[str] = set()
        self.waits: list[Wait | None] = []
        self.setting = Setting(
            clock=lambda: time.monotonic() - self._started,
            signer=Signer("c-test"),
            metrics=self.metrics,
            standing=self._standing,
            waiting=self._waits,
        )
        self.connector = JanusConnector(invited, options or JanusOptions(), self.setting)
        self.happened: list[Happening] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self.happened.append(happening)
            self._news.set()

    async def until(self, true: Callable[[], Any]) -> Any:
        """What is true once something happened."""
        while not (found := true()):
            self._news.clear()
            await self._news.wait()
        return found

    async def knows(self, name: str) -> Participant:
        """Somebody of this name who can be told something, once there is."""
        found: list[Participant] = await self.until(lambda: self._known(name))
        return found[-1]

    def _known(self, name: str) -> list[Participant]:
        known: dict[str, Participant] = {}
        for happening in self.happened:
            match happening:
                case Reachable(participant=who):
                    known[who.id] = who
                case Left(participant=who):
                    known.pop(who.id, None)
        return [who for who in known.values() if who.name == name]

    def of(self, kind: type) -> list[Any]:
        return [h for h in self.happened if isinstance(h, kind)]

    async def grant(self, who: Participant, media: frozenset[Medium] = AUDIO) -> None:
        self.granted.add(who.id)
        await self.connector.want(Subscription(who.id, media))

    async def withdraw(self, who: Participant) -> None:
        self.granted.discard(who.id)
        await self.connector.want(Subscription(who.id, NOTHING))

    def heard(self, who: Participant, since: int = 0) -> list[AudioFrame]:
        events = self.happened[since:]
        return [h for h in events if isinstance(h, AudioFrame) and h.participant.id == who.id]

    async def hears(self, who: Participant) -> float:
        """Seconds until the next frame of theirs."""
        began, known = time.monotonic(), len(self.happened)
        await self.until(lambda: self.heard(who, known))
        return time.monotonic() - began

    async def falls_silent(self, who: Participant, seconds: float) -> None:
        """Wait until nothing was heard of them for so long."""
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(seconds):
                    await self.hears(who)

    def _standing(self, who: str, _: Medium) -> MediaConsent:
        return MediaConsent.GRANTED if who in self.granted else MediaConsent.UNDECIDED

    def _waits(self, wait: Wait | None) -> None:
        self.waits.append(wait)
        self._news.set()


@asynccontextmanager
async def bot_in(janus: JanusServer, **options: Any) -> AsyncIterator[Bot]:
    """The bot, from its joining to its leaving."""
    bot = Bot(invitation(janus), JanusOptions(**options))
    async with asyncio.TaskGroup() as tasks, bot.connector:
        tasks.create_task(bot.listen())
        yield bot


class Guest:
    """Somebody in both rooms who talks without end."""

    def __init__(self, name: str, video: Publisher, text: Texter) -> None:
        self.name = name
        self.video = video
        self.text = text

    async def show(self, code: str) -> None:
        """Put a code behind the name."""
        request = {"request": "configure", "display": f"{self.name} #{code}"}
        await self.video.handle.request(request)

    async def code(self) -> str:
        """The one the bot whispered last."""
        await self.text.line("#")
        whispers = [line for line in self.text.lines() if "#" in line]
        match = re.search(r"#([0-9A-Z]{6})", whispers[-1])
        assert match is not None
        return match[1]

    async def be_known(self, bot: Bot) -> Participant:
        """Show the code, and be told that the bot knows."""
        await self.show(await self.code())
        return await bot.knows(self.name)

    async def talk(self) -> None:
        for number in range(1 << 30):
            await self.video.send("audio", SPEECH[number % len(SPEECH)])
            await asyncio.sleep(FRAME_SECONDS)


@asynccontextmanager
async def guest_in(
    janus: JanusServer, name: str, username: str | None = None
) -> AsyncIterator[Guest]:
    """Somebody, from their coming to their going."""
    async with (
        attached(janus.url) as video,
        attached(janus.url, "textroom") as text,
        asyncio.TaskGroup() as tasks,
    ):
        guest = Guest(name, Publisher(video), Texter(text, username or name.lower(), name))
        await guest.video.publish(name)
        await guest.text.join()
        talking = tasks.create_task(guest.talk())
        try:
            yield guest
        finally:
            talking.cancel()
            await guest.video.close()
            await guest.text.close()
