"""What the bridge is told, and in which order: consent at the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.bridge_channel import (
    MAX_CHARACTERS,
    BridgeChannel,
    Dominant,
    EndpointSaid,
)
from consentry.errors import SignalingError


def said(channel: BridgeChannel) -> list[dict[str, Any]]:
    return [json.loads(text) for text in channel.data_to_send()]


def subscriptions(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kind = "ReceiverAudioSubscription"
    return [
        {key: value for key, value in message.items() if key != "colibriClass"}
        for message in messages
        if message["colibriClass"] == kind
    ]


NOBODY = [{"mode": "None"}, {"all": False, "include": [], "exclude": []}]


def test_the_first_word_on_a_channel_is_nobody() -> None:
    channel = BridgeChannel()
    channel.want({"ana-a0"}, {})
    assert said(channel) == [], "there is no channel yet"
    channel.opened()
    messages = said(channel)
    first = messages[:3]
    assert subscriptions(first) == NOBODY
    assert first[2]["defaultConstraints"] == {"maxHeight": 0} and first[2]["lastN"] == 0
    assert subscriptions(messages[3:]) == [
        {"mode": "Include", "list": ["ana-a0"]},
        {"all": False, "include": ["ana-a0"], "exclude": []},
    ]


def test_so_it_is_on_the_next_channel() -> None:
    channel = BridgeChannel()
    channel.opened()
    channel.want({"ana-a0"}, {})
    said(channel)
    channel.closed()
    channel.want({"ben-a0"}, {})
    assert said(channel) == []
    channel.opened()
    heard = subscriptions(said(channel))
    assert heard[:2] == NOBODY
    assert heard[2] == {"mode": "Include", "list": ["ben-a0"]}


def test_who_declines_is_left_out_at_once_and_nothing_is_said_twice() -> None:
    channel = BridgeChannel()
    channel.opened()
    channel.want({"ana-a0", "ben-a0"}, {})
    said(channel)
    channel.want({"ana-a0", "ben-a0"}, {})
    assert said(channel) == []
    channel.want({"ben-a0"}, {})
    assert subscriptions(said(channel))[0] == {"mode": "Include", "list": ["ben-a0"]}
    channel.want(set(), {})
    assert subscriptions(said(channel)) == NOBODY


def test_pictures_are_the_smallest_of_those_who_agreed() -> None:
    channel = BridgeChannel()
    channel.opened()
    said(channel)
    channel.want(set(), {"ana-v0": 180})
    (message,) = said(channel)
    assert message["colibriClass"] == "ReceiverVideoConstraints"
    assert message["lastN"] == 1 and message["selectedSources"] == ["ana-v0"]
    assert message["constraints"] == {"ana-v0": {"maxHeight": 180}}
    assert message["defaultConstraints"] == {"maxHeight": 0}


def test_pictures_of_one_person_are_larger_for_a_while() -> None:
    channel = BridgeChannel()
    channel.opened()
    channel.want(set(), {"ben-v0": 180, "ana-v0": 180})
    said(channel)
    channel.want(set(), {"ana-v0": 540, "ben-v0": 180})
    (message,) = said(channel)
    assert message["constraints"] == {"ana-v0": {"maxHeight": 540}, "ben-v0": {"maxHeight": 180}}
    assert message["selectedSources"] == ["ana-v0", "ben-v0"] and message["lastN"] == 2
    channel.closed()
    channel.opened()
    assert said(channel)[-1] == message, "on the next channel too"


def test_endpoints_are_told_things_where_there_is_a_channel() -> None:
    channel = BridgeChannel()
    assert not channel.tell("ana", {"type": "consentry"})
    channel.opened()
    said(channel)
    assert channel.tell("ana", {"type": "consentry"})
    (message,) = said(channel)
    assert message["to"] == "ana" and message["msgPayload"] == {"type": "consentry"}


def test_what_the_bridge_says() -> None:
    channel = BridgeChannel()
    from_ana = {
        "colibriClass": "EndpointMessage",
        "from": "ana",
        "to": "me",
        "msgPayload": {"type": "consentry", "text": "{}"},
    }
    assert channel.receive(json.dumps(from_ana)) == [
        EndpointSaid("ana", {"type": "consentry", "text": "{}"})
    ]
    loudest = {
        "colibriClass": "DominantSpeakerEndpointChangeEvent",
        "dominantSpeakerEndpoint": "ana",
    }
    assert channel.receive(json.dumps(loudest)) == [Dominant("ana")]
    for passed_over in ("ServerHello", "ForwardedSources", "ConnectionStats", "SomethingNew"):
        assert channel.receive(json.dumps({"colibriClass": passed_over})) == []


@pytest.mark.parametrize(
    "message",
    [
        {"colibriClass": "EndpointMessage", "to": "me", "msgPayload": {}},
        {"colibriClass": "EndpointMessage", "from": None, "msgPayload": {}},
        {"colibriClass": "EndpointMessage", "from": "ana", "msgPayload": "text"},
    ],
)
def test_what_comes_from_nobody_is_passed_over(message: dict[str, Any]) -> None:
    assert BridgeChannel().receive(json.dumps(message)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"colibriClass":1}',
        "[" * 40_000,
        "{" + "x" * MAX_CHARACTERS,
        b"{}",
        "1e999",
    ],
)
def test_what_is_no_message_is_refused(text: str | bytes) -> None:
    with pytest.raises(SignalingError):
        BridgeChannel().receive(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["colibriClass", "from", "to", "msgPayload", "dominantSpeakerEndpoint", "type"]
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES | st.sampled_from(["EndpointMessage", "ana"])), st.text())
def test_any_message_is_read_or_refused(message: dict[str, Any], text: str) -> None:
    for each in (json.dumps(message), text):
        try:
            BridgeChannel().receive(each)
        except SignalingError as exc:
            assert exc.__cause__ is None


Wanted = tuple[frozenset[str], dict[str, int]]
"""Of whom sound, and of whom pictures with how many lines."""

SOUND = st.frozensets(st.sampled_from("abc"))
PICTURES = st.dictionaries(st.sampled_from("abc"), st.sampled_from([180, 540, 720]))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["open", "close"]) | st.tuples(SOUND, PICTURES), max_size=30))
def test_the_bridge_never_holds_more_than_is_wanted(steps: list[str | Wanted]) -> None:
    """A bridge that keeps the last subscription of each channel sends what is wanted, and on a
    channel that has just opened nothing before it was told."""
    channel, wanted = BridgeChannel(), (frozenset[str](), dict[str, int]())
    sends: Wanted | None = None
    for step in steps:
        match step:
            case "open":
                channel.opened()
            case "close":
                channel.closed()
                sends = None
            case tuple():
                wanted = step
                channel.want(*wanted)
        for message in said(channel):
            before = sends or (frozenset(), {})
            if "include" in message:
                sends = frozenset(message["include"]), before[1]
            elif "lastN" in message:
                lines = {name: each["maxHeight"] for name, each in message["constraints"].items()}
                assert sorted(lines) == message["selectedSources"]
                sends = before[0], lines
        assert sends in (None, wanted)


def test_a_bridge_has_obeyed_once_it_answers_and_not_as_it_says_hello() -> None:
    channel = BridgeChannel()
    channel.opened()
    channel.receive('{"colibriClass":"ServerHello"}')
    assert not channel.obeyed, "bridges say that as the socket opens, before they read anything"
    channel.receive('{"colibriClass":"ServerHello","version":"2.3"}')
    assert channel.obeyed
    channel.opened()
    assert not channel.obeyed, "that was another channel"
