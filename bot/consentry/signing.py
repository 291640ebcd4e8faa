"""Signed messages: JWS compact (RFC 7515) with Ed25519 (RFC 8037), and their check."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import TypeAdapter, ValidationError

from consentry.errors import MessageError
from consentry.messages import WIRE_VERSION, AnyBody, Message, Notice

_bodies: TypeAdapter[AnyBody] = TypeAdapter(AnyBody)


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """The bytes that ``text`` stands for; ValueError unless it is their one encoding."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise ValueError("not the base64url of anything (RFC 7515 section 2)")
    return data


def fingerprint(public_key: bytes) -> str:
    """What a person compares: 16 bytes of SHA-256, in groups of four hex digits."""
    digest = hashlib.sha256(public_key).hexdigest()[:32]
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def _no_time_passes() -> float:
    return 0.0


class Signer:
    """The bot's key for one call.

    ``clock`` gives seconds that never go back. The numbers of messages follow it, in microseconds:
    counted one by one, they would tell everybody how much is said to others, and so who answers.
    """

    def __init__(
        self,
        call: str,
        key: Ed25519PrivateKey | None = None,
        clock: Callable[[], float] = _no_time_passes,
    ) -> None:
        self._key = key or Ed25519PrivateKey.generate()
        self._call = call
        self._clock = clock
        self._last = 0
        self.public_key = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.fingerprint = fingerprint(self.public_key)
        header = {"alg": "EdDSA", "kid": self.fingerprint}
        self._header = b64url(json.dumps(header, separators=(",", ":")).encode())

    def card(self, you: str) -> str:
        """What a client with consentry.js is told on its hello, before anything that is signed:
        the key, and which participant it is in ``to``."""
        return json.dumps({"type": "card", "key": b64url(self.public_key), "you": you})

    def sign(self, message: Message) -> str:
        """The wire form of ``message``; each call takes a higher ``seq``."""
        self._last = max(self._last + 1, int(self._clock() * 1e6))
        payload = {
            "v": WIRE_VERSION,
            "call": self._call,
            "seq": self._last,
            "kind": message.kind,
            "id": message.id,
            "revision": message.revision,
            "about": sorted(message.about),
            "to": None if message.to is None else sorted(message.to),
            "at": round(message.at, 3),
            "body": message.body.model_dump(mode="json"),
        }
        encoded = b64url(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
        signed = f"{self._header}.{encoded}"
        return f"{signed}.{b64url(self._key.sign(signed.encode()))}"


class Reader:
    """One recipient's check of a bot's messages: forged and replayed ones raise MessageError."""

    def __init__(self, public_key: bytes, me: str | None = None) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public_key)
        self._fingerprint = fingerprint(public_key)
        self._me = me
        self._call: str | None = None
        self._last = 0
        self._revisions: dict[str, int] = {}

    def read(self, text: str) -> Message:
        payload = self._verified(text)
        try:
            if payload["v"] != WIRE_VERSION:
                raise MessageError("a wire version this reader does not know")
            message = Message(
                body=_bodies.validate_python(payload["body"]),
                id=str(payload["id"]),
                at=float(payload["at"]),
                about=frozenset(payload["about"]),
                to=None if payload["to"] is None else frozenset(payload["to"]),
                revision=int(payload["revision"]),
            )
            sequence, call = int(payload["seq"]), str(payload["call"])
        except (KeyError, TypeError, ValueError, ValidationError):
            raise MessageError("a signed message of the wrong shape") from None
        self._accept(message, sequence, call)
        return message

    def _verified(self, text: str) -> dict[str, Any]:
        try:
            header, payload, signature = text.split(".")
            kid = json.loads(from_b64url(header))["kid"]
            self._key.verify(from_b64url(signature), f"{header}.{payload}".encode())
            decoded = json.loads(from_b64url(payload))
        except (ValueError, KeyError, TypeError, InvalidSignature):
            raise MessageError("not signed by this bot") from None
        if kid != self._fingerprint or not isinstance(decoded, dict):
            raise MessageError("not signed by this bot")
        return decoded

    def _accept(self, message: Message, sequence: int, call: str) -> None:
        if self._call not in (None, call):
            raise MessageError("a message of another call")
        if sequence <= self._last:
            raise MessageError("a replayed message")
        if message.to is not None and self._me is not None and self._me not in message.to:
            raise MessageError("a message to somebody else")
        if isinstance(message.body, Notice) and message.body.fingerprint != self._fingerprint:
            raise MessageError("a notice of another key")
        self._call, self._last = call, sequence
        if message.revision < self._revisions.get(message.id, message.revision):
            raise MessageError("an older revision of what was said")
        self._revisions[message.id] = message.revision
