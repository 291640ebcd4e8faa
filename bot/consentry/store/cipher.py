"""How bytes are sealed, and how one key follows from another; all that is sealed here uses it."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


def derived(
    secret: bytes, info: bytes, *, salt: bytes | None = None, size: int = KEY_BYTES
) -> bytes:
    """``size`` bytes for the one use that ``info`` names: HKDF with SHA-256 (RFC 5869)."""
    return HKDF(SHA256(), size, salt=salt, info=info).derive(secret)


def sealed(key: bytes, content: bytes, place: bytes) -> bytes:
    """``content`` under AES-256-GCM (NIST SP 800-38D), after a nonce that is drawn; it opens at
    ``place`` alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place)


def opened(key: bytes, sealed: bytes, place: bytes) -> bytes | None:
    """The content; ``None`` with another key, at another place, or where it was altered."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        return None
