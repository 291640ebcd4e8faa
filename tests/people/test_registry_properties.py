"""Whatever people enroll, renew and delete, in any order and over restarts: what opens is what
should."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consentry.people.claims import LinkClaim
from consentry.people.person import Kind
from consentry.people.registry import Passkey
from consentry.people.secrets import public_of
from consentry.people.templates import distance
from consentry.store.opening import DATABASE
from tests.people.faces import made_up
from tests.people.register import Register, made, register_in

T = TypeVar("T")
FACES = [made_up(np.random.default_rng(seed)).photo() for seed in range(4)]
NAMES = ("ana", "bob")

names = st.sampled_from(NAMES)
photos = st.integers(0, len(FACES) - 1)


@dataclass
class Known:
    """What should be known of somebody."""

    id: str
    link: str | None = None
    photo: int | None = None
    opens_with: set[str] = field(default_factory=set)
    """Of ``link`` and the ids of passkeys."""
    passkeys: set[str] = field(default_factory=set)
    look_alike: bool = False


class Registering(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.known: dict[str, Known] = {}
        self.dead: list[str] = []
        """Links that were good once."""
        self.open()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def open(self) -> None:
        async def enter() -> tuple[AsyncExitStack, Register]:
            stack = AsyncExitStack()
            return stack, await stack.enter_async_context(register_in(self.folder))

        self.stack, self.register = self.run(enter())

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(name=names)
    def invite(self, name: str) -> None:
        if name not in self.known:
            person, _ = self.run(self.register.people.invite(name))
            self.known[name] = Known(person.id)

    @precondition(lambda self: self.known)
    @rule(name=names)
    def new_link(self, name: str) -> None:
        if (known := self.known.get(name)) is None:
            return
        if known.link is not None:
            self.dead.append(known.link)
        known.link = self.run(self.register.people.new_link(known.id))
        self.close(known, "link")

    @precondition(lambda self: self.known)
    @rule(name=names, number=st.integers(0, 2))
    def passkey(self, name: str, number: int) -> None:
        known = self.known.get(name)
        if known is None or f"{number}" in known.passkeys:
            return
        secret = bytes([number]) * 32
        credential = f"{known.id} {number}".encode()
        passkey = Passkey(credential, b"key", 0, public_of(secret))
        self.run(self.register.people.add_passkey(known.id, passkey))
        known.passkeys.add(f"{number}")

    @precondition(lambda self: self.known)
    @rule(name=names, number=st.integers(0, 2))
    def lose_passkey(self, name: str, number: int) -> None:
        known = self.known.get(name)
        if known is None or f"{number}" not in known.passkeys:
            return
        found = self.run(self.register.people.find_passkey(f"{known.id} {number}".encode()))
        assert found is not None
        self.run(self.register.people.remove_way(known.id, found.way.id))
        known.passkeys.remove(f"{number}")
        self.close(known, f"{number}")

    @precondition(lambda self: self.known)
    @rule(name=names, photo=photos)
    def put_face(self, name: str, photo: int) -> None:
        if (known := self.known.get(name)) is None:
            return
        openers = known.passkeys | ({"link"} if known.link else set())
        kept = self.run(self.register.people.put_face(known.id, made(FACES[photo])))
        assert kept == (bool(openers) and not known.look_alike)
        if kept:
            known.photo, known.opens_with = photo, set(openers)

    @precondition(lambda self: self.known)
    @rule(name=names)
    def delete_face(self, name: str) -> None:
        if (known := self.known.get(name)) is not None:
            assert self.run(self.register.people.delete_face(known.id)) == (known.photo is not None)
            known.photo, known.opens_with = None, set()

    @precondition(lambda self: self.known)
    @rule(name=names, has=st.booleans())
    def look_alike(self, name: str, has: bool) -> None:
        if (known := self.known.get(name)) is not None:
            self.run(self.register.people.declare_look_alike(known.id, has))
            known.look_alike = has
            if has:
                known.photo, known.opens_with = None, set()

    @precondition(lambda self: self.known)
    @rule(name=names)
    def delete(self, name: str) -> None:
        if (known := self.known.pop(name, None)) is not None:
            assert self.run(self.register.people.delete(known.id))
            if known.link:
                self.dead.append(known.link)

    @rule()
    def restart(self) -> None:
        self.run(self.stack.aclose())
        self.open()

    @rule()
    def back_up_and_restore_an_older_content(self) -> None:
        """What was deleted since must stay dead; the model is asked about nothing else."""
        self.run(self.stack.aclose())
        older = self.folder / "older"
        if older.exists():
            present = self.folder / "present"
            shutil.copy(self.folder / DATABASE, present)
            shutil.copy(older, self.folder / DATABASE)
            self.open()
            self.nothing_dead_opens()
            self.run(self.stack.aclose())
            shutil.copy(present, self.folder / DATABASE)
        shutil.copy(self.folder / DATABASE, older)
        self.open()

    def nothing_dead_opens(self) -> None:
        for link in self.dead:
            claimed = self.run(self.register.desk.claim(LinkClaim(link)))
            assert claimed is None or claimed.ticket is None

    def close(self, known: Known, way: str) -> None:
        known.opens_with.discard(way)
        if not known.opens_with:
            known.photo = None

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        people = {person.id: person for person in self.run(self.register.people.known())}
        assert set(people) == {known.id for known in self.known.values()}
        for known in self.known.values():
            person = people[known.id]
            assert person.look_alike == known.look_alike
            assert (person.face is not None) == (known.photo is not None)
            assert len(person.of(Kind.PASSKEY)) == len(known.passkeys)
            assert len(person.of(Kind.LINK)) == (known.link is not None)

    @invariant()
    def links_open_what_they_should(self) -> None:
        self.nothing_dead_opens()
        for known in self.known.values():
            if known.link is None:
                continue
            claimed = self.run(self.register.desk.claim(LinkClaim(known.link)))
            assert claimed is not None and claimed.person_id == known.id
            assert (claimed.ticket is not None) == ("link" in known.opens_with)
            if claimed.ticket is not None and known.photo is not None:
                opened = self.register.desk.unlocked(claimed.ticket)
                assert opened is not None
                assert distance(opened.template, FACES[known.photo], opened.key) < 1e-4
                self.register.desk.forget(claimed.ticket)


Registering.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestRegistering = pytest.mark.timeout(180)(Registering.TestCase)
