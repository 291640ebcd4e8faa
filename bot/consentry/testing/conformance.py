"""What every connector must keep, shown in a call on a real server: the conformance suite."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.driver import Connector, Setting
from consentry.errors import EndReason
from consentry.messages import Summary
from consentry.metrics import Metrics
from consentry.testing.cast import scripted_plan
from consentry.testing.scene import SILENT_AFTER, Scene, running
from consentry.testing.venue import Feature, Someone, Venue, Wire
from consentry.testing.voices import VOICES, Voice
from consentry.testing.watched import Notes, Watched, Watcher

__all__ = ["Feature", "Report", "Someone", "Venue", "Wire", "check_call"]

PURPOSES = ("captions", "summary")
"""Of the plan, in the order they are turned on."""

BACK_WITHIN = 10.0
"""Seconds from the server's return, and the people's, to their sound."""


@dataclass(frozen=True)
class Report:
    """What a call showed besides that nothing failed."""

    left_out: Mapping[Feature, str]
    """Steps that were not taken because the stack has no notion of them, each with the reason."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long it took: ``join``, ``no_to_silence`` (with a wire), ``reconnect``."""


async def check_call(
    venue: Venue,
    *,
    plan: Plan | None = None,
    wire: Wire | None = None,
    pictures: Path | None = None,
    patience: float = 1.0,
) -> Report:
    """Hold a whole call on ``venue``; AssertionError says what was expected of the connector.

    Four people come and go, agree, decline and change their minds, and the server is restarted
    under them. ``plan`` is what the bot runs, with purposes called ``captions`` and ``summary``;
    by default both are scripted, and a caption tells whose voice is heard, so that sound under a
    wrong name is found. ``wire`` counts packets at the bot's sockets; without it nothing is
    counted. ``pictures`` is a folder for screenshots. ``patience`` multiplies every limit on how
    long something may take, but for those that are promised: the half second after a no, the ten
    after a restart.
    """
    report = Report(dict(venue.without))
    with tempfile.TemporaryDirectory() as folder:
        voices = {name: Voice.load(name) for name in VOICES}
        speech = {name: Path(folder, f"{name}.wav") for name in voices}
        for name, voice in voices.items():
            voice.write(speech[name])
        notes = Notes()

        def joins(setting: Setting) -> Watched:
            return Watched(invited(venue, setting), notes)

        watcher = Watcher(notes)
        session = Session(plan or scripted_plan(voices), joins, Metrics(), watcher)
        scene = Scene(venue, notes, session, speech, wire, pictures, plan is None, patience)
        await _hold(scene, report)
    assert not notes.faults, f"the connector broke its contract: {'; '.join(notes.faults)}"
    return report


def invited(venue: Venue, setting: Setting) -> Connector:
    """The connector under test, as whoever invites the bot has it made."""
    stack, invitation, options = venue.stack(), venue.invitation(), venue.options()
    assert isinstance(options, stack.Options), "the venue's options are of the stack's class"
    assert stack.recognizes(invitation.url), f"{stack.name} recognizes the address of its call"
    stack.check(invitation, options)
    return stack.connector(invitation, options, setting)


async def _hold(scene: Scene, report: Report) -> None:
    await scene.enter("Mia", "mia", owner=True)
    await scene.enter("Sam", "sam")
    await scene.enter("Olga", "olivia")
    joined, wire_joined = time.monotonic(), scene.wire_time()
    async with running(scene) as ending:
        for name in scene.people:
            await scene.met(name)
        report.seconds["join"] = time.monotonic() - joined
        await _nobody_else_can_turn_anything_on(scene)
        await _the_owner_turns_purposes_on(scene)
        for name in scene.people:
            await scene.asked(name)
        scene.on_the_wire(wire_joined, (), "before anybody agreed")
        await scene.picture("1-asked")
        await _everybody_agrees_and_is_captioned(scene)
        await scene.picture("2-captions")
        await _one_declines_and_keeps_talking(scene, report)
        await _and_agrees_again(scene)
        await _one_leaves_and_one_comes_late(scene)
        if Feature.RESTART not in report.left_out:
            await _the_server_is_restarted(scene, report)
        await _the_summary_arrives(scene)
        await scene.picture("3-summary")
        await _the_bot_goes(scene, ending)
    assert not scene.left(), f"the connector left tasks when the call was over: {scene.left()}"


async def _nobody_else_can_turn_anything_on(scene: Scene) -> None:
    code, consent = scene.notes.owner_code, scene.session.consent
    assert code is not None
    if Feature.GUESTS not in scene.venue.without:
        reply = await scene.tell("Sam", f"/owner {code}")
        assert reply.code == "not_owner" and consent.owner is None, (
            "the stack says that Sam does not run this call, so the owner's code is not taken "
            f"from them: say Joined with Role.GUEST (the reply was {reply.code!r})"
        )
    wrong = await scene.tell("Olga", "/owner WRONG-CODE")
    assert wrong.code in ("wrong_code", "not_owner") and consent.owner is None
    for purpose in PURPOSES:
        reply = await scene.tell("Sam", f"/on {purpose}")
        assert reply.code == "not_owner" and not consent.enabled(purpose)


async def _the_owner_turns_purposes_on(scene: Scene) -> None:
    reply = await scene.tell("Mia", f"/owner {scene.notes.owner_code}")
    assert reply.code == "owner_confirmed", (
        "the owner's code is taken from Mia, who runs this call: say Joined with Role.OWNER, or "
        f"Role.UNKNOWN where the stack has no such notion (the reply was {reply.code!r})"
    )
    for purpose in PURPOSES:
        await scene.tell("Mia", f"/on {purpose}")
        assert scene.session.consent.enabled(purpose)


async def _everybody_agrees_and_is_captioned(scene: Scene) -> None:
    for name in scene.people:
        await scene.agree(name, PURPOSES)
    begin = scene.wire_time()
    await scene.captioned(scene.people, readers=scene.people)
    scene.on_the_wire(begin, scene.people, "when everybody agreed")


async def _one_declines_and_keeps_talking(scene: Scene, report: Report) -> None:
    others = [name for name in scene.people if name != "Sam"]
    before = scene.wire_time(-1.0)
    async with scene.expected("Sam's client sends '/no all'"):
        await scene.people["Sam"].tell_bot("/no all")
    said = scene.wire_time()
    async with scene.expected("the connector carries Sam's no to the session at once", 2.0):
        await scene.notes.until(lambda: not scene.allows("Sam", "captions"))
    frames, captions = scene.notes.frames[scene.id("Sam")], len(scene.notes.captions)
    # Two captions each: five seconds in which a packet of Sam's could show.
    await scene.captioned(others, readers=scene.people)
    await scene.captioned(others, readers=scene.people)
    scene.on_the_wire(said + SILENT_AFTER, others, "half a second after Sam's no")
    assert scene.notes.frames[scene.id("Sam")] == frames, (
        "no frame of Sam's comes once want() has returned without their audio"
    )
    about = [message.about for message in scene.notes.captions[captions:]]
    assert not any(scene.id("Sam") in people for people in about)
    now = scene.wire_time()
    gone = scene.packets(before, said).keys() - scene.packets(said + SILENT_AFTER, now).keys()
    late = scene.packets(said, now)
    report.seconds["no_to_silence"] = 0.02 * sum(late.get(ssrc, 0) for ssrc in gone)


async def _and_agrees_again(scene: Scene) -> None:
    await scene.agree("Sam", PURPOSES)
    begin = scene.wire_time()
    await scene.captioned(scene.people, readers=scene.people)
    scene.on_the_wire(begin, scene.people, "when Sam agreed again")


async def _one_leaves_and_one_comes_late(scene: Scene) -> None:
    await scene.leave("Olga")
    left = scene.wire_time()
    await scene.enter("Lena", "olivia")
    await scene.met("Lena")
    await scene.asked("Lena")
    await scene.tell("Lena", "/no all")
    await scene.captioned(("Mia", "Sam"), readers=scene.people)
    scene.on_the_wire(left + SILENT_AFTER, ("Mia", "Sam"), "after Olga left and Lena said no")


async def _the_server_is_restarted(scene: Scene, report: Report) -> None:
    ids = {name: scene.id(name) for name in scene.people}
    await scene.venue.restart()
    for name, person in scene.people.items():
        async with scene.expected(f"{name} is back in the call after the server's restart", 60.0):
            await person.comes_back()
    back = time.monotonic()
    for name in scene.people:
        async with scene.expected(f"the connector is in the call again and knows {name}"):
            await scene.notes.until(partial(scene.notes.named, name))
    took = time.monotonic() - back
    await _who_is_new_is_asked_again(scene, ids)
    agreed = time.monotonic()
    for name in ("Mia", "Sam"):
        async with scene.expected(f"{name}, who agreed, is heard again"):
            await scene.heard(name)
    report.seconds["reconnect"] = took = took + time.monotonic() - agreed
    assert took <= BACK_WITHIN, (
        f"sound is back {BACK_WITHIN:g} s after the server and the people are; it took {took:.1f} s"
    )
    heard = scene.wire_time()
    await scene.captioned(("Mia", "Sam"), readers=scene.people)
    why = "after the server's restart, with Lena's no still in force"
    scene.on_the_wire(heard, ("Mia", "Sam"), why)
    assert not any(scene.allows("Lena", purpose) for purpose in PURPOSES)


async def _who_is_new_is_asked_again(scene: Scene, before: Mapping[str, str]) -> None:
    """Where ids do not outlive a restart, those who come back are strangers to the bot."""
    consent = scene.session.consent
    if consent.owner != scene.id("Mia") or consent.paused:
        await scene.tell("Mia", f"/owner {scene.notes.owner_code}")
    for name in ("Mia", "Sam"):
        missing = [purpose for purpose in PURPOSES if not scene.allows(name, purpose)]
        if missing:
            await scene.asked(name)
            await scene.agree(name, missing)
    if scene.id("Lena") != before["Lena"]:
        await scene.asked("Lena")


async def _the_summary_arrives(scene: Scene) -> None:
    known = len(scene.notes.summaries)
    async with scene.expected("Mia's client sends '/summary'"):
        await scene.people["Mia"].tell_bot("/summary")
    async with scene.expected("the connector carries Mia's '/summary' to the session"):
        await scene.notes.until(lambda: len(scene.notes.summaries) > known)
    body = scene.notes.summaries[-1].body
    assert isinstance(body, Summary)
    for name, person in scene.people.items():
        for line in body.abstract:
            async with scene.expected(f"the summary reaches {name}"):
                await person.reads(line.text)


async def _the_bot_goes(scene: Scene, ending: asyncio.Task[EndReason]) -> None:
    if Feature.KICK in scene.venue.without:
        scene.session.stop()
        reason = EndReason.LEFT
    else:
        await scene.venue.kick()
        reason = EndReason.KICKED
    async with scene.expected(f"the call ends for the bot, with Ended({reason.name})"):
        given = await asyncio.shield(ending)
    assert given is reason, f"the connector said Ended({given.name}), and it was {reason.name}"
