"""The schemas in docs/ are those of the code, and real data fits them."""

from __future__ import annotations

import base64
import json
from typing import Any

import jsonschema
import pytest

from consentry.controls import parse_control
from consentry.errors import MessageError
from consentry.exports import Format, export
from consentry.messages import (
    AnyBody,
    Caption,
    Message,
    Retraction,
    Speaker,
    Speaking,
    Status,
    Want,
)
from consentry.signing import Signer
from tests.docs.schemas import FOLDER, schemas, text
from tests.exports.calls import spoken, summary


def schema(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))


def fits(instance: object, name: str) -> bool:
    return bool(jsonschema.Draft202012Validator(schema(name)).is_valid(instance))


@pytest.mark.parametrize("name", ["config", "control", "message", "receipt", "transcript"])
def test_a_schema_is_the_one_the_code_makes(name: str) -> None:
    file = f"{name}.schema.json"
    assert (FOLDER / file).read_text(encoding="utf-8") == text(schemas()[file]), (
        "run python -m tests.docs.schemas"
    )
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_no_schema_is_left_over() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(schemas())


@pytest.mark.parametrize(
    "body",
    [
        Caption(participant="p1", name="Sam", text="Hi", start=0, end=1, final=True),
        Speaking(speakers=[Speaker(id="p1", name="Sam")]),
        Status(purposes={"captions": "running"}, owner=False, owner_confirmed=True),
        Want(audio=True, video=False),
        Retraction(ids=["captions/1"], reason="withdrawn"),
        summary(),
    ],
)
def test_what_is_signed_fits_the_schema(body: AnyBody) -> None:
    signed = Signer("c-1").sign(Message(body, id="x", at=1.5, about=frozenset({"p1"})))
    payload = signed.split(".")[1]
    message = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert fits(message, "message")
    assert not fits(message | {"v": 2}, "message")
    assert not fits(message | {"body": {"kind": "caption"}}, "message")


@pytest.mark.parametrize(
    "control",
    [
        {"type": "noticed", "versions": {"captions": "a1"}},
        {"type": "decide", "purpose": "captions", "answer": "no", "version": "a1"},
        {"type": "decide", "purpose": "captions", "answer": "maybe", "version": "a1"},
        {"type": "decide", "purpose": "captions", "answer": "yes", "version": "a1", "nonce": "n"},
        {"type": "decide", "purpose": "captions", "answer": "yes", "version": "a1", "nonce": ""},
        {"type": "erase"},
        {"type": "language", "language": "pt-BR"},
        {"type": "language", "language": "../de"},
        {"type": "owner", "code": "1234"},
        {"type": "command", "text": "/no all"},
        {"type": "enable"},
        {"type": "dance"},
        {"type": "request", "plugin": "summary", "extra": 1},
    ],
)
def test_the_schema_takes_the_controls_that_the_bot_takes(control: dict[str, Any]) -> None:
    try:
        parse_control(json.dumps(control))
        taken = True
    except MessageError:
        taken = False
    assert fits(control, "control") == taken


def test_an_exported_transcript_fits_the_schema() -> None:
    call = spoken(("Sam", 0, 1, "Hi."), summary=summary())
    assert fits(json.loads(export(call, Format.JSON)), "transcript")
    assert not fits({}, "transcript")
