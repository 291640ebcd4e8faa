"""How the bot proves who it is to an XMPP server: ANONYMOUS, PLAIN and SCRAM, as pure functions.

RFC 4505, RFC 4616, RFC 5802 and RFC 7677. Without channel binding: a WebSocket's TLS is not ours
to look into.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from consentry.errors import SignalingError

MAX_ITERATIONS = 50_000
"""Of PBKDF2. Prosody's are 10,000; more would hold up the call."""

_HASHES = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the server's."""

    username: str
    password: str


class Mechanism(Protocol):
    """One way of authenticating, from the first message to the server's proof."""

    @property
    def name(self) -> str: ...

    def first(self) -> str:
        """What goes with ``<auth>``, in base64."""
        ...

    def respond(self, challenge: str) -> str:
        """The answer to a challenge; SignalingError if it is none that can be answered."""
        ...

    def finish(self, data: str) -> None:
        """What came with ``<success>``; SignalingError if the server did not prove itself."""
        ...


def choose(offered: Iterable[str], account: Account | None, nonce: str, tls: bool) -> Mechanism:
    """The strongest mechanism that ``offered`` names and ``account`` allows.

    SignalingError if there is none. PLAIN is used where the connection is encrypted alone.
    """
    names = set(offered)
    if account is None:
        if "ANONYMOUS" in names:
            return Plain("ANONYMOUS", b"")
        raise SignalingError("the server lets no guests in")
    for name in _HASHES:
        if name in names:
            return Scram(name, account, nonce)
    if "PLAIN" in names and tls:
        text = f"\0{account.username}\0{account.password}"
        return Plain("PLAIN", text.encode())
    raise SignalingError("the server offers no way to log in that is safe here")


class Plain:
    """Mechanisms of one message."""

    def __init__(self, name: str, message: bytes) -> None:
        self.name = name
        self._message = message

    def first(self) -> str:
        return _encoded(self._message) if self._message else ""

    def respond(self, challenge: str) -> str:
        raise SignalingError("a challenge where none belongs")

    def finish(self, data: str) -> None:
        """Nothing to prove."""


class Scram:
    """RFC 5802, with the hash that ``name`` says."""

    def __init__(self, name: str, account: Account, nonce: str) -> None:
        self.name = name
        self._hash = _HASHES[name]
        self._password = unicodedata.normalize("NFKC", account.password).encode()
        username = unicodedata.normalize("NFKC", account.username)
        self._nonce = nonce
        self._bare = f"n={username.replace('=', '=3D').replace(',', '=2C')},r={nonce}"
        self._signature: bytes | None = None
        self._answered = False
        self._proved = False

    def first(self) -> str:
        return _encoded(f"n,,{self._bare}".encode())

    def respond(self, challenge: str) -> str:
        if self._answered:
            if challenge:
                self._verify(challenge)
            return ""
        said = _decoded(challenge)
        fields = dict(part.partition("=")[::2] for part in said.split(","))
        nonce, iterations = fields.get("r", ""), fields.get("i", "")
        if "m" in fields or not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise SignalingError("a SCRAM challenge with a nonce of its own")
        if not iterations.isascii() or not iterations.isdigit():
            raise SignalingError("a SCRAM challenge without a count")
        if not 0 < int(iterations[:9]) <= MAX_ITERATIONS:
            raise SignalingError(f"a SCRAM challenge of more than {MAX_ITERATIONS} rounds")
        salt = _bytes(fields.get("s", ""))
        final = f"c={_encoded(b'n,,')},r={nonce}"
        self._answered = True
        return self._prove(salt, int(iterations), f"{self._bare},{said},{final}", final)

    def finish(self, data: str) -> None:
        if data:
            self._verify(data)
        if not self._proved:
            raise SignalingError("a server that does not know the password itself")

    def _prove(self, salt: bytes, iterations: int, message: str, final: str) -> str:
        salted = hashlib.pbkdf2_hmac(self._hash, self._password, salt, iterations)
        client = self._mac(salted, b"Client Key")
        stored = hashlib.new(self._hash, client).digest()
        proof = bytes(
            a ^ b for a, b in zip(client, self._mac(stored, message.encode()), strict=True)
        )
        self._signature = self._mac(self._mac(salted, b"Server Key"), message.encode())
        return _encoded(f"{final},p={_encoded(proof)}".encode())

    def _verify(self, data: str) -> None:
        kind, _, value = _decoded(data).partition("=")
        signature = _bytes(value) if kind == "v" else b""
        if self._signature is None or not hmac.compare_digest(signature, self._signature):
            raise SignalingError("a server that does not know the password itself")
        self._proved = True

    def _mac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self._hash).digest()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignalingError("base64 that is none") from None


def _decoded(text: str) -> str:
    try:
        return _bytes(text.strip()).decode()
    except UnicodeDecodeError:
        raise SignalingError("a challenge that is no text") from None
