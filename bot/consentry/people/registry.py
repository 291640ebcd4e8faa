"""The register of people: invitations, ways to check in, face templates, and their deletion."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from consentry.errors import ConsentError, SetupError
from consentry.people import rows
from consentry.people.faces import Faces, Made, Opened
from consentry.people.person import FaceOnFile, Kind, Person, Way
from consentry.people.pin import MAX_WRONG, PinHash, new_number
from consentry.people.roll import Roll
from consentry.people.rows import FaceRow, PersonRow, WayRow
from consentry.people.sealing import seal, unseal
from consentry.people.secrets import new_token, public_of, read_token
from consentry.people.shelf import KeyShelf, face_key
from consentry.signing import b64url, from_b64url
from consentry.store.keys import PersonKey
from consentry.store.opening import Store

INVITED_FOR = 7 * 24 * 3600
"""Seconds that an invitation lasts."""
NOBODY = ""
"""No person has this id."""
MAX_NAME = 100
MAX_WAYS = 10
"""Of one person."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey."""

    credential: bytes
    public_key: bytes
    """COSE."""
    sign_count: int
    opener: bytes | None = field(default=None, repr=False)
    """Public half of what its PRF gives; ``None``: the browser has no PRF."""


@dataclass(frozen=True, slots=True)
class Found:
    """A way that was looked up, and what is known of it."""

    person: Person
    way: Way
    pin: PinHash | None = None
    passkey: Passkey | None = None


class People:
    """Everybody who enrolled. SetupError where the store fails, ConsentError where somebody is not
    (or no longer) in it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shelf = KeyShelf(store)
        self._faces = Faces(store.database, self._shelf)
        self._deletion = asyncio.Event()
        self.roll = Roll(store, self.person)
        """When they came, where that is kept."""

    async def invite(self, name: str) -> tuple[Person, str]:
        """Make a place for ``name``, and the token of an invitation to take it."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
            raise ConsentError(f"a name has 1 to {MAX_NAME} characters")
        person = f"p-{secrets.token_hex(8)}"
        key = await self._shelf.make(person)
        fields = {"name": name, "look_alike": False}
        row = PersonRow(person, self._now(), seal(key, f"person/{person}", fields))
        await self._store.database.run(partial(rows.add_person, row=row))
        return await self._known(person), await self.invite_again(person)

    async def invite_again(self, person: str) -> str:
        """A new invitation for somebody; the one before it ends."""
        await self._delete_ways(person, Kind.INVITATION)
        token = new_token()
        secret = read_token(token)
        assert secret is not None
        lookup = self._shelf.token_lookup(Kind.INVITATION, secret)
        await self._add(person, Kind.INVITATION, lookup, {}, INVITED_FOR)
        return token

    async def invited(self, token: str) -> Person | None:
        """Whom the invitation is for; ``None`` where it has ended, or is none."""
        found = await self.find_token(Kind.INVITATION, token)
        return found.person if found else None

    async def end_invitation(self, person: str) -> None:
        """Their invitation has done its work."""
        await self._delete_ways(person, Kind.INVITATION)

    async def known(self) -> list[Person]:
        """Everybody, the oldest first."""
        asked = await self._store.database.run(rows.people)
        keys = await self._shelf.of([row.id for row in asked])
        return [await self._person(row, keys[row.id]) for row in asked if row.id in keys]

    async def person(self, id: str) -> Person | None:
        """Who has this id; ``None``: nobody, or nobody any more."""
        kept = await self._seek(id)
        return await self._person(*kept) if kept else None

    # Ways.

    async def set_pin(self, person: str, pin: PinHash) -> str:
        """Their PIN from now on; the number that goes with it, the same as before if there was
        one."""
        known = (await self._known(person)).of(Kind.PIN)
        number = (known[0].number if known else None) or new_number()
        await self._delete_ways(person, Kind.PIN)
        fields = {"number": number, "hash": pin.encode()}
        await self._add(person, Kind.PIN, self._shelf.number_lookup(number), fields)
        return number

    async def new_link(self, person: str) -> str:
        """The token of a new link of theirs; the one before it ends, and opens nothing more."""
        for old in (await self._known(person)).of(Kind.LINK):
            await self.remove_way(person, old.id)
        token = new_token()
        secret = read_token(token)
        assert secret is not None
        fields = {"opener": b64url(public_of(secret))}
        await self._add(person, Kind.LINK, self._shelf.token_lookup(Kind.LINK, secret), fields)
        return token

    async def add_passkey(self, person: str, passkey: Passkey) -> None:
        """One more passkey."""
        lookup = self._shelf.lookup(Kind.PASSKEY, passkey.credential)
        await self._add(person, Kind.PASSKEY, lookup, _passkey_fields(passkey))

    async def remove_way(self, person: str, way: str) -> None:
        """End a way. A face template that nothing else opens ends with it."""
        await self._faces.shut(person, way)
        await self._store.database.run(partial(rows.delete_ways, of=person, kind=None, id=way))
        await self._store.database.scrub()

    async def count_try(self, number: str, found: Found | None, window: rows.Window) -> bool:
        """Count a try at the PIN that goes with ``number``, which is what was ``found``, and as a
        wrong one until it is right. That is durable on return, before the PIN is looked at; False
        where it is not to be: there were too many, of late or in all.

        It is one piece of work for anybody's number and nobody's.
        """
        person, way = (found.person.id, found.way.id) if found else (NOBODY, NOBODY)
        lookup, now = self._shelf.number_lookup(number), self._now()
        key = (await self._shelf.of([person])).get(person)

        def work(connection: Connection) -> bool:
            if rows.count_try(connection, lookup, now, window) > window.tries or key is None:
                return False
            wrong = _recounted(connection, way, key, lambda wrong: wrong + 1)
            return wrong is not None and wrong <= MAX_WRONG

        return await self._store.database.run(work)

    async def forget_wrong(self, person: str) -> bool:
        """Their PIN was right, or they showed by another way who they are; whether it was off."""
        if (kept := await self._seek(person)) is None:
            return False
        ways = (await self._person(*kept)).of(Kind.PIN)
        for way in ways:
            work = partial(_recounted, way=way.id, key=kept[1], change=lambda wrong: 0)
            await self._store.database.run(work)
        return any(way.off for way in ways)

    async def forget_tries(self, number: str) -> None:
        """The PIN was right."""
        lookup = self._shelf.number_lookup(number)
        await self._store.database.run(partial(rows.forget_tries, lookup=lookup))

    async def find_token(self, kind: Kind, token: str) -> Found | None:
        """Whose link or invitation it is."""
        secret = read_token(token)
        if secret is None:
            return None
        return await self._find(self._shelf.token_lookup(kind, secret))

    async def find_number(self, number: str) -> Found | None:
        """Whose number it is."""
        return await self._find(self._shelf.number_lookup(number))

    async def find_passkey(self, credential: bytes) -> Found | None:
        """Whose passkey it is."""
        return await self._find(self._shelf.lookup(Kind.PASSKEY, credential))

    async def credentials(self, person: str) -> list[bytes]:
        """The passkeys they have, as their devices know them."""
        kept = await self._store.database.run(partial(rows.ways, of=person))
        _, key = await self._kept(person)
        theirs = [way for way in kept if way.kind == Kind.PASSKEY]
        fields = (unseal(key, f"way/{way.id}", way.sealed) for way in theirs)
        return [_passkey(one).credential for one in fields]

    async def counted(self, found: Found, sign_count: int) -> None:
        """A passkey was used; what its counter says is written down where it counts."""
        assert found.passkey is not None
        if sign_count == found.passkey.sign_count:
            return
        key = (await self._shelf.of([found.person.id])).get(found.person.id)
        if key is not None:
            fields = _passkey_fields(replace(found.passkey, sign_count=sign_count))
            sealed = seal(key, f"way/{found.way.id}", fields)
            work = partial(rows.reseal_way, id=found.way.id, sealed=sealed)
            await self._store.database.run(work)

    # Faces.

    async def face_state(self, person: str) -> bytes:
        """What :meth:`put_face` takes: another one after each deletion of their face, and each
        word about a look-alike, in whichever process."""
        row, _ = await self._kept(person)
        return row.sealed

    async def put_face(self, person: str, made: Made, state: bytes | None = None) -> bool:
        """Keep a template of ``made``, which every way of theirs that brings a secret opens; the
        one before it is dead. False where they declared a look-alike, or have no such way, or
        ``state``, taken before they were asked, is over: they said no meanwhile."""
        row, key = await self._kept(person)
        known = await self._person(row, key)
        openers = {way.id: way.opener for way in known.ways if way.opener is not None}
        over = state is not None and state != row.sealed
        if known.look_alike or not openers or over:
            return False
        face = FaceRow(person, secrets.token_hex(16), self._now(), b"")
        return await self._faces.put(face, made, openers, state)

    async def delete_face(self, person: str) -> bool:
        """End their template, in every copy, and what is on its way to be one; whether there was
        one. Their other ways stay."""
        await self._rewrite(person, {})
        return await self._faces.delete(person)

    async def open_face(self, found: Found, secret: bytes) -> Opened | None:
        """Their template, for whoever holds the secret of the way by which they were found."""
        if found.person.look_alike:
            return None
        return await self._faces.open(found.person.id, found.way.id, secret)

    async def declare_look_alike(self, person: str, has: bool) -> None:
        """Whether somebody looks like them: then their face is never asked for, nor kept."""
        await self._rewrite(person, {"look_alike": has})
        if has:
            await self.delete_face(person)

    async def delete(self, person: str) -> bool:
        """Destroy their keys, which ends every copy of what is known of them, and delete it here;
        whether there was anything."""
        face = await self._store.database.run(partial(rows.face, of=person))
        await self._shelf.destroy([person, *([face_key(person, face.generation)] if face else [])])
        self._deletion.set()
        found = await self._store.database.run(partial(rows.delete_person, id=person))
        await self._store.database.scrub()
        await self.roll.erase(person)  # last: nothing is added of who is not enrolled any more
        return found

    async def deletion(self, within: float) -> None:
        """Wait until somebody is deleted here, and not longer than ``within`` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._deletion.wait()
        self._deletion.clear()

    # Reading.

    async def _seek(self, id: str) -> tuple[PersonRow, PersonKey] | None:
        """What is kept of them, and their key; ``None``: nobody has this id, or nobody any more."""
        found = await self._store.database.run(partial(rows.people, id=id))
        keys = await self._shelf.of([id])
        return (found[0], keys[id]) if found and id in keys else None

    async def _kept(self, id: str) -> tuple[PersonRow, PersonKey]:
        kept = await self._seek(id)
        if kept is None:
            raise ConsentError("there is nobody with that id; `consentry people list` names all")
        return kept

    async def _known(self, id: str) -> Person:
        return await self._person(*await self._kept(id))

    async def _find(self, lookup: bytes) -> Found | None:
        # What is not found is looked for in the same places, so that it takes as long.
        row = await self._store.database.run(partial(rows.find_way, lookup=lookup))
        kept = await self._seek(row.person if row else NOBODY)
        had = await self._had(row.person if row else NOBODY)
        if row is None or kept is None or _is_over(row, self._now()):
            return None
        fields = unseal(kept[1], f"way/{row.id}", row.sealed)
        pin = PinHash.decode(fields["hash"]) if row.kind == Kind.PIN else None
        passkey = _passkey(fields) if row.kind == Kind.PASSKEY else None
        return Found(_person(*kept, *had), _way(row, fields), pin, passkey)

    async def _person(self, row: PersonRow, key: PersonKey) -> Person:
        return _person(row, key, *await self._had(row.id))

    async def _had(self, person: str) -> tuple[list[WayRow], FaceOnFile | None]:
        """The ways they have now, and their face."""
        kept, now = await self._store.database.run(partial(rows.ways, of=person)), self._now()
        ways = [way for way in kept if not _is_over(way, now)]
        return ways, await self._faces.on_file(person)

    # Writing.

    async def _rewrite(self, person: str, changes: dict[str, Any]) -> None:
        """Write down what is known of them with ``changes``. It is sealed anew, so that a face
        which was to be kept by what was known before is not."""
        place, written = f"person/{person}", False
        while not written:
            row, key = await self._kept(person)
            fields = unseal(key, place, row.sealed) | changes
            new = replace(row, sealed=seal(key, place, fields))
            work = partial(rows.put_person, row=new, seen=row.sealed)
            written = await self._store.database.run(work)

    async def _add(
        self, person: str, kind: Kind, lookup: bytes, fields: dict[str, Any], lasts: int = 0
    ) -> None:
        kept, key = await self._kept(person)
        if len((await self._person(kept, key)).ways) >= MAX_WAYS:
            raise ConsentError(f"one person has {MAX_WAYS} ways at most; delete one first")
        id, now = f"w-{secrets.token_hex(8)}", self._now()
        expires = now + lasts * 1000 if lasts else None
        sealed = seal(key, f"way/{id}", fields)
        row = WayRow(id, person, kind.value, lookup, now, expires, sealed)
        if not await self._store.database.run(partial(rows.add_way, row=row)):
            raise SetupError("that way could not be written down; try again")

    async def _delete_ways(self, person: str, kind: Kind) -> None:
        work = partial(rows.delete_ways, of=person, kind=kind.value)
        if await self._store.database.run(work):
            await self._store.database.scrub()

    def _now(self) -> int:
        return round(self._store.now() * 1000)


def _is_over(way: WayRow, now: int) -> bool:
    return way.expires is not None and way.expires <= now


def _recounted(
    connection: Connection, way: str, key: PersonKey, change: Callable[[int], int]
) -> int | None:
    """How many wrong PINs are written down now, made of how many there were; ``None``: that way
    has ended."""
    sealed, place = rows.sealed_way(connection, way), f"way/{way}"
    if sealed is None:
        return None
    fields = unseal(key, place, sealed)
    fields["wrong"] = change(fields.get("wrong", 0))
    rows.reseal_way(connection, way, seal(key, place, fields))
    return int(fields["wrong"])


def _person(
    row: PersonRow, key: PersonKey, ways: Sequence[WayRow], face: FaceOnFile | None
) -> Person:
    fields = unseal(key, f"person/{row.id}", row.sealed)
    known = tuple(_way(way, unseal(key, f"way/{way.id}", way.sealed)) for way in ways)
    return Person(row.id, fields["name"], row.created / 1000, fields["look_alike"], known, face)


def _way(row: WayRow, fields: dict[str, Any]) -> Way:
    expires = None if row.expires is None else row.expires / 1000
    opener = from_b64url(fields["opener"]) if fields.get("opener") else None
    number, wrong = fields.get("number"), fields.get("wrong", 0)
    return Way(row.id, Kind(row.kind), row.created / 1000, expires, number, opener, wrong)


def _passkey_fields(passkey: Passkey) -> dict[str, Any]:
    return {
        "credential": b64url(passkey.credential),
        "public_key": b64url(passkey.public_key),
        "sign_count": passkey.sign_count,
        "opener": b64url(passkey.opener) if passkey.opener else None,
    }


def _passkey(fields: dict[str, Any]) -> Passkey:
    return Passkey(
        from_b64url(fields["credential"]),
        from_b64url(fields["public_key"]),
        fields["sign_count"],
        from_b64url(fields["opener"]) if fields["opener"] else None,
    )
