"""Sources are checked as Jicofo checks them, and told in its form."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest

from tests.venues.jitsi.sources import (
    Group,
    MediaSource,
    SourceBook,
    SourceSet,
    SourcesRefusedError,
    compact_json,
    read_sources,
)


def audio(ssrc: int, msid: str | None = None) -> SourceSet:
    return SourceSet(frozenset({MediaSource(ssrc, "audio", msid=msid)}))


def picture(*ssrcs: int, semantics: str = "FID", msid: str | None = "one") -> SourceSet:
    sources = frozenset(MediaSource(ssrc, "video", msid=msid) for ssrc in ssrcs)
    return SourceSet(sources, frozenset({Group(semantics, ssrcs, "video")}))


def content(description: str) -> list[Element]:
    return [
        fromstring(
            "<content xmlns='urn:xmpp:jingle:1' name='video'>"
            "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'>"
            f"{description}</description></content>"
        )
    ]


SSMA = "xmlns='urn:xmpp:jingle:apps:rtp:ssma:0'"


def test_the_sources_of_a_client_are_read_and_told_in_short() -> None:
    said = read_sources(
        content(
            f"<source {SSMA} ssrc='1' name='mia-v0' videoType='camera'>"
            "<parameter name='msid' value='a b'/></source>"
            f"<source {SSMA} ssrc='2' name='mia-v0'><parameter name='msid' value='a b'/></source>"
            f"<ssrc-group {SSMA} semantics='FID'>"
            "<source ssrc='1'/><source ssrc='2'/></ssrc-group>"
        )
    )
    assert compact_json({"mia": said}) == (
        '{"sources":{"mia":[[{"s":1,"n":"mia-v0","m":"a b"},{"s":2,"n":"mia-v0","m":"a b"}],'
        '[["f",1,2]],[]]}}'
    )


@pytest.mark.parametrize("ssrc", ["", "0", "-1", "4294967296", "one"])
def test_what_is_no_ssrc_is_refused(ssrc: str) -> None:
    with pytest.raises(SourcesRefusedError):
        read_sources(content(f"<source {SSMA} ssrc='{ssrc}'/>"))


def test_receivers_are_told_the_first_layer_alone() -> None:
    layers = SourceSet(
        frozenset(MediaSource(ssrc, "video", msid="a") for ssrc in (1, 2, 3, 11, 12, 13)),
        frozenset(
            {
                Group("SIM", (1, 2, 3), "video"),
                *(Group("FID", (n, n + 10), "video") for n in (1, 2, 3)),
            }
        ),
    )
    told = layers.without_layers()
    assert {source.ssrc for source in told.sources} == {1, 11}
    assert told.groups == {Group("FID", (1, 11), "video")}


@pytest.mark.parametrize(
    ("known", "new"),
    [
        (("sam", audio(1)), audio(1)),
        (("mia", audio(1)), audio(1)),
        (("sam", audio(1, "a")), audio(2, "a")),
        (("mia", picture(1, 2)), picture(3, 4)),
        (("sam", audio(9)), picture(1, 2, 3)),
        (("sam", audio(9)), picture(1, 2, msid=None)),
        (("sam", audio(9)), SourceSet(frozenset(), frozenset({Group("FID", (1, 2), "video")}))),
    ],
)
def test_a_conflict_is_refused_and_changes_nothing(
    known: tuple[str, SourceSet], new: SourceSet
) -> None:
    book = SourceBook()
    book.add(*known)
    before = dict(book.by_owner)
    with pytest.raises(SourcesRefusedError):
        book.add("mia", new)
    assert book.by_owner == before


def test_a_source_goes_with_its_groups_and_only_from_who_has_it() -> None:
    book = SourceBook()
    book.add("mia", picture(1, 2))
    with pytest.raises(SourcesRefusedError):
        book.remove("sam", audio(1))
    gone = book.remove("mia", SourceSet(picture(1, 2).sources))
    assert gone == picture(1, 2)
    assert not book.by_owner["mia"]
