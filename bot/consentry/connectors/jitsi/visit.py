"""Whom the bot visits, and as whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentry.connectors.jitsi.muc import Card
from consentry.connectors.jitsi.stanzas import Jid
from consentry.connectors.jitsi.stream import Login


@dataclass(frozen=True, slots=True)
class Visit:
    """What a stay in a conference needs to know."""

    login: Login
    room: Jid
    """Without a resource."""
    domain: str
    """Of the deployment: rooms, lobbies and components are below it."""
    focus: str
    """Where Jicofo takes requests."""
    card: Card
    nicks: Sequence[str]
    """Ids to go by, random, the first one that nobody has."""
    password: str | None = None
    token: str | None = None
    """For the focus; the stream's address carries it as well."""
    by_http: bool = False
    """Whether the focus is asked by HTTP."""
    patience: float = 600.0
    """Seconds that the bot waits in a lobby, or for a host."""
    media: bool = True
    """Whether the bot's media comes by a session with Jicofo, or some other way."""

    def holds(self, domain: str) -> bool:
        """Whether the deployment itself has this domain."""
        return domain in (self.domain, self.room.domain) or domain.endswith(f".{self.domain}")
