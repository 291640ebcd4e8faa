"""The log's tree against the definitions of RFC 6962, written down a second time as recursion."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.ledger.merkle import (
    EMPTY,
    appended,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root,
    root_of_inclusion,
)

# Entries and roots of the log that certificate-transparency implementations share as test vectors.
VECTORS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Log:
    def __init__(self, entries: list[bytes]) -> None:
        self.entries: list[bytes] = []
        self._nodes: dict[tuple[int, int], bytes] = {}
        for entry in entries:
            self.append(entry)

    def append(self, entry: bytes) -> None:
        made = list(appended(len(self.entries), leaf_hash(entry), self.node))
        self._nodes |= {(level, index): hash_ for level, index, hash_ in made}
        self.entries.append(entry)

    def node(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]


def mth(entries: list[bytes]) -> bytes:
    """Section 2.1, as it stands there."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return leaf_hash(entries[0])
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return node_hash(mth(entries[:k]), mth(entries[k:]))


def numbered(count: int) -> list[bytes]:
    return [str(n).encode() for n in range(count)]


def test_the_known_roots() -> None:
    log = Log(VECTORS)
    assert [root(n + 1, log.node).hex() for n in range(len(VECTORS))] == ROOTS
    assert root(0, log.node) == EMPTY


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_every_earlier_root_can_still_be_made(entries: list[bytes]) -> None:
    log = Log(entries)
    for size in range(len(entries) + 1):
        assert root(size, log.node) == mth(entries[:size])


def test_every_entry_of_every_small_log_can_be_shown_to_be_in_it() -> None:
    log = Log(numbered(33))
    for size in range(1, 34):
        top = root(size, log.node)
        for index in range(size):
            path = inclusion_proof(index, size, log.node)
            leaf = leaf_hash(log.entries[index])
            assert root_of_inclusion(index, size, leaf, path) == top


def test_every_small_log_can_be_shown_to_be_the_beginning_of_every_larger() -> None:
    log = Log(numbered(33))
    for second in range(34):
        for first in range(second + 1):
            proof = consistency_proof(first, second, log.node)
            roots = root(first, log.node), root(second, log.node)
            assert is_consistent(first, second, roots, proof), (first, second)


def one_wrong(hashes: list[bytes], at: int) -> list[bytes]:
    wrong = list(hashes)
    wrong[at % len(hashes)] = hashlib.sha256(hashes[at % len(hashes)]).digest()
    return wrong


@settings(max_examples=300)
@given(st.integers(2, 200), st.data())
def test_an_altered_path_shows_nothing(size: int, data: st.DataObject) -> None:
    log = Log(numbered(size))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(index, size, log.node)
    leaf, top = leaf_hash(log.entries[index]), root(size, log.node)
    altered = [
        one_wrong(path, data.draw(st.integers(0, 20))),
        path[:-1],
        [*path, path[0]],
        path[1:],
    ]
    for wrong in altered:
        try:
            reached = root_of_inclusion(index, size, leaf, wrong)
        except ValueError:
            continue
        assert reached != top
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
    elsewhere = leaf_hash(log.entries[other])
    assert root_of_inclusion(index, size, elsewhere, path) != top


@settings(max_examples=300)
@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_a_log_that_changed_its_past_is_not_consistent(
    first: int, more: int, data: st.DataObject
) -> None:
    entries = numbered(first + more)
    honest = Log(entries)
    changed = data.draw(st.integers(0, first - 1))
    entries[changed] = b"something else"
    forged = Log(entries)
    second = first + more
    proof = consistency_proof(first, second, forged.node)
    roots = root(first, honest.node), root(second, forged.node)
    assert not is_consistent(first, second, roots, proof)
    truth = root(first, honest.node), root(second, honest.node)
    right = consistency_proof(first, second, honest.node)
    assert is_consistent(first, second, truth, right)
    assert not is_consistent(first, second, truth, right[:-1])
    assert not is_consistent(first, second, truth, [*right, EMPTY])
    if right:
        assert not is_consistent(first, second, truth, one_wrong(right, changed))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_what_is_not_there_has_no_proof(index: int, size: int) -> None:
    log = Log(numbered(3))
    with pytest.raises(ValueError, match="no such entry"):
        inclusion_proof(index, size, log.node)
    with pytest.raises(ValueError, match="no such entry"):
        root_of_inclusion(index, size, EMPTY, [])


def test_a_log_does_not_shrink() -> None:
    log = Log(numbered(3))
    with pytest.raises(ValueError, match="only grows"):
        consistency_proof(3, 2, log.node)
    assert not is_consistent(3, 2, (EMPTY, EMPTY), [])
