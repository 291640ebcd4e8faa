"""LiveKit, as a stack one can be invited to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.errors import ConfigError, SetupError
from consentry.hookspecs import hookimpl

PREFIX = "livekit+"
INSTALL = "LiveKit's library is not here: install it with `pip install 'consentry[livekit]'`"


class LiveKitOptions(StackOptions):
    room: str | None = Field(default=None, min_length=1, max_length=256)
    """The room, where the address names none (`wss://host?room=planning`) and no token is given."""
    api_key: str | None = Field(default=None, min_length=1)
    """A key of the server's, to make the bot's token with."""
    api_secret: SecretStr | None = None
    """Its secret; give it as `${env:NAME}`."""
    identity: str = Field(default="consentry", min_length=1, max_length=256)
    """The bot's identity in the room. Somebody else who joins with it takes the bot's place."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a room is: the server, and the room's name where the address says it."""

    server: str
    room: str | None


def address(url: str) -> Address:
    """What ``url`` says; ConfigError if it is no address of a LiveKit server."""
    try:
        parts = urlsplit(url.removeprefix(PREFIX))
        host, room = parts.hostname, parse_qs(parts.query).get("room", [])
        whole = parts.scheme in ("ws", "wss") and host and parts.path in ("", "/")
    except ValueError:
        whole, room = False, []
    if not whole or len(room) > 1 or parts.fragment or parts.username:
        raise ConfigError("a LiveKit server's address looks like wss://host?room=planning")
    return Address(f"{parts.scheme}://{parts.netloc}", room[0] if room else None)


class LiveKit(Stack):
    name = "livekit"
    title = "LiveKit"
    forms = ("wss://host?room=planning", "wss://host with a token")
    Options = LiveKitOptions

    @classmethod
    def recognizes(cls, url: str) -> bool:
        try:
            address(url)
        except ConfigError:
            return url.startswith(PREFIX)
        return True

    @classmethod
    def check(cls, invitation: Invitation, options: LiveKitOptions) -> None:
        where = address(invitation.url)
        if invitation.token is not None:
            return
        if options.api_key is None or options.api_secret is None:
            raise ConfigError(
                "LiveKit lets nobody in without a token: give one with --token, "
                "or `api_key` and `api_secret` under `stack:` to have one made"
            )
        if where.room is None and options.room is None:
            raise ConfigError("which room? wss://host?room=planning, or `room` under `stack:`")

    @classmethod
    def connector(cls, invitation: Invitation, options: Any, setting: Setting) -> Connector:
        try:
            from consentry.connectors.livekit.connector import LiveKitConnector
            from consentry.connectors.livekit.token import Minted, given
        except ImportError as exc:
            raise SetupError(INSTALL) from exc
        where = address(invitation.url)
        if invitation.token is not None:
            pass_ = given(invitation.token)
        else:
            room = where.room or options.room
            pass_ = Minted(
                options.api_key, options.api_secret, room, options.identity, invitation.name
            ).token
        return LiveKitConnector(where.server, pass_, setting)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(LiveKit)
