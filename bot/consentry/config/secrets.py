"""Secrets in the configuration: given by reference, resolved here, never shown."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr

from consentry.config.source import KeyPath, Problem, Source

MAX_SECRET_BYTES = 64 * 1024

REFERENCE = re.compile(r"\$\{(env|file|keyring):([^{}\n]+)\}")

_CONTAINERS = (list, dict, tuple, set, frozenset)

_HOW = "write ${env:NAME}, ${file:/path} or ${keyring:service/user} here"


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
        try:
            match kind:
                case "env":
                    where, secret = f"environment variable {name}", self._in_environment(name)
                case "file":
                    path = self.folder / Path(name).expanduser()
                    where, secret = f"file {path}", _in_file(path)
                case _:
                    where, secret = f"the keyring's {name}", _in_keyring(name)
        except _Absent as exc:
            return str(exc)
        return SecretStr(secret) if secret.strip() else f"{where} is empty"

    def _in_environment(self, name: str) -> str:
        secret = self.environment.get(name)
        if secret is None:
            raise _Absent(f"environment variable {name} is not set")
        return secret


class _Absent(Exception):
    """A secret can't be had; the text says why."""


def _in_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
        secret = content.decode().strip()
    except OSError as exc:
        raise _Absent(f"file {path} can't be read ({exc.strerror})") from None
    except UnicodeDecodeError:
        raise _Absent(f"file {path} is not UTF-8 text") from None
    if len(content) > MAX_SECRET_BYTES:
        raise _Absent(f"file {path} is too large for a secret")
    return secret


def _in_keyring(name: str) -> str:
    """What the keyring of this user has under ``service/user``."""
    service, _, user = name.rpartition("/")
    if not service or not user:
        raise _Absent("a secret in the keyring is named ${keyring:service/user}")
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise _Absent("the keyring takes a package: pip install 'consentry[keyring]'") from None
    try:
        secret = keyring.get_password(service, user)
    except Exception as exc:  # each backend has errors of its own, whose texts may tell
        text = f"the keyring can't be read ({type(exc).__name__}); is it there and unlocked?"
        raise _Absent(text) from None
    if secret is None:
        raise _Absent(f"the keyring has nothing for {user} of {service}")
    return str(secret)


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
