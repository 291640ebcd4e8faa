"""Records have one form, and commitments name nobody."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.consent.ledger import Act
from consentry.errors import LedgerError
from consentry.ledger.records import Record, commitment, decode

texts = st.none() | st.text(max_size=20)
some = st.builds(
    Record,
    st.sampled_from(list(Act)),
    st.integers(0, 2**53),
    st.text(max_size=20),
    *[texts] * 6,
)


@given(some)
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    assert decode(record.encode()) == record


@given(st.binary(max_size=200))
def test_noise_is_no_record(data: bytes) -> None:
    with pytest.raises(LedgerError):
        decode(data)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"act": "guessed"},
        {"name": "Mia"},
        {"purpose": None},
        {"at": [1]},
    ],
)
def test_another_form_is_refused(change: dict[str, object]) -> None:
    fields = json.loads(Record(Act.GRANTED, 1, "c", "p", "captions", "v.1").encode()) | change
    with pytest.raises(LedgerError):
        decode(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())


def test_the_same_record_with_blanks_is_refused() -> None:
    record = Record(Act.GRANTED, 1, "c")
    with pytest.raises(LedgerError):
        decode(json.dumps(json.loads(record.encode()), sort_keys=True).encode())


def test_a_nest_of_brackets_is_refused() -> None:
    with pytest.raises(LedgerError):
        decode(b"[" * 4000)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_commitments_differ_where_the_parts_do(one: list[str], other: list[str]) -> None:
    key = bytes(32)
    assert (commitment(key, *one) == commitment(key, *other)) == (one == other)


def test_another_key_gives_another_commitment() -> None:
    assert commitment(bytes(32), "mia") != commitment(b"\x01" * 32, "mia")
