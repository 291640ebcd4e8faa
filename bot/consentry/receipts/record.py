"""What a receipt says: one person, one call, a record for each purpose, and the evidence."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from consentry.consent.erasure import Remains
from consentry.messages import ConsentState
from consentry.receipts.vocabulary import CONTEXT, RECEIPT_PROFILE, RECORD_PROFILE, term

RECEIPT_VERSION = 1


def _tidy(schema: dict[str, Any]) -> None:
    """A receipt has no nulls: what has none is left out, and what always stands is required."""
    for name, one in schema["properties"].items():
        one.pop("title", None)
        if "default" not in one:
            continue
        if one.pop("default") is not None:
            schema.setdefault("required", []).append(name)
            continue
        [kept] = [kind for kind in one.pop("anyOf") if kind != {"type": "null"}]
        one.update(kept)


_PLAIN = ConfigDict(
    extra="forbid", frozen=True, use_attribute_docstrings=True, json_schema_extra=_tidy
)


class Part(BaseModel):
    """A node of a receipt."""

    model_config = ConfigDict(**_PLAIN, alias_generator=term, populate_by_name=True)


class Subject(Part):
    """The person: a commitment, which names them to nobody."""

    type: Literal["dpv:DataSubject"] = "dpv:DataSubject"
    identifier: str


class Controller(Part):
    """Who answers for the processing."""

    type: Literal["dpv:DataController"] = "dpv:DataController"
    name: str | None = None
    contact: str | None = None


class PrivacyNotice(Part):
    """A notice that was shown, to the letter."""

    type: Literal["dpv:ConsentNotice"] = "dpv:ConsentNotice"
    version: str
    """Of the terms; an answer quotes it."""
    language: str
    digest: str
    """SHA-256 of `words`, in hex: what the ledger holds."""
    words: str
    """JSON, byte for byte as it was hashed."""


class AskedPurpose(Part):
    type: Literal["dpv:Purpose"] = "dpv:Purpose"
    identifier: str
    """Its name, as above."""
    broader: list[str]
    title: str
    description: str


class PersonalData(Part):
    type: list[str]
    broader: list[str]
    description: str


class Recipient(Part):
    type: Literal["dpv:Recipient"] = "dpv:Recipient"
    description: str


class Duration(Part):
    type: Literal["dpv:UntilEventDuration"] = "dpv:UntilEventDuration"
    description: str


class StorageDuration(Part):
    """How long it is kept."""

    type: Literal["dpv:StorageDuration"] = "dpv:StorageDuration"
    validity_duration: Duration


class StorageLocation(Part):
    """In which country it is kept."""

    type: Literal["dpv:StorageLocation"] = "dpv:StorageLocation"
    storage_location: str


class Process(Part):
    """What is done, with what of the person's, for how long, and who gets it."""

    type: Literal["dpv:Process"] = "dpv:Process"
    purpose: AskedPurpose
    pii_information: PersonalData
    collection_method: Literal["dpv:DataSubjectDataSource"] = "dpv:DataSubjectDataSource"
    processing_method: list[str]
    storage_conditions: list[StorageDuration | StorageLocation]
    recipients: Recipient


class Control(Part):
    """How a yes is taken back: the way it was given."""

    type: list[str] = ["dpv:ProvideConsent", "dpv:WithdrawConsent"]
    description: str
    exercised_at: str | None = None


class Right(Part):
    type: list[str]
    title: str
    exercised_at: str | None = None


class Event(Part):
    """One thing that happened to this consent."""

    type: list[str]
    state: ConsentState
    event_time: str
    """By the clock of the machine. Which came first is told by `entry`, not by this."""
    entity_id: Literal["dpv:DataSubject", "dpv:DataController"]
    validity_duration: Duration | None = None
    version: str | None = None
    """Of the terms it was about."""
    entry: int
    """Its index in the ledger."""


class ConsentRecord(Part):
    """What one person was asked for one purpose, and said."""

    id: str
    type: Literal["dpv:ConsentRecord"] = "dpv:ConsentRecord"
    record_id: str
    schema_version: Literal["https://w3id.org/dpv/schema/dpv-27560#record"] = RECORD_PROFILE
    asked: str
    """The purpose, by the name that answers quote: `captions`."""
    pii_principal: Subject
    pii_controllers: list[Controller] | None = None
    jurisdiction: str | None = None
    lawful_basis: list[str] | None = None
    """Absent where the purpose starts by itself unless the person says no: its basis is the
    controller's to name."""
    privacy_notices: list[PrivacyNotice]
    processes: Process | None = None
    """Absent where the person answered without having been shown any terms."""
    withdrawal_method: Control
    privacy_rights: list[Right]
    events: list[Event]


class Deed(BaseModel):
    """Another entry of the ledger that belongs here: the call's, or an act of the person's."""

    model_config = _PLAIN

    act: str
    at: str
    entry: int
    purpose: str | None = None
    subject: str | None = None
    """The stack and the bot's key, the version of a plugin and its models, the form of an
    export."""


class Call(Part):
    """Which call it was."""

    identifier: str
    """Commitment: what the ledger calls it."""


class Bot(Part):
    """Who asked."""

    name: str
    identifier: str | None = None
    """Fingerprint of the key that it signed with in that call, as its notice said."""


class Entry(BaseModel):
    """An entry of the ledger, and the way from it to the root."""

    model_config = _PLAIN

    index: Annotated[int, Field(ge=0)]
    record: str
    """Its bytes, as text (docs/ledger.md)."""
    path: list[Annotated[int, Field(ge=0)]]
    """The audit path (RFC 6962 section 2.1.1), from the leaf up: places in `hashes`."""


class Evidence(BaseModel):
    """What the ledger shows: entries, and a head that covers them all."""

    model_config = _PLAIN

    key: str
    """The ledger's public key: Ed25519, base64url of the 32 raw bytes."""
    fingerprint: str
    head: str
    """A signed tree head (JWS)."""
    hashes: list[str]
    """Nodes of the tree, base64url; entries near each other share most of them."""
    entries: list[Entry]


class Opening(BaseModel):
    """What shows that the entries are this person's: each of theirs holds HMAC-SHA256 with
    this key over the call's and the person's id."""

    model_config = _PLAIN

    call: str
    person: str
    key: str
    """base64url. Whoever has it can tell which entries are theirs; keep it to yourself."""


class ErasureNotice(Part):
    """What was erased, and what others may still hold."""

    type: list[str] = ["dpv:RightFulfilmentNotice", "eu-gdpr:A17"]
    items: dict[str, int]
    """Deleted items by the plugin that kept them; their key is destroyed as well."""
    retracted: dict[str, int]
    """Messages taken back, by kind."""
    remains: list[Remains]
    """Where others may still hold some of it, beyond the bot's reach."""


class ReceiptRecord(Part):
    """A receipt, as it is signed."""

    context: Annotated[dict[str, Any], Field(json_schema_extra={"const": dict(CONTEXT)})]
    id: str
    type: Literal["dpv:ConsentReceipt"] = "dpv:ConsentReceipt"
    receipt_id: str
    schema_version: Literal["https://w3id.org/dpv/schema/dpv-27560#receipt"] = RECEIPT_PROFILE
    created: str
    call: Call
    bot: Bot
    records: list[ConsentRecord]
    acts: list[Deed]
    """What else the ledger has of the call as a whole, and of the person."""
    left_out: Annotated[int, Field(ge=0)] = 0
    """Older entries of theirs that are not in this receipt; the page gives all."""
    erasure: ErasureNotice | None = None
    log: Evidence
    opening: Opening
