"""What a Jitsi server, its focus, its bridge and the people in a conference send to the bot."""

from __future__ import annotations

from consentry.connectors.jitsi.bridge_channel import BridgeChannel
from consentry.connectors.jitsi.deployment import Config, Overrides, read_config, read_url, settle
from consentry.connectors.jitsi.muc import Card
from consentry.connectors.jitsi.signaling import Signaling
from consentry.connectors.jitsi.stanzas import Jid
from consentry.connectors.jitsi.stream import Login
from consentry.connectors.jitsi.visit import Visit
from consentry.errors import SignalingError
from tests.fuzz.target import SEEDS, Shape, Target

_CORE = "consentry.connectors.jitsi"
_LIFE = 200
"""Inputs that one stay takes; then another begins, as the first may have ended."""


def _begun() -> Signaling:
    """A core that has seen a whole stay, recorded from a real server, up to its invitation."""
    visit = Visit(
        Login("meet.test", "nonce"),
        Jid("conference.meet.test", "room"),
        "meet.test",
        "focus.meet.test",
        Card("Consentry", "machine"),
        ["0123abcd"],
    )
    core = Signaling(visit, 0.0)
    for line in (SEEDS / "jitsi" / "stay").read_text(encoding="utf-8").splitlines():
        core.receive(line)
    core.data_to_send()
    return core


class Stay:
    """Every line of an input is a frame; what one leaves behind, the next meets."""

    def __init__(self) -> None:
        self._core = _begun()
        self._fed = 0

    def feed(self, data: bytes) -> None:
        self._fed += 1
        if self._fed % _LIFE == 0 or self._core.over:
            self._core = _begun()
        for line in data.split(b"\n"):
            for frame in (line, line.decode(errors="replace")):
                try:
                    self._core.receive(frame)
                except SignalingError as exc:
                    assert exc.__cause__ is None, "the input is quoted"
        self._core.data_to_send()

    def check(self) -> None:
        core = _begun()
        assert core.inside, "a sound stay does not lead into the room"

    def close(self) -> None:
        return None


class BridgeAndConfig:
    """The bridge's messages, and a deployment's config.js."""

    def feed(self, data: bytes) -> None:
        text = data.decode(errors="replace")
        try:
            BridgeChannel().receive(text)
        except SignalingError as exc:
            assert exc.__cause__ is None, "the input is quoted"
        settle(read_url("https://meet.test/room"), read_config(text), Overrides())

    def check(self) -> None:
        said = '{"colibriClass":"EndpointMessage","from":"a","msgPayload":{}}'
        assert BridgeChannel().receive(said)
        assert settle(read_url("https://meet.test/room"), Config(), Overrides()).domain

    def close(self) -> None:
        return None


TARGETS = (
    Target("jitsi", Shape.TEXT, Stay, (f"{_CORE}.signaling", f"{_CORE}.room", f"{_CORE}.jingle")),
    Target("jitsi-bridge", Shape.TEXT, BridgeAndConfig),
)
