"""Jitsi Meet, as a stack one can be invited to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from consentry.connectors.driver import Connector, Setting
from consentry.connectors.jitsi.deployment import Config as ConfigJs
from consentry.connectors.jitsi.deployment import Overrides, read_url, settle
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.errors import ConfigError
from consentry.hookspecs import hookimpl

if TYPE_CHECKING:
    from consentry.connectors.jitsi.bridge.listener import Door

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

    media: Literal["participant", "bridge"] = "participant"
    """How sound comes: `participant`, by a session of the bot's own, as every client has one; or
    `bridge`: the videobridge sends it to `listen`, sound alone, and captions are Jitsi's own."""
    listen: Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-\[\]:]{1,253}:[0-9]{1,5}$")] = (
        "127.0.0.1:8790"
    )
    """Address where the bridge brings sound."""
    listen_plain: bool = False
    """Take sound without encryption on an address that others reach. Only where the way from the
    bridge is yours alone, such as a network of containers on one machine."""
    bridge_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Secret that the bridge shows, as Jicofo's `http-headers` or `url-template` has it."""
    certificate: Path | None = None
    """PEM file of the certificate for `listen`, with its chain."""
    certificate_key: Path | None = None
    """PEM file of the certificate's key. Default: it is in `certificate`."""

    @model_validator(mode="after")
    def _bridge_is_let_in(self) -> JitsiOptions:
        if self.media == "bridge" and self.bridge_token is None:
            raise ValueError("`media: bridge` needs a `bridge_token`, which the bridge shows")
        host = self.listen.rpartition(":")[0]
        ours_alone = self.listen_plain or host in ("127.0.0.1", "localhost", "[::1]")
        if self.certificate is None and not ours_alone:
            raise ValueError(
                "`listen` on an address that others reach needs a `certificate`: what is said "
                "would be readable on the way. Or listen on 127.0.0.1 behind a TLS proxy; or say "
                "`listen_plain: true` where the whole way from the bridge is yours"
            )
        return self

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
            door=_door(options),
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


def _door(options: JitsiOptions) -> Door | None:
    """Where the bridge comes; SetupError where the certificate can't be read."""
    if options.media != "bridge" or options.bridge_token is None:
        return None
    from consentry.connectors.jitsi.bridge.listener import Door, server_context

    context = None
    if options.certificate is not None:
        context = server_context(options.certificate, options.certificate_key)
    host, _, port = options.listen.rpartition(":")
    return Door(host.strip("[]"), int(port), options.bridge_token, context)


@hookimpl
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    register(Jitsi)
