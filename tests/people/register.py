"""A register in a store of its own, and people who enroll in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from consentry.config.sections import StorageSection
from consentry.engines.face.engine import Embedding
from consentry.engines.face.loading import FaceSpec, engine_name
from consentry.ledger.log import log_of
from consentry.people.desk import CheckInDesk, Rules, Time
from consentry.people.enrollment import Address
from consentry.people.faces import Made
from consentry.people.passkeys import Passkeys, Site
from consentry.people.person import Person
from consentry.people.pin import PinHashing
from consentry.people.proofs import Proofs
from consentry.people.registry import People
from consentry.people.rows import Window
from consentry.receipts.building import Issuer
from consentry.receipts.call import Office
from consentry.store.opening import Store, store_of

ENGINE = engine_name(FaceSpec())
PIN = "271828"


@dataclass
class Clock:
    """Seconds, which a test moves; sleeping takes no time, and is written down."""

    at: float = 1_770_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


@dataclass
class Register:
    """The store, and all that stands on it."""

    store: Store
    people: People
    desk: CheckInDesk
    proofs: Proofs
    hashing: PinHashing
    clock: Clock
    address: Address

    async def enrolled(self, name: str = "Ana", pin: str = PIN) -> Enrolled:
        """Somebody with a PIN and a link."""
        person, _ = await self.people.invite(name)
        number = await self.people.set_pin(person.id, await self.hashing.hash(pin))
        return Enrolled(person, number, await self.people.new_link(person.id))

    async def guessed(self, number: str, times: int) -> None:
        """So many wrong PINs with ``number``, over however long."""
        found = await self.people.find_number(number)
        for _ in range(times):
            assert await self.people.count_try(number, found, Window(1, 1))
            await self.people.forget_tries(number)


@dataclass(frozen=True)
class Enrolled:
    person: Person
    number: str
    link: str

    @property
    def id(self) -> str:
        return self.person.id


def made(photo: Embedding) -> Made:
    return Made(photo, ENGINE)


@asynccontextmanager
async def register_in(folder: Path, **databases: str) -> AsyncIterator[Register]:
    """The register in the store in ``folder``, or in ``database`` and ``keys`` by their URLs."""
    clock = Clock()
    section = StorageSection.model_validate({"directory": folder, **databases})
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_store(section, clock.now))
        hashing = await stack.enter_async_context(PinHashing())
        log = await stack.enter_async_context(log_of(store))
        people = People(store)
        address = Address("https://meet.example")
        site = Site(lambda: address.url, "Example e.V.", bytes(32))
        time = Time(clock.now, clock.sleep)
        passkeys = Passkeys(people, site, clock.now)
        desk = CheckInDesk(people, passkeys, hashing, Rules(ENGINE), time)
        office = Office(store.database, log, Issuer("Consentry", "Example e.V."), clock.now)
        proofs = Proofs(store, people, office)
        yield Register(store, people, desk, proofs, hashing, clock, address)


def _store(section: StorageSection, now: Callable[[], float]) -> Store:
    store = store_of(section)
    return Store(store.database, store.keys, store.ring, now)
