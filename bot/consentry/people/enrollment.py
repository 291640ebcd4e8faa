"""All that enrolling and checking in take, made from a configuration and an open store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from consentry.config.people import Chosen
from consentry.config.sections import Config
from consentry.engines.face.loading import FaceSpec, engine_name
from consentry.people.desk import CheckInDesk, Rules
from consentry.people.passkeys import Passkeys, Site
from consentry.people.photos import Photos, WorkerPhotos
from consentry.people.pin import PinHashing
from consentry.people.proofs import Proofs
from consentry.people.registry import People
from consentry.receipts.call import Office
from consentry.store.opening import Store
from consentry.workers import Workers


@dataclass(slots=True)
class Address:
    """Where people reach the pages; known once they are served."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class FaceWorkers:
    """What faces are looked at with."""

    workers: Workers
    spec: FaceSpec


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Everybody who enrolled, and the desk that hears their claims."""

    people: People
    desk: CheckInDesk
    proofs: Proofs
    photos: Photos | None
    """None where nobody's face may be taken."""
    allowed: frozenset[Chosen]
    address: Address
    organization: str


@asynccontextmanager
async def enrolling(
    config: Config, store: Store, office: Office | None, faces: FaceWorkers | None
) -> AsyncIterator[Enrollment]:
    """What the section `people:`, which is there, asks for. Without ``faces`` nobody can enroll
    theirs, or be asked for it."""
    section, address, people = config.people, Address(), People(store)
    assert section is not None
    chosen = config.chosen
    organization = section.organization or config.controller.name or config.bot.name
    site = Site(lambda: address.url, organization, store.ring.secret("people passkeys"))
    photos = WorkerPhotos(faces.workers, faces.spec) if faces else None
    engine = engine_name(faces.spec) if faces else None
    async with PinHashing() as hashing:
        allowed = chosen if faces else chosen - {Chosen.FACE}
        passkeys, rules = Passkeys(people, site, store.now), Rules(engine, allowed)
        desk = CheckInDesk(people, passkeys, hashing, rules)
        proofs = Proofs(store, people, office)
        yield Enrollment(people, desk, proofs, photos, allowed, address, organization)
