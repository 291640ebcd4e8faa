"""Consentry in a Parlor: one line of JSON for all that happens, sound included."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.stack import Invitation, Stack
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl


class Parlor(Stack):
    name = "parlor"
    title = "Parlor"
    forms = ("parlor://host:4000",)

    @classmethod
    def recognizes(cls, url: str) -> bool:
        return url.startswith("parlor://")

    @classmethod
    def check(cls, invitation: Invitation, options: Any) -> None:
        if urlsplit(invitation.url).port is None:
            raise ConfigError("a parlor's address looks like parlor://host:4000")

    @classmethod
    def connector(cls, invitation: Invitation, options: Any, setting: Setting) -> Connector:
        from consentry_parlor.connector import ParlorConnector  # not before it is needed

        return ParlorConnector(invitation, setting)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Parlor)
