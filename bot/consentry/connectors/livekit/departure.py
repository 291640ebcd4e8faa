"""What a LiveKit server says of people who left, as the bytes of one WebSocket frame."""

from __future__ import annotations

from collections.abc import Iterable

UPDATE, PARTICIPANTS, SID, IDENTITY = 5, 1, 1, 2
"""Numbers of fields: of ``SignalResponse``, ``ParticipantUpdate`` and ``ParticipantInfo``."""
DISCONNECTED = bytes((3 << 3, 3))
"""``ParticipantInfo.state``, as far as it says so."""


def departed(people: Iterable[tuple[str, str]]) -> bytes:
    """That ``people``, each the id of a session and an identity, are not there any more.

    Sources: livekit_rtc.proto and livekit_models.proto of LiveKit's protocol; RFC 6455, 5.2.
    """
    update = b"".join(
        _field(PARTICIPANTS, _field(SID, sid) + _field(IDENTITY, identity) + DISCONNECTED)
        for sid, identity in ((s.encode(), i.encode()) for s, i in people)
    )
    return _frame(_field(UPDATE, update))


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    low = b""
    while value > 0x7F:
        low += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return low + bytes((value,))


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        length = bytes((size,))
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2)
    else:
        length = b"\x7f" + size.to_bytes(8)
    return b"\x82" + length + payload
