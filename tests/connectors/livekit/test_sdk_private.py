"""The SDK still has the private names we rely on, and they still do what we rely on."""

from __future__ import annotations

import inspect
import logging
from importlib.metadata import version

import pytest
from livekit import rtc
from livekit.rtc._ffi_client import FfiHandle
from livekit.rtc._proto.data_stream_pb2 import TextStreamInfo
from livekit.rtc._proto.participant_pb2 import ParticipantInfo

from consentry.connectors.livekit.sdk_private import Room, WithoutContent, keep_quiet


def test_the_sdk_is_of_the_version_that_was_read() -> None:
    assert version("livekit").startswith("1.2.")


def test_a_room_hands_over_a_stream_as_the_server_described_it() -> None:
    assert Room._handle_text_stream_opened is not rtc.Room._handle_text_stream_opened
    assert "_handle_text_stream_opened" in inspect.getsource(rtc.Room._on_room_event)
    assert "generated" in TextStreamInfo.DESCRIPTOR.fields_by_name
    assert callable(FfiHandle.dispose)


def test_a_handle_that_was_dropped_can_be_told_so() -> None:
    handle = FfiHandle(10**9)
    handle.mark_consumed()
    assert handle.disposed


def test_a_participant_of_unknown_permissions_can_be_told() -> None:
    assert not ParticipantInfo().HasField("permission")


def line(name: str, pathname: str, msg: str, *args: object) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, pathname, 7, msg, args, None)
    assert WithoutContent().filter(record)
    return record


def test_a_line_of_the_native_library_says_where_and_no_more() -> None:
    record = line("livekit", "x.py", "%s:%s:%s - %s", "livekit::room", 12, "m", "token eyJ")
    assert record.getMessage() == "livekit: livekit::room:12"


def test_a_line_that_the_sdk_logs_elsewhere_says_where_and_no_more() -> None:
    record = line("root", f"{rtc.__path__[0]}/room.py", "error running %s: %s", "chat", "hello")
    assert record.getMessage() == "livekit: room.py:7"


def test_lines_of_others_are_left_alone() -> None:
    assert line("root", "/app/mine.py", "said %s", "hello").getMessage() == "said hello"


def test_the_filter_is_put_on_once(caplog: pytest.LogCaptureFixture) -> None:
    keep_quiet()
    keep_quiet()
    for logger in (logging.getLogger("livekit"), logging.getLogger()):
        assert sum(isinstance(f, WithoutContent) for f in logger.filters) == 1
