"""Janus's VideoRoom, as a stack one can be invited to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.janus.frames import FeedId
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl

_PREFIX = "janus+"
_SCHEMES = ("ws", "wss")


class JanusOptions(StackOptions):
    """What a Janus may ask for."""

    api_secret: SecretStr | None = None
    """The server's `api_secret`, where it has one."""
    textroom: int | str | Literal[False] | None = None
    """The number of the TextRoom beside the VideoRoom; left out: the same; `false`: there is none,
    and the bot can ask nobody anything."""
    string_ids: bool = False
    """Whether the server's rooms have names instead of numbers (`string_ids`)."""


def address(url: str, string_ids: bool = False) -> tuple[str, FeedId]:
    """The WebSocket and the room of ``janus+ws://host:8188/1234``; ConfigError if it is neither."""
    try:
        parts = urlsplit(url.removeprefix(_PREFIX))
        path, _, room = parts.path.rstrip("/").rpartition("/")
        whole = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole, path, room, parts = False, "", "", urlsplit("")
    named = re.fullmatch(r"[^/\s]{1,64}" if string_ids else r"[0-9]{1,19}", room)
    if not url.startswith(_PREFIX) or not whole or not named:
        raise ConfigError("a room of Janus looks like janus+ws://host:8188/1234")
    return urlunsplit((parts.scheme, parts.netloc, path or "/", "", "")), (
        room if string_ids else int(room)
    )


class Janus(Stack):
    name = "janus"
    title = "Janus VideoRoom"
    forms = ("janus+ws://host:8188/1234", "janus+wss://host/janus/1234")
    Options = JanusOptions

    @classmethod
    def recognizes(cls, url: str) -> bool:
        return url.startswith(tuple(f"{_PREFIX}{scheme}:" for scheme in _SCHEMES))

    @classmethod
    def check(cls, invitation: Invitation, options: JanusOptions) -> None:
        address(invitation.url, options.string_ids)

    @classmethod
    def connector(
        cls, invitation: Invitation, options: JanusOptions, setting: Setting
    ) -> Connector:
        from consentry.connectors.janus.connector import JanusConnector

        return JanusConnector(invitation, options, setting)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Janus)
