"""A call in which people check in: who claims what, and what each of them is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from consentry.call.checkins import CheckInStep
from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.driver import FINE
from consentry.consent.ledger import Ledger, MemoryLedger
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Disable, Enable
from consentry.controls import OwnerCode as Code
from consentry.errors import EndReason
from consentry.events import Medium, Participant, Picture, VideoFrame
from consentry.messages import CheckedIn, CheckIn, CheckInPrompt
from consentry.metrics import Metrics
from consentry.people.claims import Claimed
from consentry.plugin import FaceChecks, Mode, Plugin
from consentry.testing import ScriptedConnector, ScriptedFaces, StillPicture
from consentry.testing.call import fake_context
from consentry_checkin import CheckInByFace

ANA, BEN, OLGA = Participant("a", "ana's laptop"), Participant("b", "ben"), Participant("o", "olga")
FACE, SMALL = StillPicture.gray(0.5, *FINE), StillPicture.gray(0.5)
NAME, TICKET = "Ana Sharp", "ticket-of-ana"
CHECKED_IN, USE_CODE = ["checked_in"], ["use_code"]
"""The verdicts of one try."""

CODE = Claimed("person-1", NAME, False, "code", TICKET)
PASSKEY, BY_FACE = replace(CODE, assurance="passkey"), CODE.by_face()


@dataclass
class CheckInCall:
    """A session on a scripted connector whose plugin looks at faces on a script."""

    session: Session
    stack: ScriptedConnector
    metrics: Metrics
    faces: ScriptedFaces
    code: OwnerCode = field(default_factory=OwnerCode)
    forgotten: list[str] = field(default_factory=list)
    """Tickets of claims that are over."""

    async def begins(self, *people: Participant) -> None:
        """Everybody comes in, and Olga, who owns the call, turns check-in on."""
        for who in (OLGA, *people):
            await self.stack.join(who)
        await self.stack.say(OLGA, Code(type="owner", code=self.code.code or ""))
        await self.turns_on()

    async def turns_on(self, name: str = "checkin") -> None:
        await self.stack.say(OLGA, Enable(type="enable", purpose=name))

    async def turns_off(self, name: str = "checkin") -> None:
        await self.stack.say(OLGA, Disable(type="disable", purpose=name))

    async def agrees(self, who: Participant) -> None:
        await self.stack.answer(who, "checkin", "yes")

    async def refuses(self, who: Participant) -> None:
        await self.stack.answer(who, "checkin", "no")

    async def claims(self, who: Participant, claim: Claimed) -> CheckInStep:
        return await self.session.check_in(who.id, claim)

    async def shows(self, who: Participant, seconds: float, picture: Picture = FACE) -> None:
        """``who``'s camera is on, and 8 pictures a second reach the bot whatever it wants."""
        for _ in range(round(seconds * 8)):
            await self.stack.happen(VideoFrame(who, picture, self.session.now()))
            await asyncio.sleep(0.125)

    def taken(self, who: Participant) -> bool:
        """Whether the bot takes ``who``'s camera at the wire."""
        return Medium.VIDEO in self.stack.wanted.get(who.id, frozenset())

    def heard(self, who: Participant) -> bool:
        """Whether the bot takes ``who``'s microphone at the wire."""
        return Medium.AUDIO in self.stack.wanted.get(who.id, frozenset())

    def prompts(self, who: Participant) -> list[str]:
        return [body.prompt for body in self.stack.told(who, CheckInPrompt)]

    def verdicts(self, who: Participant) -> list[str]:
        return [body.verdict for body in self.stack.told(who, CheckIn)]

    def listed(self, reader: Participant = BEN) -> dict[str, tuple[str, str | None]]:
        """The last list that ``reader`` got: name and assurance by participant."""
        lists = self.stack.told(reader, CheckedIn)
        people = lists[-1].people if lists else []
        return {each.participant: (each.name, each.assurance) for each in people}


@asynccontextmanager
async def a_check_in_call(
    *others: Plugin,
    faces: FaceChecks | None = None,
    plugin: Plugin | None = None,
    mode: Mode = Mode.OPT_IN,
    ledger: Ledger | None = None,
) -> AsyncIterator[CheckInCall]:
    """A call with check-in and ``others``; leaving the block ends it."""
    stack, metrics, code = ScriptedConnector(), Metrics(), OwnerCode()
    script = ScriptedFaces("look", "turn_left")
    context = replace(fake_context(), faces=faces or script)
    forgotten: list[str] = []
    plugins = (plugin or CheckInByFace(), *others)
    plan = Plan(
        "c-1",
        "Consentry",
        [(p, Offer(p.name, p.purpose, mode, media=p.needs.media)) for p in plugins],
        lambda name: context,
        code,
        link=lambda person: f"https://meet.example/me/{person}-secret",
        forget_ticket=forgotten.append,
        ledger=ledger or MemoryLedger(),
    )
    session = Session(plan, stack.joins, metrics)
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    try:
        yield CheckInCall(session, stack, metrics, script, code, forgotten)
        stack.end()
        assert await running is EndReason.ROOM_CLOSED
    finally:
        running.cancel()
        await asyncio.wait([running])
