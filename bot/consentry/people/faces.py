"""Face templates in the store: sealed under a secret that its person holds, and under a key of the
store's own whose end is theirs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from consentry.engines.face.engine import Embedding
from consentry.errors import TemplateError
from consentry.people import rows
from consentry.people.person import FaceOnFile
from consentry.people.rows import FaceRow
from consentry.people.sealing import seal, unseal
from consentry.people.secrets import SECRET_BYTES, box, unbox
from consentry.people.shelf import KeyShelf, face_key
from consentry.people.templates import Template, TemplateKey, protect
from consentry.people.templates import seal as seal_template
from consentry.people.templates import unseal as unseal_template
from consentry.signing import b64url, from_b64url
from consentry.store.database import Database
from consentry.store.keys import PersonKey


@dataclass(frozen=True, slots=True)
class Made:
    """What a template is made from, and the engine that made it."""

    embedding: Embedding = field(repr=False)
    engine: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A template that its person's secret opened."""

    template: Template
    key: TemplateKey


@dataclass(frozen=True, slots=True)
class _Kept:
    row: FaceRow
    key: PersonKey
    sealed: bytes
    boxes: Mapping[str, bytes] = field(repr=False)
    """For each way that opens it: the template's secret, for whoever holds the way's."""

    @property
    def place(self) -> bytes:
        return _place(self.row).encode()


class Faces:
    """At most one template for each person. SetupError where the store fails."""

    def __init__(self, database: Database, shelf: KeyShelf) -> None:
        self._database = database
        self._shelf = shelf

    async def put(
        self, row: FaceRow, made: Made, openers: Mapping[str, bytes], seen: bytes | None = None
    ) -> bool:
        """Keep a template of ``made`` which the holders of ``openers``, the public halves of their
        ways' secrets, can open. The one before it, and all copies of it, are dead first. False
        where the person is gone, or what is known of them is not what was ``seen`` any more."""
        await self.delete(row.person)
        secret = secrets.token_bytes(SECRET_BYTES)
        key = TemplateKey.derive(secret, self._shelf.organization)
        place = _place(row).encode()
        sealed = seal_template(protect(made.embedding, key, made.engine), key, place)
        boxes = {way: box(public, secret, place) for way, public in openers.items()}
        server = await self._shelf.make(face_key(row.person, row.generation))
        kept = _Kept(row, server, sealed, boxes)
        if await self._database.run(partial(rows.put_face, row=_sealed(kept), seen=seen)):
            return True
        await self._shelf.destroy([face_key(row.person, row.generation)])
        return False

    async def delete(self, person: str) -> bool:
        """End it: its key is destroyed before anything else, which ends every copy; whether there
        was one."""
        row = await self._database.run(partial(rows.face, of=person))
        if row is None:
            return False
        await self._shelf.destroy([face_key(person, row.generation)])
        await self._database.run(partial(rows.delete_face, of=person))
        await self._database.scrub()
        return True

    async def on_file(self, person: str) -> FaceOnFile | None:
        """Whether there is one."""
        kept = await self._kept(person)
        if kept is None or not kept.boxes:
            return None
        return FaceOnFile(kept.row.created / 1000, frozenset(kept.boxes))

    async def shut(self, person: str, way: str) -> None:
        """``way`` opens it no more; without another that does, it ends."""
        kept = await self._kept(person)
        if kept is None or way not in kept.boxes:
            return
        boxes = {other: boxed for other, boxed in kept.boxes.items() if other != way}
        if not boxes:
            await self.delete(person)
            return
        fewer = _sealed(_Kept(kept.row, kept.key, kept.sealed, boxes))
        await self._database.run(partial(rows.put_face, row=fewer))
        await self._database.scrub()

    async def open(self, person: str, way: str, secret: bytes) -> Opened | None:
        """The template, for whoever holds the secret of ``way``; ``None`` for anybody else, and
        where there is none."""
        kept = await self._kept(person)
        if kept is None or way not in kept.boxes:
            return None
        try:
            own = unbox(secret, kept.boxes[way], kept.place)
            key = TemplateKey.derive(own, self._shelf.organization)
            return Opened(unseal_template(kept.sealed, key, kept.place), key)
        except TemplateError:
            return None

    async def _kept(self, person: str) -> _Kept | None:
        row = await self._database.run(partial(rows.face, of=person))
        # Where there is none, its key is looked for as well: it takes as long.
        name = face_key(person, row.generation if row else "")
        key = (await self._shelf.of([name])).get(name)
        if row is None or key is None:
            return None
        fields: dict[str, Any] = unseal(key, _place(row), row.sealed)
        boxes = {way: from_b64url(boxed) for way, boxed in fields["boxes"].items()}
        return _Kept(row, key, from_b64url(fields["template"]), boxes)


def _sealed(kept: _Kept) -> FaceRow:
    boxes = {way: b64url(boxed) for way, boxed in kept.boxes.items()}
    fields = {"template": b64url(kept.sealed), "boxes": boxes}
    sealed = seal(kept.key, _place(kept.row), fields)
    return FaceRow(kept.row.person, kept.row.generation, kept.row.created, sealed)


def _place(row: FaceRow) -> str:
    return f"face/{row.person}/{row.generation}"
