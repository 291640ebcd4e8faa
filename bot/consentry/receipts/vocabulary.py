"""The words of a receipt: fields of ISO/IEC TS 27560:2023, as terms of the W3C's DPV.

After the community group's report "Consent Records and Receipts as per ISO/IEC TS 27560:2023 using
DPV" (15 February 2026, https://w3id.org/dpv/guides/consent-27560) and DPV 2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

RECEIPT_PROFILE: Final = "https://w3id.org/dpv/schema/dpv-27560#receipt"
RECORD_PROFILE: Final = "https://w3id.org/dpv/schema/dpv-27560#record"

OURS = "urn:consentry:receipt:"
"""Of the terms that no vocabulary has. Names, not addresses: there is nothing to fetch."""

PREFIXES: Mapping[str, str] = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

TERMS: Mapping[str, str] = {
    "context": "@context",
    "id": "@id",
    "type": "@type",
    # Of the receipt.
    "receipt_id": "dpv:hasIdentifier",
    "schema_version": "dct:conformsTo",
    "created": "dct:created",
    "records": "dpv:hasRecordOfActivity",
    # Of a record: the fields of 27560.
    "record_id": "dct:identifier",
    "pii_principal": "dpv:hasDataSubject",
    "pii_controllers": "dpv:hasDataController",
    "jurisdiction": "dpv:hasJurisdiction",
    "lawful_basis": "dpv:hasLegalBasis",
    "privacy_notices": "dpv:hasNotice",
    "processes": "dpv:hasProcess",
    "purpose": "dpv:hasPurpose",
    "pii_information": "dpv:hasPersonalData",
    "collection_method": "dpv:hasDataSource",
    "processing_method": "dpv:hasProcessing",
    "storage_conditions": "dpv:hasStorageCondition",
    "storage_location": "dpv:hasLocation",
    "recipients": "dpv:hasRecipient",
    "withdrawal_method": "dpv:hasConsentControl",
    "exercised_at": "dpv:isExercisedAt",
    "privacy_rights": "dpv:hasRight",
    "events": "dpv:hasConsentStatus",
    "event_time": "dpv:isIndicatedAtTime",
    "entity_id": "dpv:isIndicatedBy",
    "validity_duration": "dpv:hasDuration",
    # Of what these are made of.
    "identifier": "dpv:hasIdentifier",
    "name": "dpv:hasName",
    "contact": "dpv:hasContact",
    "title": "dct:title",
    "description": "dct:description",
    "language": "dct:language",
    "version": "dct:hasVersion",
    "broader": "skos:broader",
}
"""The term that stands in a receipt for each name in the code; other names stand for themselves."""

_IRIS = (
    "dct:conformsTo",
    "dpv:hasDataSource",
    "dpv:hasJurisdiction",
    "dpv:hasLegalBasis",
    "dpv:hasLocation",
    "dpv:hasProcessing",
    "dpv:isIndicatedBy",
    "skos:broader",
)
_TIMES = ("dct:created", "dpv:isIndicatedAtTime")
_PLAIN = ("call", "bot", "asked", "state", "entry", "digest", "words", "left_out", "erasure")
_VERBATIM = ("acts", "items", "retracted", "remains", "log", "opening")
"""Evidence and counts: data of ours, which stay as they are (JSON literals of JSON-LD 1.1)."""

CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    **PREFIXES,
    **{term: {"@type": "@id"} for term in _IRIS},
    **{term: {"@type": "xsd:dateTime"} for term in _TIMES},
    **{name: f"{OURS}{name}" for name in _PLAIN},
    **{name: {"@id": f"{OURS}{name}", "@type": "@json"} for name in _VERBATIM},
}
"""Stands in every receipt as it is: no network is needed to read one."""


def term(name: str) -> str:
    """What stands in a receipt for the field ``name``."""
    return TERMS.get(name, name)
