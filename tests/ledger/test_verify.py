"""Whatever is done to a log afterwards is found."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
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


def test_a_fork_is_two_roots_for_one_size() -> None:
    entries = records(6)
    other = [*entries[:5], Record(Act.REFUSED, 7, "call", "p1").encode()]
    log = LogCopy(SIGNER.public_key, entries, [head_of(entries)])
    [fault] = verify(log, [Witness(head_of(other), 1, entries[1], "receipt.json")]).faults
    assert "a fork" in fault and "receipt.json" in fault


def test_a_head_of_another_log_is_none_of_this_one() -> None:
    entries = records(3)
    log = LogCopy(SIGNER.public_key, entries, [head_of(entries, OTHER)])
    assert verify(log).faults == [
        "head 0: a tree head that this log did not sign",
        "no head was signed for the last 3 entries",
    ]
