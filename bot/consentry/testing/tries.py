"""What a connector does while somebody checks in by face, shown in a call on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from consentry.call.checkins import CheckInStep
from consentry.call.plan import CHECK_IN, Plan
from consentry.call.session import Session
from consentry.connectors.driver import FINE, Setting, is_fine
from consentry.consent.notice import Offer
from consentry.consent.purpose import Purpose
from consentry.events import CheckInAsked, Event, Left, Medium, Revoked, VideoFrame
from consentry.messages import Assurance, CheckIn, CheckInPrompt, Message
from consentry.metrics import Metrics
from consentry.plugin import Context, Messages, Needs, Plugin
from consentry.testing.call import fake_context
from consentry.testing.conformance import invited
from consentry.testing.scene import Scene, running
from consentry.testing.venue import FilmVenue
from consentry.testing.watched import Notes, Size, Watched, Watcher
from consentry.words.catalog import words

__all__ = ["FilmVenue", "Sizes", "check_tries"]

LARGEST = (1280, 720)
"""Pixels of the longer side and of the shorter one: more is of no use to a face."""

PICTURES = 3
"""Pictures that tell of which size they come."""

PURPOSES = ("watch", "checkin")
PAGE = "https://consentry.example/me/a-secret"


@dataclass(frozen=True)
class Sizes:
    """What the pictures of somebody who tried to check in were like."""

    before: Size
    during: Size
    after: Size


class ScriptedWatch(Plugin):
    """Has everybody's pictures taken who agrees, and does nothing with them."""

    name = "watch"
    purpose = Purpose(
        title="Watching",
        sentence="Takes a picture of everybody who agrees now and then, and drops it.",
        data="your camera",
        why="so that there are pictures",
        retention="not at all",
    )
    needs = Needs(media=frozenset({Medium.VIDEO}), frames_per_second=2.0)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            del event
        for message in list[Message]():  # which makes it a generator, that says nothing
            yield message


class ScriptedCheckIn(Plugin):
    """A try ends well with the picture after :data:`PICTURES` large ones; or never, where the
    ticket says so."""

    name = "checkin"
    purpose = Purpose(
        title="Check-in by size",
        sentence="Looks how large your pictures are, when you ask for it.",
        data="your camera",
        why="so that you need no code",
        retention="not at all",
        biometric=True,
    )
    needs = Needs(media=frozenset({Medium.VIDEO, Medium.CHECK_INS}), frames_per_second=8.0)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        asked: dict[str, CheckInAsked] = {}
        seen: dict[str, int] = {}
        async for event in events:
            match event:
                case CheckInAsked(participant=who):
                    asked[who.id], seen[who.id] = event, 0
                case Revoked(participant=who) | Left(participant=who):
                    asked.pop(who.id, None)
                case VideoFrame(participant=who, picture=picture) if who.id in asked:
                    seen[who.id] += fine((picture.width, picture.height))
                    if seen[who.id] == 1:
                        yield _said(asked[who.id], CheckInPrompt(prompt="turn_left"), event.at)
                    if seen[who.id] > PICTURES and asked[who.id].ticket != "endless":
                        yield _said(asked.pop(who.id), CheckIn(verdict="checked_in"), event.at)


def _said(asked: CheckInAsked, body: CheckIn | CheckInPrompt, at: float) -> Message:
    person = frozenset({asked.participant.id})
    return Message(body, asked.id, at, about=person, to=person)


@dataclass(frozen=True)
class _Claim:
    """Implements ``Claim``."""

    name: str
    ticket: str
    assurance: Assurance = "face"
    look_alike: bool = False

    @property
    def person_id(self) -> str:
        return f"person-{self.name}"


def fine(size: Size) -> bool:
    """Whether a picture of this size is one of somebody who tries to check in."""
    return is_fine(*size) and max(size) <= LARGEST[0] and min(size) <= LARGEST[1]


async def check_tries(
    venue: FilmVenue, *, pictures: Path | None = None, patience: float = 1.0
) -> Sizes:
    """Hold a call in which people check in by face; AssertionError says what was expected.

    All three people have a camera on; Mia and Sam agree, Olga says nothing and then no. Mia tries
    and is checked in; Sam tries and takes his yes back. Each is told what to do in private, their
    pictures alone become large, and small again once it is over. ``patience`` multiplies every
    limit on how long something may take; ``pictures`` is a folder for screenshots.
    """
    notes = Notes()

    def joins(setting: Setting) -> Watched:
        return Watched(invited(venue, setting), notes)

    session = Session(_plan(), joins, Metrics(), Watcher(notes))
    scene = Scene(venue, notes, session, {}, pictures=pictures, patience=patience)
    for name in ("Mia", "Sam", "Olga"):
        scene.people[name] = await venue.film(name, owner=name == "Mia")
    async with running(scene) as ending:
        await _some_agree(scene)
        sizes = await _one_is_checked_in(scene)
        assert not _sizes(scene, "Olga"), "no picture comes of Olga, who said nothing yet"
        await scene.tell("Olga", "/no all")
        await _one_takes_it_back(scene)
        assert not _sizes(scene, "Olga"), "no picture comes of Olga, who declined"
        session.stop()
        await asyncio.shield(ending)
    assert not notes.faults, f"the connector broke its contract: {'; '.join(notes.faults)}"
    return sizes


def _plan() -> Plan:
    plugins: list[Plugin] = [ScriptedWatch(), ScriptedCheckIn()]
    offers = [Offer(p.name, p.purpose, p.purpose.mode, media=p.needs.media) for p in plugins]
    return Plan(
        call="c-conformance",
        bot="Consentry",
        plugins=list(zip(plugins, offers, strict=True)),
        context=lambda name: fake_context(),
        link=lambda person: PAGE,
    )


async def _some_agree(scene: Scene) -> None:
    for name in scene.people:
        await scene.met(name)
    await scene.tell("Mia", f"/owner {scene.notes.owner_code}")
    for purpose in PURPOSES:
        await scene.tell("Mia", f"/on {purpose}")
    for name, person in scene.people.items():
        await scene.asked(name)
        async with scene.expected(f"the notice tells {name} where to check in"):
            await person.reads(f"{PAGE}{CHECK_IN}")
    for name in ("Mia", "Sam"):
        await scene.agree(name, PURPOSES)
    reply = await scene.tell("Sam", "/checkin")
    assert reply.code == "check_in"


async def _one_is_checked_in(scene: Scene) -> Sizes:
    before, others = await _settled(scene, "Mia"), await _settled(scene, "Sam")
    seen = len(_sizes(scene, "Sam"))
    await _tries(scene, "Mia", "until-checked-in")
    during = _sizes(scene, "Mia")[-1]
    await _reads(scene, "Mia", "checked_in")
    after = await _small_again(scene, "Mia", before)
    await _settled(scene, "Sam")
    larger = [size for size in _sizes(scene, "Sam")[seen:] if _area(size) > _area(others)]
    assert not larger, (
        f"while Mia checks in, the pictures of Sam, who does not, stay as small as they were: "
        f"{others}, and not {larger[0]}"
    )
    return Sizes(before, during, after)


async def _one_takes_it_back(scene: Scene) -> None:
    before = await _settled(scene, "Sam")
    await _tries(scene, "Sam", "endless")
    async with scene.expected("Sam's client sends '/no checkin'"):
        await scene.people["Sam"].tell_bot("/no checkin")
    await _reads(scene, "Sam", "use_code")
    await _small_again(scene, "Sam", before)


async def _tries(scene: Scene, name: str, ticket: str) -> None:
    """``name`` shows who they are and begins a try; it goes on once this returns."""
    step = await scene.session.check_in(scene.id(name), _Claim(name, ticket))
    assert step is CheckInStep.TRYING
    seen = len(_sizes(scene, name))
    await _reads(scene, name, "look")
    async with scene.expected(
        f"while {name} checks in, want() says fine=True of them, and pictures of {FINE[0]} x "
        f"{FINE[1]} come, or of the nearest size above, up to {LARGEST[0]} x {LARGEST[1]}"
    ):
        await scene.notes.until(lambda: any(map(fine, _sizes(scene, name)[seen:])))
    await _reads(scene, name, "turn_left")
    await scene.picture(f"{name.lower()}-tries")


async def _small_again(scene: Scene, name: str, before: Size) -> Size:
    """Wait until their pictures are as they were before the try, and stay so."""

    def small() -> bool:
        last = _sizes(scene, name)[-PICTURES:]
        return all(_area(size) <= _area(before) for size in last)

    async with scene.expected(
        f"once {name}'s try is over, want() says fine=False of them, and their pictures are as "
        f"small as before: {before}"
    ):
        await scene.notes.until(small)
    return _sizes(scene, name)[-1]


async def _settled(scene: Scene, name: str) -> Size:
    """The size of their next pictures; the largest, as a browser makes them smaller under load."""
    seen = len(_sizes(scene, name))
    async with scene.expected(f"pictures come of {name}, who agreed to that"):
        await scene.notes.until(lambda: len(_sizes(scene, name)) >= seen + PICTURES)
    return max(_sizes(scene, name)[seen:], key=_area)


async def _reads(scene: Scene, name: str, said: str) -> None:
    text = words("en").say(f"check_in.{said}")
    async with scene.expected(f"{name}, who checks in, reads {text!r}, said to them alone"):
        await scene.people[name].reads(text)


def _sizes(scene: Scene, name: str) -> list[Size]:
    return scene.notes.pictures.get(scene.id(name), [])


def _area(size: Size) -> int:
    return size[0] * size[1]
