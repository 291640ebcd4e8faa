"""Whatever is done to a log, by whomever, or to a receipt of it, is found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from consentry.errors import LedgerError
from consentry.ledger.export import LogCopy
from consentry.ledger.verify import verify
from consentry.receipts.check import TYPE, check, read_receipt, witnesses
from consentry.receipts.vocabulary import CONTEXT
from consentry.signing import from_b64url
from tests.ledger.attacks import (
    ATTACKS,
    OTHER,
    STARTS,
    Attack,
    attacked,
    begun_anew,
    cut_short_with_its_heads,
    rewritten_in_another_order,
    rewritten_with_an_edit,
    rewritten_with_one_more,
    rewritten_without_one,
    scene,
)

WITH_THE_KEY = (
    rewritten_with_an_edit,
    rewritten_without_one,
    rewritten_in_another_order,
    rewritten_with_one_more,
    cut_short_with_its_heads,
    begun_anew,
)


def found(log: LogCopy, receipt: str | None) -> bool:
    """Whether the log, held against the receipt, is found to be wrong, or the receipt is."""
    if receipt is None:
        return bool(verify(log).faults)
    try:
        signed = read_receipt(receipt)
    except LedgerError:
        return True
    return bool(check(signed).faults) or bool(verify(log, witnesses(signed, "a.jws")).faults)


def unfound(seeds: range) -> dict[str, int]:
    """How often each attack went unnoticed."""
    missed: Counter[str] = Counter()
    for seed in seeds:
        attack, log, receipt = attacked(seed)
        missed[attack.__name__] += not found(log, receipt)
    return {name: count for name, count in missed.items() if count}


def test_nothing_is_found_where_nobody_did_anything() -> None:
    for number in range(STARTS):
        honest = scene(number)
        assert not found(honest.log(), None)
        assert not found(honest.log(), honest.receipt)


@pytest.mark.timeout(180)
def test_ten_thousand_attacks_are_all_found() -> None:
    assert unfound(range(10_000)) == {}


@pytest.mark.parametrize("attack", WITH_THE_KEY)
def test_what_is_done_with_the_stores_own_key_only_a_receipt_finds(attack: Attack) -> None:
    place = ATTACKS.index(attack)
    for seed in range(place, place + 40 * len(ATTACKS), len(ATTACKS)):
        _, log, receipt = attacked(seed)
        assert receipt is not None
        assert not verify(log).faults, "right in itself"
        _, log, _ = attacked(seed)
        assert verify(log, witnesses(read_receipt(receipt), "a.jws")).faults


def leaves(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each value in a JSON document."""
    match node:
        case dict():
            for name, value in node.items():
                yield from leaves(value, (*path, name))
        case list():
            for place, value in enumerate(node):
                yield from leaves(value, (*path, place))
        case _:
            yield path


def test_a_receipt_that_holds_anything_whatever_is_refused_and_breaks_nothing() -> None:
    """Made up by somebody with a key of their own: each value replaced by another kind."""
    receipt = json.loads(from_b64url(scene(0).receipt.split(".")[1]))
    del receipt["@context"]
    others: list[object] = [None, True, -1, 1 << 70, 0.5, "", "\ud800", "=A", [], {}, "x" * 5000]
    for path in leaves(receipt):
        for other in others:
            made = json.loads(json.dumps(receipt)) | {"@context": dict(CONTEXT)}
            node = made
            for step in path[:-1]:
                node = node[step]
            if node[path[-1]] == other:
                continue
            node[path[-1]] = other
            with suppress(LedgerError):
                check(read_receipt(OTHER.attest(TYPE, json.dumps(made).encode())))
