"""One record of the log: who did what, as commitments that only a kept key can open."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, fields

from pydantic import TypeAdapter, ValidationError

from consentry.consent.ledger import Act
from consentry.errors import LedgerError

RECORD_VERSION = 1

MAX_RECORD_BYTES = 4096
"""A record holds hashes and names of purposes; none comes near."""


@dataclass(frozen=True, slots=True)
class Record:
    """What an entry of the log says. It names nobody and holds nothing anybody said."""

    act: Act
    at: int
    """Unix time in milliseconds."""
    call: str
    """Commitment to the call."""
    person: str | None = None
    """Commitment to the participant of that call; ``None`` where the act is the call's."""
    purpose: str | None = None
    version: str | None = None
    """Of the terms the act was about."""
    notice: str | None = None
    """SHA-256 of the text that was shown, in hex."""
    language: str | None = None
    """Of that text (BCP 47)."""
    subject: str | None = None
    """What else it is about: a model, a plugin's version, the form of an export."""

    def encode(self) -> bytes:
        """The bytes that are hashed: JSON with sorted keys, no blanks, and no empty fields."""
        values = ((one.name, getattr(self, one.name)) for one in fields(self))
        said = {name: value for name, value in values if value is not None}
        said["v"] = RECORD_VERSION
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


_records: TypeAdapter[Record] = TypeAdapter(Record)


def decode(data: bytes) -> Record:
    """The record in ``data``; LedgerError if it is none, or not in its one form."""
    if len(data) > MAX_RECORD_BYTES:
        raise LedgerError("an entry that is no record")
    try:
        record = _records.validate_json(data, strict=True)
    except ValidationError:
        raise LedgerError("an entry that is no record") from None
    if record.encode() != data:  # which holds its version too
        raise LedgerError("an entry that is no record")
    return record


def commitment(key: bytes, *parts: str) -> str:
    """A keyed hash of ``parts`` in hex: 128 bits of HMAC-SHA256, with lengths, so that no two
    lists of parts look alike. Without the key nobody can tell what it stands for."""
    mac = hmac.new(key, digestmod="sha256")
    for part in parts:
        encoded = part.encode()
        mac.update(len(encoded).to_bytes(4))
        mac.update(encoded)
    return mac.hexdigest()[:32]
