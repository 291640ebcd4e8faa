"""A no to a face on one's own page, in whatever way it is said: no template is there after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from consentry.consent.ledger import Entry
from consentry.errors import ConsentError, SetupError
from consentry.people.claims import LinkClaim
from consentry.receipts.call import CallReceipts
from tests.people.faces import made_up
from tests.people.register import made
from tests.web.mine.pages import Mine, Office, begun, office_in


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_in(tmp_path) as office:
        yield office


async def faces_said(office: Office) -> list[str]:
    """What the ledger has of the face of the one person there is."""
    (person,) = await office.register.people.known()
    issued = await office.register.proofs.receipt(person.id)
    assert issued is not None
    return [event.state for event in issued.record.records[0].events]


YES, NO = ["consent_requested", "consent_given"], ["consent_withdrawn"]


async def test_after_a_look_alike_was_declared_and_undone_a_photo_takes_a_new_yes(
    office: Office,
) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.look()
    await mine.send("/look-alike", has="yes")
    await mine.send("/look-alike")
    await mine.photo()
    assert await faces_said(office) == [*YES, *NO, *YES]


async def test_after_a_no_in_another_browser_a_photo_takes_a_new_yes(office: Office) -> None:
    mine, other = await begun(office), Mine(office.browser())
    await mine.send("/link")
    await other.enter(link=mine.link)
    await mine.photo()
    await other.look()
    await other.send("/face/delete")
    await mine.photo()
    assert await faces_said(office) == [*YES, *NO, *YES]


async def photo_while(office: Office, mine: Mine, act: str, **fields: str) -> dict[str, object]:
    """The answer to a photo during whose look ``act`` is done."""
    office.photos.done = asyncio.Event()
    office.photos.taken.clear()
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(mine.photo())
        await office.photos.taken.wait()
        await mine.send(act, **fields)
        office.photos.done.set()
    office.photos.done = None
    return answer.result()


@pytest.mark.parametrize(
    ("act", "fields"),
    [("/face/delete", {}), ("/look-alike", {"has": "yes"})],
    ids=["deleted", "a look-alike declared"],
)
async def test_a_photo_that_is_looked_at_during_a_no_becomes_no_template(
    office: Office, act: str, fields: dict[str, str]
) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.look()
    assert await photo_while(office, mine, act, **fields) == {"next": "/mine?outcome=stale"}
    await mine.send("/look-alike")
    (person,) = await office.register.people.known()
    assert person.face is None
    assert await faces_said(office) == [*YES, *NO]


async def test_a_photo_of_before_a_no_does_not_replace_one_of_after_it(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    link = mine.link
    old = await office.register.people.face_state((await office.register.people.known())[0].id)
    await mine.send("/face/delete")
    await mine.photo()
    (person,) = await office.register.people.known()
    photo = made(made_up(np.random.default_rng(2)).photo())
    assert not await office.register.people.put_face(person.id, photo, old)
    claimed = await office.register.desk.claim(LinkClaim(link))
    assert claimed is not None and claimed.ticket is not None


async def test_who_is_deleted_while_their_photo_is_looked_at_is_told_so_by_their_page(
    office: Office,
) -> None:
    mine = await begun(office)
    await mine.send("/link")
    assert await photo_while(office, mine, "/delete", sure="yes") == {"next": "/mine?outcome=stale"}
    assert await office.register.people.known() == []


async def test_who_is_deleted_while_they_choose_a_way_is_led_to_the_way_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await begun(office)
    (person,) = await office.register.people.known()
    remove = office.register.people.remove_way

    async def late(id: str, way: str) -> None:
        await office.register.people.delete(person.id)
        await remove(id, way)
        raise ConsentError("there is nobody with that id")

    monkeypatch.setattr(office.register.people, "remove_way", late)
    await mine.send("/remove", way="w-0")
    assert "With my number and PIN" in mine.html


async def test_the_end_of_the_only_way_that_opens_a_template_is_a_yes_taken_back(
    office: Office,
) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.look()
    await mine.send("/link")
    assert await faces_said(office) == [*YES, *NO]
    await mine.photo()
    await mine.look()
    await mine.send("/remove", way=mine.way("Link of"))
    assert await faces_said(office) == [*YES, *NO, *YES, *NO]


@pytest.mark.parametrize(
    ("act", "fields"), [("/face/delete", {}), ("/look-alike", {"has": "yes"})], ids=["face", "twin"]
)
async def test_a_template_ends_though_the_ledger_cannot_be_written_and_the_no_is_written_later(
    office: Office, act: str, fields: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.look()

    async def full(receipts: CallReceipts, entry: Entry) -> None:
        raise SetupError("the disk is full")

    page = mine.html
    with monkeypatch.context() as patched:
        patched.setattr(CallReceipts, "append", full)
        await mine.send(act, **fields)
    (person,) = await office.register.people.known()
    assert person.face is None
    mine.html = page
    await mine.send(act, **fields)
    assert await faces_said(office) == [*YES, *NO]
