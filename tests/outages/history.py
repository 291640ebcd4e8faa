"""What happens in a call whose bot, or whose disk, is going to fail; and what has to hold after.

A history is told as it goes, one line for each thing that somebody was told had been done: after
the failure all of them must be true.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.config.sections import StorageSection
from consentry.consent.ledger import Act
from consentry.consent.notice import Offer
from consentry.consent.purpose import Mode, Purpose
from consentry.controls import Decide, Enable, Erase, Noticed
from consentry.controls import OwnerCode as Code
from consentry.events import ChatReceived, Event, Medium, Participant
from consentry.ledger.export import copy_of
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.ledger.records import Record, commitment, decode
from consentry.ledger.verify import verify
from consentry.messages import Notice, Reply
from consentry.metrics import Metrics
from consentry.plugin import Context, Messages, Needs, Plugin
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Office
from consentry.store.calls import CallFacts
from consentry.store.opening import DATABASE, KEY_DATABASE, Store, store_of
from consentry.store.tables import ledger_entry
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context

PEOPLE = ("olga", "ana", "ben")
ROOM = ("galene", "meet.example/group/board")
KEEPS = timedelta(days=30)

Tell = Callable[[str], None]


def purpose(title: str) -> Purpose:
    return Purpose(title, f"Does {title}.", "what you write", "a test", "30 days", keep=KEEPS)


@dataclass
class Keeper(Plugin):
    """Keeps each line that somebody wrote, and tells once it is kept."""

    name: str  # type: ignore[misc]
    tell: Tell
    needs: Needs = field(default=Needs(media=frozenset({Medium.CHAT})))

    def __post_init__(self) -> None:
        self.purpose = purpose(self.name)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        assert ctx.vault is not None
        async for event in events:
            if isinstance(event, ChatReceived):
                who = event.participant.id
                await self._keep(ctx, event, who)
        return
        yield  # makes it a generator

    async def _keep(self, ctx: Context, event: ChatReceived, who: str) -> None:
        assert ctx.vault is not None
        try:
            await ctx.vault.put(event.id, event.text.encode(), frozenset({who}))
        except Exception as exc:  # the disk fails, as the test wants it to
            self.tell(f"not kept {who} {event.id} {type(exc).__name__}")
        else:
            self.tell(f"kept {who} {self.name} {event.id}")


@dataclass
class History:
    """One call, told step by step."""

    folder: Path
    call: str
    tell: Tell

    async def run(self, steps: int, seed: int) -> None:
        """From the beginning of the call to its end."""
        store = store_of(StorageSection(directory=self.folder))
        async with store, Log(store.database, signer(store), time.time) as log:
            cut_off = await self._begin(store)
            self.session, self.stack, self.plan = self._session(store, log, cut_off)
            running = asyncio.create_task(self.session.run())
            await asyncio.sleep(0)
            await self._opens()
            await self._acts(steps, random.Random(seed))
            self.stack.end()
            await running
            self.tell("ending")
            await store.calls.end(self.call)
        self.tell("ended")

    async def _begin(self, store: Store) -> bool:
        facts = CallFacts(self.call, "Weekly", "2026-06-08", room=store.calls.room(*ROOM))
        cut_off = await store.calls.begin(facts)
        self.tell(f"began {'carefully' if cut_off else 'freely'}")
        return cut_off

    def _session(
        self, store: Store, log: Log, careful: bool
    ) -> tuple[Session, ScriptedConnector, Plan]:
        archive = store.archive(self.call)
        office = Office(store.database, log, Issuer("Consentry"), time.time)
        receipts = CallReceipts(office, self.call, archive.keys, lambda person: None)
        plugins = [Keeper("asks", self.tell), Keeper("notices", self.tell)]
        offers = [
            Offer("asks", plugins[0].purpose, media=plugins[0].needs.media),
            Offer("notices", plugins[1].purpose, Mode.NOTICE, 3.0, plugins[1].needs.media),
        ]
        plan = Plan(
            self.call,
            "Consentry",
            list(zip(plugins, [o.careful() if careful else o for o in offers], strict=True)),
            lambda name: replace(fake_context(), vault=archive.vault(name, KEEPS)),
            ledger=receipts,
            receipts=receipts,
            archive=archive,
        )
        stack = ScriptedConnector()
        return Session(plan, stack.joins, Metrics()), stack, plan

    async def _opens(self) -> None:
        for person in PEOPLE:
            await self.stack.join(Participant(person, person.title()))
        await self._says("olga", Code(type="owner", code=self.plan.owner_code.code or ""))
        for _, offer in self.plan.plugins:
            await self._says("olga", Enable(type="enable", purpose=offer.name))
            self.tell(f"asks {offer.name} {offer.mode}")

    async def _says(self, person: str, act: Code | Enable | Decide | Erase | Noticed) -> str:
        replies = await self.session.hear(person, act)
        return replies[0].code if replies else ""

    async def _acts(self, steps: int, dice: random.Random) -> None:
        for number in range(steps):
            person = dice.choice(PEOPLE)
            name = dice.choice(["asks", "notices"])
            match dice.randrange(10):
                case 0 | 1 | 2:
                    await self._agrees(person, name)
                case 3 | 4:
                    await self._refuses(person, name)
                case 5 | 6 | 7 | 8:
                    await self._writes(person, f"line-{number}")
                case _:
                    await self._erases(person)

    async def _agrees(self, person: str, name: str) -> None:
        terms = next(t for t in self._notice(person).purposes if t.name == name)
        await self._says(person, Noticed(type="noticed", versions={name: terms.version}))
        act = Decide(
            type="decide", purpose=name, answer="yes", version=terms.version, nonce=terms.nonce
        )
        before = self._allows(person, name)
        if await self._says(person, act) == "ok":
            self.tell(f"yes {person} {name}")
        elif self._allows(person, name) and not before:
            self.tell("WRONG: a yes that was not written counts")

    async def _refuses(self, person: str, name: str) -> None:
        act = Decide(type="decide", purpose=name, answer="no", version="any")
        code = await self._says(person, act)
        if code != "ok" or self._allows(person, name):
            self.tell("WRONG: a no does not count")
        self.tell(f"no {person} {name}")

    async def _writes(self, person: str, line: str) -> None:
        who = Participant(person, person.title())
        text = f"{person} wrote {line}"
        await self.stack.happen(ChatReceived(who, line, text, self.session.now()))
        for lane in self.session._lanes:
            await lane.drained()

    async def _erases(self, person: str) -> None:
        self.tell(f"erasing {person}")
        before = len(self.stack.told(Participant(person, person), Reply))
        await self._says(person, Erase(type="erase"))
        while True:
            told = self.stack.told(Participant(person, person), Reply)[before:]
            if done := [r for r in told if r.code in ("erased", "not_erased")]:
                break
            await asyncio.sleep(0.005)
        self.tell(f"{done[0].code} {person}")

    def _allows(self, person: str, name: str) -> bool:
        return self.session.consent.allows(name, person, self.session.now())

    def _notice(self, person: str) -> Notice:
        return self.session.notice_and_status(person)[0]


def signer(store: Store) -> HeadSigner:
    return HeadSigner(store.ring.ledger_key())


# What has to hold after a failure.


@dataclass
class Told:
    """What people had been told, as far as it still has to be true."""

    yeses: dict[str, int] = field(default_factory=dict)
    """By person, since their last erasure."""
    kept: set[tuple[str, str, str]] = field(default_factory=set)
    """Person, plugin and name of each item."""
    gone: set[tuple[str, str, str]] = field(default_factory=set)
    """Items that may not be readable any more."""
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, lines: list[str]) -> Told:
        told = cls()
        for line in lines:
            match line.split():
                case ["yes", person, _]:
                    told.yeses[person] = told.yeses.get(person, 0) + 1
                case ["kept", person, plugin, name]:
                    told.kept.add((person, plugin, name))
                case ["erasing", person]:  # from here on it may be gone
                    told.yeses.pop(person, None)
                    told.kept = {item for item in told.kept if item[0] != person}
                case ["erased", person]:
                    told.gone |= {i for i in _items(lines[: lines.index(line)]) if i[0] == person}
                case ["WRONG:", *_]:
                    told.wrong.append(line)
        return told


def _items(lines: list[str]) -> set[tuple[str, str, str]]:
    words = [line.split() for line in lines]
    return {(w[1], w[2], w[3]) for w in words if w[0] == "kept"}


async def holds(folder: Path, call: str, lines: list[str]) -> list[str]:
    """What does not hold of what was told in ``call``; the store is opened for it."""
    told = Told.of(lines)
    faults = [*told.wrong, *_intact(folder)]
    async with store_of(StorageSection(directory=folder)) as store:
        public_key = signer(store).public_key
        faults += await store.database.run(lambda c: verify(copy_of(c, public_key)).faults)
        faults += await _ledger(store, call, told)
        faults += await _vault(store, call, told)
    return faults


def _intact(folder: Path) -> list[str]:
    faults = []
    for name in (DATABASE, KEY_DATABASE):
        if (folder / name).exists():
            with sqlite3.connect(folder / name) as connection:
                (found,) = connection.execute("PRAGMA integrity_check").fetchone()
            connection.close()
            faults += [] if found == "ok" else [f"{name}: {found}"]
    return faults


async def _ledger(store: Store, call: str, told: Told) -> list[str]:
    def entries(connection: Connection) -> list[Record]:
        rows = connection.execute(select(ledger_entry.c.data).order_by(ledger_entry.c.index))
        return [decode(bytes(data)) for (data,) in rows]

    records = await store.database.run(entries)
    faults = []
    keys = store.archive(call).keys
    for person, yeses in told.yeses.items():
        key = await keys.load(person)
        if key is None:
            faults.append(f"the key of {person}, whose yes was written, is not there")
            continue
        theirs = commitment(key.commitment, call, person)
        found = [r for r in records if r.act is Act.GRANTED and r.person == theirs]
        if len(found) < yeses:
            faults.append(f"{person} was told of {yeses} yeses, and {len(found)} are written")
    return faults


async def _vault(store: Store, call: str, told: Told) -> list[str]:
    faults = []
    archive = store.archive(call)
    there = {
        (next(iter(held.about)), held.plugin, held.name): held.content.decode()
        for plugin in ("asks", "notices")
        for held in await archive.items(plugin)
    }
    faults += [f"kept, and not there: {item}" for item in told.kept - there.keys()]
    faults += [f"erased, and there: {item}" for item in told.gone & there.keys()]
    for (person, _, name), text in there.items():
        if text != f"{person} wrote {name}":
            faults.append(f"{name} of {person} is not what they wrote")
    return faults
