"""The gate reads consent on offer, on take, by capture time, and on the way out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.consent.purpose import Mode
from consentry.consent.state import Consent, Terms
from consentry.events import (
    AudioFrame,
    ChatReceived,
    CheckInAsked,
    Event,
    Gap,
    Joined,
    Medium,
    Participant,
    Revoked,
    Segment,
    Summarized,
    SummaryItem,
    Tick,
    VideoFrame,
)
from consentry.gate import Gate
from consentry.messages import (
    ActionItem,
    AnyBody,
    Caption,
    CheckIn,
    CheckInPrompt,
    Message,
    Note,
    Notice,
    Reply,
    Speaker,
    Speaking,
    Status,
    Summary,
    Want,
)
from tests.pictures import shown

ANA, BEN = Participant("a", "Ana"), Participant("b", "Ben")
BLOCK = np.zeros(1280, np.float32)
STEPS = ("enable", "disable", "yes", "no", "frame", "old frame", "drain", "+1")


class Door:
    """A gate, its consent, and what came through."""

    def __init__(self, capacity: int = 100, *media: Medium) -> None:
        self.now = 5.0
        self.consent = Consent([Terms("captions", "v")])
        self.consent.confirm_owner("olga")
        for person in ("a", "b"):
            self.consent.joined(person)
        needed = frozenset(media or {Medium.AUDIO})
        self.gate = Gate("captions", needed, self.consent, lambda: self.now, capacity)

    def agree(self, *people: str) -> None:
        self.consent.enable("captions", "olga")
        for person in people:
            version = self.consent.version("captions")
            self.consent.commit(self.consent.propose(person, "captions", version), self.now)

    def taken(self) -> list[Event]:
        return list(iter(self.gate.take, None))


def test_a_device_whose_clock_is_ahead_is_not_past_its_grace_period() -> None:
    consent = Consent([Terms("captions", "v", Mode.NOTICE, grace=10.0)])
    consent.confirm_owner("olga")
    consent.joined("a")
    consent.enable("captions", "olga")
    consent.noticed("a", "captions", consent.version("captions"), 0.0)
    now = 4.0
    gate = Gate("captions", frozenset({Medium.AUDIO}), consent, lambda: now)
    assert not gate.offer(AudioFrame(ANA, BLOCK, 11.0))
    now = 10.0
    assert gate.offer(AudioFrame(ANA, BLOCK, 11.0))


def test_every_sequence_of_steps_shows_only_frames_of_agreed_moments() -> None:
    for steps in itertools.product(STEPS, repeat=5):
        door, agreed_since, on = Door(), None, False
        for step in steps:
            match step:
                case "enable":
                    door.consent.enable("captions", "olga")
                    on = True
                case "disable":
                    door.consent.disable("captions", "olga")
                    on, agreed_since = False, None
                case "yes" if on:
                    door.agree("a")
                    agreed_since = door.now if agreed_since is None else agreed_since
                case "no":
                    door.consent.refuse("a", "captions")
                    agreed_since = None
                case "frame":
                    door.gate.offer(AudioFrame(ANA, BLOCK, door.now))
                case "old frame":
                    door.gate.offer(AudioFrame(ANA, BLOCK, door.now - 0.5))
                case "+1":
                    door.now += 1
                case "drain":
                    for event in door.taken():
                        assert isinstance(event, AudioFrame)
                        assert on and agreed_since is not None, steps
                        assert event.at >= agreed_since, steps
        note = Message(Note(plugin="captions", title="x"), "x", door.now, about=frozenset("a"))
        assert door.gate.passes(note) == (on and agreed_since is not None), steps


def test_what_waits_is_withheld_when_consent_goes() -> None:
    door = Door()
    door.agree("a", "b")
    for who in (ANA, BEN):
        assert door.gate.offer(AudioFrame(who, BLOCK, door.now))
    door.consent.refuse("a", "captions")
    [event] = door.taken()
    assert isinstance(event, AudioFrame)
    assert event.participant == BEN


@pytest.mark.parametrize(
    "event",
    [
        Segment(ANA, "s", 0, "words", 6.0, 7.0),
        ChatReceived(ANA, "c", "words", 6.0),
        shown(ANA, 6.0),
    ],
)
def test_a_plugin_sees_no_medium_it_did_not_declare(event: Event) -> None:
    door = Door()
    door.agree("a")
    assert not door.gate.offer(event)
    assert door.gate.offer(AudioFrame(ANA, BLOCK, 6.0))


def test_a_revocation_always_comes_through() -> None:
    door = Door()
    assert door.gate.offer(Revoked(ANA, 5.0))
    assert door.taken() == [Revoked(ANA, 5.0)]


def test_who_declined_is_not_even_announced() -> None:
    door = Door()
    door.agree("b")
    assert not door.gate.offer(Joined(ANA, door.now))
    assert door.gate.offer(Joined(BEN, door.now))


@given(st.lists(st.sampled_from("abtr"), max_size=60), st.integers(1, 8))
def test_a_full_gate_drops_sound_and_ticks_and_nothing_else(kinds: list[str], size: int) -> None:
    door = Door(capacity=size)
    door.agree("a", "b")
    for i, kind in enumerate(kinds):
        at = 5.0 + i * 0.08
        match kind:
            case "a" | "b":
                who = ANA if kind == "a" else BEN
                door.gate.offer(AudioFrame(who, BLOCK, at))
            case "t":
                door.gate.offer(Tick(at))
            case "r":
                door.gate.offer(Revoked(ANA, at))
    came = door.taken()
    assert sum(isinstance(e, Revoked) for e in came) == kinds.count("r")
    assert len(came) <= size + kinds.count("r") + 2, "the queue grew: a gap each is the most"
    frames = [e for e in came if isinstance(e, AudioFrame)]
    assert [f.at for f in frames] == sorted(f.at for f in frames)
    if not door.gate.dropped:
        assert len(came) == len(kinds)


def test_lost_sound_leaves_one_gap_that_says_how_much() -> None:
    door = Door(capacity=3)
    door.agree("a")
    for i in range(8):
        door.gate.offer(AudioFrame(ANA, BLOCK, 5.0 + i * 0.08))
    first, *rest = door.taken()
    assert isinstance(first, Gap)
    assert first.at == 5.0
    assert first.duration == pytest.approx(0.08 * (8 - len(rest)))
    assert all(isinstance(e, AudioFrame) for e in rest)


def test_a_full_gate_lets_pictures_go_before_sound() -> None:
    door = Door(3, Medium.AUDIO, Medium.VIDEO)
    door.agree("a")
    frames = [AudioFrame(ANA, BLOCK, 5.0 + i * 0.08) for i in range(3)]
    events: list[Event] = [frames[0], shown(ANA, 5.0), *frames[1:]]
    for event in events:
        door.gate.offer(event)
    assert door.taken() == frames
    assert door.gate.dropped == 1


def test_pictures_are_shown_by_the_moment_they_were_taken() -> None:
    door = Door(100, Medium.VIDEO)
    door.agree("a")
    assert not door.gate.offer(shown(ANA, 4.9)), "before her yes"
    assert not door.gate.offer(shown(BEN, 5.0))
    assert door.gate.offer(shown(ANA, 5.0))
    [event] = door.taken()
    assert isinstance(event, VideoFrame)


def test_what_waits_of_somebody_who_withdrew_is_gone_without_being_asked_for() -> None:
    door = Door(100, Medium.AUDIO, Medium.VIDEO)
    door.agree("a", "b")
    of_ben = shown(BEN, door.now)
    for event in (shown(ANA, door.now), AudioFrame(ANA, BLOCK, door.now), of_ben):
        door.gate.offer(event)
    door.consent.refuse("a", "captions")
    door.gate.sweep()
    assert len(door.gate) == 1
    assert door.taken() == [of_ben]
    assert not door.gate.dropped


def caption(who: str) -> Caption:
    return Caption(participant=who, name="x", text="y", start=0, end=1, final=True)


@pytest.mark.parametrize(
    "body",
    [
        caption("b"),
        Speaking(speakers=[Speaker(id="b", name="Ben")]),
        Summary(
            abstract=[],
            decisions=[],
            actions=[ActionItem(text="do it", segments=["s"], owner="b")],
            questions=[],
        ),
    ],
)
def test_a_message_may_not_name_anybody_it_does_not_admit_to_be_about(body: AnyBody) -> None:
    door = Door()
    door.agree("a", "b")
    assert not door.gate.passes(Message(body, "x", door.now, about=frozenset("a")))
    assert door.gate.passes(Message(body, "x", door.now, about=frozenset("ab")))


@pytest.mark.parametrize(
    "body",
    [
        Reply(code="ok", text="you agreed"),
        Want(audio=True, video=True),
        Status(purposes={}, owner=True, owner_confirmed=True),
        Notice(bot="x", fingerprint="y", purposes=[], available=[], commands=[]),
    ],
)
def test_a_plugin_can_not_speak_with_the_voice_of_consent(body: AnyBody) -> None:
    door = Door()
    door.agree("a", "b")
    assert not door.gate.passes(Message(body, "x", door.now))


def summarized(*lines: tuple[str, str, float]) -> Summarized:
    """A summary of lines: the text, the ids of whose words it is, and when they were spoken."""
    items = tuple(SummaryItem("abstract", t, ("s",), frozenset(who), at) for t, who, at in lines)
    return Summarized(6.0, "summary", 0, items, final=False)


def texts(event: Event | None) -> list[str]:
    assert isinstance(event, Summarized)
    return [line.text for line in event.lines]


def test_of_a_summary_the_lines_are_seen_in_which_everybody_agrees() -> None:
    door = Door(100, Medium.SUMMARIES)
    door.agree("a")
    door.gate.offer(summarized(("of Ana", "a", 5.0), ("of Ben", "b", 5.0), ("of both", "ab", 5.0)))
    assert texts(door.gate.take()) == ["of Ana"]


def test_a_yes_does_not_reach_back_to_words_that_a_summary_rests_on() -> None:
    door = Door(100, Medium.SUMMARIES)
    door.agree("a")
    door.gate.offer(summarized(("before", "a", 4.9), ("after", "a", 5.0)))
    assert texts(door.gate.take()) == ["after"]


def test_a_summary_that_waits_holds_nothing_of_who_said_no_meanwhile() -> None:
    door = Door(100, Medium.SUMMARIES)
    door.agree("a", "b")
    for _ in range(2):
        door.gate.offer(summarized(("of Ana", "a", 5.0), ("of both", "ab", 5.0)))
    door.consent.refuse("b", "captions")
    assert texts(door.gate.take()) == ["of Ana"]
    door.gate.sweep()
    [waiting] = reversed(door.gate._waiting)
    assert isinstance(waiting, Summarized)
    assert texts(waiting) == ["of Ana"]


def test_a_summary_with_no_line_left_still_says_that_the_old_lines_are_gone() -> None:
    door = Door(100, Medium.SUMMARIES)
    door.agree("b")
    door.gate.offer(summarized(("of Ana", "a", 5.0)))
    assert texts(door.gate.take()) == []


def test_a_summary_reaches_nobody_who_did_not_ask_for_it() -> None:
    door = Door(100, Medium.SEGMENTS)
    door.agree("a")
    assert not door.gate.offer(summarized(("of Ana", "a", 5.0)))
    off = Door(100, Medium.SUMMARIES)
    assert not off.gate.offer(summarized(("of Ana", "a", 5.0)))


def test_a_message_passes_if_everybody_it_is_about_agrees_and_the_purpose_is_on() -> None:
    door = Door()
    note = Note(plugin="captions", title="card")

    def passes(about: str) -> bool:
        return door.gate.passes(Message(note, "x", door.now, about=frozenset(about)))

    assert not passes(""), "it is off"
    door.agree("a")
    assert passes("a") and passes("")
    assert not passes("ab"), "nobody agrees for anybody else"
    door.agree("b")
    assert passes("ab")
    door.consent.disable("captions", "olga")
    assert not passes("ab") and not passes("")


PROMPT = CheckInPrompt(prompt="look")


@pytest.mark.parametrize("body", [PROMPT, CheckIn(verdict="checked_in")])
def test_what_is_said_of_a_try_is_its_persons_alone(body: CheckIn | CheckInPrompt) -> None:
    door = Door(100, Medium.VIDEO, Medium.CHECK_INS)
    door.agree("a", "b")
    ana, ben, both = frozenset({"a"}), frozenset({"b"}), frozenset({"a", "b"})
    assert door.gate.passes(Message(body, "try", 0.0, ana, ana))
    for about, to in ((ana, None), (ana, both), (ana, ben), (both, both)):
        assert not door.gate.passes(Message(body, "try", 0.0, about, to))


def test_who_does_not_check_people_in_speaks_of_no_try() -> None:
    door = Door(100, Medium.VIDEO)
    door.agree("a")
    ana = frozenset({"a"})
    assert not door.gate.passes(Message(PROMPT, "try", 0.0, ana, ana))


def test_sound_passes_to_who_checks_people_in_while_they_are_to_read_a_number_aloud() -> None:
    door = Door()
    tries = {("a", Medium.VIDEO): 2.0, ("a", Medium.AUDIO): 6.0}
    gate = Gate(
        "captions",
        frozenset({Medium.AUDIO, Medium.VIDEO, Medium.CHECK_INS}),
        door.consent,
        lambda: door.now,
        trying=lambda person, at, medium: (person, medium) in tries and at >= tries[person, medium],
    )
    door.agree("a", "b")
    door.now = 7.0
    spoken = AudioFrame(ANA, BLOCK, 6.5)
    assert gate.offer(spoken) and gate.offer(Gap(ANA, 6.6, 0.1))
    assert not gate.offer(AudioFrame(ANA, BLOCK, 5.5)), "it is from before they were asked"
    assert not gate.offer(Gap(ANA, 5.5, 0.1)) and not gate.offer(AudioFrame(BEN, BLOCK, 6.5))
    assert gate.take() is spoken
    del tries["a", Medium.AUDIO]
    assert gate.take() is None, "they are asked for something else, and the sound was still waiting"
    assert gate.offer(shown(ANA, 6.7)), "the try goes on"


def test_pictures_pass_to_who_checks_people_in_while_a_try_of_theirs_runs() -> None:
    door = Door()
    tries = {("a", Medium.VIDEO): 6.0}
    gate = Gate(
        "captions",
        frozenset({Medium.VIDEO, Medium.CHECK_INS}),
        door.consent,
        lambda: door.now,
        trying=lambda person, at, medium: (person, medium) in tries and at >= tries[person, medium],
    )
    door.agree("a", "b")
    door.now = 7.0
    asked = CheckInAsked(ANA, "try", "ticket", 6.0)
    assert gate.offer(asked)
    assert gate.offer(shown(ANA, 6.5))
    assert not gate.offer(shown(ANA, 5.5)), "it is from before the try"
    assert not gate.offer(shown(BEN, 6.5)), "Ben asked for nothing"
    assert gate.take() is asked
    tries.clear()
    assert gate.take() is None, "the try is over, and the picture was still waiting"
    assert not gate.offer(CheckInAsked(ANA, "try", "ticket", 6.0))
