"""Messages that a bot did not say, or not to this reader, or not now: for whoever reads them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentry.messages import Caption, Message, Notice
from consentry.signing import Signer, b64url, from_b64url

ME, OTHER = "p1", "p7"


def caption(text: str) -> Caption:
    return Caption(participant="p2", name="Mia", text=text, start=1, end=2, final=True)


class Forgeries:
    """Of the bot whose key it is, for a reader who is ``ME`` and took :attr:`genuine`."""

    def __init__(self, key: Ed25519PrivateKey, seed: int) -> None:
        self._key = key
        self._random = random.Random(seed)
        self._signer = Signer("c-1", key)
        self._elsewhere = Signer("c-2", key)
        self._stranger = Signer("c-1")
        self.overheard = [self._to(OTHER, n) for n in range(20)]
        """To somebody else in the same call."""
        self.genuine = [self._said(n) for n in range(20)]
        for _ in range(60):
            self._elsewhere.sign(Message(caption("x"), "x", 0.0))

    def _said(self, number: int) -> str:
        message = Message(caption(f"words {number}"), f"captions/{number}", 1.0, revision=5)
        return self._signer.sign(message)

    def _to(self, person: str, number: int) -> str:
        to = frozenset({person})
        return self._signer.sign(Message(caption(f"w {number}"), f"c/{number}", 1.0, to=to))

    def make(self) -> str:
        """One of them."""
        kinds: list[Callable[[], str]] = [
            lambda: self._random.choice(self.genuine),
            lambda: self._random.choice(self.overheard),
            self._flipped,
            self._swapped,
            self._reworded,
            self._by_a_stranger,
            self._without_a_signature,
            self._of_another_call,
            self._of_another_key,
            self._cut,
            lambda: json.dumps({"kind": "caption", "body": {"text": "hello"}}),
            lambda: self._random.choice(self.genuine) + "." + b64url(b"more"),
        ]
        return self._random.choice(kinds)()

    def _parts(self) -> list[str]:
        return self._random.choice(self.genuine + self.overheard).split(".")

    def _flipped(self) -> str:
        parts = self._parts()
        place = self._random.randrange(3)
        raw = bytearray(from_b64url(parts[place]))
        raw[self._random.randrange(len(raw))] ^= 1 << self._random.randrange(8)
        parts[place] = b64url(bytes(raw))
        return ".".join(parts)

    def _swapped(self) -> str:
        one, other = self._random.sample(self.genuine, 2)
        return ".".join([*one.split(".")[:2], other.split(".")[2]])

    def _reworded(self) -> str:
        header, payload, signature = self._parts()
        said: dict[str, Any] = json.loads(from_b64url(payload))
        change: dict[str, Any] = self._random.choice(
            [
                {"seq": 10_000 + said["seq"]},
                {"to": None, "seq": 10_000},
                {"to": [ME], "seq": 10_000},
                {"call": "c-2"},
                {"body": said["body"] | {"text": "what nobody said"}, "seq": 10_000},
                {"revision": 99, "seq": 10_000},
            ]
        )
        return f"{header}.{b64url(json.dumps(said | change).encode())}.{signature}"

    def _by_a_stranger(self) -> str:
        """With the bot's own header, so that the key id is right."""
        header, payload, _ = self._parts()
        signed = f"{header}.{payload}"
        foreign = self._stranger._key.sign(signed.encode())
        own = self._stranger.sign(Message(caption("hello"), "captions/x", 1.0))
        return self._random.choice([f"{signed}.{b64url(foreign)}", own])

    def _without_a_signature(self) -> str:
        _, payload, signature = self._parts()
        said: dict[str, Any] = json.loads(from_b64url(payload)) | {"seq": 10_000, "to": None}
        kid = self._signer.fingerprint
        head = {"alg": self._random.choice(["none", "HS256", "EdDSA"]), "kid": kid}
        encoded = [b64url(json.dumps(part).encode()) for part in (head, said)]
        return ".".join([*encoded, self._random.choice(["", "AAAA", signature])])

    def _of_another_call(self) -> str:
        return self._elsewhere.sign(Message(caption("hello"), "captions/y", 1.0, revision=9))

    def _of_another_key(self) -> str:
        words: dict[str, Any] = {"bot": "B", "purposes": [], "available": [], "commands": []}
        notice = Notice(fingerprint=self._stranger.fingerprint, **words)
        message = Message(notice, "bot/notice", 1.0, to=frozenset({ME}))
        by = self._random.choice([self._stranger, self._elsewhere])
        return by.sign(message)

    def _cut(self) -> str:
        text = self._random.choice(self.genuine)
        return text[: self._random.randrange(len(text))]
