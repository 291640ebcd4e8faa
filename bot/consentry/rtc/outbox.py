"""What waits to go out on one data channel, so that a slow participant holds up nobody."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from aiortc.exceptions import InvalidStateError

from consentry.messages import Caption, Message, Retraction, Speaking

logger = logging.getLogger(__name__)

HIGH_WATER = 64 * 1024
"""Bytes the channel may hold before messages wait here instead."""

CAPACITY = 256
"""Messages that may wait; then captions on their way to becoming final are dropped first."""


class Channel(Protocol):
    """What an outbox uses of an RTCDataChannel (W3C WebRTC section 6.2)."""

    @property
    def readyState(self) -> str: ...

    @property
    def bufferedAmount(self) -> int: ...

    def send(self, data: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: str | None
    passing: bool
    """A later revision makes it worthless."""
    text: str


class Outbox:
    """Signed messages on their way to one participant, in order; nothing blocks on it.

    A revision that waits makes way for the next of the same id, and what waits and is taken back
    never goes out. Order, and so the growing ``seq`` that a reader insists on, is kept.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: deque[_Waiting] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message, text: str) -> bool:
        """Send ``text``, the signed ``message``, soon; false if the reader is hopelessly behind."""
        if self._waiting:
            replaced = {message.id, *_taken_back(message)}
            self._waiting = deque(w for w in self._waiting if w.id not in replaced)
        return self._add(_Waiting(message.id, _is_passing(message), text))

    def write(self, text: str) -> bool:
        """Send a text that nothing replaces; false as above."""
        return self._add(_Waiting(None, False, text))

    def _add(self, waiting: _Waiting) -> bool:
        self._waiting.append(waiting)
        self.pump()
        return len(self._waiting) <= CAPACITY or self._shed()

    def pump(self) -> None:
        """Give the channel what it has room for."""
        while (
            self._waiting
            and self._channel.readyState == "open"
            and self._channel.bufferedAmount < HIGH_WATER
        ):
            try:
                self._channel.send(self._waiting.popleft().text)
            except (ValueError, InvalidStateError) as exc:
                # Closed this instant, or the reader announced that it takes no such length.
                logger.warning("a message could not be sent (%s)", type(exc).__name__)

    def _shed(self) -> bool:
        for waiting in self._waiting:
            if waiting.passing:
                self._waiting.remove(waiting)
                return True
        return False


def _is_passing(message: Message) -> bool:
    match message.body:
        case Caption(final=False) | Speaking():
            return True
        case _:
            return False


def _taken_back(message: Message) -> list[str]:
    return message.body.ids if isinstance(message.body, Retraction) else []
