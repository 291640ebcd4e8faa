"""Who is in the call, and whose call it is, decides whose word counts."""

from __future__ import annotations

from dataclasses import replace

from consentry.connectors.driver import Said
from consentry.consent.ledger import MemoryLedger
from consentry.controls import Decide, Disable, Enable
from consentry.events import Joined, Role
from consentry.messages import Notice, Reply, Status
from tests.call.test_session import ANA, AUDIO, BEN, a_call


async def test_whoever_left_is_not_heard_in_the_call_any_more() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        await call.owns(ANA, "captions")
        await call.decides(BEN, "captions", "yes")
        await call.stack.leave(ANA)
        replies = len(call.stack.told(ANA, Reply))
        await call.stack.happen(Said(ANA, Disable(type="disable", purpose="captions")))
        await call.stack.happen(Said(ANA, Enable(type="enable", purpose="digest")))
        states = call.stack.told(BEN, Status)[-1].purposes
        assert (states["captions"], states["digest"]) == ("running", "off")
        assert len(call.stack.told(ANA, Reply)) == replies


async def test_nothing_runs_on_in_a_call_that_is_not_its_owners_any_more() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        await call.owns(ANA, "captions")
        await call.decides(BEN, "captions", "yes")
        assert call.stack.wanted["b"] == AUDIO
        await call.stack.happen(Joined(replace(ANA, role=Role.GUEST), call.session.now()))
        assert call.stack.wanted["b"] == frozenset()
        assert call.stack.told(BEN, Status)[-1].purposes["captions"] == "paused"


async def test_a_yes_to_the_notice_of_before_does_not_count_after_coming_back() -> None:
    ledger = MemoryLedger()
    async with a_call(ledger=ledger) as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        await call.owns(ANA, "captions")
        [terms] = call.stack.told(BEN, Notice)[-1].purposes
        before = Decide(
            type="decide",
            purpose="captions",
            answer="yes",
            version=terms.version,
            nonce=terms.nonce,
        )
        await call.stack.leave(BEN)
        await call.stack.join(BEN)
        await call.stack.say(BEN, before)
        assert "b" not in call.stack.wanted
        assert call.stack.told(BEN, Reply)[-1].code == "stale_notice"
        await call.decides(BEN, "captions", "yes")
        assert call.stack.wanted["b"] == AUDIO
