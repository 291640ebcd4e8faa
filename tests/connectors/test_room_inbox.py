"""What waits for a session that is slow."""

from __future__ import annotations

import numpy as np

from consentry.connectors.driver import Ended, Happening, Said
from consentry.connectors.room.inbox import MAX_AUDIO, Inbox
from consentry.controls import Decide
from consentry.errors import EndReason
from consentry.events import AudioFrame, Gap, Joined, Participant
from consentry.metrics import Metrics

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


async def test_audio_piled_up_goes_oldest_first_and_nothing_else_goes() -> None:
    metrics = Metrics()
    inbox = Inbox(metrics)
    joined = Joined(MIA, 0.0)
    inbox.put(joined)
    for number in range(MAX_AUDIO + 5):
        inbox.put(block(MIA, float(number)))
    first, second, *rest = await everything(inbox)
    assert first is joined
    assert isinstance(second, AudioFrame)
    assert second.at == 5.0
    assert len(rest) == MAX_AUDIO
    assert metrics.value("events_dropped", plugin="connector") == 5


async def test_a_withdrawal_takes_back_what_waits_of_one_and_leaves_the_others() -> None:
    inbox = Inbox(Metrics())
    theirs, joined = block(SAM, 0.0), Joined(MIA, 0.0)
    for happening in (joined, block(MIA, 0.0), theirs, Gap(MIA, 1.0, 0.5), block(MIA, 2.0)):
        inbox.put(happening)
    inbox.forget_audio(MIA.id)
    assert await everything(inbox) == [joined, theirs, END]


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
