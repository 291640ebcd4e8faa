"""What a call shows of itself: its figures and its spans, and nothing of its people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from consentry.api import Context, Event, Message, Messages, Participant, Plugin, Requested, Summary
from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.consent.ledger import Entry, MemoryLedger
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Decide, Enable, Request
from consentry.errors import EndReason, JoinRefused
from consentry.metrics import Metrics
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from tests.call.test_session import Call, Echo, Fragile, purpose
from tests.spans import Spans, attributes, recording

SAM = Participant("pq7", "Samantha Quill")
CODE = "ABCD-EFGH"
LINK = "https://bot.example/p/secret-link"


class Digest(Plugin):
    """A summary for everybody who asks."""

    name = "summary"
    purpose = purpose("summary")

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, Requested):
                body = Summary(abstract=[], decisions=[], actions=[], questions=[])
                yield Message(body, "summary", event.at)


class SlowLedger(MemoryLedger):
    """Takes ten seconds for each entry."""

    async def append(self, entry: Entry) -> None:
        await asyncio.sleep(10)
        await super().append(entry)


@asynccontextmanager
async def traced(
    spans: Spans, *plugins: Plugin, ledger: MemoryLedger | None = None
) -> AsyncIterator[Call]:
    """A call with Samantha in it, who owns it and turned everything on."""
    stack, code, metrics = ScriptedConnector(), OwnerCode(CODE), Metrics()
    plan = Plan(
        call="c-0123456789abcdef",
        bot="Consentry",
        plugins=[(plugin, Offer(plugin.name, plugin.purpose)) for plugin in plugins],
        context=lambda name: fake_context(),
        owner_code=code,
        ledger=ledger or MemoryLedger(),
        link=lambda person: LINK,
        tracer=spans.tracer,
    )
    session = Session(plan, stack.joins, metrics)
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    call = Call(session, stack, code, metrics)
    await stack.join(SAM)
    await call.owns(SAM, *(plugin.name for plugin in plugins))
    yield call
    stack.end()
    await running


async def test_a_call_is_one_trace_with_the_reason_of_its_end() -> None:
    with recording() as spans:
        async with traced(spans, Echo()):
            pass
        root = spans.one("call")
        assert attributes(root) == {"call": "c-0123456789abcdef", "end_reason": "room_closed"}
        assert {span.context.trace_id for span in spans.all()} == {root.context.trace_id}


async def test_an_act_of_consent_shows_purpose_and_verdict_and_nobody() -> None:
    with recording() as spans:
        async with traced(spans, Echo()) as call:
            await call.decides(SAM, "captions", "yes")
            await call.decides(SAM, "captions", "no")
        acts = [attributes(span) for span in spans.named("consent")]
    assert acts == [
        {"act": "owner", "verdict": "owner_confirmed"},
        {"act": "enable", "purpose": "captions", "verdict": "ok"},
        {"act": "decide_yes", "purpose": "captions", "verdict": "ok"},
        {"act": "decide_no", "purpose": "captions", "verdict": "ok"},
    ]


async def test_a_purpose_that_somebody_made_up_is_not_repeated() -> None:
    with recording() as spans:
        async with traced(spans, Echo()) as call:
            await call.stack.say(SAM, Enable(type="enable", purpose="my-phone-is-555-0199"))
        assert "0199" not in spans.text()
        assert attributes(spans.named("consent")[-1])["purpose"] == "unknown"


@pytest.mark.virtual_time
async def test_an_utterance_lasts_from_its_first_sample_to_its_last_caption() -> None:
    with recording() as spans:
        async with traced(spans, Echo()) as call:
            await call.decides(SAM, "captions", "yes")
            for _ in range(3):
                await asyncio.sleep(2.0)
                await call.speaks(SAM)
        utterance = spans.one("utterance")
        assert utterance.start_time is not None and utterance.end_time is not None
        # The caption of the third frame is final; it says that it starts where that frame does.
        assert (utterance.end_time - utterance.start_time) / 1e9 < 0.1
        assert utterance.parent is not None
        assert utterance.parent.span_id == spans.one("call").context.span_id


@pytest.mark.virtual_time
async def test_a_summary_lasts_from_the_request_to_its_message() -> None:
    with recording() as spans:
        async with traced(spans, Digest()) as call:
            await call.stack.say(SAM, Request(type="request", plugin="summary"))
            await call.drained()
        assert len(spans.named("summary")) == 1


async def test_nothing_that_leaves_holds_a_name_a_word_a_link_or_an_id() -> None:
    with recording() as spans:
        async with traced(spans, Fragile(), Digest()) as call:
            await call.decides(SAM, "captions", "yes")
            await call.speaks(SAM, 3)
            await call.stack.say(SAM, Request(type="request", plugin="summary"))
            await call.drained()
        text = spans.text()
    assert len(spans.all()) > 4
    secrets = ("Samantha", "Quill", "frame 1", "pq7", "secret-link", "what Ana", CODE)
    assert [secret for secret in secrets if secret in text] == []


async def test_a_call_that_was_never_joined_has_ended_too() -> None:
    metrics = Metrics()
    with recording() as spans:
        plan = Plan("c-1", "Consentry", [], lambda name: fake_context(), tracer=spans.tracer)
        stack = ScriptedConnector(EndReason.ROOM_FULL)
        with pytest.raises(JoinRefused):
            await Session(plan, stack.joins, metrics).run()
        assert attributes(spans.one("call"))["end_reason"] == "room_full"
        assert spans.one("call").status.description == "JoinRefused"
    assert metrics.value("calls_ended", reason="room_full") == 1
    assert metrics.value("calls") == 0


async def test_the_figures_of_a_call_are_back_at_nothing_when_it_is_over() -> None:
    with recording() as spans:
        async with traced(spans, Echo()) as call:
            assert call.metrics.value("calls") == 1
            assert call.metrics.value("participants") == 1
            await call.decides(SAM, "captions", "yes")
            await call.speaks(SAM, 3)
    assert [call.metrics.value(g) for g in ("calls", "participants", "events_waiting")] == [0, 0, 0]
    assert call.metrics.value("calls_ended", reason="room_closed") == 1
    assert call.metrics.value("plugin_seconds", plugin="captions") >= 3


@pytest.mark.virtual_time
async def test_a_no_is_timed_to_the_wire_and_a_yes_to_its_record() -> None:
    with recording() as spans:
        async with traced(spans, Echo(), ledger=SlowLedger()) as call:
            await call.decides(SAM, "captions", "yes")
            await call.decides(SAM, "captions", "no")
            await call.stack.say(
                SAM, Decide(type="decide", purpose="captions", answer="yes", version="old")
            )
    seconds = call.metrics.consent_seconds
    taken = {act: seconds.labels(act)._sum.get() for act in ("grant", "refuse")}
    # The yes waits for the ledger, the owner's "on" takes nothing of anybody's by itself, and the
    # yes to old terms counted for nothing.
    assert taken == {"grant": pytest.approx(10.0, abs=0.1), "refuse": pytest.approx(0.0, abs=0.01)}
    assert call.metrics.value("consent_seconds", act="grant") == 2
