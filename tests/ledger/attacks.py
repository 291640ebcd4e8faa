"""Logs in memory, people's receipts of them, and everything that can be done to either."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentry.consent.ledger import Act
from consentry.ledger import merkle
from consentry.ledger.export import LogCopy
from consentry.ledger.heads import HeadSigner, TreeHead
from consentry.ledger.records import Record, commitment
from consentry.receipts.building import Facts, Holder, Issuer, build, payload
from consentry.receipts.check import TYPE
from consentry.receipts.record import Entry, Evidence
from consentry.signing import b64url, from_b64url

SIGNER = HeadSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = HeadSigner(Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x01"))
CALL = "c-1"
WHOLE = commitment(bytes(32), CALL)
PEOPLE = ("mia", "ben", "sam")
ANSWERS = (Act.GRANTED, Act.REFUSED, Act.WITHDRAWN)
PURPOSES = ("captions", "summary", "storage")
STARTS = 64
"""Different logs that attacks start from."""


@dataclass(frozen=True)
class Scene:
    """A log as it was written, and a receipt that somebody took on the way."""

    entries: tuple[bytes, ...]
    sizes: tuple[int, ...]
    """At which a head was signed."""
    heads: tuple[str, ...]
    receipt: str
    covered: int
    """Entries under the receipt's head."""

    def log(self, entries: Sequence[bytes] | None = None) -> LogCopy:
        """The log with its heads as they were."""
        return LogCopy(SIGNER.public_key, list(entries or self.entries), list(self.heads))


def key_of(person: str) -> bytes:
    return person.encode().ljust(32, b"-")


def record(person: str, number: int, chance: random.Random) -> bytes:
    act, purpose = chance.choice(ANSWERS), chance.choice(PURPOSES)
    whose = commitment(key_of(person), CALL, person)
    return Record(act, 1000 + number, WHOLE, whose, purpose, f"v.{number}").encode()


def nodes_of(entries: Sequence[bytes]) -> merkle.Nodes:
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    for size, entry in enumerate(entries):
        made = list(merkle.appended(size, merkle.leaf_hash(entry), node))
        nodes.update({(level, index): hash_ for level, index, hash_ in made})
    return node


def head_of(entries: Sequence[bytes], signer: HeadSigner = SIGNER) -> str:
    root = merkle.root(len(entries), nodes_of(entries))
    return signer.sign(TreeHead(len(entries), root, 5000))


def receipt_of(person: str, entries: Sequence[bytes]) -> str:
    """What ``person`` was handed when the log had these entries."""
    node, size = nodes_of(entries), len(entries)
    mine = commitment(key_of(person), CALL, person)
    theirs = [n for n, data in enumerate(entries) if json.loads(data).get("person") == mine]
    paths = {n: merkle.inclusion_proof(n, size, node) for n in theirs}
    hashes = list(dict.fromkeys(b64url(one) for path in paths.values() for one in path))
    evidence = Evidence(
        key=b64url(SIGNER.public_key),
        fingerprint=SIGNER.fingerprint,
        head=head_of(entries),
        hashes=hashes,
        entries=[
            Entry(
                index=n,
                record=entries[n].decode(),
                path=[hashes.index(b64url(one)) for one in path],
            )
            for n, path in paths.items()
        ],
    )
    holder = Holder(CALL, person, key_of(person))
    return SIGNER.attest(TYPE, payload(build(holder, Issuer("Bot"), Facts(evidence, {}), 5000)))


@cache
def scene(number: int) -> Scene:
    """The ``number``-th of the logs that attacks start from."""
    chance = random.Random(number)
    count = chance.randint(4, 24)
    people = [*PEOPLE[:1], *(chance.choice(PEOPLE) for _ in range(count - 1))]
    entries = tuple(record(person, n, chance) for n, person in enumerate(people))
    sizes = tuple(sorted({*chance.sample(range(1, count), chance.randint(0, 3)), count}))
    covered = chance.randint(2, count)
    heads = tuple(head_of(entries[:size]) for size in sizes)
    return Scene(entries, sizes, heads, receipt_of("mia", entries[:covered]), covered)


Attack = Callable[[Scene, random.Random], tuple[LogCopy, str | None]]
"""Gives the log that is shown, and the receipt that is held against it, if any."""


# On the entries, by somebody who can write to the database and has no key.


def edited(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries, at = list(scene.entries), chance.randrange(len(scene.entries))
    fields = json.loads(entries[at])
    name = chance.choice(sorted(fields.keys() - {"v"}))
    other = {"act": "erased", "at": fields["at"] + chance.choice((-1, 1))}.get(name, "x")
    entries[at] = json.dumps(fields | {name: other}, sort_keys=True, separators=(",", ":")).encode()
    return scene.log(entries), None


def bit_flipped(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries, at = list(scene.entries), chance.randrange(len(scene.entries))
    entry = bytearray(entries[at])
    entry[chance.randrange(len(entry))] ^= 1 << chance.randrange(8)
    entries[at] = bytes(entry)
    return scene.log(entries), None


def deleted(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = list(scene.entries)
    del entries[chance.randrange(len(entries))]
    return scene.log(entries), None


def swapped(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = list(scene.entries)
    one, other = chance.sample(range(len(entries)), 2)
    entries[one], entries[other] = entries[other], entries[one]
    return scene.log(entries), None


def shuffled(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = list(scene.entries)
    while entries == list(scene.entries):
        chance.shuffle(entries)
    return scene.log(entries), None


def cut_short(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    return scene.log(scene.entries[: chance.randrange(1, len(scene.entries))]), None


def inserted(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries, at = list(scene.entries), chance.randrange(len(scene.entries))
    entries.insert(at, record(chance.choice(PEOPLE), 99, chance))
    return scene.log(entries), None


def repeated(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries, at = list(scene.entries), chance.randrange(len(scene.entries))
    entries.insert(chance.randrange(at + 1), entries[at])
    return scene.log(entries), None


def appended(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = [*scene.entries, record(chance.choice(PEOPLE), 99, chance)]
    return scene.log(entries), None


# On the heads.


def head_altered(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    log, at = scene.log(), chance.randrange(len(scene.heads))
    parts = log.heads[at].split(".")
    part = chance.randrange(3)
    # The last character of base64url may hold bits that stand for nothing.
    at_character = chance.randrange(len(parts[part]) - 1)
    text = parts[part]
    other = chance.choice([c for c in "AQgw" if c != text[at_character]])
    parts[part] = text[:at_character] + other + text[at_character + 1 :]
    log.heads[at] = ".".join(parts)
    return log, None


def head_of_another_key(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    log, at = scene.log(), chance.randrange(len(scene.heads))
    log.heads[at] = head_of(scene.entries[: scene.sizes[at]], OTHER)
    return log, None


def head_of_more(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    log = scene.log()
    more = [record(chance.choice(PEOPLE), 99 + n, chance) for n in range(chance.randint(1, 4))]
    log.heads.append(head_of([*scene.entries, *more]))
    return log, None


def forked(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    """Two heads of one size, both signed with the store's own key."""
    log, size = scene.log(), chance.choice(scene.sizes)
    other = [*scene.entries[: size - 1], record("ben", 99, chance)]
    log.heads.insert(chance.randrange(len(log.heads) + 1), head_of(other))
    return log, None


# By somebody who has the store's key: right in itself, and found by a receipt alone.


def rewritten(scene: Scene, entries: Sequence[bytes]) -> tuple[LogCopy, str | None]:
    sizes = {*(size for size in scene.sizes if size <= len(entries)), len(entries)}
    heads = [head_of(entries[:size]) for size in sorted(sizes)]
    return LogCopy(SIGNER.public_key, list(entries), heads), scene.receipt


def rewritten_with_an_edit(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries, at = list(scene.entries), chance.randrange(scene.covered)
    entries[at] = record(chance.choice(PEOPLE), 99, chance)
    return rewritten(scene, entries)


def rewritten_without_one(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = list(scene.entries)
    del entries[chance.randrange(scene.covered)]
    return rewritten(scene, entries)


def rewritten_in_another_order(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = list(scene.entries)
    at = chance.randrange(scene.covered - 1)
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    return rewritten(scene, entries)


def rewritten_with_one_more(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    entries = list(scene.entries)
    entries.insert(chance.randrange(scene.covered), record("ben", 99, chance))
    return rewritten(scene, entries)


def cut_short_with_its_heads(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    return rewritten(scene, scene.entries[: chance.randrange(1, scene.covered)])


def begun_anew(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    count = chance.randint(scene.covered, 30)
    entries = [record(chance.choice(PEOPLE), 500 + n, chance) for n in range(count)]
    return rewritten(scene, entries)


def moved_to_another_key(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    heads = [head_of(scene.entries, OTHER)]
    return LogCopy(OTHER.public_key, list(scene.entries), heads), scene.receipt


# On the receipt.


def receipt_altered(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    """Something else than was signed."""
    header, encoded, signature = scene.receipt.split(".")
    data = bytearray(from_b64url(encoded))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return scene.log(), f"{header}.{b64url(bytes(data))}.{signature}"


def receipt_signed_by_another(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    return scene.log(), OTHER.attest(TYPE, from_b64url(scene.receipt.split(".")[1]))


def receipt_that_lies(scene: Scene, chance: random.Random) -> tuple[LogCopy, str | None]:
    """Signed with the store's own key, and says something else than its entries."""
    fields = json.loads(from_b64url(scene.receipt.split(".")[1]))
    consent = chance.choice(fields["dpv:hasRecordOfActivity"])
    event = chance.choice(consent["dpv:hasConsentStatus"])
    match chance.randrange(5):
        case 0:
            states = {"consent_given", "consent_refused", "consent_withdrawn"} - {event["state"]}
            event["state"] = chance.choice(sorted(states))
        case 1:
            consent["dpv:hasConsentStatus"].remove(event)
        case 2:
            event["dpv:isIndicatedAtTime"] = "2026-01-01T12:00:00.000Z"
        case 3:
            fields["opening"]["person"] = "ben"
        case 4:
            entry = chance.choice(fields["log"]["entries"])
            entry["record"] = entry["record"].replace('"at":1', '"at":2')
    return scene.log(), SIGNER.attest(TYPE, json.dumps(fields).encode())


ATTACKS: tuple[Attack, ...] = (
    edited,
    bit_flipped,
    deleted,
    swapped,
    shuffled,
    cut_short,
    inserted,
    repeated,
    appended,
    head_altered,
    head_of_another_key,
    head_of_more,
    forked,
    rewritten_with_an_edit,
    rewritten_without_one,
    rewritten_in_another_order,
    rewritten_with_one_more,
    cut_short_with_its_heads,
    begun_anew,
    moved_to_another_key,
    receipt_altered,
    receipt_signed_by_another,
    receipt_that_lies,
)


def attacked(seed: int) -> tuple[Attack, LogCopy, str | None]:
    """The attack of this number, carried out."""
    chance = random.Random(seed)
    attack = ATTACKS[seed % len(ATTACKS)]
    return attack, *attack(scene(chance.randrange(STARTS)), chance)
