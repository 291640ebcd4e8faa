"""The project's own room, as a stack one can be invited to."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.stack import Invitation, Stack
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def socket_url(page: str) -> str:
    """The WebSocket of a room's page; ConfigError if ``page`` is no such page."""
    try:
        parts = urlsplit(page.removeprefix("room:"))
    except ValueError:
        raise ConfigError("that is no URL") from None
    if parts.scheme not in _SCHEMES or not re.fullmatch(r".*/r/[a-z0-9-]{1,64}/?", parts.path):
        raise ConfigError("a room's URL looks like https://host/r/planning")
    path = parts.path.rstrip("/") + "/ws"
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, "", ""))


class Room(Stack):
    name = "room"
    title = "Consentry's own room"
    forms = ("https://host/r/planning",)

    @classmethod
    def recognizes(cls, url: str) -> bool:
        try:
            socket_url(url)
        except ConfigError:
            return url.startswith("room:")
        return True

    @classmethod
    def check(cls, invitation: Invitation, options: BaseModel) -> None:
        socket_url(invitation.url)
        if invitation.token is None:
            raise ConfigError("a room lets a bot in by its token: give it with --token")

    @classmethod
    def connector(cls, invitation: Invitation, options: BaseModel, setting: Setting) -> Connector:
        from consentry.connectors.room.connector import RoomConnector

        return RoomConnector(invitation, setting)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Room)
