"""Writes docs/schemas: ``python -m tests.docs.schemas``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from consentry.config.schema import DIALECT, config_schema
from consentry.connectors import stacks
from consentry.connectors.stacks import load_stack
from consentry.controls import Control
from consentry.messages import WIRE_VERSION, AnyBody
from consentry.receipts.record import ReceiptRecord
from consentry.registry import find_plugins
from consentry.transcript import Transcript

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"

BUILT_IN = ("captions", "checkin", "names", "storage", "summary")


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema, by file name."""
    return {
        "config.schema.json": config_schema(
            find_plugins(BUILT_IN), [load_stack(name) for name in stacks.BUILT_IN]
        ),
        "control.schema.json": _control(),
        "message.schema.json": _message(),
        "receipt.schema.json": _receipt(),
        "transcript.schema.json": {"$schema": DIALECT, **Transcript.model_json_schema()},
    }


def _receipt() -> dict[str, Any]:
    title = "What a receipt of consent says, as its signature covers it"
    schema = ReceiptRecord.model_json_schema(mode="serialization", by_alias=True)
    return {"$schema": DIALECT, **schema, "title": title}


def _control() -> dict[str, Any]:
    adapter: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="type")])
    title = "What a participant's client may tell the bot"
    return {"$schema": DIALECT, "title": title, **adapter.json_schema()}


def _message() -> dict[str, Any]:
    """The signed payload around a body, as ``Signer.sign`` writes it."""
    bodies = TypeAdapter[Any](AnyBody).json_schema(mode="serialization")
    people = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    kinds = sorted(body["properties"]["kind"]["const"] for body in _kinds(bodies))
    properties: dict[str, Any] = {
        "v": {"const": WIRE_VERSION},
        "call": {"type": "string", "minLength": 1},
        "seq": {"type": "integer", "minimum": 1},
        "kind": {"enum": kinds},
        "id": {"type": "string", "minLength": 1},
        "revision": {"type": "integer", "minimum": 0},
        "about": people,
        "to": {"anyOf": [people, {"type": "null"}]},
        "at": {"type": "number"},
        "body": {"anyOf": bodies["anyOf"]},
    }
    return {
        "$schema": DIALECT,
        "title": "What the bot says into a call",
        "$defs": bodies["$defs"],
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _kinds(bodies: dict[str, Any]) -> list[dict[str, Any]]:
    return [body for body in bodies["$defs"].values() if "kind" in body["properties"]]


def text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / name).write_text(text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
