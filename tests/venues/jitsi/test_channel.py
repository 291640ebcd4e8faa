"""The bridge takes what a videobridge takes, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.venues.jitsi.channel import (
    AudioSubscription,
    Hello,
    MessageRefusedError,
    ToEndpoints,
    VideoConstraints,
    read_message,
)

BEFORE = VideoConstraints()


def read(name: str, **fields: Any) -> object:
    return read_message(json.dumps({"colibriClass": name} | fields), BEFORE)


def test_before_anybody_says_a_word_the_bridge_sends_them_every_sound() -> None:
    assert AudioSubscription().wants("mia-a0")


@pytest.mark.parametrize(
    ("fields", "mia", "sam"),
    [
        ({"all": False}, False, False),
        ({"all": False, "include": ["mia-a0"]}, True, False),
        ({"all": True, "exclude": ["mia-a0"]}, False, True),
        ({"all": True, "include": ["mia-a0"], "exclude": ["mia-a0"]}, False, True),
        ({"mode": "None"}, False, False),
        ({"mode": "All", "list": ["mia-a0"]}, True, True),
        ({"mode": "Include", "list": ["mia-a0"]}, True, False),
        ({"mode": "Exclude", "list": ["mia-a0"]}, False, True),
        ({}, False, False),
    ],
)
def test_which_sounds_somebody_takes(fields: dict[str, Any], mia: bool, sam: bool) -> None:
    subscription = read("ReceiverAudioSubscription", **fields)
    assert isinstance(subscription, AudioSubscription)
    assert (subscription.wants("mia-a0"), subscription.wants("sam-a0")) == (mia, sam)


@pytest.mark.parametrize(
    ("fields", "mia", "sam"),
    [
        ({"lastN": 0}, False, False),
        ({"lastN": -1}, True, True),
        ({"lastN": 1, "selectedSources": ["sam-v0"]}, False, True),
        ({"defaultConstraints": {"maxHeight": 0}}, False, False),
        (
            {"defaultConstraints": {"maxHeight": 0}, "constraints": {"mia-v0": {"maxHeight": 180}}},
            True,
            False,
        ),
        ({"constraints": {"mia-v0": {"maxHeight": 0, "maxFrameRate": 5.0}}}, False, True),
    ],
)
def test_which_pictures_somebody_takes(fields: dict[str, Any], mia: bool, sam: bool) -> None:
    constraints = read("ReceiverVideoConstraints", **fields)
    assert isinstance(constraints, VideoConstraints)
    names = ["mia-v0", "sam-v0"]
    assert [constraints.wants(name, names) for name in names] == [mia, sam]


def test_what_constraints_leave_out_stays_as_it_was() -> None:
    before = VideoConstraints(last_n=2, default_height=360, heights={"mia-v0": 0})
    after = read_message('{"colibriClass": "ReceiverVideoConstraints", "lastN": 3}', before)
    assert after == VideoConstraints(last_n=3, default_height=360, heights={"mia-v0": 0})


def test_a_message_to_somebody_keeps_what_is_in_it() -> None:
    said = read("EndpointMessage", to="sam", msgPayload={"type": "hello"}, more=1)
    assert said == ToEndpoints(
        "EndpointMessage", "sam", {"to": "sam", "msgPayload": {"type": "hello"}, "more": 1}
    )
    assert read("ClientHello") == Hello()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"colibriClass": "ServerHello2"}',
        '{"colibriClass": "DominantSpeakerEndpointChangeEvent"}',
        '{"colibriClass": "ClientHello", "version": "1"}',
        '{"colibriClass": "ClientHello", "colibriClass": "ClientHello"}',
        '{"colibriClass": "EndpointMessage"}',
        '{"colibriClass": "ReceiverAudioSubscription", "mode": "none"}',
        '{"colibriClass": "ReceiverAudioSubscription", "all": "yes"}',
        '{"colibriClass": "ReceiverAudioSubscription", "include": "mia-a0"}',
        '{"colibriClass": "ReceiverVideoConstraints", "selectedEndpoints": []}',
        '{"colibriClass": "ReceiverVideoConstraints", "lastN": true}',
        '{"colibriClass": "ReceiverVideoConstraints", "defaultConstraints": {}}',
        '{"colibriClass": "ReceiverVideoConstraints", "constraints": {"a": {"maxHeight": -2}}}',
        '{"colibriClass": "SourceVideoTypeMessage", "sourceName": "a", "videoType": "film"}',
    ],
)
def test_what_a_videobridge_drops_is_refused(text: str) -> None:
    with pytest.raises(MessageRefusedError):
        read_message(text, BEFORE)
