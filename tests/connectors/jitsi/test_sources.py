"""Whose source is whose: what Jicofo says of it, in both of its forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.sources import (
    MAX_SOURCES,
    RemoteSource,
    SourceTable,
    read_sources,
)
from consentry.connectors.jitsi.xml import parse
from consentry.errors import SignalingError
from consentry.events import Medium


def read(sources: Any) -> tuple[RemoteSource, ...]:
    text = json.dumps({"sources": sources}).replace("&", "&amp;").replace("<", "&lt;")
    return read_sources(
        parse(
            f"<jingle><json-message xmlns='http://jitsi.org/jitmeet'>{text}</json-message></jingle>"
        )
    )


ANA = [
    [{"s": 1, "n": "ana-v0"}, {"s": 2, "n": "ana-v0"}, {"s": 3, "n": "ana-v1", "v": "d"}],
    [["f", 1, 2]],
    [{"s": 9, "n": "ana-a0", "m": "x"}],
]


def test_sources_as_json() -> None:
    assert read({"ana": ANA, "jvb": [[{"s": 5}]]}) == (
        RemoteSource("ana", Medium.VIDEO, 1, "ana-v0", retransmission=2),
        RemoteSource("ana", Medium.VIDEO, 3, "ana-v1", desktop=True),
        RemoteSource("ana", Medium.AUDIO, 9, "ana-a0"),
    )


def test_of_the_layers_of_a_camera_the_first_is_what_comes() -> None:
    groups = [["s", 1, 3, 5], ["f", 1, 2], ["f", 3, 4], ["f", 5, 6]]
    layers = [[{"s": n, "n": "b-v0"} for n in range(1, 7)], groups]
    assert read({"b": layers}) == (RemoteSource("b", Medium.VIDEO, 1, "b-v0", retransmission=2),)


def test_a_source_without_a_name_has_the_one_that_the_bridge_gives_it() -> None:
    (source,) = read({"ana": [[], [], [{"s": 1}]]})
    assert source.name == "ana-a0"


def test_sources_as_xml() -> None:
    owner = "<ssrc-info owner='room@conference.meet.test/ana'/>"
    text = (
        "<jingle><content name='video'><description>"
        f"<source ssrc='1' name='ana-v0'>{owner}</source><source ssrc='2'>{owner}</source>"
        f"<source ssrc='3' name='ana-v1' videoType='desktop'>{owner}</source>"
        "<ssrc-group semantics='FID'><source ssrc='1'/><source ssrc='2'/></ssrc-group>"
        "</description></content><content name='audio'><description>"
        f"<source ssrc='9' name='ana-a0'>{owner}</source>"
        "<source ssrc='10'><ssrc-info owner='jvb'/></source><source ssrc='11'/>"
        "</description></content></jingle>"
    )
    assert read_sources(parse(text)) == read({"ana": ANA})


@pytest.mark.parametrize(
    "sources",
    [
        [],
        {"ana": {}},
        {"ana": [{}]},
        {"ana": [[1]]},
        {"ana": [[{"s": 0}]]},
        {"ana": [[{"s": -1}]]},
        {"ana": [[{"s": 1 << 32}]]},
        {"ana": [[{"s": True}]]},
        {"ana": [[{"s": 1.5}]]},
        {"ana": [[{"s": None}]]},
        {"ana": [[{"s": 1, "n": 5}]]},
        {"ana": [[{"s": 1, "n": ""}]]},
        {"ana": [[{"s": 1}], [1]]},
        {"ana": [[{"s": 1}], [["f", "x"]]]},
        {"": [[{"s": 1}]]},
        {"a" * 65: [[{"s": 1}]]},
        {"ana": [[{"s": n + 1} for n in range(MAX_SOURCES + 1)]]},
    ],
)
def test_what_is_no_source_is_refused(sources: Any) -> None:
    with pytest.raises(SignalingError):
        read(sources)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1 << 33) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["s", "n", "v", "ana", "jvb"]), inner)
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(VALUES)
def test_any_sources_are_read_or_refused(sources: Any) -> None:
    try:
        found = read(sources)
    except SignalingError:
        return
    assert all(0 < source.ssrc < 1 << 32 and source.owner != "jvb" for source in found)


def test_nobody_takes_over_another_s_source() -> None:
    ana = RemoteSource("ana", Medium.AUDIO, 1, "ana-a0")
    ben = RemoteSource("ben", Medium.AUDIO, 1, "ben-a0")
    table = SourceTable([ana])
    with pytest.raises(SignalingError):
        table.add([ben])
    table.remove([ben])
    assert list(table) == [ana]
    table.remove([ana])
    table.add([ben])
    assert list(table) == [ben]
