"""What the conformance suite needs of a stack: its server, and people in the stack's own client."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from consentry.connectors.stack import Invitation, Stack


class Feature(StrEnum):
    """What not every stack has. A venue says which are missing, and why."""

    GUESTS = "guests"
    """Its server says who does not run the call; the owner's code is refused from them."""
    RESTART = "restart"
    """Its server can be restarted while the call goes on."""
    KICK = "kick"
    """Somebody in the call can throw the bot out."""


class Someone(Protocol):
    """A person in the call, at the stack's own client: a page in a browser, as a rule.

    What is awaited here has no time limit of its own; the suite sets one. Whatever a method raises
    counts as "did not happen", and stands in the failure as its cause.
    """

    @property
    def name(self) -> str:
        """As they typed it when they came in."""
        ...

    async def tell_bot(self, text: str) -> None:
        """Say ``text``, such as ``/yes captions``, the way a person on this stack tells the bot:
        a private chat line where there are such, a line in the public chat otherwise. Return when
        the client has sent it."""
        ...

    async def reads(self, words: str) -> None:
        """Wait until this client shows ``words``, said by the bot, or has shown them since the
        person came in: in the chat, in a dialog, wherever the stack puts such text. White space
        may differ."""
        ...

    async def sees_caption(self, name: str, words: str) -> None:
        """Wait until this client shows ``words`` as a caption under ``name``, or has shown it
        since the person came in: captions pass by in seconds, so watch for them from the start.
        Where the stack has no room for a long one, its last words are enough."""
        ...

    async def comes_back(self) -> None:
        """Do what a person has to do in this client to be in the call again after the server was
        restarted, and return when they are. Nothing to do where the client does it by itself."""
        ...

    async def leave(self) -> None:
        """Hang up."""
        ...

    async def screenshot(self, path: Path) -> None:
        """Write a picture of what they see to ``path``, as PNG."""
        ...


class Venue(Protocol):
    """A running server of the stack with one call on it, which the bot is invited to.

    Starting and stopping it is its maker's: ``async with JanusVenue(...) as venue``.
    """

    @property
    def without(self) -> Mapping[Feature, str]:
        """What this stack has no notion of, each with the reason in one sentence. The steps that
        need it are left out, and the report says so. Empty where everything is there."""
        ...

    def stack(self) -> type[Stack]:
        """What makes the connector under test."""
        ...

    def invitation(self) -> Invitation:
        """What whoever invites the bot into this call would give: the address, a token."""
        ...

    def options(self) -> BaseModel:
        """What a self-hoster would write under ``stack:``; of the class ``stack().Options``."""
        ...

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        """Open the stack's own client for somebody who speaks ``speech`` (a WAV file: mono, 16
        bits, 16 kHz) over and over, and return when they are in the call with their microphone
        on. ``owner``: they run the call, as far as this stack knows such people."""
        ...

    async def restart(self) -> None:
        """Stop the server as if it crashed, start it again, and return once it answers. Not
        called where :attr:`Feature.RESTART` is missing."""
        ...

    async def kick(self) -> None:
        """Throw the bot out of the call, as whoever may do that. Not called where
        :attr:`Feature.KICK` is missing."""
        ...


class FilmVenue(Venue, Protocol):
    """A venue whose people can come with a camera."""

    async def film(self, name: str, *, owner: bool = False) -> Someone:
        """As :meth:`enter`, with a camera of 640 x 480 pixels or more that is on, and sent in
        several sizes where the client can do that; nobody speaks."""
        ...


class Wire(Protocol):
    """Counts what arrives at the bot's sockets, by means that are not the bot's own."""

    def now(self) -> float:
        """Its clock, in seconds."""
        ...

    def voices(self, begin: float, end: float) -> Mapping[int, int]:
        """Of each audio stream (its SSRC) that reached the bot between the two times: how many RTP
        packets."""
        ...
