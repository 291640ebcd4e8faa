"""How what is known of a person is sealed: under their own key, for its own place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from consentry.errors import SetupError
from consentry.store.cipher import derived, opened, sealed
from consentry.store.keys import PersonKey


def seal(key: PersonKey, place: str, fields: Mapping[str, Any]) -> bytes:
    """``fields``, which JSON can hold, under AES-256-GCM."""
    return sealed(_key(key), json.dumps(fields).encode(), place.encode())


def unseal(key: PersonKey, place: str, kept: bytes) -> dict[str, Any]:
    """The fields; SetupError where they are not what was put there."""
    content = opened(_key(key), kept, place.encode())
    if content is None:
        raise SetupError(
            "what the store has of a person is not what was put there: it was altered or moved; "
            "restore a backup of the store's database"
        )
    fields: dict[str, Any] = json.loads(content)
    return fields


def _key(key: PersonKey) -> bytes:
    return derived(key.content, b"consentry enrolled person")
