"""The way to the server while there is one: what the bot says into the room goes out by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentry.connectors.jitsi.happenings import Happening
from consentry.connectors.jitsi.signaling import Signaling
from consentry.connectors.jitsi.wire import Outgoing
from consentry.errors import SignalingError
from consentry.metrics import Metrics


class Line:
    """One :class:`Signaling` after the other. Between two, what is said goes nowhere."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._signaling: Signaling | None = None
        self.outgoing = Outgoing(self._data_to_send)

    @property
    def inside(self) -> bool:
        """Whether the bot is in the room."""
        return self._signaling is not None and self._signaling.inside

    def begin(self, signaling: Signaling) -> None:
        self._signaling = signaling

    def end(self) -> None:
        self._signaling = None

    def receive(self, text: str | bytes) -> list[Happening]:
        """What one frame brought; what breaks the protocol is counted."""
        happenings: list[Happening] = []
        if self._signaling is not None:
            try:
                happenings = self._signaling.receive(text)
            except SignalingError:
                self._metrics.input_refused.labels(source="signaling").inc()
            self.outgoing.wake()
        return happenings

    def tick(self, now: float) -> list[Happening]:
        """Time passed."""
        happenings = self._signaling.handle_timeout(now) if self._signaling is not None else []
        self.outgoing.wake()
        return happenings

    def focus_answered(self, status: int, answer: Any) -> list[Happening]:
        """What a request by HTTP brought."""
        if self._signaling is None:
            return []
        said = answer if isinstance(answer, dict) else None
        happenings = self._signaling.focus_answered(status, said)
        self.outgoing.wake()
        return happenings

    def accept(self, answer: str) -> None:
        if self._signaling is not None:
            self._signaling.accept(answer)
            self.outgoing.wake()

    def reinvite(self) -> None:
        if self._signaling is not None:
            self._signaling.reinvite()
            self.outgoing.wake()

    def grant(self, to: str) -> None:
        """Make somebody an owner of the room."""
        if self._signaling is not None:
            self._signaling.grant(to)
            self.outgoing.wake()

    def transcribe(self, on: bool) -> None:
        """Ask that the bridge hands the sound on, or not any more."""
        if self._signaling is not None:
            self._signaling.transcribe(on)
            self.outgoing.wake()

    def write(self, text: str) -> None:
        """Say ``text`` to everybody."""
        if self._signaling is not None:
            self._signaling.write(text)
            self.outgoing.wake()

    def whisper(self, to: str, text: str) -> None:
        """Say ``text`` to one person."""
        if self._signaling is not None:
            self._signaling.whisper(to, text)
            self.outgoing.wake()

    def tell(self, to: str | None, payload: Mapping[str, Any]) -> None:
        """Say something in JSON to one person's client, or to everybody's."""
        if self._signaling is not None:
            self._signaling.tell(to, payload)
            self.outgoing.wake()

    def _data_to_send(self) -> list[str]:
        return self._signaling.data_to_send() if self._signaling is not None else []
