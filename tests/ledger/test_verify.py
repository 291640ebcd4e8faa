"""Whatever is done to a log afterwards is found."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.consent.ledger import Act
from consentry.ledger import merkle
from consentry.ledger.export import LogCopy
from consentry.ledger.heads import HeadSigner, TreeHead
from consentry.ledger.records import Record
from consentry.ledger.verify import Witness, verify

SIGNER = HeadSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = HeadSigner(Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x01"))


def records(count: int, call: str = "call") -> list[bytes]:
    acts = list(Act)
    return [Record(acts[n % len(acts)], 1000 + n, call, f"p{n % 3}").encode() for n in range(count)]


def root_of(entries: list[bytes]) -> bytes:
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    for size, entry in enumerate(entries):
        made = list(merkle.appended(size, merkle.leaf_hash(entry), node))
        nodes.update({(level, index): hash_ for level, index, hash_ in made})
    return merkle.root(len(entries), node)


def head_of(entries: list[bytes], signer: HeadSigner = SIGNER) -> str:
    return signer.sign(TreeHead(len(entries), root_of(entries), 5000))


def log_of(entries: list[bytes], sizes: list[int]) -> LogCopy:
    return LogCopy(SIGNER.public_key, entries, [head_of(entries[:size]) for size in sizes])


def groups(count: int) -> list[int]:
    """Sizes at which heads were signed: the last, and some before."""
    return sorted({*range(3, count, 4), count})


@given(st.integers(0, 60))
def test_an_honest_log_has_no_fault(count: int) -> None:
    report = verify(log_of(records(count), groups(count)))
    assert not report.faults
    assert report.entries == count


def edited(entries: list[bytes], chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(entries))
    other = Record(Act.GRANTED, 999, "call", "somebody").encode()
    return [*entries[:at], other, *entries[at + 1 :]]


def bit_flipped(entries: list[bytes], chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(entries))
    entry = bytearray(entries[at])
    entry[chance.randrange(len(entry))] ^= 1 << chance.randrange(8)
    return [*entries[:at], bytes(entry), *entries[at + 1 :]]


def deleted(entries: list[bytes], chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(entries))
    return entries[:at] + entries[at + 1 :]


def reordered(entries: list[bytes], chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(entries) - 1)
    return [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]


def truncated(entries: list[bytes], chance: random.Random) -> list[bytes]:
    return entries[: chance.randrange(len(entries))]


def inserted(entries: list[bytes], chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(entries))
    return [*entries[:at], Record(Act.GRANTED, 1, "call", "p1").encode(), *entries[at:]]


TAMPERINGS = (edited, bit_flipped, deleted, reordered, truncated, inserted)


def found(seed: int) -> bool:
    """Whether one random tampering, with the heads as they were, is found."""
    chance = random.Random(seed)
    entries = records(chance.randint(2, 24))
    honest = log_of(entries, groups(len(entries)))
    tampered = TAMPERINGS[seed % len(TAMPERINGS)](entries, chance)
    return bool(verify(replace(honest, entries=tampered)).faults)


def test_a_thousand_tamperings_are_all_found() -> None:
    assert all(found(seed) for seed in range(1000))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_ten_thousand_tamperings_are_all_found() -> None:
    assert all(found(seed) for seed in range(10_000))


def kept_by_somebody(entries: list[bytes], index: int) -> Witness:
    return Witness(head_of(entries), index, entries[index], "receipt.json")


@settings(max_examples=200)
@given(st.integers(2, 24), st.integers(0, 10_000))
def test_a_log_that_was_rewritten_with_its_own_key_is_found_by_a_receipt(
    count: int, seed: int
) -> None:
    chance = random.Random(seed)
    entries = records(count)
    witness = kept_by_somebody(entries, chance.randrange(count))
    rewritten = TAMPERINGS[seed % len(TAMPERINGS)](entries, chance)
    forged = log_of(rewritten, [len(rewritten)])
    report = verify(forged, [witness])
    assert any("receipt.json" in fault or "entries" in fault for fault in report.faults)


def test_a_fork_is_two_roots_for_one_size() -> None:
    entries = records(6)
    other = [*entries[:5], Record(Act.REFUSED, 7, "call", "p1").encode()]
    log = LogCopy(SIGNER.public_key, entries, [head_of(entries)])
    [fault] = verify(log, [Witness(head_of(other), 1, entries[1], "receipt.json")]).faults
    assert "a fork" in fault and "receipt.json" in fault


def test_a_head_of_another_log_is_none_of_this_one() -> None:
    entries = records(3)
    log = LogCopy(SIGNER.public_key, entries, [head_of(entries, OTHER)])
    assert verify(log).faults == ["head 0: a tree head that this log did not sign"]
