"""What an earlier version sealed opens with this one, and opens nowhere else."""

from __future__ import annotations

import pytest

from consentry.errors import SetupError, TemplateError
from consentry.people import sealing as people
from consentry.people import templates
from consentry.people.secrets import public_of, unbox
from consentry.people.templates import TemplateKey
from consentry.store.cipher import opened, sealed
from consentry.store.keys import KeyRing, PersonKey
from consentry.store.sealing import Item, Place, unseal

RING, KEY = KeyRing(bytes(range(32))), PersonKey(bytes(range(32, 64)))
PLACE = Place(b"call", "captions", b"name", (b"h1", b"h2"))
KEYS = {b"h1": bytes(32), b"h2": bytes(range(32))}
TEMPLATE_KEY = TemplateKey.derive(bytes(range(32)), b"organization")

WRAPPED = (
    "2d062d1bdef3ea0eeaa0162b8d9fdbfc2003a34e8c5d10ffffdf285afeea30337055b3c44db1d279c6ba36538429"
    "b4af3f01a3e701f90deb1bf303f2"
)
CALL = "23e2c88f169316b025b9d880fd569eb2499d96f17f34a8dbc53eb6f7dbb11c4f16c63503ae0eb3df"
ITEM = (
    "666e8f59abdec918ba7fa6351e6e74dfc0974024e29f612b865d5a7bec01aa3fc0eedc939225d483f043555641ca"
    "cb5ab763dfcae7421ba187f81f3dd245b57b5cb04f27f455e7090d15f2a1062447db88912f198d05"
)
FIELDS = "f64f8b74b996750c7cb42ca6bd8a8bd48c8765e440f0f5f04cdab261e9cdc5fb18742f18e095bd9cb037f8"
TEMPLATE = (
    "3d69c210cf527855ed9c982f6f7b1fc7f31799a4eb29016f7f151cfeedad067b212b721fe4b1fc013d0536aa4e7a"
    "bc0ac0"
)
BOX = (
    "35ec544074f0e81ffc5585c80f6530da2f19e77eac7905bc72d3c27a920eaf687def11498f0bdf7cf265475495b4"
    "d509ba1c36b7c79b82"
)
"""All sealed before one module sealed everything."""


def test_a_store_of_before_still_opens() -> None:
    assert RING.unwrap(b"handle", bytes.fromhex(WRAPPED)) == KEY.secret
    assert RING.unseal(b"handle", bytes.fromhex(CALL)) == b"about a call"
    item = unseal(bytes.fromhex(ITEM), PLACE, KEYS)
    assert item == Item("captions.vtt", frozenset({"ana"}), b"text")
    assert people.unseal(KEY, "person/p-1", bytes.fromhex(FIELDS)) == {"name": "Ana"}


def test_a_template_of_before_still_opens() -> None:
    template = templates.unseal(bytes.fromhex(TEMPLATE), TEMPLATE_KEY, b"place")
    assert template.engine == "dlib"
    assert template.values.tolist() == pytest.approx([1.9571227, 2.4649496, 2.4685409])
    assert unbox(bytes(range(32)), bytes.fromhex(BOX), b"place") == b"content"


def test_keys_follow_as_they_did() -> None:
    assert RING.secret("purpose").hex().startswith("4c504dde6f231014")
    assert RING.ledger_key().public_key().public_bytes_raw().hex().startswith("30ca09d062242402")
    assert KEY.commitment.hex().startswith("9e9866aaae9c3d5c")
    assert KEY.index.hex().startswith("d4ad6d77121cbf07")
    assert TEMPLATE_KEY.rotation.hex().startswith("307a9bc734b0e6ca")
    assert public_of(bytes(range(32))).hex().startswith("98a504fcbcc9fe8b")


def test_elsewhere_it_does_not_open() -> None:
    with pytest.raises(SetupError):
        RING.unwrap(b"another handle", bytes.fromhex(WRAPPED))
    with pytest.raises(SetupError):
        people.unseal(KEY, "person/p-2", bytes.fromhex(FIELDS))
    with pytest.raises(TemplateError):
        templates.unseal(bytes.fromhex(TEMPLATE), TEMPLATE_KEY, b"another place")


@pytest.mark.parametrize("kept", [b"", b"short", bytes(12), bytes(40)])
def test_what_was_never_sealed_opens_nowhere(kept: bytes) -> None:
    assert opened(bytes(32), kept, b"place") is None


def test_the_same_content_is_never_sealed_alike() -> None:
    first, second = (sealed(bytes(32), b"content", b"place") for _ in range(2))
    assert first[:12] != second[:12]
    assert opened(bytes(32), first, b"place") == opened(bytes(32), second, b"place") == b"content"
