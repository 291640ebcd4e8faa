"""Every name of LiveKit's SDK that is not public: what it keeps to itself and we must know.

Vouched for with livekit 1.2, which pyproject.toml holds the extra to.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from livekit import rtc
from livekit.rtc._ffi_client import FfiHandle

_SDK = str(Path(rtc.__file__).parent)


class Room(rtc.Room):
    """A room that drops text written in somebody else's name.

    Agents may put any identity above a text stream; the server marks such streams as generated,
    and the SDK keeps the mark to itself.
    """

    def _handle_text_stream_opened(self, opened: Any) -> None:
        if opened.reader.info.generated:
            FfiHandle(opened.reader.handle.id).dispose()
            return
        super()._handle_text_stream_opened(opened)


class Tracks:
    """Those that come from a room, as long as this is held.

    The native library drops its own half of a track when that ends. The SDK asks it to once more
    when it lets go of the other, and an error is logged.
    """

    def __init__(self, room: rtc.Room) -> None:
        people = room.remote_participants.values()
        publications = [p for person in people for p in person.track_publications.values()]
        self._tracks = [p.track for p in publications if p.track is not None]

    def dropped(self) -> None:
        """They have all ended."""
        for track in self._tracks:
            track._ffi_handle.mark_consumed()


def described(participant: rtc.Participant) -> bool:
    """Whether the server said what this participant is permitted."""
    return participant._info.HasField("permission")


class WithoutContent(logging.Filter):
    """Takes out of the SDK's log lines what they quote: tokens, names, messages of the room.

    What is left says where in the SDK it was.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != "livekit" and not record.pathname.startswith(_SDK):
            return True
        match record.args:
            case (str(target), int(line), str(_), *_):  # from the native library
                where = f"{target}:{line}"
            case _:
                where = f"{record.filename}:{record.lineno}"
        record.msg, record.args = "livekit: %s", (where,)
        record.exc_info = record.exc_text = None
        return True


def keep_quiet() -> None:
    """Put the filter on the SDK's logger, and on the root's, which it logs to as well.

    It stays: the native library hands its lines over late, from a thread of its own.
    """
    for logger in (logging.getLogger("livekit"), logging.getLogger()):
        if not any(isinstance(other, WithoutContent) for other in logger.filters):
            logger.addFilter(WithoutContent())
