"""The JSON Schema of consentry.yaml, for editors that complete and check while one types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from consentry.config.sections import PluginSwitch, Sections
from consentry.connectors.stack import Stack
from consentry.plugin import Plugin

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_REFERENCE = {
    "type": "string",
    "pattern": r"^\$\{(env|file|keyring):[^{}]+\}$",
    "description": "A reference: ${env:NAME}, ${file:/path} or ${keyring:service/user}.",
}


def config_schema(
    plugins: Mapping[str, type[Plugin]], stacks: Iterable[type[Stack]]
) -> dict[str, Any]:
    """The schema of a file in which ``plugins`` may be enabled, for calls on ``stacks``."""
    schema = _with_references(Sections.model_json_schema())
    options = {name: _options_schema(plugins[name]) for name in sorted(plugins)}
    for option in options.values():
        schema["$defs"] |= option.pop("$defs", {})
    kinds = [_stack_schema(stack) for stack in stacks]
    for kind in kinds:
        schema["$defs"] |= kind.pop("$defs", {})
    schema["properties"] = {
        "stack": {
            "description": "The conferencing stack, where the address of a call does not say it.",
            "anyOf": [*kinds, {"type": "null"}],
        },
        "plugins": {
            "type": ["object", "null"],
            "description": "Which plugins run. One that is not named here is off.",
            "properties": {
                name: _plugin_schema(plugins[name], found) for name, found in options.items()
            },
            "additionalProperties": False,
        },
        **schema["properties"],
    }
    return {"$schema": DIALECT, **schema, "title": "consentry.yaml"}


def _options_schema(of: type[Plugin] | type[Stack]) -> dict[str, Any]:
    """The options' own schema, its definitions named so that no two collide."""
    template = f"#/$defs/{of.name}.{{model}}"
    schema: dict[str, Any] = _with_references(of.Options.model_json_schema(ref_template=template))
    definitions = schema.pop("$defs", {})
    return schema | {"$defs": {f"{of.name}.{key}": item for key, item in definitions.items()}}


def _stack_schema(stack: type[Stack]) -> dict[str, Any]:
    options = _options_schema(stack)
    return {
        "type": "object",
        "description": f"Calls on {stack.title}.",
        "properties": {"kind": {"const": stack.name}, **options.get("properties", {})},
        "required": ["kind", *options.get("required", [])],
        "additionalProperties": False,
        "$defs": options["$defs"],
    }


def _plugin_schema(plugin: type[Plugin], options: dict[str, Any]) -> dict[str, Any]:
    switch = PluginSwitch.model_json_schema()
    runs = (plugin, *plugin.without.values())
    always_asks = all(each.purpose.biometric for each in runs)
    mode = {"enum": ["opt_in"] if always_asks else ["opt_in", "notice"]}
    properties = {
        "mode": {
            **mode,
            "default": plugin.purpose.mode.value,
            "description": switch["properties"]["mode"]["description"],
        },
        "grace": switch["properties"]["grace"],
        **options.get("properties", {}),
    }
    schema: dict[str, Any] = {
        "type": ["object", "null"],
        "description": plugin.purpose.sentence,
        "properties": properties,
        "additionalProperties": False,
    }
    if "required" in options:
        schema |= {"type": "object", "required": options["required"]}
    return schema


def _with_references(schema: Any) -> Any:
    """``schema`` with every secret turned into a reference to one."""
    match schema:
        case {"format": "password"}:
            return _REFERENCE
        case dict():
            return {key: _with_references(value) for key, value in schema.items()}
        case list():
            return [_with_references(item) for item in schema]
    return schema
