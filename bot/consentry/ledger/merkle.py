"""
The Merkle tree of a log to which entries are only ever added (RFC 6962 section 2.1).

Nodes are hashes of 32 bytes. Those of full subtrees never change once they are there, and are all
that is kept: node ``(level, index)`` covers the ``2**level`` leaves from ``index * 2**level`` on.
What a root or a proof needs besides is made of at most one of them a level.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

Nodes = Callable[[int, int], bytes]
"""The hash of a full subtree by level and index; raises KeyError where there is none."""

EMPTY = hashlib.sha256(b"").digest()
"""The root of a log without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """Of one entry. The prefixes keep anybody from passing a leaf off as a node (section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def appended(size: int, leaf: bytes, nodes: Nodes) -> Iterator[tuple[int, int, bytes]]:
    """The nodes ``(level, index, hash)`` that a leaf makes full in a tree that had ``size``."""
    level, index, made = 0, size, leaf
    yield level, index, made
    while index % 2:
        made = node_hash(nodes(level, index - 1), made)
        level, index = level + 1, index // 2
        yield level, index, made


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the first ``size`` entries."""
    return _hash(0, size, nodes) if size else EMPTY


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of entry ``index`` in the tree of the first ``size`` (section 2.1.1).

    ValueError if there is no such entry.
    """
    if not 0 <= index < size:
        raise ValueError("no such entry")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_hash(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Shows that the tree of ``first`` entries is the beginning of that of ``second`` (section
    2.1.2). Empty for an empty tree, and for the same one.

    ValueError if ``first`` is the larger.
    """
    if not 0 <= first <= second:
        raise ValueError("a log only grows")
    if first in (0, second):
        return []
    proof: list[bytes] = []
    begin, end, whole = 0, second, True
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            proof.append(_hash(middle, end, nodes))
            end = middle
        else:
            proof.append(_hash(begin, middle, nodes))
            begin, whole = middle, False
    if not whole:
        proof.append(_hash(begin, end, nodes))
    return proof[::-1]


def root_of_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that ``path`` leads to from ``leaf`` (RFC 9162 section 2.1.3.2).

    ValueError where the path can't be of that entry in a tree of that size. It is included if
    the root is that of a head one trusts.
    """
    if not 0 <= index < size:
        raise ValueError("no such entry")
    position, last, reached = index, size - 1, leaf
    for sibling in path:
        if not last:
            raise ValueError("a path that is too long")
        if position % 2 or position == last:
            reached = node_hash(sibling, reached)
            while not position % 2 and position:
                position, last = position // 2, last // 2
        else:
            reached = node_hash(reached, sibling)
        position, last = position // 2, last // 2
    if last:
        raise ValueError("a path that is too short")
    return reached


def is_consistent(
    first: int, second: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> bool:
    """Whether ``proof`` shows that nothing before ``first`` was changed by ``second`` (RFC 9162
    section 2.1.4.2). ``roots`` are those of the two heads."""
    old_root, new_root = roots
    if first == second:
        return not proof and old_root == new_root
    if not 0 < first < second:
        return first == 0 and not proof and old_root == EMPTY
    hashes = list(proof)
    position, last = first - 1, second - 1
    while position % 2:
        position, last = position // 2, last // 2
    if position or not hashes:
        if not hashes:
            return False
        old = new = hashes.pop(0)
    else:
        old = new = old_root
    for node in hashes:
        if not last:
            return False
        if position % 2 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not position % 2 and position:
                position, last = position // 2, last // 2
        else:
            new = node_hash(new, node)
        position, last = position // 2, last // 2
    return not last and old == old_root and new == new_root


def _hash(begin: int, end: int, nodes: Nodes) -> bytes:
    """Of the entries from ``begin`` to before ``end``, made of full subtrees from the right."""
    parts = [nodes(level, index) for level, index in _full(begin, end)]
    reached = parts.pop()
    while parts:
        reached = node_hash(parts.pop(), reached)
    return reached


def _full(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The full subtrees that make up these entries, the largest first; ``begin`` starts one."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)
