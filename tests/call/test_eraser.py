"""Somebody has themselves erased: off the screens, out of the store, into the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from consentry.api import AudioFrame, Caption, Message, Note, Summary
from consentry.call.output import IDS_AT_ONCE
from consentry.connectors.driver import Subscription
from consentry.consent.erasure import ORDER, ErasureReport, in_words
from consentry.consent.ledger import Act, Entry, MemoryLedger
from consentry.controls import Command, Disable, Erase, Line, Request
from consentry.errors import SetupError
from consentry.messages import Reply, Retraction, Status
from consentry.store.archive import Archive
from consentry.words.catalog import LANGUAGES, words
from tests.call.test_session import ANA, BEN, BLOCK, Call, Digest, Echo, Minutes, a_call

ERASE = Erase(type="erase")


@dataclass(frozen=True)
class Gone:
    items: dict[str, int]


@dataclass
class Shelf:
    """An archive in memory; the next ``faults`` deletions fail."""

    faults: int = 0
    log: list[str] = field(default_factory=list)

    def forget_now(self, person: str) -> None:
        self.log.append(f"forget {person}")

    async def erase(self, person: str) -> Gone:
        if self.faults:
            self.faults -= 1
            raise SetupError("the database can't be written: the disk is full")
        self.log.append(f"erase {person}")
        return Gone({"storage": 3})


def retracted(call: Call, reason: str = "erased") -> list[str]:
    """Ids that everybody was told to take off, in order."""
    bodies = call.stack.told(BEN, Retraction)
    return [id for body in bodies if body.reason == reason for id in body.ids]


async def talking(call: Call, *purposes: str) -> None:
    """Ana and Ben agree to ``purposes``; each says one whole caption."""
    for who in (ANA, BEN):
        await call.stack.join(who)
    await call.owns(BEN, *purposes)
    for who in (ANA, BEN):
        for name in purposes:
            await call.decides(who, name, "yes")
    await call.speaks(ANA, 3)
    await call.speaks(BEN, 3)


async def told(call: Call, code: str) -> Reply:
    """The answer with this code, once Ana has it."""

    def answer() -> Reply | None:
        return next((r for r in call.stack.told(ANA, Reply) if r.code == code), None)

    return await call.stack.until(answer)


async def test_finished_captions_and_half_ones_are_taken_back_and_nobody_elses() -> None:
    async with a_call() as call:
        await talking(call, "captions")
        await call.speaks(ANA, 2)
        await call.stack.say(ANA, ERASE)
        await told(call, "erased")
        assert retracted(call, "withdrawn") == ["captions/a-2"]
        assert retracted(call) == ["captions/a-0"]
        assert call.stack.wanted["a"] == frozenset()
        assert call.stack.told(ANA, Status)[-1].purposes["captions"] == "refused"


async def test_what_many_said_is_taken_back_and_made_anew_without_them() -> None:
    async with a_call(Echo(), Minutes()) as call:
        await talking(call, "captions", "minutes")
        await call.stack.say(BEN, Request(type="request", plugin="minutes"))
        await call.drained()
        report = await call.session.erase("a")
        await call.drained()
        assert "minutes/summary" in retracted(call)
        assert report.retracted == {"caption": 1, "summary": 1}
        last = call.stack.told(BEN, Summary)[-1]
        assert [line.text for line in last.abstract] == ["frame 6"]
        order = [
            (message.kind, message.about)
            for message in call.stack.sent
            if message.kind in ("summary", "retraction")
        ]
        assert order[-1] == ("summary", frozenset("b"))
        assert order[-2][0] == "retraction"


async def test_a_summary_that_waits_for_no_plugin_any_more_is_taken_back_all_the_same() -> None:
    async with a_call(Echo(), Minutes()) as call:
        await talking(call, "captions", "minutes")
        await call.stack.say(BEN, Request(type="request", plugin="minutes"))
        await call.drained()
        await call.stack.say(BEN, Disable(type="disable", purpose="minutes"))
        await call.session.erase("a")
        assert set(retracted(call)) == {"captions/a-0", "minutes/summary"}


async def test_wire_then_keys_then_screens_then_the_store_then_the_ledger() -> None:
    shelf, ledger = Shelf(), MemoryLedger()
    async with a_call(archive=cast(Archive, shelf), ledger=ledger) as call:
        await talking(call, "captions")
        want, send, note = call.stack.want, call.stack.send, ledger.note

        async def wanted(subscription: Subscription) -> None:
            shelf.log.append("wire")
            await want(subscription)

        async def sent(message: Message) -> None:
            if isinstance(message.body, Retraction):
                shelf.log.append(message.body.reason)
            await send(message)

        def noted(entry: Entry) -> None:
            if entry.act is Act.ERASED:
                shelf.log.append("tombstone")
            note(entry)

        call.stack.want, call.stack.send, ledger.note = wanted, sent, noted  # type: ignore[method-assign]
        report = await call.session.erase("a")
    assert shelf.log == ["wire", "forget a", "erased", "erase a", "tombstone"]
    assert report.items == {"storage": 3}


async def test_the_ledger_has_the_erasure_once_all_is_gone() -> None:
    ledger = MemoryLedger()
    async with a_call(archive=cast(Archive, Shelf()), ledger=ledger) as call:
        await talking(call, "captions")
        ledger.entries.clear()
        await call.session.erase("a")
        assert [entry.act for entry in ledger.entries] == [Act.WITHDRAWN, Act.REFUSED, Act.ERASED]
        assert {entry.person for entry in ledger.entries} == {"a"}


@pytest.mark.virtual_time
async def test_a_disk_that_fails_for_a_moment_is_tried_again() -> None:
    shelf = Shelf(faults=2)
    async with a_call(archive=cast(Archive, shelf)) as call:
        await talking(call, "captions")
        began = call.session.now()
        await call.session.erase("a")
        assert shelf.log == ["forget a", "erase a"]
        assert call.session.now() - began < 2.0
        seconds = call.metrics.erasure_seconds
        assert seconds.labels("shown")._sum.get() == pytest.approx(0.0, abs=0.01)
        assert seconds.labels("kept")._sum.get() == pytest.approx(0.7, abs=0.01)


@pytest.mark.virtual_time
async def test_where_the_store_can_not_be_written_the_person_is_told_and_may_ask_again() -> None:
    shelf, ledger = Shelf(faults=5), MemoryLedger()
    async with a_call(archive=cast(Archive, shelf), ledger=ledger) as call:
        await talking(call, "captions")
        began = call.session.now()
        await call.stack.say(ANA, ERASE)
        assert "could not be deleted" in (await told(call, "not_erased")).text
        assert call.session.now() - began < 10.0
        assert retracted(call) == ["captions/a-0"], "the screens wait for no disk"
        assert Act.ERASED not in [entry.act for entry in ledger.entries]
        await call.stack.say(ANA, Command(type="command", text="/forget me"))
        await told(call, "erased")
    assert [entry.act for entry in ledger.entries].count(Act.ERASED) == 1


@pytest.mark.virtual_time
async def test_a_call_that_ends_first_still_erases() -> None:
    shelf, ledger = Shelf(faults=3), MemoryLedger()
    async with a_call(archive=cast(Archive, shelf), ledger=ledger) as call:
        await talking(call, "captions")
        await call.stack.say(ANA, ERASE)
    assert shelf.log == ["forget a", "erase a"]
    assert [entry.act for entry in ledger.entries][-2:] == [Act.ERASED, Act.CALL_ENDED]


async def test_what_is_on_its_way_while_somebody_is_erased_is_taken_back_when_it_arrives() -> None:
    async with a_call(Echo(), Digest()) as call:
        await talking(call, "captions", "digest")
        arrives, under_way = asyncio.Event(), asyncio.Event()
        send = call.stack.send

        async def slow(message: Message) -> None:
            if isinstance(message.body, Caption) and message.body.text == "frame 7":
                under_way.set()
                await arrives.wait()
            await send(message)

        call.stack.send = slow  # type: ignore[method-assign]
        await call.stack.happen(AudioFrame(ANA, BLOCK, call.session.now()))
        await under_way.wait()
        await call.session.erase("a")
        arrives.set()
        await call.drained()
        bodies = [message.body for message in call.stack.sent]
        texts = [body.text if isinstance(body, Caption) else "" for body in bodies]
        late = bodies[texts.index("frame 7") :]
        assert [b.ids for b in late if isinstance(b, Retraction)] == [["captions/a-2"]]


async def test_a_plugin_is_told_to_forget_whatever_is_said_in_the_next_moment() -> None:
    async with a_call(Echo(), Digest()) as call:
        await talking(call, "captions", "digest")
        held, passes = asyncio.Event(), asyncio.Event()
        want = call.stack.want

        async def slow(subscription: Subscription) -> None:
            if not held.is_set():
                held.set()
                await passes.wait()
            await want(subscription)

        call.stack.want = slow  # type: ignore[method-assign]
        erasing = asyncio.create_task(call.session.erase("a"))
        await held.wait()
        act = Line(text="/yes digest")
        await call.session.hear("a", act)
        passes.set()
        await erasing
        await call.stack.say(BEN, Request(type="request", plugin="digest"))
        await call.drained()
        seen = call.stack.told(BEN, Note)[-1].text
        assert "Revoked a | Joined a" in seen


async def test_who_says_yes_again_is_new() -> None:
    async with a_call() as call:
        await talking(call, "captions")
        await call.session.erase("a")
        await call.decides(ANA, "captions", "yes")
        await call.speaks(ANA, 3)
        assert call.texts(ANA)[-1] == "frame 9"
        assert retracted(call) == ["captions/a-0"]


async def test_who_has_left_can_still_be_erased() -> None:
    shelf = Shelf()
    async with a_call(archive=cast(Archive, shelf)) as call:
        await talking(call, "captions")
        await call.stack.leave(ANA)
        report = await call.session.erase("a")
        assert report.retracted == {"caption": 1}
        assert retracted(call) == ["captions/a-0"]
        assert not call.session.consent.allows("captions", "a", call.session.now())
    assert shelf.log == ["forget a", "erase a"]


async def test_a_long_call_is_taken_back_in_messages_that_every_carrier_takes() -> None:
    many = IDS_AT_ONCE + 1
    async with a_call() as call:
        await talking(call, "captions")
        for number in range(many):
            await call.session._output.say("captions", old_caption(number))
        report = await call.session.erase("a")
        sizes = [len(b.ids) for b in call.stack.told(BEN, Retraction) if b.reason == "erased"]
    assert sizes == [IDS_AT_ONCE, 2]
    assert report.retracted == {"caption": many + 1}


def old_caption(number: int) -> Message:
    body = Caption(participant="a", name="Ana", text="old", start=0.0, end=1.0, final=True)
    return Message(body, f"captions/old-{number}", 1.0, frozenset("a"))


async def test_the_person_is_told_where_others_may_still_hold_it() -> None:
    async with a_call(archive=cast(Archive, Shelf())) as call:
        await talking(call, "captions")
        call.stack.places = frozenset({"chat"})
        await call.stack.say(ANA, ERASE)
        text = (await told(call, "erased")).text
    assert "Deleted from what was kept: 3." in text
    assert words().say("remains.chat") in text
    assert words().say("remains.exports") in text
    assert all(reply.code != "erased" for reply in call.stack.told(BEN, Reply)), "it is theirs"


async def test_nobody_holds_anything_of_who_never_agreed() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        report = await call.session.erase("a")
        assert (report.retracted, report.items, report.remains) == ({}, {}, ())
        assert retracted(call) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_name_each_place(language: str) -> None:
    said = words(language)
    everywhere = in_words(ErasureReport(1.0, {}, {}, ORDER), said)
    assert all(said.say(f"remains.{place}") in everywhere for place in ORDER)
    assert said.say("reply.erased_remains") not in in_words(ErasureReport(1.0), said)
