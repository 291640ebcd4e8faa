"""Plays the demo meeting in a room of its own and watches what the bot makes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from consentry.bot import Bot
from consentry.config.loading import load_config
from consentry.config.sections import Config
from consentry.connectors.driver import Wait
from consentry.consent.owner import OwnerCode, new_code
from consentry.messages import Caption, Message, Retraction, Speaking, Status, Summary
from consentry.play.meeting import Meeting, Observer
from consentry.play.participant import Received
from consentry.play.plan import Action, Ask, ParticipantPlan, Plan
from consentry.web.host import Reception, RoomHost, hosting
from consentry.web.server import Address

MEETING = Path(__file__).with_name("meeting.json")
ROOM = "demo"
HOST = "Mia"
READY_WITHIN = 30.0
"""Seconds until everybody has agreed and their audio may flow."""
SUMMARY_WITHIN = 20.0
"""Seconds from the end of the meeting to its summary."""


def demo_config() -> Config:
    """The configuration that ships with the demo."""
    return load_config(Path(__file__).with_name("consentry.yaml"))


@dataclass
class Stage:
    """What can be seen of the call so far. ``changed`` is set on every message."""

    url: str = ""
    owner_code: str | None = None
    standings: dict[str, dict[str, str]] = field(default_factory=dict)
    """By display name: purpose → standing."""
    speaking: list[str] = field(default_factory=list)
    captions: dict[str, Caption] = field(default_factory=dict)
    summary: Summary | None = None
    summary_id: str = ""
    hint: str = ""
    """What the user can do now."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def clear(self) -> None:
        """Forget the meeting before this one."""
        self.standings.clear()
        self.captions.clear()
        self.speaking, self.summary = [], None

    def finals(self) -> list[Caption]:
        """The finished captions, by when they were spoken."""
        return sorted((c for c in self.captions.values() if c.final), key=lambda c: c.start)

    def said(self, message: Message) -> None:
        """An ``Observer`` of the session: what the bot says to everybody."""
        match message.body:
            case Caption() as caption:
                self.captions[message.id] = caption
            case Speaking(speakers=speakers):
                self.speaking = [speaker.name for speaker in speakers]
            case Summary() as summary:
                self.summary, self.summary_id = summary, message.id
            case Retraction(ids=ids):
                self._retract(ids)
        self.changed.set()

    def _retract(self, ids: list[str]) -> None:
        for id_ in ids:
            self.captions.pop(id_, None)
        if self.summary_id in ids:
            self.summary = None

    def received(self, received: Received) -> None:
        """An ``Observer`` of the meeting: what reached each participant."""
        if isinstance(received.message.body, Status):
            self.standings[received.participant] = dict(received.message.body.purposes)
            self.changed.set()

    async def until_agreed(self, people: int) -> None:
        """Wait until every purpose runs on ``people`` participants."""
        while not self._agreed(people):
            self.changed.clear()
            await self.changed.wait()

    async def until_summary(self) -> None:
        """Wait for a summary."""
        while self.summary is None:
            self.changed.clear()
            await self.changed.wait()

    def _agreed(self, people: int) -> bool:
        states = list(self.standings.values())
        return len(states) == people and all(set(s.values()) == {"running"} for s in states)


class StageObserver:
    """The session's observer: keeps the stage and the owner's code up to date."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def said(self, message: Message) -> None:
        self._stage.said(message)

    def owner_code(self, code: str | None) -> None:
        self._stage.owner_code = code
        self._stage.changed.set()

    def waiting(self, wait: Wait | None) -> None:
        pass


class Demo:
    """The demo's room, in which the meeting can be played again and again."""

    def __init__(self, host: RoomHost, stage: Stage, codes: list[str]) -> None:
        self._host = host
        self.stage = stage
        self._codes = codes

    @asynccontextmanager
    async def played(self) -> AsyncIterator[None]:
        """Play the meeting up to its summary; people stay in the call while the block runs.

        Mia owns the call, turns everything on, and asks for the summary at the end. TimeoutError if
        people could not agree or the summary did not come.
        """
        stage = self.stage
        stage.clear()
        purposes = tuple(self._host.bot.config.plugins)
        plan = Plan({HOST: ParticipantPlan(owner_code=self._code(), enable=purposes)}, tail=1.0)
        async with Meeting(MEETING, stage.url, plan, Observer(stage.received)) as meeting:
            async with asyncio.timeout(READY_WITHIN):
                await stage.until_agreed(len(meeting.participants))
            await meeting.play()
            meeting.do(Action(0.0, HOST, Ask("summary")))
            async with asyncio.timeout(SUMMARY_WITHIN):
                await stage.until_summary()
            yield

    def _code(self) -> str:
        """The code of the call that is going on, or of the one that will start."""
        if self._host.session(ROOM) is not None and self.stage.owner_code:
            return self.stage.owner_code
        self._codes.append(new_code())
        return self._codes[-1]


@asynccontextmanager
async def staging(bot: Bot, stage: Stage, address: Address) -> AsyncIterator[Demo]:
    """Serve the demo's room while the block runs. SetupError if the port is taken."""
    codes: list[str] = []
    day = date.fromisoformat(json.loads(MEETING.read_bytes())["date"])
    reception = Reception(
        observe=lambda room: StageObserver(stage),
        owner_code=lambda: OwnerCode(codes[-1] if codes else None),
        today=lambda: day,
    )
    async with hosting(bot, reception, address) as host:
        stage.url = host.page(ROOM)
        yield Demo(host, stage, codes)
