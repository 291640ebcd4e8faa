"""Signed tree heads (RFC 6962 section 3.5), in the form of the bot's other signatures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from consentry.errors import LedgerError
from consentry.signing import b64url, fingerprint, from_b64url

HEAD_VERSION = 1
_TYPE = "consentry-tree-head"


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What the log was at one moment: that many entries, with this root over them."""

    size: int
    root: bytes
    at: int
    """Unix time in milliseconds."""


class HeadSigner:
    """The key of one log. It outlives calls; a receipt is worth what this key is."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.fingerprint = fingerprint(self.public_key)
        self._header = {"alg": "EdDSA", "kid": self.fingerprint}

    def sign(self, head: TreeHead) -> str:
        """JWS compact (RFC 7515) with Ed25519 (RFC 8037)."""
        payload = {"v": HEAD_VERSION, "size": head.size, "root": head.root.hex(), "at": head.at}
        return self._jws({"typ": _TYPE}, json.dumps(payload, separators=(",", ":")).encode())

    def attest(self, what: str, payload: bytes) -> str:
        """Another statement of this log's, of the type ``what``. It carries the public key
        (RFC 7515 section 4.1.3), so that any JOSE library can check it."""
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64url(self.public_key)}
        return self._jws({"typ": what, "jwk": jwk}, payload)

    def _jws(self, header: dict[str, Any], payload: bytes) -> str:
        encoded = b64url(json.dumps(self._header | header, separators=(",", ":")).encode())
        signed = f"{encoded}.{b64url(payload)}"
        return f"{signed}.{b64url(self._key.sign(signed.encode()))}"


def read_head(signed: str, public_key: bytes) -> TreeHead:
    """The head in ``signed``; LedgerError if the log with this key did not sign it."""
    try:
        header, payload, signature = signed.split(".")
        described = json.loads(from_b64url(header))
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(from_b64url(signature), f"{header}.{payload}".encode())
        fields: dict[str, Any] = json.loads(from_b64url(payload))
        if described["typ"] != _TYPE or fields["v"] != HEAD_VERSION:
            raise ValueError
        head = TreeHead(int(fields["size"]), bytes.fromhex(fields["root"]), int(fields["at"]))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise LedgerError("a tree head that this log did not sign") from None
    if head.size < 0 or len(head.root) != 32:
        raise LedgerError("a tree head of the wrong shape")
    return head
