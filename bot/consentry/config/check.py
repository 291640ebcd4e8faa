"""Checks plain data against models, and says what is wrong in the words of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consentry.config.secrets import Secrets, kinds_of, type_within
from consentry.config.source import KeyPath, Problem, Source
from consentry.registry import suggestion

M = TypeVar("M", bound=BaseModel)

_EXPECTED = {
    "string_type": "text; put it in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a section with keys of its own",
    "model_type": "a section with keys of its own",
    "model_attributes_type": "a section with keys of its own",
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "below {lt:g}",
    "less_than_equal": "at most {le:g}",
    "literal_error": "one of {expected}",
    "enum": "one of {expected}",
    "string_pattern_mismatch": "text that matches {pattern}",
}
_LENGTHS = {
    "string_too_short": "must be {min_length} or more characters long",
    "string_too_long": "must be at most {max_length} characters long",
    "too_short": "must hold {min_length} or more items",
    "too_long": "must hold at most {max_length} items",
}


@dataclass(frozen=True)
class Checker:
    """Collects everything wrong with one file."""

    source: Source
    environment: Mapping[str, str]
    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: KeyPath, text: str, *, at_key: bool = False) -> None:
        self.problems.append(self.source.error(path, text, at_key=at_key))

    def validate(
        self, model: type[M], data: dict[str, Any], path: KeyPath, known: Iterable[str] = ()
    ) -> M | None:
        """``data``, found at ``path``, as a ``model``; None after noting what is wrong.

        ``known`` are further keys that belong there, for suggestions.
        """
        secrets = Secrets(self.source, self.environment, self.folder, self.problems)
        before = len(self.problems)
        resolved = secrets.resolve(model, data, path)
        try:
            valid = model.model_validate(resolved)
        except ValidationError as exc:
            for error in exc.errors(include_url=False):
                self._note(model, error, path, known)
            return None
        return valid if len(self.problems) == before else None

    def _note(
        self, model: type[BaseModel], error: ErrorDetails, path: KeyPath, known: Iterable[str]
    ) -> None:
        where = (*path, *error["loc"])
        match error["type"]:
            case "extra_forbidden":
                within = error["loc"][:-1]
                keys = sorted({*_keys(model, within), *(() if within else known)})
                text = f"unknown key{suggestion(str(where[-1]), keys)}; known here: "
                self.add(where, text + (", ".join(keys) or "none"), at_key=True)
            case "missing":
                self.add(where, "is missing", at_key=True)
            case _:
                self.add(where, describe(error))


def describe(error: ErrorDetails) -> str:
    """What was found and what is allowed. A container, text that is too long and whatever a
    validator of a plugin's own minded are not quoted."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _LENGTHS:
        return _LENGTHS[kind].format(**context)
    if kind in _EXPECTED:
        return f"found {found(error['input'])}, must be {_EXPECTED[kind].format(**context)}"
    return error["msg"].removeprefix("Value error, ")


def found(value: object) -> str:
    """``value`` as it may be shown: short, on one line, in YAML's words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)[:40]
        case str():
            return repr(value if len(value) <= 40 else f"{value[:39]}…")
        case list():
            return "a list"
        case dict():
            return "a section"
    return "something else"


def _keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that the model at ``loc`` within ``model`` has."""
    annotation: Any = model
    for part in loc:
        annotation = type_within(annotation, part)
    for kind in kinds_of(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return list(kind.model_fields)
    return []
