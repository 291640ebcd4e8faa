"""Reads and writes XML as XMPP uses it: elements, attributes and text, and nothing else.

RFC 6120 section 11.1 forbids comments, processing instructions, DTDs and entities of one's own;
whatever holds one is refused before any of it is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from consentry.errors import SignalingError

MAX_CHARACTERS = 256 * 1024
"""Of one stanza. What Jicofo says of a hundred people's sources has about 40 KiB."""

MAX_DEPTH = 24
"""Jingle nests eight elements."""

MAX_ELEMENTS = 4000
"""An invitation to a large conference, its sources as XML, has about 2000."""

MAX_ATTRIBUTES = 64
"""Of one element."""

_SEPARATOR = " "
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold (section 2.2 of its specification)."""

_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name, the namespace that its name is in, and what it holds."""

    name: str
    namespace: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    children: tuple[Element, ...] = ()
    text: str = ""
    """All its character data, joined; a child's is its own."""

    def get(self, attribute: str) -> str | None:
        """The value of an attribute without a namespace."""
        return self.attributes.get(attribute)

    def all(self, name: str, namespace: str | None = None) -> Iterator[Element]:
        """Its children of this name, in this namespace or in any."""
        for child in self.children:
            if child.name == name and namespace in (None, child.namespace):
                yield child

    def find(self, name: str, namespace: str | None = None) -> Element | None:
        """The first of :meth:`all`."""
        return next(self.all(name, namespace), None)

    def walk(self, *names: str) -> Element | None:
        """The first child's first child, and so on, by name."""
        found: Element | None = self
        for name in names:
            found = found.find(name) if found is not None else None
        return found

    def __str__(self) -> str:
        return "".join(_written(self, ""))


def element(
    name: str,
    namespace: str = "",
    *children: Element | str | None,
    attributes: Mapping[str, str | None] | None = None,
) -> Element:
    """An element; ``None`` among children and attributes is left out, strings are its text."""
    return Element(
        name,
        namespace,
        {key: value for key, value in (attributes or {}).items() if value is not None},
        tuple(child for child in children if isinstance(child, Element)),
        "".join(child for child in children if isinstance(child, str)),
    )


def parse(text: str | bytes) -> Element:
    """The one element that ``text`` holds; SignalingError if it is none of XMPP's."""
    if len(text) > MAX_CHARACTERS:
        raise SignalingError(f"a stanza may have {MAX_CHARACTERS} characters")
    try:
        return _Reader().read(text)
    except expat.ExpatError:
        raise SignalingError("a stanza that is no XML") from None
    except (UnicodeError, ValueError, LookupError):
        raise SignalingError("a stanza that is no text") from None


class _Reader:
    """Builds the elements as expat finds them."""

    def __init__(self) -> None:
        self._open: list[_Opened] = []
        self._elements = 0
        self._root: Element | None = None
        parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._forbidden
        parser.EntityDeclHandler = self._forbidden
        parser.CommentHandler = self._forbidden
        parser.ProcessingInstructionHandler = self._forbidden
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser = parser

    def read(self, text: str | bytes) -> Element:
        self._parser.Parse(text, True)
        if self._root is None:
            raise SignalingError("a stanza that is no XML")
        return self._root

    def _start(self, name: str, attributes: list[str]) -> None:
        self._elements += 1
        if len(self._open) >= MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise SignalingError(f"a stanza may have {MAX_ELEMENTS} elements, {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise SignalingError(f"an element may have {MAX_ATTRIBUTES} attributes")
        values = dict(zip(attributes[::2], attributes[1::2], strict=True))
        self._open.append(_Opened(name, values))

    def _end(self, name: str) -> None:
        opened = self._open.pop()
        namespace, _, local = name.rpartition(_SEPARATOR)
        made = Element(
            local, namespace, opened.attributes, tuple(opened.children), "".join(opened.text)
        )
        if self._open:
            self._open[-1].children.append(made)
        else:
            self._root = made

    def _characters(self, text: str) -> None:
        self._open[-1].text.append(text)

    def _forbidden(self, *_: object) -> None:
        raise SignalingError("a stanza with what XMPP forbids: a DTD, an entity or a comment")


@dataclass(slots=True)
class _Opened:
    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _written(each: Element, around: str) -> Iterator[str]:
    yield f"<{each.name}"
    if each.namespace != around:
        yield f" xmlns={quoteattr(each.namespace)}"
    for name, value in each.attributes.items():
        if _SEPARATOR not in name:
            yield f" {name}={quoteattr(_UNWRITABLE.sub('', value))}"
    if not each.children and not each.text:
        yield "/>"
        return
    yield f">{escape(_UNWRITABLE.sub('', each.text))}"
    for child in each.children:
        yield from _written(child, each.namespace)
    yield f"</{each.name}>"
