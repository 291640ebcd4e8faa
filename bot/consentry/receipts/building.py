"""Makes a receipt from what the ledger shows of one person in one call, and the words behind it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from consentry.consent.ledger import Act
from consentry.ledger.records import Record, commitment, decode
from consentry.messages import ConsentState
from consentry.receipts.record import (
    AskedPurpose,
    Bot,
    Call,
    ConsentRecord,
    Control,
    Controller,
    Deed,
    Duration,
    ErasureNotice,
    Event,
    Evidence,
    Opening,
    PersonalData,
    PrivacyNotice,
    Process,
    ReceiptRecord,
    Recipient,
    Right,
    StorageDuration,
    StorageLocation,
    Subject,
)
from consentry.receipts.vocabulary import CONTEXT
from consentry.signing import b64url

ANSWERS: Mapping[Act, tuple[ConsentState, str]] = {
    Act.NOTICED: ("consent_requested", "dpv:ConsentRequested"),
    Act.GRANTED: ("consent_given", "dpv:ConsentGiven"),
    Act.REFUSED: ("consent_refused", "dpv:ConsentRefused"),
    Act.WITHDRAWN: ("consent_withdrawn", "dpv:ConsentWithdrawn"),
}
"""The acts that are events of a consent, in the words of 27560 and of DPV."""

_RIGHTS = (
    ("eu-gdpr:A7-3", "Withdraw consent (GDPR art. 7(3))"),
    ("eu-gdpr:A15", "See what is held (art. 15)"),
    ("eu-gdpr:A17", "Have it erased (art. 17)"),
    ("eu-gdpr:A20", "Take it along (art. 20)"),
)

PEOPLE = "people"
"""In place of a call's id: the acts of those who enrolled, outside any call."""

_VALID = "the end of the call, or a no"
_VALID_ENROLLED = "a no"


@dataclass(frozen=True, slots=True)
class Issuer:
    """What every receipt of one bot says alike."""

    bot: str
    controller: str | None = None
    contact: str | None = None
    jurisdiction: str | None = None
    """Country whose law applies (ISO 3166-1 alpha-2)."""
    storage_location: str | None = None
    """Country where what is kept is kept."""


@dataclass(frozen=True, slots=True)
class ShownWords:
    """The exact words behind a digest in the ledger."""

    language: str
    words: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose receipt it is, and what shows it."""

    call: str
    person: str
    key: bytes
    """The commitment key of the person in that call."""
    link: str | None = None
    """Their page."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store holds for a receipt."""

    evidence: Evidence
    words: Mapping[str, ShownWords]
    """By digest."""
    left_out: int = 0
    erasure: ErasureNotice | None = None


class _Words(BaseModel):
    """Of the terms as they were shown, what a record needs."""

    name: str
    title: str
    sentence: str
    data: str
    retention: str
    recipients: str
    biometric: bool
    mode: Literal["opt_in", "notice"]
    media: list[str]


@dataclass(frozen=True, slots=True)
class _Logged:
    index: int
    record: Record


def build(holder: Holder, issuer: Issuer, facts: Facts, at: int) -> ReceiptRecord:
    """The receipt of ``holder``, made at Unix time ``at`` in milliseconds."""
    subject = commitment(holder.key, holder.call, holder.person)
    logged = [_Logged(e.index, decode(e.record.encode())) for e in facts.evidence.entries]
    answers = [entry for entry in logged if entry.record.act in ANSWERS]
    purposes = dict.fromkeys(entry.record.purpose or "" for entry in answers)
    drawing = _Drawing(holder, issuer, facts.words, subject)
    receipt_id = uuid.uuid5(uuid.UUID(hex=subject), facts.evidence.head)
    return ReceiptRecord(
        context=dict(CONTEXT),
        id=f"urn:uuid:{receipt_id}",
        receipt_id=str(receipt_id),
        created=time_text(at),
        call=Call(identifier=logged[0].record.call),
        bot=Bot(name=issuer.bot, identifier=_fingerprint(logged)),
        records=[
            drawing.record(name, [a for a in answers if a.record.purpose == name])
            for name in purposes
        ],
        acts=[_deed(entry) for entry in logged if entry.record.act not in ANSWERS],
        left_out=facts.left_out,
        erasure=facts.erasure,
        log=facts.evidence,
        opening=Opening(call=holder.call, person=holder.person, key=b64url(holder.key)),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws up the records of one receipt."""

    holder: Holder
    issuer: Issuer
    words: Mapping[str, ShownWords]
    subject: str

    def record(self, purpose: str, answers: Sequence[_Logged]) -> ConsentRecord:
        notices = self._notices(answers)
        asked = _words(notices[-1].words) if notices else None
        record_id = record_id_of(self.subject, purpose)
        return ConsentRecord(
            id=f"urn:uuid:{record_id}",
            record_id=record_id,
            asked=purpose,
            pii_principal=Subject(identifier=self.subject),
            pii_controllers=self._controllers(),
            jurisdiction=_country(self.issuer.jurisdiction),
            lawful_basis=_lawful_basis(asked),
            privacy_notices=notices,
            processes=None if asked is None else self._process(asked),
            withdrawal_method=Control(
                description=self._way_back(purpose),
                exercised_at=self.holder.link,
            ),
            privacy_rights=[
                Right(
                    type=["dpv:DataSubjectRight", right],
                    title=title,
                    exercised_at=self.holder.link,
                )
                for right, title in _RIGHTS
            ],
            events=[_event(entry, asked, self._valid) for entry in answers],
        )

    @property
    def _valid(self) -> str:
        return _VALID_ENROLLED if self.holder.call == PEOPLE else _VALID

    def _way_back(self, purpose: str) -> str:
        if self.holder.call == PEOPLE:
            return "Delete it on your own page"
        return f"/no {purpose}, in chat, in the panel or on the personal page"

    def _notices(self, answers: Sequence[_Logged]) -> list[PrivacyNotice]:
        """What they were shown, each once; what was shown last is last."""
        shown: dict[str, str] = {}
        for entry in answers:
            digest = entry.record.notice
            if digest is not None and digest in self.words:
                shown.pop(digest, None)
                shown[digest] = entry.record.version or ""
        return [
            PrivacyNotice(
                version=version,
                language=self.words[digest].language,
                digest=digest,
                words=self.words[digest].words,
            )
            for digest, version in shown.items()
        ]

    def _controllers(self) -> list[Controller] | None:
        if self.issuer.controller is None and self.issuer.contact is None:
            return None
        return [Controller(name=self.issuer.controller, contact=self.issuer.contact)]

    def _process(self, asked: _Words) -> Process:
        kept: list[StorageDuration | StorageLocation]
        kept = [StorageDuration(validity_duration=Duration(description=asked.retention))]
        if (country := _country(self.issuer.storage_location)) is not None:
            kept.append(StorageLocation(storage_location=country))
        return Process(
            purpose=AskedPurpose(
                identifier=asked.name,
                broader=["dpv:ServiceProvision"],
                title=asked.title,
                description=asked.sentence,
            ),
            pii_information=_personal_data(asked),
            processing_method=["dpv:Collect", "dpv:Use"],
            storage_conditions=kept,
            recipients=Recipient(description=asked.recipients),
        )


def _personal_data(asked: _Words) -> PersonalData:
    broader = ["pd:Picture"] if "video" in asked.media else []
    if "audio" in asked.media or not asked.media:
        broader.append("pd:Communication")
    kind = "dpv:PersonalData"
    if asked.biometric:
        kind = "dpv:SpecialCategoryPersonalData"
        broader.append("pd:Biometric")
    return PersonalData(type=[kind], broader=broader, description=asked.data)


def _lawful_basis(asked: _Words | None) -> list[str] | None:
    if asked is None or asked.mode == "notice":
        return None
    return ["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"] if asked.biometric else ["eu-gdpr:A6-1-a"]


def _event(entry: _Logged, asked: _Words | None, until: str) -> Event:
    state, kind = ANSWERS[entry.record.act]
    kinds, valid = [kind], None
    entity: Literal["dpv:DataSubject", "dpv:DataController"] = "dpv:DataSubject"
    match entry.record.act:
        case Act.NOTICED:
            entity = "dpv:DataController"
            if asked is not None and asked.mode == "notice":
                state, kinds = "informed", ["dpv:ConsentStatus"]
        case Act.GRANTED:
            explicit = asked is not None and asked.biometric
            kinds.append("dpv:ExplicitlyExpressedConsent" if explicit else "dpv:ExpressedConsent")
            valid = Duration(description=until)
    return Event(
        type=kinds,
        state=state,
        event_time=time_text(entry.record.at),
        entity_id=entity,
        validity_duration=valid,
        version=entry.record.version,
        entry=entry.index,
    )


def _deed(entry: _Logged) -> Deed:
    record = entry.record
    return Deed(
        act=record.act.value,
        at=time_text(record.at),
        entry=entry.index,
        purpose=record.purpose,
        subject=record.subject,
    )


def _fingerprint(logged: Sequence[_Logged]) -> str | None:
    """Of the bot's key in that call: it follows the stack's name where the call began."""
    for entry in logged:
        if entry.record.act is Act.CALL_BEGAN and entry.record.subject:
            return entry.record.subject.partition(" ")[2] or None
    return None


def _words(text: str) -> _Words | None:
    try:
        return _Words.model_validate_json(text)
    except ValidationError:
        return None


def _country(code: str | None) -> str | None:
    return None if code is None else f"loc:{code.upper()}"


def record_id_of(subject: str, purpose: str) -> str:
    """The same in every receipt of that person, call and purpose."""
    return str(uuid.uuid5(uuid.UUID(hex=subject), purpose))


def time_text(at: int) -> str:
    """Unix time in milliseconds as ISO 8601."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def payload(receipt: ReceiptRecord) -> bytes:
    """The bytes that are signed."""
    fields: dict[str, Any] = receipt.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
