"""JSON from a participant and from the room: controls, frames of clients, frames of the server."""

from __future__ import annotations

from collections.abc import Callable

from consentry.connectors.room.frames import parse_from_client, parse_from_server
from consentry.controls import parse_control
from consentry.errors import MessageError, SignalingError
from tests.fuzz.target import SEEDS, Shape, Target

Read = Callable[[str | bytes], object]


class Frames:
    """Each input goes to all three readers, as bytes and, where it is some, as text."""

    def feed(self, data: bytes) -> None:
        for read in (parse_control, parse_from_client, parse_from_server):
            _refused(read, data)
            _refused(read, data.decode(errors="replace"))

    def check(self) -> None:
        for file in (SEEDS / "frames").iterdir():
            data = file.read_bytes()
            readers: tuple[Read, ...] = (parse_control, parse_from_client, parse_from_server)
            assert not all(_refused(read, data) for read in readers), "nobody reads a sound frame"

    def close(self) -> None:
        return None


def _refused(read: Read, data: str | bytes) -> bool:
    try:
        read(data)
    except (MessageError, SignalingError) as exc:
        assert exc.__cause__ is None and exc.__suppress_context__, "the input is quoted"
        return True
    return False


TARGET = Target("frames", Shape.TEXT, Frames)
