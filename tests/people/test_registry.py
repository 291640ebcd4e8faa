"""The register keeps what people chose, and nothing that opens without them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from consentry.errors import ConsentError
from consentry.people.claims import LinkClaim
from consentry.people.person import Kind
from consentry.people.registry import INVITED_FOR, MAX_WAYS, Passkey
from consentry.people.secrets import public_of, read_token
from consentry.people.templates import distance
from consentry.store.opening import DATABASE, KEY, KEY_DATABASE
from tests.people.faces import made_up
from tests.people.register import Register, made, register_in

PHOTO = made_up(np.random.default_rng(1)).photo()
OTHER_PHOTO = made_up(np.random.default_rng(2)).photo()


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    async with register_in(tmp_path / "store") as register:
        yield register


async def opens(register: Register, link: str) -> bool:
    claimed = await register.desk.claim(LinkClaim(link))
    return claimed is not None and claimed.ticket is not None


def rows_of(path: Path) -> list[bytes]:
    """Everything that a database holds, table by table."""
    with closing(sqlite3.connect(path)) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return [
            repr(row).encode() for name in tables for row in db.execute(f'SELECT * FROM "{name}"')
        ]


async def test_an_invitation_leads_to_its_person_until_another_is_made(register: Register) -> None:
    person, token = await register.people.invite("  Ana   María ")
    assert person.name == "Ana María"
    assert await register.people.invited(token) == await register.people.person(person.id)
    newer = await register.people.invite_again(person.id)
    assert await register.people.invited(token) is None
    assert await register.people.invited(newer)
    register.clock.at += INVITED_FOR
    assert await register.people.invited(newer) is None


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x1b[2J"])
async def test_a_name_that_is_none_is_refused(register: Register, name: str) -> None:
    with pytest.raises(ConsentError, match="a name has"):
        await register.people.invite(name)


async def test_who_is_not_in_it_is_named_to_nobody(register: Register) -> None:
    with pytest.raises(ConsentError, match="nobody with that id"):
        await register.people.invite_again("p-1")


async def test_it_is_as_it_was_after_a_restart(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        await register.people.put_face(ana.id, made(PHOTO))
        before = await register.people.known()
    async with register_in(tmp_path) as register:
        assert await register.people.known() == before
        assert {way.kind for way in before[0].chosen} == {Kind.PIN, Kind.LINK}
        assert await opens(register, ana.link)


async def test_a_changed_pin_keeps_its_number(register: Register) -> None:
    ana = await register.enrolled()
    again = await register.people.set_pin(ana.id, await register.hashing.hash("314159"))
    assert again == ana.number
    found = await register.people.find_number(ana.number)
    assert found is not None and found.pin is not None
    assert await register.hashing.matches("314159", found.pin)


async def test_nobody_has_more_ways_than_they_can_look_after(register: Register) -> None:
    ana = await register.enrolled()
    with pytest.raises(ConsentError, match="ways at most"):
        for number in range(MAX_WAYS):
            await register.people.add_passkey(ana.id, Passkey(bytes([number]), b"key", 0))


# Faces.


async def test_a_face_takes_a_way_whose_secret_can_open_it(register: Register) -> None:
    person, _ = await register.people.invite("Ana")
    await register.people.set_pin(person.id, await register.hashing.hash("271828"))
    await register.people.add_passkey(person.id, Passkey(b"without prf", b"key", 0))
    assert not await register.people.put_face(person.id, made(PHOTO))


async def test_each_way_that_brings_a_secret_opens_it(register: Register) -> None:
    ana, prf = await register.enrolled(), bytes(range(32))
    await register.people.add_passkey(ana.id, Passkey(b"id", b"key", 0, public_of(prf)))
    assert await register.people.put_face(ana.id, made(PHOTO))
    token = read_token(ana.link)
    by_link = await register.people.find_token(Kind.LINK, ana.link)
    by_passkey = await register.people.find_passkey(b"id")
    assert by_link and by_passkey and token
    for found, secret in ((by_link, token), (by_passkey, prf)):
        opened = await register.people.open_face(found, secret)
        assert opened is not None
        assert distance(opened.template, PHOTO, opened.key) == pytest.approx(0, abs=1e-5)
    assert await register.people.open_face(by_link, prf) is None
    assert await register.people.open_face(by_passkey, token) is None


async def test_a_face_ends_with_the_last_way_that_opens_it(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.add_passkey(ana.id, Passkey(b"id", b"key", 0, public_of(bytes(32))))
    await register.people.put_face(ana.id, made(PHOTO))
    known = await register.people.person(ana.id)
    assert known is not None and known.face is not None and len(known.face.ways) == 2
    link, passkey = known.of(Kind.LINK)[0], known.of(Kind.PASSKEY)[0]
    await register.people.remove_way(ana.id, link.id)
    known = await register.people.person(ana.id)
    assert known is not None and known.face is not None and known.face.ways == {passkey.id}
    await register.people.remove_way(ana.id, passkey.id)
    known = await register.people.person(ana.id)
    assert known is not None and known.face is None
    assert [way.kind for way in known.ways if way.kind is not Kind.INVITATION] == [Kind.PIN]


def copy(folder: Path, to: Path) -> Path:
    """A stolen store, or a backup: everything but the key that the folder need not hold."""
    shutil.copytree(folder, to)
    return to


def restore_content(backup: Path, store: Path) -> None:
    """The content as it was; the keys as they are."""
    for path in store.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy(backup / DATABASE, store / DATABASE)


async def test_a_stolen_store_with_all_server_keys_opens_no_template(tmp_path: Path) -> None:
    links: list[str] = []
    async with register_in(tmp_path / "store") as register:
        for number in range(20):
            ana = await register.enrolled(f"Ana {number}")
            await register.people.put_face(ana.id, made(PHOTO))
            links.append(ana.link)
    stolen = copy(tmp_path / "store", tmp_path / "stolen")
    assert all((stolen / name).is_file() for name in (DATABASE, KEY_DATABASE, KEY))
    held = [*rows_of(stolen / DATABASE), *rows_of(stolen / KEY_DATABASE)]
    held.append(everything_in(stolen))
    for link in links:
        secret = read_token(link)
        assert secret is not None
        # Neither what people hold, nor what was made from their face, is anywhere in it.
        for form in (link.encode(), secret, secret.hex().encode(), repr(secret)[2:-1].encode()):
            assert not any(form in part for part in held)
    assert not any(PHOTO.tobytes()[:16] in part for part in held)
    async with register_in(stolen) as thief:
        opened = 0
        for person in await thief.people.known():
            assert person.face is not None, "the thief gets as far as the server could"
            # Whatever lies in the store is tried as the secret: every 32 bytes of every column.
            for guess in await guesses(thief):
                for way in person.face.ways:
                    opened += await thief.people._faces.open(person.id, way, guess) is not None
        assert opened == 0
        # The same lock opens with the key: the attack fails for want of it alone.
        assert await opens(thief, links[0])


async def guesses(thief: Register) -> list[bytes]:
    """What a thief has: each key there is, and what is derived from the master key."""
    ring, shelf = thief.store.ring, thief.people._shelf
    people = await thief.people.known()
    keys = await shelf.of([person.id for person in people])
    found = [shelf.organization, *(key.secret for key in keys.values())]
    found += [key.content for key in keys.values()]
    return [*found, ring.secret("people lookups"), bytes(32)]


async def test_a_renewed_face_leaves_the_old_template_dead(tmp_path: Path) -> None:
    store = tmp_path / "store"
    async with register_in(store) as register:
        ana = await register.enrolled()
        await register.people.put_face(ana.id, made(PHOTO))
    backup = copy(store, tmp_path / "backup")
    async with register_in(store) as register:
        await register.people.put_face(ana.id, made(OTHER_PHOTO))
        assert await opens(register, ana.link)
    restore_content(backup, store)
    async with register_in(store) as register:
        # The old content, the person's own secret and every key there is: nothing.
        assert await register.desk.claim(LinkClaim(ana.link))
        assert not await opens(register, ana.link)


async def test_a_new_link_leaves_the_old_one_dead_and_what_it_opened(tmp_path: Path) -> None:
    store = tmp_path / "store"
    async with register_in(store) as register:
        ana = await register.enrolled()
        await register.people.put_face(ana.id, made(PHOTO))
    backup = copy(store, tmp_path / "backup")
    async with register_in(store) as register:
        newer = await register.people.new_link(ana.id)
        assert await register.desk.claim(LinkClaim(ana.link)) is None
        assert await register.desk.claim(LinkClaim(newer))
    restore_content(backup, store)
    async with register_in(store) as register:
        assert not await opens(register, ana.link)


async def test_deletion_destroys_the_keys_and_a_backup_opens_nothing(tmp_path: Path) -> None:
    store = tmp_path / "store"
    async with register_in(store) as register:
        ana, bob = await register.enrolled(), await register.enrolled("Bob")
        for one in (ana, bob):
            await register.people.put_face(one.id, made(PHOTO))
    backup = copy(store, tmp_path / "backup")
    async with register_in(store) as register:
        assert await register.people.delete(ana.id)
        assert await register.desk.claim(LinkClaim(ana.link)) is None
        assert [person.name for person in await register.people.known()] == ["Bob"]
    restore_content(backup, store)
    async with register_in(store) as register:
        assert await register.desk.claim(LinkClaim(ana.link)) is None
        assert [person.name for person in await register.people.known()] == ["Bob"]
        assert await opens(register, bob.link), "the backup is good for everybody else"


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_deleted_keys_are_not_left_in_the_files(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        with closing(sqlite3.connect(tmp_path / KEY_DATABASE)) as db:
            kept = [bytes(row[0]) for row in db.execute("SELECT wrapped FROM person_key")]
        await register.people.delete(ana.id)
        left = everything_in(tmp_path)
        assert len(kept) == 1
        assert not any(key in left for key in kept)


async def test_an_enrollment_that_a_deletion_overtakes_leaves_nothing(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.delete(ana.id)
    with pytest.raises(ConsentError):
        await register.people.put_face(ana.id, made(PHOTO))
    assert rows_of_keys(register) == 0


def rows_of_keys(register: Register) -> int:
    with closing(sqlite3.connect(register.store.keys.name)) as db:
        return int(db.execute("SELECT count(*) FROM person_key").fetchone()[0])


async def test_names_and_numbers_stand_nowhere_in_the_clear(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled("Anastasia")
    held = everything_in(tmp_path)
    assert b"Anastasia" not in held
    assert ana.number.encode() not in held
