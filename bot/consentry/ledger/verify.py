"""Checks a log from its first entry to its last, against its heads and people's receipts.

Heads and receipts are the witnesses: an edit, a deletion, a change of order or a log cut short
gives another root than some head was signed for, and a fork has two roots for one size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from consentry.errors import LedgerError
from consentry.ledger import merkle
from consentry.ledger.export import LogCopy
from consentry.ledger.heads import TreeHead, read_head
from consentry.ledger.records import decode


@dataclass(frozen=True, slots=True)
class Witness:
    """A head that somebody kept, and an entry that it covers."""

    signed: str
    index: int
    entry: bytes
    name: str
    """What to call it in a report: the receipt's file."""


@dataclass(slots=True)
class Report:
    """What was found; the log is as it should be where ``faults`` is empty."""

    entries: int = 0
    heads: int = 0
    witnesses: int = 0
    faults: list[str] = field(default_factory=list)


def verify(log: LogCopy, witnesses: Iterable[Witness] = ()) -> Report:
    """Every fault of ``log``. LedgerError only where it can't be read to its end."""
    report = Report()
    wanted = _heads(log, report)
    kept = _witnesses(log, list(witnesses), wanted, report)
    _follow(log.entries, wanted, kept, report)
    if report.entries > max(wanted, default=0):
        uncovered = report.entries - max(wanted, default=0)
        report.faults.append(f"no head was signed for the last {uncovered} entries")
    for size in sorted(size for size in wanted if size > report.entries):
        report.faults.append(f"a head was signed for {size} entries; there are {report.entries}")
    return report


def _heads(log: LogCopy, report: Report) -> dict[int, bytes]:
    """The root that was signed for each size."""
    roots: dict[int, bytes] = {}
    for signed in log.heads:
        try:
            head = read_head(signed, log.public_key)
        except LedgerError as exc:
            report.faults.append(f"head {report.heads}: {exc}")
            continue
        finally:
            report.heads += 1
        _expect(roots, head, f"head {report.heads - 1}", report)
    return roots


def _witnesses(
    log: LogCopy, witnesses: list[Witness], wanted: dict[int, bytes], report: Report
) -> dict[int, list[Witness]]:
    """The witnesses by the entry they saw; their heads join those that are wanted."""
    seen: dict[int, list[Witness]] = {}
    heads: dict[tuple[str, str], bool] = {}
    for witness in witnesses:
        report.witnesses += 1
        known = (witness.name, witness.signed)
        if known not in heads:
            heads[known] = _join(log, witness, wanted, report)
        if heads[known]:
            seen.setdefault(witness.index, []).append(witness)
    return seen


def _join(log: LogCopy, witness: Witness, wanted: dict[int, bytes], report: Report) -> bool:
    """Whether the head of ``witness`` is one that this log signed; it joins those wanted."""
    try:
        head = read_head(witness.signed, log.public_key)
    except LedgerError as exc:
        report.faults.append(f"{witness.name}: {exc}")
        return False
    _expect(wanted, head, witness.name, report)
    return True


def _expect(roots: dict[int, bytes], head: TreeHead, name: str, report: Report) -> None:
    if roots.setdefault(head.size, head.root) != head.root:
        report.faults.append(f"{name}: another root was signed for {head.size} entries: a fork")


def _follow(
    entries: Iterable[bytes],
    wanted: dict[int, bytes],
    kept: dict[int, list[Witness]],
    report: Report,
) -> None:
    """Build the tree anew, entry by entry, and look at each size that somebody signed."""
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    _look(0, node, wanted, report)
    for index, entry in enumerate(entries):
        report.entries = index + 1
        _read(index, entry, kept, report)
        made = list(merkle.appended(index, merkle.leaf_hash(entry), node))
        for level, position, _ in made[:-1]:  # below a full subtree nothing is asked for again
            nodes.pop((level, position - 1), None)
        level, position, hash_ = made[-1]
        nodes[level, position] = hash_
        _look(index + 1, node, wanted, report)
    for index in sorted(index for index in kept if index >= report.entries):
        for witness in kept[index]:
            report.faults.append(f"{witness.name}: entry {index} is missing")


def _read(index: int, entry: bytes, kept: dict[int, list[Witness]], report: Report) -> None:
    try:
        decode(entry)
    except LedgerError as exc:
        report.faults.append(f"entry {index}: {exc}")
    for witness in kept.get(index, ()):
        if witness.entry != entry:
            report.faults.append(f"{witness.name}: entry {index} is not what it was")


def _look(size: int, node: merkle.Nodes, wanted: dict[int, bytes], report: Report) -> None:
    if size in wanted and merkle.root(size, node) != wanted[size]:
        report.faults.append(f"the first {size} entries are not those that were signed for")
