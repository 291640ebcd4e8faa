"""What people keep to themselves: link tokens and passkeys' secrets, and boxes only these open."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consentry.errors import TemplateError
from consentry.signing import b64url, from_b64url
from consentry.store.cipher import NONCE_BYTES, derived

SECRET_BYTES = 32
PUBLIC_BYTES = 32
TOKEN_LENGTH = 43
"""Characters of 32 bytes in base64url."""


def new_token() -> str:
    """A secret as it stands in a link."""
    return b64url(secrets.token_bytes(SECRET_BYTES))


def read_token(text: str) -> bytes | None:
    """The secret in a token, or in a whole link that ends with one; ``None``: there is none."""
    token = text.strip().rpartition("#")[2]
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        secret = from_b64url(token)
    except ValueError:
        return None
    # Its last character has spare bits: only the spelling that was made counts.
    return secret if b64url(secret) == token else None


def public_of(secret: bytes) -> bytes:
    """What is kept of a secret of 32 bytes, so that boxes can be made for whoever has it."""
    return _private(secret).public_key().public_bytes_raw()


def box(public: bytes, content: bytes, place: bytes) -> bytes:
    """``content`` for the holder of the secret behind ``public``: X25519 with a key made for this
    box alone, HKDF and AES-256-GCM, as in RFC 9180's base mode. It opens at ``place`` alone."""
    once = X25519PrivateKey.generate()
    theirs = X25519PublicKey.from_public_bytes(public)
    mine = once.public_key().public_bytes_raw()
    cipher = _cipher(once.exchange(theirs), mine + public)
    # The key is never used again, so that its nonce may be fixed.
    return mine + cipher.encrypt(bytes(NONCE_BYTES), content, place)


def unbox(secret: bytes, boxed: bytes, place: bytes) -> bytes:
    """The content; TemplateError with another secret, at another place, or where it was altered."""
    private = _private(secret)
    try:
        once = X25519PublicKey.from_public_bytes(boxed[:PUBLIC_BYTES])
        shared = private.exchange(once)
        public = private.public_key().public_bytes_raw()
        cipher = _cipher(shared, boxed[:PUBLIC_BYTES] + public)
        return cipher.decrypt(bytes(NONCE_BYTES), boxed[PUBLIC_BYTES:], place)
    except (InvalidTag, ValueError):
        raise TemplateError("a box that this secret does not open") from None


def _private(secret: bytes) -> X25519PrivateKey:
    if len(secret) != SECRET_BYTES:
        raise TemplateError("a person's secret has 32 bytes")
    return X25519PrivateKey.from_private_bytes(derived(secret, b"consentry person box"))


def _cipher(shared: bytes, both: bytes) -> AESGCM:
    return AESGCM(derived(shared, b"consentry box", salt=both))
