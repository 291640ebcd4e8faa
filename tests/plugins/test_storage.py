"""The words of those who agreed are kept, and of nobody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consentry.commands.export import export
from consentry.errors import SetupError
from consentry.events import Segment
from consentry.exports import Format
from consentry.messages import Note
from consentry.plugin import Vault
from consentry.store.vault import DirectoryVault
from consentry.testing import FakeCall, FakeVault, check_plugin
from consentry.testing.call import fake_context
from consentry.transcript import Transcript, parse_transcript
from consentry_storage import FILE, Storage


class FullDisk(FakeVault):
    """A vault that can be made to fail, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.locked = False
        self.puts = 0

    async def put(self, name: str, content: bytes) -> None:
        if self.full:
            raise SetupError(f"{name}: can't be written (No space left on device)")
        self.puts += 1
        await super().put(name, content)

    async def delete(self, name: str) -> None:
        if self.locked:
            raise SetupError(f"{name}: can't be deleted (Read-only file system)")
        await super().delete(name)


@pytest.fixture
def vault() -> FullDisk:
    return FullDisk()


def call_with(vault: Vault) -> FakeCall:
    return FakeCall(Storage(), ctx=replace(fake_context(), vault=vault))


def kept(vault: FakeVault) -> Transcript | None:
    content = vault.files.get(FILE)
    return None if content is None else parse_transcript(content, FILE)


def words(vault: FakeVault) -> list[str]:
    transcript = kept(vault)
    return [] if transcript is None else [segment.text for segment in transcript.segments]


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(Storage)


async def test_words_are_kept_with_name_and_time(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await call.segment(ana, "Shall we start?")
        await call.segment(bob, "Yes.")
    transcript = kept(vault)
    assert transcript is not None
    assert transcript.call.title == "A test call"
    assert [(transcript.name_of(s.participant), s.start, s.text) for s in transcript.segments] == [
        ("Ana", 0, "Shall we start?"),
        ("Bob", 2, "Yes."),
    ]


async def test_words_of_somebody_who_said_no_are_not(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob", consents=False)
        await call.segment(ana, "Shall we start?")
        await call.segment(bob, "Yes.")
    assert words(vault) == ["Shall we start?"]
    assert b"Bob" not in vault.files[FILE]


async def test_the_file_is_written_every_five_seconds_at_most(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        for i in range(15):
            await call.segment(ana, f"Sentence {i}.")
        assert 5 <= vault.puts <= 7
        assert len(words(vault)) >= 12
    assert len(words(vault)) == 15


async def test_a_quiet_call_writes_nothing(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        call.join("Ana")
        await call.wait(60)
    assert vault.files == {}
    assert vault.puts == 0


async def test_a_revision_replaces_what_it_revises(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "Hello word.", id="s1", revision=1)
        await call.segment(ana, "Hello world.", id="s1", revision=2)
        await call.segment(ana, "Hello.", id="s1", revision=0)
        await call.segment(ana, "Bye.", id="s2")
        await call.segment(ana, "", id="s2", revision=1)
    assert words(vault) == ["Hello world."]


async def test_a_withdrawal_removes_their_words_from_the_file_at_once(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await call.segment(ana, "I stay.")
        await call.segment(bob, "I go.")
        await call.wait(6)
        await call.revoke(bob)
        assert words(vault) == ["I stay."]
        assert b"Bob" not in vault.files[FILE]


async def test_when_the_last_one_withdraws_the_file_is_gone(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "I go.")
        await call.wait(6)
        await call.revoke(ana)
        assert vault.files == {}
    assert vault.files == {}


async def test_words_from_before_a_withdrawal_do_not_come_back_with_a_new_yes(
    vault: FullDisk,
) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.wait(10)
        await call.revoke(ana)
        await call.wait(10)
        call.grant(ana)
        await call.offer(Segment(ana, "late", 0, "Said long ago.", 5, 6))
        await call.segment(ana, "Said now.")
    assert words(vault) == ["Said now."]


async def test_whoever_leaves_keeps_their_words_in_it(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "Bye.")
        await call.leave(ana)
    assert words(vault) == ["Bye."]


async def test_turned_off_and_on_again_it_starts_a_new_transcript(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "Before.")
        await call.wait(6)
        assert words(vault) == ["Before."]
        await call.disable()
        call.enable()
        call.grant(ana)
        await call.wait(1)
        assert vault.files == {}
        await call.segment(ana, "After.")
    assert words(vault) == ["After."]


async def test_a_full_disk_is_told_once_and_tried_again(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        vault.full = True
        await call.segment(ana, "Kept in the end.")
        await call.wait(20)
        assert [note.title for note in notes(call)] == ["The transcript can't be saved"]
        vault.full = False
        await call.wait(6)
        assert words(vault) == ["Kept in the end."]
        assert notes(call)[-1].title == "The transcript is saved again"
        assert not any(message.about for message in call.said)


async def test_a_withdrawal_that_can_not_be_written_deletes_the_file(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await call.segment(ana, "I stay.")
        await call.segment(bob, "I go.")
        await call.wait(6)
        vault.full = True
        await call.revoke(bob)
        assert vault.files == {}
        vault.full = False
        await call.wait(6)
        assert words(vault) == ["I stay."]


async def test_a_withdrawal_is_tried_again_at_every_tick_until_it_is_done(vault: FullDisk) -> None:
    async with call_with(vault) as call:
        ana = call.join("Ana")
        await call.segment(ana, "I go.")
        await call.wait(6)
        vault.full = vault.locked = True
        await call.revoke(ana)
        assert words(vault) == ["I go."]
        await call.wait(0.5)
        vault.locked = False
        await call.wait(0.1)
        assert vault.files == {}


def notes(call: FakeCall) -> list[Note]:
    return [body for body in call.bodies if isinstance(body, Note)]


async def test_export_reads_what_it_wrote(tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path, "storage", "call")
    async with call_with(vault) as call:
        await call.segment(call.join("Ana <A>"), "Hello.")
    output = tmp_path / "call.vtt"
    export(vault.directory / FILE, Format.VTT, output)
    assert "<v Ana &lt;A&gt;>Hello.</v>" in output.read_text(encoding="utf-8")
