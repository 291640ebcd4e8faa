"""The bot's way into the text room: a connection of its own, and what goes through it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from consentry.connectors.janus.connection import Connection, Doings
from consentry.connectors.janus.happenings import TEXT, Entry, Hung, Offered, Trickled
from consentry.connectors.janus.textroom import CHANNEL, TextHappening, TextRoom
from consentry.connectors.janus.words import pieces, wrapped
from consentry.errors import SignalingError
from consentry.rtc.link import Link, LinkCallbacks, LinkContext
from consentry.rtc.peer import DataChannel

NAMES = 3
"""Usernames to try; each has 32 random bits."""

FORGIVEN = 2
"""Silences of the data channel that are waited out: what is in it is not lost with the network,
but who is there is out of sight once it is made anew."""


@dataclass(frozen=True, slots=True)
class TextCallbacks:
    """What the owner is told, on the event loop, and not to raise."""

    connect: Callable[[], None]
    """Ask Janus for a connection, in place of the one before."""
    happened: Callable[[TextHappening], None]
    blind: Callable[[], None]
    """The room is out of sight: who was there may be gone, and others there under their names."""
    clock: Callable[[], float]
    doings: Doings


class Texting:
    """The bot in the text room. The owner runs ``connection``, and calls :meth:`tick` often."""

    def __init__(self, entry: Entry, context: LinkContext, callbacks: TextCallbacks) -> None:
        self._entry = entry
        self._callbacks = callbacks
        channel = DataChannel(CHANNEL, ours=True)
        options = replace(context.options, channel=channel, viewers=None)
        link = Link(
            replace(context, options=options),
            LinkCallbacks(
                silent=self._silent,
                refused=callbacks.doings.refused,
                reachable=self._open,
                said=self._said,
            ),
        )
        self.connection = Connection(link, lambda mid: None, callbacks.doings)
        self._room: TextRoom | None = None
        self._silences = 0

    def expected(self) -> None:
        """Janus has been asked for the connection."""
        self.connection.number = TEXT

    def happened(self, happening: Offered | Trickled | Hung) -> None:
        """Janus said something of the connection."""
        if isinstance(happening, Hung):
            self._lost()
        else:
            self.connection.signal(happening)

    def whisper(self, username: str, text: str) -> None:
        """Lines for one person's eyes."""
        for piece in pieces(text):
            self._write(partial(TextRoom.whisper, username=username, text=piece))

    def signed(self, username: str, text: str) -> None:
        """What one person's consentry.js reads."""
        self._write(partial(TextRoom.whisper, username=username, text=wrapped(text)))

    def announce(self, text: str) -> None:
        """Lines for everybody's eyes."""
        for piece in pieces(text):
            self._write(partial(TextRoom.announce, text=piece))

    def tick(self) -> None:
        """Time passed."""
        self.connection.link.tick()
        if self.connection.number is None and self._callbacks.clock() >= self.connection.due_at:
            self._callbacks.connect()
            self.expected()

    def _open(self) -> None:
        names = [f"consentry-{secrets.token_hex(4)}" for _ in range(NAMES)]
        self._silences = 0
        self._room = TextRoom(self._entry, names)
        self._room.join()
        self._flush()

    def _said(self, text: str | bytes) -> None:
        if self._room is None:
            return
        try:
            happenings = self._room.receive(text)
        except SignalingError:
            self._callbacks.doings.refused()
            return
        self._flush()
        self._silences = 0
        for happening in happenings:
            self.connection.up()
            self._callbacks.happened(happening)

    def _write(self, write: Callable[[TextRoom], bool]) -> None:
        if self._room is not None and write(self._room):
            self._flush()

    def _flush(self) -> None:
        assert self._room is not None
        for text in self._room.data_to_send():
            if not self.connection.link.write(text):
                self._lost()
                return

    def _silent(self) -> None:
        self._silences += 1
        if self._silences > FORGIVEN or not self.connection.link.reachable:
            self._lost()

    def _lost(self) -> None:
        if self.connection.number is None:
            return
        self._room = None
        self.connection.hung(self._callbacks.clock())
        self._callbacks.blind()
