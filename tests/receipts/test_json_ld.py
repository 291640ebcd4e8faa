"""A receipt is linked data: any processor makes absolute names of its terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import jwt
import pytest
from pyld import jsonld

from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Act, Entry
from consentry.receipts.building import payload
from consentry.receipts.vocabulary import CONTEXT, OURS, PREFIXES
from consentry.signing import from_b64url
from tests.docs.schemas import FOLDER
from tests.receipts.store import noticed, opened, said, words

SCHEMA = json.loads((FOLDER / "receipt.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
async def receipts(tmp_path: Path) -> list[dict[str, Any]]:
    """One while the call is on, and the last one, after an erasure."""
    async with opened(tmp_path) as store:
        of = store.call()
        await of.append(Entry(Act.CALL_BEGAN, 0.0, None, subject="room ab12"))
        await of.append(noticed("mia"))
        await of.append(noticed("mia", "face", words("face", biometric=True)))
        await of.append(noticed("mia", "names", words("names", mode="notice")))
        await of.append(said(Act.GRANTED, "mia"))
        await of.append(said(Act.GRANTED, "mia", "face"))
        await of.append(said(Act.REFUSED, "mia", "unasked"))
        await of.append(said(Act.WITHDRAWN, "mia"))
        during = await of.of("mia")
        report = ErasureReport(9.0, {"caption": 2}, {"storage": 1}, ("chat", "exports"))
        of.tombstone(Entry(Act.ERASED, 9.0, "mia"))(report)
        last = await of.last("mia")
    assert during is not None
    return [json.loads(payload(one.record)) for one in (during, last)]


def without_network(url: str, options: object) -> Any:
    raise AssertionError(f"{url} was asked for")


def expanded(receipt: dict[str, Any]) -> list[Any]:
    options = {"documentLoader": without_network, "processingMode": "json-ld-1.1"}
    made: list[Any] = jsonld.expand(receipt, options)
    return made


def names(node: object) -> Iterator[str]:
    """Every property, type and identifier in an expanded document, JSON literals aside."""
    if isinstance(node, list):
        for one in node:
            yield from names(one)
    if not isinstance(node, dict) or node.get("@type") == "@json":
        return
    for name, value in node.items():
        if name == "@id":
            yield value
        elif name == "@type":
            yield from [value] if isinstance(value, str) else value
        elif not name.startswith("@"):
            yield name
            yield from names(value)


def as_written(node: object) -> int:
    """How many properties an object has as it stands in the receipt, JSON literals aside."""
    if isinstance(node, list):
        return sum(as_written(one) for one in node)
    if not isinstance(node, dict):
        return 0
    linked = {name: value for name, value in node.items() if not name.startswith("@")}
    return sum(1 + (0 if _is_json(name) else as_written(v)) for name, v in linked.items())


def _is_json(name: str) -> bool:
    term = CONTEXT.get(name)
    return isinstance(term, dict) and term.get("@type") == "@json"


def properties(node: object) -> int:
    """How many an expanded object has."""
    if isinstance(node, list):
        return sum(properties(one) for one in node)
    if not isinstance(node, dict) or node.get("@type") == "@json":
        return 0
    return sum(1 + properties(v) for name, v in node.items() if not name.startswith("@"))


async def test_every_term_becomes_an_absolute_name(receipts: list[dict[str, Any]]) -> None:
    known = (*PREFIXES.values(), OURS, "urn:uuid:", "https://w3id.org/dpv/schema/")
    for receipt in receipts:
        for name in names(expanded(receipt)):
            assert name.startswith(known), name
            assert urlsplit(name).scheme


async def test_no_term_is_dropped(receipts: list[dict[str, Any]]) -> None:
    for receipt in receipts:
        assert properties(expanded(receipt)) == as_written(receipt)


async def test_the_consent_is_said_in_the_vocabulary(receipts: list[dict[str, Any]]) -> None:
    during, _ = receipts
    found = set(names(expanded(during)))
    dpv, gdpr = PREFIXES["dpv"], PREFIXES["eu-gdpr"]
    states = ("ConsentRequested", "ConsentGiven", "ConsentRefused", "ConsentWithdrawn")
    assert {f"{dpv}{state}" for state in states} <= found
    rights = ("A7-3", "A15", "A17", "A20", "A6-1-a", "A9-2-a")
    assert {f"{gdpr}{one}" for one in rights} <= found


async def test_a_purpose_that_starts_by_itself_claims_no_consent(
    receipts: list[dict[str, Any]],
) -> None:
    during, _ = receipts
    [record] = [
        one
        for one in during["dpv:hasRecordOfActivity"]
        if one.get("dpv:hasProcess", {}).get("dpv:hasPurpose", {}).get("dpv:hasIdentifier")
        == "names"
    ]
    assert "dpv:hasLegalBasis" not in record
    assert [event["state"] for event in record["dpv:hasConsentStatus"]] == ["informed"]


async def test_a_receipt_fits_its_schema(receipts: list[dict[str, Any]]) -> None:
    schema = jsonschema.Draft202012Validator(SCHEMA)
    for receipt in receipts:
        schema.validate(receipt)
        for name in SCHEMA["required"]:
            assert not schema.is_valid({k: v for k, v in receipt.items() if k != name})
        assert not schema.is_valid(receipt | {"@context": {}})
        assert not schema.is_valid(receipt | {"name": "Mia"})


async def test_a_jose_library_of_any_make_can_check_the_signature(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        of = store.call()
        await of.append(said(Act.REFUSED, "mia"))
        issued = await of.of("mia")
    assert issued is not None
    header = jwt.get_unverified_header(issued.jws)
    key = jwt.PyJWK(header["jwk"], "EdDSA").key
    signed = jwt.api_jws.decode(issued.jws, key, ["EdDSA"])
    assert signed == payload(issued.record) == from_b64url(issued.jws.split(".")[1])
