"""Jitsi Meet, as a stack one can be invited to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.jitsi.deployment import Config as ConfigJs
from consentry.connectors.jitsi.deployment import Overrides, read_url, settle
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl

Domain = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{0,253}$")]


class JitsiOptions(StackOptions):
    """What a deployment may need said. Usually nothing: the address and its config.js tell."""

    domain: Domain = ""
    """XMPP domain of the deployment. Default: what config.js says, or the host."""
    muc: Domain = ""
    """Domain of its rooms. Default: what config.js says, or `conference.` and the domain."""
    focus: Domain = ""
    """Address of Jicofo. Default: what config.js says, or `focus.` and the domain."""
    websocket: str = ""
    """URL of its XMPP WebSocket. Default: `/xmpp-websocket` of the host."""
    conference_request_url: str = ""
    """URL that conference requests are posted to. Default: what config.js says, or by XMPP."""
    hidden_domain: Domain = ""
    """Domain whose accounts are in no list of people. Captions of an account on it are shown as
    Jitsi's own."""
    username: str = ""
    """Account to log in with, `name` or `name@domain`. Default: come as a guest."""
    password: SecretStr | None = None
    """Password of that account."""
    poltergeist: bool = True
    """Say in presence that this is a bot, so that browsers make no connection of their own."""
    patience: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    """Seconds to wait in a lobby, or for a host."""

    @model_validator(mode="after")
    def _both_or_none(self) -> JitsiOptions:
        if bool(self.username) != (self.password is not None):
            raise ValueError("`username` and `password` go together")
        return self


class Jitsi(Stack):
    name = "jitsi"
    title = "Jitsi Meet"
    forms = ("https://host/Room", "jitsi+https://host/Room")
    Options = JitsiOptions

    @classmethod
    def recognizes(cls, url: str) -> bool:
        if url.startswith("jitsi+"):
            return True
        try:
            read_url(url)
        except ConfigError:
            return False
        return url.startswith("https:")

    @classmethod
    def check(cls, invitation: Invitation, options: JitsiOptions) -> None:
        settle(read_url(invitation.url), ConfigJs(), _overrides(options))

    @classmethod
    def connector(
        cls, invitation: Invitation, options: JitsiOptions, setting: Setting
    ) -> Connector:
        from consentry.connectors.jitsi.connector import JitsiConnector
        from consentry.connectors.jitsi.guest import Guest, Place
        from consentry.connectors.jitsi.sasl import Account

        account, domain = None, ""
        if options.password is not None:
            name, _, domain = options.username.partition("@")
            account = Account(name, options.password.get_secret_value())
            domain = domain or options.hidden_domain
        token, password = invitation.token, invitation.password
        guest = Guest(
            account,
            domain,
            token=token.get_secret_value() if token is not None else None,
            password=password.get_secret_value() if password is not None else None,
            poltergeist=options.poltergeist,
            patience=options.patience,
        )
        place = Place(read_url(invitation.url), _overrides(options))
        return JitsiConnector(place, invitation.name, guest, setting)


def _overrides(options: JitsiOptions) -> Overrides:
    return Overrides(
        options.domain,
        options.muc,
        options.focus,
        options.hidden_domain,
        options.websocket,
        options.conference_request_url,
    )


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Jitsi)
