"""Secrets in the configuration: given by reference, resolved here, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr

from consentry.config_source import KeyPath, Problem, Source

MAX_SECRET_BYTES = 64 * 1024

REFERENCE = re.compile(r"\$\{(env|file):([^{}\n]+)\}")

_CONTAINERS = (list, dict, tuple, set, frozenset)

_HOW = "write ${env:NAME} or ${file:/path} here"


@dataclass(frozen=True)
class Secrets:
    """Puts secrets in place of their references, and notes what is wrong with them."""

    source: Source
    environment: Mapping[str, str]
    folder: Path
    """Relative ``${file:…}`` paths start here."""
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, annotation: Any, value: Any, path: KeyPath) -> Any:
        """``value`` of a field typed ``annotation`` with each secret in it as a SecretStr."""
        match value:
            case str() | int() | float() if SecretStr in kinds_of(annotation):
                return self._secret(str(value), path)
            case str() if REFERENCE.fullmatch(value.strip()):
                text = "only a secret is read by reference; write the value itself"
                self.problems.append(self.source.error(path, text))
                return value
            case dict():
                return {
                    key: self.resolve(type_within(annotation, key), item, (*path, key))
                    for key, item in value.items()
                }
            case list():
                return [
                    self.resolve(type_within(annotation, i), item, (*path, i))
                    for i, item in enumerate(value)
                ]
        return value

    def _secret(self, text: str, path: KeyPath) -> SecretStr:
        reference = REFERENCE.fullmatch(text.strip())
        if reference is None:
            problem = f"a secret must not stand in this file; {_HOW}, and change the secret"
        else:
            found = self._look_up(*reference.groups())
            if isinstance(found, SecretStr):
                return found
            problem = found
        self.problems.append(self.source.error(path, problem))
        # Stands in so that the rest of the section is still checked.
        return SecretStr("unresolved")

    def _look_up(self, kind: str, name: str) -> SecretStr | str:
        """The secret, or what is wrong."""
        if kind == "env":
            secret = self.environment.get(name)
            if secret is None:
                return f"environment variable {name} is not set"
            where = f"environment variable {name}"
        else:
            path = self.folder / Path(name).expanduser()
            where = f"file {path}"
            try:
                with path.open("rb") as file:
                    content = file.read(MAX_SECRET_BYTES + 1)
                secret = content.decode().strip()
            except OSError as exc:
                return f"{where} can't be read ({exc.strerror})"
            except UnicodeDecodeError:
                return f"{where} is not UTF-8 text"
            if len(content) > MAX_SECRET_BYTES:
                return f"{where} is too large for a secret"
        return SecretStr(secret) if secret.strip() else f"{where} is empty"


def kinds_of(annotation: Any) -> tuple[Any, ...]:
    """The members of a union (or of Annotated), or the type itself."""
    if get_origin(annotation) in (None, *_CONTAINERS):
        return (annotation,)
    return tuple(kind for member in get_args(annotation) for kind in kinds_of(member))


def type_within(annotation: Any, key: str | int) -> Any:
    """The type of what a value typed ``annotation`` has at ``key``; None if nothing is there."""
    for kind in kinds_of(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if (info := kind.model_fields.get(str(key))) is not None:
                return info.annotation
        elif get_origin(kind) in _CONTAINERS:
            arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
            return arguments[-1] if arguments else None
    return None
