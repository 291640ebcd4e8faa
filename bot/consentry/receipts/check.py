"""Checks a receipt without the bot, its database or a network: all that is needed is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from consentry.consent.ledger import Act
from consentry.errors import LedgerError
from consentry.ledger import merkle
from consentry.ledger.heads import TreeHead, read_head
from consentry.ledger.records import Record, commitment, decode
from consentry.ledger.verify import Witness
from consentry.receipts.building import ANSWERS, record_id_of, time_text
from consentry.receipts.record import (
    ConsentRecord,
    Event,
    Process,
    ReceiptRecord,
    StorageDuration,
)
from consentry.receipts.vocabulary import CONTEXT
from consentry.signing import fingerprint, from_b64url

TYPE = "consentry-receipt"
"""In the header of a receipt's signature."""

MAX_RECEIPT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Signed:
    """A receipt whose signature is right, by the key that it carries itself."""

    receipt: ReceiptRecord
    public_key: bytes

    @property
    def fingerprint(self) -> str:
        """Of the ledger that signed it. Whoever trusts the receipt trusts this key."""
        return fingerprint(self.public_key)


@dataclass(slots=True)
class Checked:
    """What a check found; the receipt is right where ``faults`` is empty."""

    signed: Signed
    head: TreeHead | None = None
    faults: list[str] = field(default_factory=list)


def read_receipt(text: str) -> Signed:
    """The receipt in ``text``, a JWS in compact form; LedgerError if it is none, or was altered."""
    if len(text) > MAX_RECEIPT_BYTES:
        raise LedgerError("is no receipt")
    try:
        encoded, payload, signature = text.strip().split(".")
        header: dict[str, Any] = json.loads(from_b64url(encoded))
        if header["typ"] != TYPE or header["alg"] != "EdDSA":
            raise ValueError
        public_key = from_b64url(header["jwk"]["x"])
        key = Ed25519PublicKey.from_public_bytes(public_key)
        proven = from_b64url(signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LedgerError("is no receipt") from None
    try:
        key.verify(proven, f"{encoded}.{payload}".encode())
    except InvalidSignature:
        raise LedgerError("was altered: its signature is not that of its key") from None
    try:
        receipt = ReceiptRecord.model_validate_json(from_b64url(payload))
    except (ValidationError, ValueError):
        raise LedgerError("is a receipt of another form; a newer Consentry may read it") from None
    return Signed(receipt, public_key)


def check(signed: Signed) -> Checked:
    """Whether all that the receipt says follows from entries of the ledger that are under its
    head and, where they are somebody's, its holder's."""
    checked = Checked(signed)
    try:
        checked.faults.extend(_faults(checked))
    except ValueError:  # no base64url, no text that has bytes
        checked.faults.append("it holds something that can't be read")
    return checked


def witnesses(signed: Signed, name: str) -> list[Witness]:
    """What a log that claims to be this receipt's has to agree with."""
    log = signed.receipt.log
    return [Witness(log.head, e.index, e.record.encode(), name) for e in log.entries]


def _faults(checked: Checked) -> Iterator[str]:
    receipt, key = checked.signed.receipt, checked.signed.public_key
    log = receipt.log
    if receipt.context != CONTEXT:
        yield "its JSON-LD context is not that of a receipt"
    if from_b64url(log.key) != key or log.fingerprint != fingerprint(key):
        yield "it was signed with another key than its ledger's"
    try:
        checked.head = read_head(log.head, key)
    except LedgerError as exc:
        yield str(exc)
        return
    records: dict[int, Record] = {}
    for entry in log.entries:
        data = entry.record.encode()
        try:
            path = [from_b64url(log.hashes[place]) for place in entry.path]
            leaf = merkle.leaf_hash(data)
            root = merkle.root_of_inclusion(entry.index, checked.head.size, leaf, path)
            records[entry.index] = decode(data)
        except (ValueError, IndexError, LedgerError):
            yield f"entry {entry.index} is not proved"
            continue
        if root != checked.head.root:
            yield f"entry {entry.index} is not under the head"
    yield from _whose(receipt, records)
    yield from _said(receipt, records)


def _whose(receipt: ReceiptRecord, records: dict[int, Record]) -> Iterator[str]:
    """Every entry is the call's or its holder's."""
    opening = receipt.opening
    mine = commitment(from_b64url(opening.key), opening.call, opening.person)
    for index, record in records.items():
        if record.call != receipt.call.identifier:
            yield f"entry {index} is of another call"
        if record.person not in (None, mine):
            yield f"entry {index} is somebody else's"
    for consent in receipt.records:
        if consent.pii_principal.identifier != mine:
            yield f"record {consent.record_id} is about somebody else"
        if consent.record_id != record_id_of(mine, consent.asked):
            yield f"record {consent.record_id} has the id of another"


def _said(receipt: ReceiptRecord, records: dict[int, Record]) -> Iterator[str]:
    """What is said in words is what the entries say, and nothing of theirs is left out."""
    told: set[int] = set()
    for consent in receipt.records:
        yield from _notices(consent, records)
        for event in consent.events:
            told.add(event.entry)
            if not _agrees(consent, event, records.get(event.entry)):
                yield f"the event of entry {event.entry} is not what the entry says"
    for deed in receipt.acts:
        told.add(deed.entry)
        record = records.get(deed.entry)
        if record is None or (record.act, time_text(record.at), record.purpose, record.subject) != (
            deed.act,
            deed.at,
            deed.purpose,
            deed.subject,
        ):
            yield f"the act of entry {deed.entry} is not what the entry says"
    for index in sorted(records.keys() - told):
        yield f"entry {index} is not told of"


def _agrees(consent: ConsentRecord, event: Event, record: Record | None) -> bool:
    if record is None or record.act not in ANSWERS or record.purpose is None:
        return False
    state, _ = ANSWERS[record.act]
    informed = record.act is Act.NOTICED and event.state == "informed"
    return (
        (event.state == state or informed)
        and event.event_time == time_text(record.at)
        and event.version == record.version
        and consent.asked == record.purpose
    )


def _notices(consent: ConsentRecord, records: dict[int, Record]) -> Iterator[str]:
    shown = {record.notice for record in records.values()}
    for notice in consent.privacy_notices:
        if hashlib.sha256(notice.words.encode()).hexdigest() != notice.digest:
            yield "the words of a notice are not those that its digest is of"
        if notice.digest not in shown:
            yield "a notice was not shown, as far as the ledger has it"
    if consent.processes is not None and not _as_shown(consent, consent.processes):
        yield f"record {consent.record_id} says something else than its notice"


def _as_shown(consent: ConsentRecord, process: Process) -> bool:
    """Whether the record says what the last notice said, word for word."""
    try:
        words = json.loads(consent.privacy_notices[-1].words)
    except (IndexError, ValueError, RecursionError):
        return False
    kept = process.storage_conditions[0] if process.storage_conditions else None
    said = {
        "name": consent.asked,
        "title": process.purpose.title,
        "sentence": process.purpose.description,
        "data": process.pii_information.description,
        "recipients": process.recipients.description,
        "retention": kept.validity_duration.description
        if isinstance(kept, StorageDuration)
        else None,
    }
    named = process.purpose.identifier == consent.asked
    return named and isinstance(words, dict) and said.items() <= words.items()
