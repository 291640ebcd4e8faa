"""What a bridge says, read; and what it must not be able to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.connectors.jitsi.bridge import signaling
from consentry.connectors.jitsi.bridge.signaling import (
    MAX_CHARACTERS,
    MAX_PAYLOAD,
    MAX_SOURCES,
    MAX_WAITING,
    Encoding,
    Finished,
    Signaling,
    Sound,
    Started,
    Stopped,
)
from consentry.errors import SignalingError
from tests.connectors.jitsi.bridge.bridges import OPUS, RED, recorded, sound, start
from tests.effort import STALL_SECONDS, least_seconds

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


def test_a_real_bridge_is_understood() -> None:
    core = Signaling()
    happened = [happening for text in recorded() for happening in core.receive(text)]
    started = [h for h in happened if isinstance(h, Started)]
    sounds = [h for h in happened if isinstance(h, Sound)]
    assert started == [
        Started("aaaa1111-a0", "aaaa1111", Encoding.OPUS),
        Started("bbbb2222-a0", "bbbb2222", Encoding.OPUS),
    ]
    assert {s.tag: sum(o.tag == s.tag for o in sounds) for s in sounds} == {
        "aaaa1111-a0": 60,
        "bbbb2222-a0": 60,
    }
    first = sounds[0]
    assert (first.number, first.timestamp, first.level, first.voice) == (8849, 217, 50, True)
    assert core.data_to_send() == ['{"event":"pong","id":1}']


def test_a_ping_is_answered_once() -> None:
    core = Signaling()
    assert core.receive('{"event":"ping","id":7}') == []
    assert core.data_to_send() == ['{"event":"pong","id":7}']
    assert core.data_to_send() == []


def test_a_caption_goes_out_under_its_own_event() -> None:
    core = Signaling()
    core.show({"type": "transcription-result", "event": "SPEECH", "message_id": "m1"})
    (text,) = core.data_to_send()
    assert json.loads(text) == {
        "type": "transcription-result",
        "event": "transcription-result",
        "message_id": "m1",
    }


def test_captions_that_nobody_fetches_make_room_for_later_ones_and_for_answers() -> None:
    core = Signaling()
    for number in range(MAX_WAITING + 1):
        core.show({"message_id": number})
    core.receive('{"event":"ping","id":1}')
    said = [json.loads(text) for text in core.data_to_send()]
    assert len(said) == MAX_WAITING + 1
    assert said[0] == {"event": "pong", "id": 1}
    assert [said[1]["message_id"], said[-1]["message_id"]] == [1, MAX_WAITING]


def test_a_source_stops() -> None:
    core = Signaling()
    core.receive(start("sam"))
    assert core.receive('{"event":"stop","stop":{"tag":"sam-a0"}}') == [Stopped("sam-a0")]
    assert core.receive('{"event":"stop","stop":{"tag":"sam-a0"}}') == []
    with pytest.raises(SignalingError, match="not started"):
        core.receive(sound("sam", 1, b"x"))


def test_a_source_may_be_started_again_in_another_encoding() -> None:
    core = Signaling()
    core.receive(start("sam", form=OPUS))
    assert core.receive(start("sam", form=RED)) == [Started("sam-a0", "sam", Encoding.RED)]


def test_a_source_stays_whose_it_is() -> None:
    core = Signaling()
    core.receive(start("sam"))
    with pytest.raises(SignalingError, match="somebody else"):
        core.receive(start("mia", tag="sam-a0"))
    (heard,) = core.receive(sound("sam", 1, b"x"))
    assert isinstance(heard, Sound)


def test_what_newer_bridges_say_besides_is_ignored() -> None:
    core = Signaling()
    for text in (
        '{"event":"info","application":"jitsi-videobridge"}',
        '{"event":"sources","exports":["sam-a0"],"requests":[]}',
        '{"event":"weather","rain":true}',
    ):
        assert core.receive(text) == []


def test_the_end_is_said() -> None:
    assert Signaling().receive(b'{"event":"session-end"}') == [Finished()]


def test_sources_are_limited() -> None:
    core = Signaling()
    for number in range(MAX_SOURCES):
        core.receive(start(f"p{number}"))
    with pytest.raises(SignalingError, match=str(MAX_SOURCES)):
        core.receive(start("one-more"))
    assert core.receive(start("p0")), "those that are known may be encoded anew"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"event":5}',
        '{"event":"media"}',
        '{"event":"media","media":[]}',
        '{"event":"start","start":{"tag":"t"}}',
        '{"event":"ping"}',
        '{"event":"ping","id":true}',
        '{"event":"ping","id":' + "9" * 5000 + "}",
        start("sam", tag="x" * 300),
        start("sam", form={"encoding": "L16", "sampleRate": 16000}),
        start("sam", form={"encoding": "opus", "sampleRate": 8000}),
        sound("nobody", 1, b"x"),
        b"\xff\xfe",
        '{"event":"media","media":' + "[" * 5000 + "]" * 5000 + "}",
        '{"a":"' + "x" * MAX_CHARACTERS + '"}',
    ],
)
def test_what_breaks_the_protocol_is_refused_and_quotes_nothing(text: str | bytes) -> None:
    core = Signaling()
    with pytest.raises(SignalingError) as refused:
        core.receive(text)
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    assert core.data_to_send() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"chunk": "one"},
        {"chunk": "1e9"},
        {"chunk": None},
        {"timestamp": "9" * 20},
        {"payload": 7},
        {"payload": "A" * (MAX_PAYLOAD + 1)},
    ],
)
def test_sound_with_a_wrong_field_is_refused(wrong: dict[str, Any]) -> None:
    core = Signaling()
    core.receive(start("sam"))
    with pytest.raises(SignalingError):
        core.receive(sound("sam", 1, b"x", **wrong))


@pytest.mark.parametrize("level", [-1, 128, "5", True, None, 3.0])
def test_a_level_that_is_none_counts_as_not_said(level: object) -> None:
    core = Signaling()
    core.receive(start("sam"))
    (heard,) = core.receive(sound("sam", 1, b"x", audioLevel=level))
    assert isinstance(heard, Sound)
    assert heard.level is None


@given(ANY_JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    _read_or_refused(json.dumps(value))


@given(st.sampled_from(("media", "start", "stop", "ping")), ANY_JSON)
def test_any_content_of_an_event_is_read_or_refused(event: str, value: Any) -> None:
    _read_or_refused(json.dumps({"event": event, event: value, "id": value}))


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    _read_or_refused(text)


def test_a_message_of_megabytes_costs_nothing() -> None:
    text = '{"event":"media","media":{"tag":"' + "[" * 10_000_000
    assert least_seconds(lambda: _read_or_refused(text)) < STALL_SECONDS


def test_the_deepest_that_fits_is_read_quickly() -> None:
    text = "[" * signaling.MAX_CHARACTERS
    assert least_seconds(lambda: _read_or_refused(text)) < STALL_SECONDS


def _read_or_refused(text: str | bytes) -> None:
    core = Signaling()
    core.receive(start("sam"))
    try:
        core.receive(text)
    except SignalingError as exc:
        assert exc.__suppress_context__ or exc.__context__ is None
