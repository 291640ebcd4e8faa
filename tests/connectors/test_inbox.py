"""What waits for a session that is slow."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.backlog import PICTURES_EACH
from consentry.connectors.driver import Ended, Happening, Said
from consentry.connectors.inbox import MAX_AUDIO, Inbox
from consentry.controls import Decide
from consentry.errors import EndReason
from consentry.events import AudioFrame, Gap, Joined, Medium, Participant
from consentry.metrics import Metrics
from tests.pictures import shown

MIA, SAM = Participant("p1", "Mia"), Participant("p2", "Sam")
END = Ended(EndReason.LEFT)


def block(who: Participant, at: float) -> AudioFrame:
    return AudioFrame(who, np.zeros(1280, np.float32), at)


async def everything(inbox: Inbox) -> list[Happening]:
    inbox.put(END)
    return [happening async for happening in inbox.happenings()]


async def test_happenings_come_in_their_order_up_to_the_end() -> None:
    inbox = Inbox(Metrics())
    joined, frame = Joined(MIA, 0.0), block(MIA, 1.0)
    inbox.put(joined)
    inbox.put(frame)
    assert await everything(inbox) == [joined, frame, END]


async def test_after_the_end_nothing_happens() -> None:
    inbox = Inbox(Metrics())
    inbox.put(END)
    inbox.put(Joined(MIA, 0.0))
    assert await everything(inbox) == [END]


async def test_sound_piled_up_goes_oldest_first_and_leaves_a_gap() -> None:
    metrics = Metrics()
    inbox = Inbox(metrics)
    joined = Joined(MIA, 0.0)
    inbox.put(joined)
    for number in range(MAX_AUDIO + 5):
        inbox.put(block(MIA, number * 0.08))
    first, gap, *rest = await everything(inbox)
    assert first is joined
    assert isinstance(gap, Gap)
    assert gap.at == 0.0
    assert gap.duration == pytest.approx(6 * 0.08)
    assert isinstance(rest[0], AudioFrame)
    assert rest[0].at == pytest.approx(gap.duration), "the gap ends where the sound goes on"
    assert rest[-1] == END
    assert metrics.value("events_dropped", plugin="connector") == 6


async def test_of_a_camera_the_newest_pictures_wait() -> None:
    metrics = Metrics()
    inbox = Inbox(metrics)
    pictures = [shown(MIA, float(second)) for second in range(10)]
    for picture in pictures:
        inbox.put(picture)
    assert await everything(inbox) == [*pictures[-PICTURES_EACH:], END]
    assert metrics.value("events_dropped", plugin="connector") == 10 - PICTURES_EACH


async def test_losses_alone_can_not_fill_it() -> None:
    inbox = Inbox(Metrics())
    for number in range(MAX_AUDIO + 5):
        inbox.put(Gap(MIA, float(number), 0.02))
    assert len(await everything(inbox)) == MAX_AUDIO + 1


async def test_a_withdrawal_takes_back_what_waits_of_one_and_leaves_the_others() -> None:
    inbox = Inbox(Metrics())
    theirs, joined, seen = block(SAM, 0.0), Joined(MIA, 0.0), shown(MIA, 0.5)
    for happening in (joined, block(MIA, 0.0), theirs, Gap(MIA, 1.0, 0.5), seen, block(MIA, 2.0)):
        inbox.put(happening)
    inbox.forget(MIA.id, frozenset({Medium.AUDIO}))
    assert await everything(inbox) == [joined, theirs, seen, END]


async def test_a_camera_is_taken_back_by_itself() -> None:
    inbox = Inbox(Metrics())
    spoken, of_sam = block(MIA, 0.0), shown(SAM, 0.0)
    for happening in (spoken, shown(MIA, 0.0), of_sam):
        inbox.put(happening)
    inbox.forget(MIA.id, frozenset({Medium.VIDEO}))
    assert await everything(inbox) == [spoken, of_sam, END]


def decision(answer: str) -> Decide:
    fields = {"type": "decide", "purpose": "captions", "answer": answer, "version": "v.1"}
    return Decide.model_validate(fields)


async def test_a_flood_of_one_no_is_heard_once_and_every_change_of_mind_is_heard() -> None:
    inbox = Inbox(Metrics())
    no, yes = Said(MIA, decision("no")), Said(MIA, decision("yes"))
    for said in (no, no, Said(SAM, decision("no")), no, yes, no, no):
        inbox.put(said)
    assert await everything(inbox) == [no, Said(SAM, decision("no")), yes, no, END]


async def test_what_was_heard_already_can_be_said_again() -> None:
    inbox = Inbox(Metrics())
    no = Said(MIA, decision("no"))
    inbox.put(no)
    heard = inbox.happenings()
    assert await anext(heard) == no
    inbox.put(no)
    inbox.put(END)
    assert [happening async for happening in heard] == [no, END]
