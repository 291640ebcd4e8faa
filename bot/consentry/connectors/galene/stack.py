"""Galene, as a stack one can be invited to."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field, SecretStr

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.galene.address import PREFIX, Address, parse_address
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl


class GaleneOptions(StackOptions):
    """Who the bot is to the group. An invitation link with a token needs none of it."""

    username: str = Field(default="", max_length=64)
    """The bot's user in the group's description. Default: the bot's name."""
    password: SecretStr | None = None
    """Password of that user. Default: what the invitation gave."""
    patience: float = Field(default=600.0, ge=0, le=86_400)
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
            invitation.password or options.password,
            options.patience,
        )
        return GaleneConnector(invited, setting)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Galene)
