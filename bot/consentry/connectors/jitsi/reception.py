"""Where the media of a conference comes from: the bot's own session, or the bridge by itself."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from consentry.connectors.driver import Subscription
from consentry.connectors.jitsi.happenings import Candidates, Invited, Uninvited
from consentry.connectors.jitsi.sources import RemoteSource


class Reception(Protocol):
    """Takes what is wanted, and nothing else."""

    tls: bool
    """Whether the deployment's page is encrypted; then what the bot opens is, too."""

    def want(self, subscription: Subscription) -> None:
        """Take this and no more; what is no longer wanted is gone on return."""
        ...

    def sourced(self, sources: tuple[RemoteSource, ...]) -> None:
        """Jicofo says that these are sent now, by anybody."""
        ...

    def refresh(self) -> None:
        """Who is here, or what they mute, changed."""
        ...

    def negotiate(self, step: Invited | Uninvited | Candidates) -> None:
        """An invitation came, or ended; or the bot is not in the room any more."""
        ...

    def tell(self, endpoint: str, payload: dict[str, Any]) -> bool:
        """Say something to one endpoint, or to all if it is empty, by the bridge; false if it
        can't be."""
        ...

    def tick(self) -> None:
        """Time passed: some 50 ms."""
        ...

    def report(self) -> None:
        """Time passed: a second or so."""
        ...

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Take media until cancelled; then nothing of it is left."""
        ...
