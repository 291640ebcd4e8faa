"""Redundant audio, told apart into old and new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.connectors.jitsi.bridge.red import MAX_BLOCKS, primary


def red(new: bytes, *earlier: bytes) -> bytes:
    """RFC 2198 section 3: for each earlier block four octets, for the new one a single octet."""
    headers = b"".join((0x80 << 24 | 111 << 24 | len(e)).to_bytes(4) for e in earlier)
    return headers + bytes([111]) + b"".join(earlier) + new


@given(st.binary(min_size=1, max_size=100), st.lists(st.binary(max_size=100), max_size=4))
def test_the_newest_block_is_found(new: bytes, earlier: list[bytes]) -> None:
    assert primary(red(new, *earlier)) == new


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x6f",
        b"\xef",
        b"\xef\x00\x00",
        b"\xef\x00\x00\x05\x6f\x01",
        b"\xef\x00\x00\x00" * 400,
    ],
)
def test_headers_that_lie_give_nothing(payload: bytes) -> None:
    assert primary(payload) is None


def test_more_blocks_than_anybody_sends_give_nothing() -> None:
    assert primary(red(b"new", *[b""] * (MAX_BLOCKS + 1))) is None


@given(st.binary(max_size=60))
def test_any_bytes_give_a_part_of_them_or_nothing(payload: bytes) -> None:
    found = primary(payload)
    assert found is None or (found and payload.endswith(found))
