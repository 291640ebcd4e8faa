"""Jitsi among the stacks: its addresses and its options."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from consentry.connectors.jitsi.stack import Jitsi, JitsiOptions
from consentry.connectors.stack import Invitation
from consentry.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "recognized"),
    [
        ("https://meet.example.org/Planning", True),
        ("https://meet.example.org/Acme/Planning", True),
        ("jitsi+http://127.0.0.1:8080/Planning", True),
        ("jitsi+https://meet.example.org/r/planning", True),
        ("http://meet.example.org/Planning", False),
        ("https://meet.example.org/", False),
        ("wss://meet.example.org/Planning", False),
        ("Planning", False),
    ],
)
def test_which_addresses_are_jitsi_s(url: str, recognized: bool) -> None:
    assert Jitsi.recognizes(url) is recognized


def test_an_account_has_a_name_and_a_password() -> None:
    JitsiOptions(username="bot@hidden.meet.test", password=SecretStr("x"))
    with pytest.raises(ValidationError, match="go together"):
        JitsiOptions(username="bot")
    with pytest.raises(ValidationError, match="go together"):
        JitsiOptions(password=SecretStr("x"))


def test_what_can_not_work_is_said_before_anything_is_tried() -> None:
    Jitsi.check(Invitation("https://meet.example.org/Planning"), JitsiOptions())
    with pytest.raises(ConfigError, match="https://host/Room"):
        Jitsi.check(Invitation("jitsi+https://meet.example.org"), JitsiOptions())
    with pytest.raises(ConfigError, match="websocket"):
        options = JitsiOptions(websocket="https://meet.example.org/xmpp-websocket")
        Jitsi.check(Invitation("https://meet.example.org/Planning"), options)
