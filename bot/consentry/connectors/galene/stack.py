"""Galene, as a stack one can be invited to."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.galene.address import PREFIX, Address, parse_address
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl


class GaleneOptions(StackOptions):
    username: str | None = Field(default=None, min_length=1, max_length=64)
    """The bot's user in the group's description, where that is not the bot's name."""

    wait_for_host: float = Field(default=300.0, ge=0, le=86_400)
    """Seconds to wait for an operator, in groups that nobody can join without one."""


class Galene(Stack):
    name = "galene"
    title = "Galene"
    forms = ("https://host/group/name/",)
    Options = GaleneOptions

    @classmethod
    def recognizes(cls, url: str) -> bool:
        try:
            parse_address(url)
        except ConfigError:
            return url.startswith(PREFIX)
        return True

    @classmethod
    def check(cls, invitation: Invitation, options: GaleneOptions) -> None:
        parse_address(invitation.url)

    @classmethod
    def connector(
        cls, invitation: Invitation, options: GaleneOptions, setting: Setting
    ) -> Connector:
        from consentry.connectors.galene.connector import GaleneConnector, GroupInvitation

        address = parse_address(invitation.url)
        invited = GroupInvitation(
            Address(address.page, invitation.token or address.token),
            options.username or invitation.name,
            invitation.password,
            options.wait_for_host,
        )
        return GaleneConnector(invited, setting)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Galene)
