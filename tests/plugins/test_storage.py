"""The words of those who agreed are kept, and of nobody else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consentry.errors import SetupError
from consentry.events import Participant, Segment, Summarized, SummaryItem
from consentry.messages import Note
from consentry.plugin import Vault
from consentry.testing import FakeCall, FakeVault, check_plugin
from consentry.testing.call import fake_context
from consentry_storage import Storage, StorageOptions


class FullDisk(FakeVault):
    """A vault that can be made to fail, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.tries = 0

    async def put(self, name: str, content: bytes, about: frozenset[str]) -> None:
        self.tries += 1
        if self.full:
            raise SetupError("the disk is full; make room")
        await super().put(name, content, about)

    async def delete(self, name: str) -> None:
        if self.full:
            raise SetupError("the disk is full; make room")
        await super().delete(name)


@pytest.fixture
def vault() -> FullDisk:
    return FullDisk()


def call_with(vault: Vault) -> FakeCall:
    return FakeCall(Storage(), ctx=replace(fake_context(), vault=vault))


def kept(vault: FakeVault, kind: str) -> dict[str, dict[str, Any]]:
    """What is kept of that kind, by name."""
    return {
        name: json.loads(content)
        for name, content in vault.files.items()
        if name.startswith(f"{kind}/")
    }


def words(vault: FakeVault) -> list[str]:
    return [segment["text"] for segment in kept(vault, "segment").values()]


def lines(vault: FakeVault) -> list[str]:
    return [line["text"] for line in kept(vault, "summary").values()]


def line(text: str, *about: Participant, at: float = 0.0) -> SummaryItem:
    return SummaryItem("abstract", text, ("captions/1",), frozenset(p.id for p in about), at)


def summary(revision: int, *lines: SummaryItem, at: float = 1.0) -> Summarized:
    return Summarized(at, "summary", revision, lines, final=False)


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(Storage)


async def test_words_are_kept_with_name_and_time(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await call.segment(ana, "Shall we start?")
        await call.segment(bob, "Yes.")
    segments = kept(vault, "segment").values()
    assert [(s["participant"], s["start"], s["text"]) for s in segments] == [
        (ana.id, 0, "Shall we start?"),
        (bob.id, 2, "Yes."),
    ]
    assert {p["id"]: p["name"] for p in kept(vault, "name").values()} == {
        ana.id: "Ana",
        bob.id: "Bob",
    }


async def test_each_piece_is_about_those_it_was_made_from(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        said = await call.segment(ana, "Shall we start?")
        await call.offer(summary(0, line("Ana and Bob begin.", ana, bob), at=call.now))
    assert vault.about == {
        f"name/{ana.id}": {ana.id},
        f"segment/{said.id}": {ana.id},
        "summary/0": {ana.id, bob.id},
    }


async def test_words_of_somebody_who_said_no_are_not(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob", consents=False)
        await call.segment(ana, "Shall we start?")
        await call.segment(bob, "Yes.")
        await call.offer(summary(0, line("A", ana), line("Both", ana, bob), at=call.now))
    assert words(vault) == ["Shall we start?"]
    assert lines(vault) == ["A"]
    assert not any(b"Bob" in content for content in vault.files.values())


async def test_words_are_kept_when_they_are_final_not_later(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.offer(Segment(ana, "s1", 0, "At once.", call.now, call.now + 1))
        assert words(vault) == ["At once."]


async def test_a_quiet_call_writes_nothing(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        call.join("Ana")
        await call.wait(60)
    assert vault.files == {}
    assert vault.tries == 0


async def test_a_revision_replaces_what_it_revises(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "Hello word.", id="s1", revision=1)
        await call.segment(ana, "Hello world.", id="s1", revision=2)
        await call.segment(ana, "Hello.", id="s1", revision=0)
        await call.segment(ana, "Bye.", id="s2")
        await call.segment(ana, "", id="s2", revision=1)
    assert words(vault) == ["Hello world."]


async def test_a_new_summary_takes_the_place_of_the_old_one(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.offer(summary(1, line("one", ana), line("two", ana), line("three", ana)))
        await call.offer(summary(2, line("uno", ana)))
        await call.offer(summary(0, line("outdated", ana)))
    assert lines(vault) == ["uno"]


async def test_a_line_about_nobody_is_nobodys_to_erase_and_is_not_kept(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        await call.offer(summary(1, line("It rained."), line("Ana came.", call.join("Ana"))))
    assert lines(vault) == ["Ana came."]


async def test_a_no_counts_from_then_on_and_what_was_kept_stays(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await call.segment(ana, "I stay.")
        await call.segment(bob, "I go.")
        await call.revoke(bob)
        await call.segment(bob, "Not kept.")
        await call.segment(ana, "Still here.")
    assert words(vault) == ["I stay.", "I go.", "Still here."]


async def test_words_from_before_a_no_do_not_come_with_a_later_yes(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.wait(10)
        await call.revoke(ana)
        await call.wait(10)
        call.grant(ana)
        await call.offer(Segment(ana, "late", 0, "Said long ago.", 5, 6))
        await call.segment(ana, "Said now.")
    assert words(vault) == ["Said now."]
    assert kept(vault, "name")[f"name/{ana.id}"]["name"] == "Ana"


async def test_whoever_leaves_keeps_their_words_in_it(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "Bye.")
        await call.leave(ana)
    assert words(vault) == ["Bye."]


async def test_turned_off_and_on_again_it_goes_on(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "Before.")
        await call.disable()
        await call.segment(ana, "Meanwhile.")
        call.enable()
        call.grant(ana)
        await call.wait(1)
        await call.segment(ana, "After.")
    assert words(vault) == ["Before.", "After."]


async def test_a_full_disk_is_told_once_and_tried_again(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        vault.full = True
        await call.segment(ana, "Kept in the end.")
        await call.segment(ana, "And this too.")
        await call.wait(20)
        assert [note.title for note in notes(call)] == ["The transcript can't be saved"]
        assert 4 <= vault.tries <= 6
        vault.full = False
        await call.wait(6)
        assert words(vault) == ["Kept in the end.", "And this too."]
        assert notes(call)[-1].title == "The transcript is saved again"
        assert not any(message.about for message in call.said)


async def test_what_could_not_be_written_before_a_no_never_is(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        vault.full = True
        await call.segment(ana, "I stay.")
        await call.segment(bob, "I go.")
        await call.offer(summary(1, line("Both", ana, bob), line("Ana", ana), at=call.now))
        await call.revoke(bob)
        vault.full = False
        await call.wait(6)
    assert words(vault) == ["I stay."]
    assert lines(vault) == ["Ana"]
    assert not call.metrics.value("items_blocked", plugin="storage")


async def test_what_is_left_when_the_call_ends_is_written_then(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        vault.full = True
        await call.segment(ana, "At the very end.")
        vault.full = False
    assert words(vault) == ["At the very end."]


@pytest.mark.parametrize(("days", "text"), [(1, "1 day,"), (30, "30 days,"), (3650, "3650 days,")])
def test_participants_read_how_long_it_is_kept(days: int, text: str) -> None:
    purpose = Storage(StorageOptions(retention_days=days)).purpose
    assert purpose.keep == timedelta(days=days)
    assert purpose.retention.startswith(text)
    assert all(str(days) in words.retention for words in purpose.translations.values())
    assert Storage.purpose.keep is None


def notes(call: FakeCall) -> list[Note]:
    return [body for body in call.bodies if isinstance(body, Note)]
