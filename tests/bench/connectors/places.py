"""Every stack's venue, by name; each is imported when it is gone to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from consentry.testing.venue import Someone, Venue
from consentry.testing.voices import Voice
from tests.bench.media.pipe import Child, child

GUEST = "tests.bench.connectors.guest"

ALWAYS_YES = """() => setInterval(() => {
  const { shadowRoot } = document.querySelector("consentry-consent");
  shadowRoot.querySelector('dialog[open] [data-answer="yes"][aria-pressed="false"]')?.click();
}, 20)"""

STARTING = 180.0
"""Seconds that a bot's libraries may take to load on a busy machine."""

Place = Callable[[Path], AbstractAsyncContextManager[Venue]]
"""Starts a stack's server, with its files in a folder."""


def _room(folder: Path) -> AbstractAsyncContextManager[Venue]:
    from tests.venues.room import room_venue

    return room_venue()


def _galene(folder: Path) -> AbstractAsyncContextManager[Venue]:
    from tests.venues.galene import galene_venue

    return galene_venue(folder)


def _livekit(folder: Path) -> AbstractAsyncContextManager[Venue]:
    from tests.venues.livekit import livekit_venue

    return livekit_venue(folder)


def _janus(folder: Path) -> AbstractAsyncContextManager[Venue]:
    from tests.venues.janus import janus_venue

    return janus_venue(folder)


def _jitsi(folder: Path) -> AbstractAsyncContextManager[Venue]:
    from tests.venues.jitsi.venue import jitsi_venue

    return jitsi_venue(folder)


PLACES: Mapping[str, Place] = {
    "room": _room,
    "galene": _galene,
    "livekit": _livekit,
    "janus": _janus,
    "jitsi": _jitsi,
}


VISITING: Mapping[str, dict[str, Any]] = {"janus": {"textroom": False}}
"""With a TextRoom people would have to show each bot anew who they are; it writes them nothing."""


@asynccontextmanager
async def invited(venue: Venue) -> AsyncIterator[Child]:
    """A bot in a process of its own, which has the venue's invitation and has not gone there.

    Python's objects are in its heap as everything else, so that one number says what it holds.
    """
    invitation = venue.invitation()
    async with child(GUEST, PYTHONMALLOC="malloc") as guest:
        await guest.ask(
            "invite",
            STARTING,
            stack=venue.stack().name,
            url=invitation.url,
            name=invitation.name,
            token=_told(invitation.token),
            password=_told(invitation.password),
            options=_plain(venue.options()) | VISITING.get(venue.stack().name, {}),
        )
        yield guest


async def somebody(venue: Venue, folder: Path, name: str = "Mia", voice: str = "mia") -> Someone:
    """Somebody comes in, who runs the call and talks without end."""
    speech = folder / f"{voice}.wav"
    Voice.load(voice).write(speech)
    return await venue.enter(name, speech, owner=True)


async def agree_always(someone: Someone) -> None:
    """A page with consentry.js sends no bot anything without its person's own yes, and each visit
    is another bot to it. The clients of other stacks ask nobody."""
    from tests.venues.room import RoomPage

    if isinstance(someone, RoomPage):
        await someone.page.evaluate(ALWAYS_YES)


async def come_back(someone: Someone) -> None:
    """Be in the call again after the server was away. Where the bot left the TextRoom out, nobody
    is asked for a code."""
    from tests.venues.janus import DemoPages

    if isinstance(someone, DemoPages):
        await someone.stay_unknown()
        await someone.come()
    else:
        await someone.comes_back()


def _told(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _plain(options: BaseModel) -> dict[str, Any]:
    """As YAML would have them, secrets included: they are the test's own."""
    values = options.model_dump(exclude_unset=True)
    return {
        key: value.get_secret_value() if isinstance(value, SecretStr) else value
        for key, value in values.items()
    }
