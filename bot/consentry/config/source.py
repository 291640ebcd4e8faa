"""Reads a YAML file into plain data that remembers where each key and value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from consentry.errors import ConfigError

MAX_BYTES = 1024 * 1024
"""A configuration is a page or two; anything this large is something else."""

MAX_DEPTH = 12
"""Sections nest three deep; plugins' options get some room."""

KeyPath = tuple[str | int, ...]

_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{tag}" for tag in ("int", "float", "bool", "null"))
_TEXT_TAGS = frozenset(f"tag:yaml.org,2002:{tag}" for tag in ("str", "timestamp", "value"))


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a YAML file says, and where."""

    name: str
    data: dict[str, Any]
    keys: Mapping[KeyPath, Place]
    values: Mapping[KeyPath, Place]

    def error(self, path: KeyPath, text: str, *, at_key: bool = False) -> Problem:
        """``text`` about ``path``, placed at the nearest key or value the file does have."""
        shown = ".".join(str(part) for part in path)
        return Problem(self.name, self._place(path, at_key), f"{shown}: {text}" if shown else text)

    def _place(self, path: KeyPath, at_key: bool) -> Place:
        places = self.keys if at_key else self.values
        while path and path not in places:
            path = path[:-1]
        return places.get(path, Place(1, 1))


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of a ConfigError."""

    file: str
    place: Place | None
    text: str

    def __str__(self) -> str:
        where = f":{self.place.line}:{self.place.column}" if self.place else ""
        return f"{self.file}{where}: {self.text}"


def refuse(problems: list[Problem]) -> ConfigError:
    """One ConfigError that tells of all ``problems``, a line each, in the order of the file."""
    first = Place(0, 0)
    ordered = sorted(
        problems, key=lambda p: ((p.place or first).line, (p.place or first).column, p.text)
    )
    return ConfigError("\n".join(dict.fromkeys(str(problem) for problem in ordered)))


def read_source(path: Path) -> Source:
    """Read ``path``; ConfigError if it is no plain YAML mapping."""
    text = _read_text(path)
    name = str(path)
    try:
        _check_events(text, name)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as exc:
        raise refuse([Problem(name, _place(exc.problem_mark), _syntax_text(exc))]) from None
    except yaml.YAMLError:
        text = "holds a character that YAML does not allow; save it as plain text"
        raise refuse([Problem(name, None, text)]) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        raise refuse([Problem(name, None, "is empty; start with a section such as `plugins:`")])
    if not isinstance(root, yaml.MappingNode):
        text = "must hold sections such as `plugins:`, not a list or a single value"
        raise refuse([Problem(name, _place(root.start_mark), text)])
    return _walk(root, name)


def _read_text(path: Path) -> str:
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        text = "not found; write one (see docs/configuration.md) or name yours with --config"
        raise refuse([Problem(name, None, text)]) from None
    except OSError as exc:
        text = f"can't be read ({exc.strerror})"
        raise refuse([Problem(name, None, text)]) from None
    if len(content) > MAX_BYTES:
        raise refuse([Problem(name, None, "is larger than 1 MiB: this is no configuration")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        place = Place(line, exc.start - content.rfind(b"\n", 0, exc.start))
        raise refuse([Problem(name, place, "is not UTF-8; save it as UTF-8")]) from None


def _check_events(text: str, name: str) -> None:
    """Refuse what would make composing costly: aliases multiply, nesting recurses."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        match event:
            case yaml.AliasEvent():
                problem = "anchors and aliases (& and *) are not read; write the value out"
            case yaml.CollectionStartEvent() if (depth := depth + 1) > MAX_DEPTH:
                problem = f"is nested more than {MAX_DEPTH} deep"
            case yaml.DocumentStartEvent() if (documents := documents + 1) > 1:
                problem = "holds a second document (---); keep one"
            case _:
                depth -= isinstance(event, yaml.CollectionEndEvent)
                continue
        raise refuse([Problem(name, _place(event.start_mark), problem)])


def _walk(root: yaml.MappingNode, name: str) -> Source:
    walk = _Walk(name)
    data = walk.value(root, ())
    if walk.problems:
        raise refuse(walk.problems)
    assert isinstance(data, dict)
    return Source(name, data, walk.keys, walk.values)


class _Walk:
    """One pass over the nodes: their values, their places, and what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.keys: dict[KeyPath, Place] = {}
        self.values: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        place = _place(node.start_mark)
        if place is not None:
            self.values[path] = place
        match node:
            case yaml.MappingNode() if node.tag.endswith(":map"):
                return dict(self._pairs(node, path))
            case yaml.SequenceNode() if node.tag.endswith(":seq"):
                return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
            case yaml.ScalarNode() if node.tag in _TEXT_TAGS:
                return node.value
            case yaml.ScalarNode() if node.tag in _PLAIN_TAGS:
                return self._plain(node)
        self._problem(node, "a tag (!) is not read here; write a plain value")
        return None

    def _plain(self, node: yaml.ScalarNode) -> Any:
        try:
            return SafeConstructor().construct_object(node)
        except (ValueError, OverflowError):
            self._problem(node, "is no number that can be read")
            return None

    def _pairs(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, Any]]:
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in _TEXT_TAGS:
                self._problem(key_node, "a key must be a word; put quotes around it")
                continue
            key = (*path, key_node.value)
            place = _place(key_node.start_mark)
            if key in self.keys:
                text = f"{'.'.join(map(str, key))}: stands here twice; first in line "
                self._problem(key_node, f"{text}{self.keys[key].line}")
                continue
            if place is not None:
                self.keys[key] = place
            yield key_node.value, self.value(value_node, key)

    def _problem(self, node: yaml.Node, text: str) -> None:
        self.problems.append(Problem(self.name, _place(node.start_mark), text))


def _place(mark: Any) -> Place | None:
    return None if mark is None else Place(mark.line + 1, mark.column + 1)


def _syntax_text(exc: yaml.MarkedYAMLError) -> str:
    """What the parser minded. Its text names tokens, never the value of a key."""
    context = f"{exc.context}: " if exc.context else ""
    return f"not YAML: {context}{exc.problem}"
