"""A reader takes what this bot said to it, once, and nothing else."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from consentry.errors import MessageError
from consentry.messages import Caption, Message, Note, Notice, Reply
from consentry.signing import Reader, Signer, b64url, from_b64url
from tests.forgeries import ME, Forgeries

CAPTION = Caption(participant="a", name="Ana", text="Grüße 👋", start=1.5, end=2, final=True)


def said(text: str = "hello", to: frozenset[str] | None = None) -> Message:
    return Message(Reply(code="ok", text=text), "bot/reply-1", 1.0, to=to)


def test_a_card_shows_the_key_and_says_who_its_reader_is() -> None:
    signer = Signer("c-1")
    card = json.loads(signer.card("a/2"))
    assert card == {"type": "card", "key": b64url(signer.public_key), "you": "a/2"}
    assert len(from_b64url(card["key"])) == 32


def test_what_was_signed_is_read_back_whole() -> None:
    signer = Signer("c-1")
    message = Message(CAPTION, "captions/a-1", 2.5, frozenset({"a"}), None, revision=3)
    assert Reader(signer.public_key, "b").read(signer.sign(message)) == message


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=9), st.integers(-9, 9), max_size=4))
def test_any_text_survives(text: str, data: dict[str, str | int | float | bool | None]) -> None:
    signer = Signer("c-1")
    message = Message(Note(plugin="p", title="t", text=text, data=data), "p/1", 0.0)
    assert Reader(signer.public_key).read(signer.sign(message)) == message


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, change: int) -> None:
    signer = Signer("c-1")
    data = bytearray(signer.sign(said()).encode())
    data[place % len(data)] ^= change
    with pytest.raises(MessageError):
        Reader(signer.public_key).read(data.decode("latin-1"))


@given(st.text(max_size=300))
def test_noise_is_no_message(text: str) -> None:
    with pytest.raises(MessageError):
        Reader(Signer("c-1").public_key).read(text)


def test_another_bot_is_not_believed() -> None:
    with pytest.raises(MessageError, match="not signed by this bot"):
        Reader(Signer("c-1").public_key).read(Signer("c-1").sign(said()))


def test_a_replay_is_refused() -> None:
    signer = Signer("c-1")
    reader, first, second = Reader(signer.public_key), signer.sign(said()), signer.sign(said())
    reader.read(second)
    for old in (first, second):
        with pytest.raises(MessageError, match="replayed"):
            reader.read(old)


def test_an_older_revision_never_replaces_a_newer_one() -> None:
    signer = Signer("c-1")
    reader = Reader(signer.public_key)
    reader.read(signer.sign(Message(CAPTION, "captions/1", 1.0, revision=3)))
    with pytest.raises(MessageError, match="older revision"):
        reader.read(signer.sign(Message(CAPTION, "captions/1", 1.0, revision=2)))
    reader.read(signer.sign(Message(CAPTION, "captions/2", 1.0, revision=2)))


def test_a_notice_that_shows_another_fingerprint_is_refused() -> None:
    signer = Signer("c-1")
    shown = Signer("c-1").fingerprint
    notice = Notice(bot="B", fingerprint=shown, purposes=[], available=[], commands=[])
    with pytest.raises(MessageError, match="another key"):
        Reader(signer.public_key).read(signer.sign(Message(notice, "bot/notice", 0.0)))


def refuses(attempts: int, seed: int) -> None:
    """Whatever is forged, altered, played again or for somebody else is refused."""
    key = Ed25519PrivateKey.generate()
    forgeries = Forgeries(key, seed)
    reader = Reader(Signer("c-1", key).public_key, ME)
    for text in forgeries.genuine:
        reader.read(text)
    for _ in range(attempts):
        with pytest.raises(MessageError):
            reader.read(forgeries.make())


def test_of_a_thousand_forged_messages_none_is_believed() -> None:
    refuses(1_500, seed=1)


@pytest.mark.long
def test_of_ten_thousand_forged_messages_none_is_believed() -> None:
    refuses(10_000, seed=2)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_there_is_one_way_to_write_a_signed_message(part: int) -> None:
    signer = Signer("c-1")
    parts = signer.sign(said()).split(".")
    parts[part] += "="
    with pytest.raises(MessageError):
        Reader(signer.public_key).read(".".join(parts))
    last = parts[2][-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = alphabet[alphabet.index(last) ^ 1] if last != "=" else "A"
    with pytest.raises(MessageError):
        Reader(signer.public_key).read(".".join([*parts[:2], parts[2][:-1] + spare]))


def test_a_message_to_somebody_else_is_refused() -> None:
    signer = Signer("c-1")
    with pytest.raises(MessageError, match="somebody else"):
        Reader(signer.public_key, me="b").read(signer.sign(said(to=frozenset({"a"}))))


def test_a_message_of_another_call_is_refused() -> None:
    signer = Signer("c-1")
    other = Signer("c-2", signer._key)
    reader = Reader(signer.public_key)
    reader.read(signer.sign(said()))
    other.sign(said())
    with pytest.raises(MessageError, match="another call"):
        reader.read(other.sign(said()))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"body": {"kind": "nothing"}},
        {"body": {"kind": "reply", "code": "ok", "text": "x", "more": 1}},
        {"to": 5},
        {"seq": "x"},
        {"about": None},
    ],
)
def test_a_signature_does_not_excuse_the_wrong_shape(change: dict[str, object]) -> None:
    signer = Signer("c-1")
    header, payload, _ = signer.sign(said()).split(".")
    changed = {**json.loads(from_b64url(payload)), **change}
    signed = f"{header}.{b64url(json.dumps(changed).encode())}"
    forged = f"{signed}.{b64url(signer._key.sign(signed.encode()))}"
    with pytest.raises(MessageError):
        Reader(signer.public_key).read(forged)


def test_the_fingerprint_is_what_a_person_compares() -> None:
    groups = Signer("c-1").fingerprint.split(" ")
    assert len(groups) == 8
    assert all(len(base64.b16decode(g, casefold=True)) == 2 for g in groups)
