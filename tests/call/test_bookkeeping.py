"""What a call leaves in the ledger, and the receipts that its people get while it goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from consentry.api import Participant
from consentry.call.bookkeeping import MOST, body_of
from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.delivery import sealed
from consentry.consent.ledger import Act, Entry
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Enable, Erase, Line, Noticed
from consentry.controls import OwnerCode as Code
from consentry.errors import EndReason, SetupError
from consentry.ledger.log import entries_of
from consentry.ledger.records import Record, decode
from consentry.messages import Message, Notice, PurposeTerms, Receipt, Reply, Status
from consentry.metrics import Metrics
from consentry.receipts.call import CallReceipts, Issued
from consentry.receipts.check import check, read_receipt
from consentry.store.database import Database
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from consentry.words.catalog import LANGUAGES, words
from tests.call.test_session import Digest, Echo
from tests.ledger.test_log import Full
from tests.receipts.store import LINK, Store, noticed, opened, said
from tests.receipts.store import words as words_of

ANA, BEN = Participant("a", "Ana"), Participant("b", "Ben")


class Letterbox(ScriptedConnector):
    """Takes messages as long as carriers do, and tells when a receipt comes."""

    def __init__(self) -> None:
        super().__init__()
        self.came = asyncio.Condition()

    async def send(self, message: Message) -> None:
        sealed(self.setting.signer, message)
        await super().send(message)
        if isinstance(message.body, Receipt):
            async with self.came:
                self.came.notify_all()


@dataclass
class Call:
    """A call whose acts go into a real ledger."""

    store: Store
    ledger: CallReceipts
    stack: Letterbox
    code: OwnerCode

    async def owned(self, *purposes: str) -> None:
        """Ana comes in, owns it, and turns these on."""
        await self.stack.join(ANA)
        await self.stack.say(ANA, Code(type="owner", code=self.code.code or ""))
        for name in purposes:
            await self.stack.say(ANA, Enable(type="enable", purpose=name))

    async def receipts(self, who: Participant, count: int = 1) -> list[Receipt]:
        """Those that ``who`` was told, once there are so many."""
        async with self.stack.came:
            await self.stack.came.wait_for(lambda: len(self.stack.told(who, Receipt)) >= count)
        return self.stack.told(who, Receipt)

    @property
    def disk(self) -> Full:
        assert isinstance(self.store.database, Full)
        return self.store.database

    async def filled(self) -> None:
        """The disk takes nothing from now on; what was waiting was taken before."""
        await self.ledger.append(Entry(Act.EXPORTED, 0.0, None, subject="vtt"))
        self.disk.full = True

    async def failed(self) -> None:
        """Wait until something was not taken."""
        with pytest.raises(SetupError, match="full"):
            await self.ledger.append(Entry(Act.EXPORTED, 0.0, None, subject="vtt"))

    async def emptied(self) -> None:
        """There is room again, and something else is written: what waits goes with it."""
        self.disk.full = False
        await self.ledger.append(Entry(Act.EXPORTED, 0.0, None, subject="vtt"))

    async def written(self) -> list[Record]:
        entries = await self.store.database.run(lambda connection: list(entries_of(connection)))
        return [decode(data) for _, data in entries]


@asynccontextmanager
async def a_call(folder: Path, kind: type[Database] = Database) -> AsyncIterator[Call]:
    """Leaving the block ends it; the store outlives it."""
    stack, code = Letterbox(), OwnerCode()
    async with opened(folder, kind) as store:
        receipts = store.call("c-1")
        plan = Plan(
            call="c-1",
            bot="Consentry",
            plugins=[(p, Offer(p.name, p.purpose)) for p in (Echo(), Digest())],
            context=lambda name: fake_context(),
            owner_code=code,
            ledger=receipts,
            receipts=receipts,
            archive=store.archive("c-1"),
            link=lambda person: LINK,
            stack="galene",
            loaded={"captions": "consentry 0.1.0; whisper-base 56a6d8110d311f19"},
        )
        call = Call(store, receipts, stack, code)
        session = Session(plan, stack.joins, Metrics())
        running = asyncio.ensure_future(session.run())
        await asyncio.sleep(0)
        try:
            yield call
            stack.end()
            assert await running is EndReason.ROOM_CLOSED
        finally:
            running.cancel()
            await asyncio.wait([running])


async def test_the_ledger_has_the_call_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned("captions")
        fingerprint = call.stack.setting.signer.fingerprint
    async with opened(tmp_path) as store:
        records = await Call(store, call.ledger, call.stack, call.code).written()
    began, captions, digest, *_, ended = records
    assert (began.act, began.subject) == (Act.CALL_BEGAN, f"galene {fingerprint}")
    assert (captions.act, captions.purpose) == (Act.PLUGIN_LOADED, "captions")
    assert captions.subject == "consentry 0.1.0; whisper-base 56a6d8110d311f19"
    assert (digest.act, digest.purpose) == (Act.PLUGIN_LOADED, "digest")
    assert (ended.act, ended.subject) == (Act.CALL_ENDED, "room_closed")
    assert {began.person, captions.person, ended.person} == {None}
    assert len({record.call for record in records}) == 1


async def test_a_burst_of_answers_brings_one_receipt_to_its_person_alone(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned("captions", "digest")
        await call.stack.join(BEN)
        await call.stack.answer(BEN, "captions", "yes")
        await call.stack.answer(BEN, "digest", "no")
        [receipt] = await call.receipts(BEN)
        checked = check(read_receipt(receipt.jws))
        assert not checked.faults
        assert receipt.states == {"captions": "consent_given", "digest": "consent_refused"}
        events = [e.state for r in checked.signed.receipt.records for e in r.events]
        assert events == ["consent_given", "consent_refused"]
        assert checked.signed.receipt.bot.identifier == call.stack.setting.signer.fingerprint
        [message] = [m for m in call.stack.sent if m.body == receipt]
        assert message.to == frozenset("b")


async def test_a_receipt_has_the_words_that_were_on_the_screen(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned("captions")
        [shown] = call.stack.told(ANA, Notice)[-1].purposes
        await call.stack.say(ANA, Noticed(type="noticed", versions={"captions": shown.version}))
        await call.stack.answer(ANA, "captions", "no")
        [receipt] = await call.receipts(ANA)
        signed = read_receipt(receipt.jws)
        assert not check(signed).faults
        [record] = signed.receipt.records
        [notice] = record.privacy_notices
        assert (notice.version, notice.language) == (shown.version, "en")
        read = PurposeTerms.model_validate(json.loads(notice.words) | {"version": shown.version})
        assert read == shown.model_copy(update={"nonce": None})
        assert [event.state for event in record.events] == ["consent_requested", "consent_refused"]


async def test_a_change_of_mind_brings_another_receipt_in_the_place_of_the_first(
    tmp_path: Path,
) -> None:
    async with a_call(tmp_path) as call:
        await call.owned("captions")
        await call.stack.answer(ANA, "captions", "yes")
        await call.receipts(ANA)
        await call.stack.answer(ANA, "captions", "no")
        _, second = await call.receipts(ANA, 2)
        events = read_receipt(second.jws).receipt.records[0].events
        assert [event.state for event in events] == ["consent_given", "consent_withdrawn"]
        one, two = (m for m in call.stack.sent if isinstance(m.body, Receipt))
        assert one.id == two.id and one.revision < two.revision


async def test_whoever_answers_in_the_last_second_gets_their_receipt_too(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned("captions")
        await call.stack.answer(ANA, "captions", "yes")
    assert call.stack.told(ANA, Receipt)


async def test_whoever_erases_everything_gets_a_last_receipt_and_a_new_one_after_another_yes(
    tmp_path: Path,
) -> None:
    async with a_call(tmp_path) as call:
        await call.owned("captions")
        await call.stack.answer(ANA, "captions", "yes")
        await call.receipts(ANA)
        await call.stack.say(ANA, Erase(type="erase"))
        await call.stack.answer(ANA, "captions", "no")  # with a new key, before that one comes
        _, second = await call.receipts(ANA, 2)
        last = read_receipt(second.jws)
        assert not check(last).faults
        assert last.receipt.erasure is not None
        assert "erased" in [deed.act for deed in last.receipt.acts]
        assert second.text
        await call.stack.answer(ANA, "captions", "yes")
        *_, third = await call.receipts(ANA, 4)
        new = read_receipt(third.jws)
        assert not check(new).faults
        events = [event.state for event in new.receipt.records[0].events]
        assert events == ["consent_refused", "consent_given"]
        assert new.receipt.erasure is None
        old_key, new_key = last.receipt.opening.key, new.receipt.opening.key
        assert old_key != new_key


async def test_who_asks_for_a_receipt_has_it_at_once(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned()
        await call.stack.join(BEN)
        await call.stack.say(BEN, Line(text="/receipt"))
        assert call.stack.told(BEN, Reply)[-1].code == "no_receipt"
        await call.ledger.append(noticed("b"))
        await call.stack.say(BEN, Line(text="/receipt"))
        reply = call.stack.told(BEN, Reply)[-1]
        assert reply.code == "receipt" and LINK in reply.text
        assert call.stack.told(BEN, Receipt)


async def test_on_a_full_disk_a_yes_does_not_count_and_says_so(tmp_path: Path) -> None:
    async with a_call(tmp_path, Full) as call:
        await call.owned("captions")
        await call.filled()
        await call.stack.answer(ANA, "captions", "yes")
        reply = call.stack.told(ANA, Reply)[-1]
        assert reply.code != "ok"
        assert "could not be recorded" in reply.text
        await call.emptied()
        await call.stack.answer(ANA, "captions", "yes")
        assert call.stack.told(ANA, Reply)[-1].code == "ok"


async def test_on_a_full_disk_a_no_holds_and_its_receipt_comes_once_it_is_written(
    tmp_path: Path,
) -> None:
    async with a_call(tmp_path, Full) as call:
        await call.owned("captions")
        await call.stack.answer(ANA, "captions", "yes")
        await call.receipts(ANA)
        await call.filled()
        await call.stack.answer(ANA, "captions", "no")
        assert call.stack.told(ANA, Status)[-1].purposes["captions"] == "refused"
        assert call.stack.told(ANA, Reply)[-1].code == "ok"
        await call.failed()
        assert len(call.stack.told(ANA, Receipt)) == 1
        await call.emptied()
        _, second = await call.receipts(ANA, 2)
        assert not check(read_receipt(second.jws)).faults
        events = read_receipt(second.jws).receipt.records[0].events
        assert [event.state for event in events] == ["consent_given", "consent_withdrawn"]


def a_receipt(folder: Path, *acts: Act) -> Awaitable[Issued]:
    async def made() -> Issued:
        async with opened(folder) as store:
            receipts = store.call()
            await receipts.append(noticed("mia"))
            for act in acts:
                await receipts.append(said(act, "mia"))
            issued = await receipts.of("mia")
        assert issued is not None
        return issued

    return made()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_receipt_has_a_line_in_its_readers_language(tmp_path: Path, language: str) -> None:
    issued = await a_receipt(tmp_path, Act.REFUSED)
    body = body_of(issued, LINK, words(language))
    assert body.states == {"captions": "consent_refused"}
    assert LINK in body.text and "captions" in body.text
    assert "\n" not in body.text


async def test_who_answered_nothing_is_told_nothing_in_chat(tmp_path: Path) -> None:
    body = body_of(await a_receipt(tmp_path), LINK, words())
    assert body.states == {"captions": "consent_requested"}
    assert body.text == ""


async def test_a_receipt_too_long_for_a_carrier_has_the_newest_acts(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned()
        for number in range(20):
            text = words_of(f"purpose_{number}").replace("until the call ends", "x" * 300)
            call.ledger.note(noticed("a", f"purpose_{number}", text))
        [receipt] = await call.receipts(ANA)
        signed = read_receipt(receipt.jws)
        assert not check(signed).faults
        assert "purpose_19" in receipt.states
        assert signed.receipt.left_out > 20 - MOST[0], "sixteen such are too long for one message"


async def test_acts_on_four_purposes_fit_into_one_message(tmp_path: Path) -> None:
    async with a_call(tmp_path) as call:
        await call.owned()
        for number in range(MOST[0]):
            purpose = f"purpose_{number % 4}"
            text = words_of(purpose).replace("until the call ends", "x" * 300)
            call.ledger.note(noticed("a", purpose, text))
        [receipt] = await call.receipts(ANA)
        assert len(read_receipt(receipt.jws).receipt.log.entries) > MOST[0]
