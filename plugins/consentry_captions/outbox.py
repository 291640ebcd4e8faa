"""Messages on their way out, which can still be taken back."""

from __future__ import annotations

import asyncio
from collections import deque

from consentry.api import Message


class Outbox:
    """A queue of messages that forgets a participant at once."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, message: Message) -> None:
        self._messages.append(message)
        self._changed.set()

    def forget(self, participant: str) -> None:
        """Drop what is about ``participant``."""
        self._messages = deque(m for m in self._messages if participant not in m.about)

    def close(self) -> None:
        """No more messages come."""
        self._closed = True
        self._changed.set()

    async def take(self) -> Message | None:
        """The next message; ``None`` when there is none and none will come."""
        while not self._messages:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._messages.popleft()
