"""What is read as a stanza, and what is refused before it costs anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.xml import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_ELEMENTS,
    Element,
    element,
    parse,
)
from consentry.errors import SignalingError
from tests.effort import STALL_SECONDS, least_seconds

NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_.-]{0,8}", fullmatch=True)
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r")
    .filter(lambda c: c in "\t\n" or c >= " ")
    .filter(lambda c: ord(c) not in (0xFFFE, 0xFFFF))
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> Element:
    children = draw(st.lists(elements(depth - 1), max_size=2)) if depth else []
    attributes = draw(st.dictionaries(NAMES.filter(lambda n: n != "xmlns"), TEXT, max_size=2))
    namespace = draw(st.sampled_from(["", "jabber:client", "urn:x"]))
    return element(draw(NAMES), namespace, *children, draw(TEXT), attributes=attributes)


def test_an_element_is_found_by_name_and_namespace() -> None:
    read = parse("<a xmlns='x'><b k='v'>one</b><c:b xmlns:c='y'>two</c:b>tail</a>")
    assert read.namespace == "x" and read.text == "tail"
    first, second = read.find("b"), read.find("b", "y")
    assert first is not None and first.get("k") == "v"
    assert second is not None and second.text == "two"
    assert read.find("b", "z") is None and read.walk("b", "c") is None


@settings(deadline=None)
@given(elements())
def test_what_is_written_is_read_the_same(written: Element) -> None:
    assert parse(str(written)) == written


def test_what_no_document_may_hold_is_left_out_when_writing() -> None:
    assert parse(str(element("a", "", "one\x00\x0b\ud800two"))).text == "onetwo"


BOMB = """<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<a>&c;</a>"""


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://192.0.2.1/x'> %x;]><a/>",
        "<a>&undefined;</a>",
        "<a><!-- said in passing --></a>",
        "<?run this?><a/>",
        "<a/><b/>",
        "<a>",
        "",
        "word",
        b"\xff\xfe\x00",
        "<a>\ud800</a>",
        "<p:a/>",
        "<a" + " b='1'" * 2 + "/>",
    ],
)
def test_what_xmpp_forbids_is_refused(text: str | bytes) -> None:
    with pytest.raises(SignalingError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1),
        "<a>" * 30_000,
        "<a>" + "<b/>" * MAX_ELEMENTS + "</a>",
        "<a " + " ".join(f"k{n}='v'" for n in range(20_000)) + "/>",
        "<a>" + "x" * MAX_CHARACTERS + "</a>",
        "<a>" + "x" * 10_000_000 + "</a>",
        "<a>" + "&lt;" * (MAX_CHARACTERS // 4) + "</a>",
        "<" * MAX_CHARACTERS,
    ],
    ids=["deep", "deeper", "wide", "attributes", "long", "10 MB", "escaped", "open"],
)
def test_what_is_too_much_is_refused_at_once(text: str) -> None:
    def refused() -> None:
        with pytest.raises(SignalingError):
            parse(text)

    assert least_seconds(refused) < STALL_SECONDS


def test_the_longest_stanza_that_is_read_is_read_in_time() -> None:
    text = "<a>" + "<b/>" * (MAX_ELEMENTS - 1) + "x" * (MAX_CHARACTERS - 5 * MAX_ELEMENTS) + "</a>"
    assert len(parse(text).children) == MAX_ELEMENTS - 1
    assert least_seconds(lambda: parse(text)) < STALL_SECONDS


@settings(deadline=None)
@given(st.text() | st.binary())
def test_anything_is_read_or_refused(text: str | bytes) -> None:
    try:
        parse(text)
    except SignalingError as exc:
        assert exc.__cause__ is None
        assert exc.__suppress_context__ or exc.__context__ is None, "the input is quoted"
