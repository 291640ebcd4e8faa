"""How what is known of a person is sealed: under their own key, for its own place."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consentry.errors import SetupError
from consentry.store.keys import PersonKey

NONCE_BYTES = 12


def seal(key: PersonKey, place: str, fields: Mapping[str, Any]) -> bytes:
    """``fields``, which JSON can hold, under AES-256-GCM."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, json.dumps(fields).encode(), place.encode())


def unseal(key: PersonKey, place: str, sealed: bytes) -> dict[str, Any]:
    """The fields; SetupError where they are not what was put there."""
    try:
        opened = _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        raise SetupError(
            "what the store has of a person is not what was put there: it was altered or moved; "
            "restore a backup of the store's database"
        ) from None
    fields: dict[str, Any] = json.loads(opened)
    return fields


def _cipher(key: PersonKey) -> AESGCM:
    info = b"consentry enrolled person"
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=info).derive(key.content))
