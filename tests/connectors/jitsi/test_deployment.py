"""Where a deployment keeps what, told by an address, its config.js, and options."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.deployment import (
    Config,
    Overrides,
    read_config,
    read_url,
    room_name,
    settle,
)
from consentry.errors import ConfigError

CONFIG = """
/* eslint-disable */
var subdomain = '<!--# echo var="subdomain" default="" -->';
var config = {
    hosts: {
        domain: 'meet.internal', // the XMPP domain
        muc: 'conference.' + subdomain + 'meet.internal',
        // focus: 'focus.wrong',
        /* focus: 'focus.wrong', */
    },
    hiddenDomain: "recorder.meet.internal",
    websocket: 'wss://meet.example.org/xmpp-websocket',
};
config.conferenceRequestUrl = 'https://meet.example.org/conference-request/v1';
"""


def test_an_address_and_nothing_else() -> None:
    deployment = settle(read_url("https://meet.example.org/Weekly Planning"), Config(), Overrides())
    assert str(deployment.room_jid) == "weekly%20planning@conference.meet.example.org"
    assert deployment.focus == "focus.meet.example.org"
    assert deployment.socket_url(None) == (
        "wss://meet.example.org/xmpp-websocket?room=weekly%2520planning"
    )
    assert deployment.config_url == "https://meet.example.org/config.js"


def test_what_stands_in_a_config_js_as_plain_strings() -> None:
    assert read_config(CONFIG).values == {
        "domain": "meet.internal",
        "hiddenDomain": "recorder.meet.internal",
        "websocket": "wss://meet.example.org/xmpp-websocket",
        "conferenceRequestUrl": "https://meet.example.org/conference-request/v1",
    }


def test_a_config_js_is_followed_and_options_come_first() -> None:
    url = read_url("https://meet.example.org/Room")
    deployment = settle(url, read_config(CONFIG), Overrides(muc="muc.meet.internal"))
    assert deployment.domain == "meet.internal"
    assert deployment.muc == "muc.meet.internal"
    assert deployment.focus == "focus.meet.internal"
    assert deployment.hidden_domain == "recorder.meet.internal"
    assert deployment.conference_request_url.endswith("/conference-request/v1")


def test_a_config_js_does_not_take_encryption_away() -> None:
    config = Config({"websocket": "ws://meet.example.org/x", "conferenceRequestUrl": "http://x/"})
    deployment = settle(read_url("https://meet.example.org/Room"), config, Overrides())
    assert deployment.websocket == "wss://meet.example.org/xmpp-websocket"
    assert deployment.conference_request_url == ""


def test_a_tenant_has_rooms_of_its_own() -> None:
    deployment = settle(read_url("https://meet.example.org/Acme/Room"), Config(), Overrides())
    assert str(deployment.room_jid) == "room@conference.acme.meet.example.org"
    assert deployment.websocket == "wss://meet.example.org/acme/xmpp-websocket"


def test_a_token_goes_with_the_address() -> None:
    deployment = settle(read_url("jitsi+http://127.0.0.1:8080/Room"), Config(), Overrides())
    assert deployment.socket_url("a.b+c") == (
        "ws://127.0.0.1:8080/xmpp-websocket?room=room&token=a.b%2Bc"
    )


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Planning", "planning"),
        ("Über uns", "%c3%bcber%20uns"),
        ("a@b/c", "abc"),
        ("what?", "what"),
        ("\ufb01ne", "fine"),
    ],
)
def test_a_room_s_name_as_an_address(name: str, address: str) -> None:
    assert room_name(name) == address


@pytest.mark.parametrize(
    "url",
    [
        "https://meet.example.org",
        "https://meet.example.org/",
        "https://meet.example.org/a/b/c",
        "https://meet.example.org/a b/room",
        "https://user:secret@meet.example.org/Room",
        "https://[::1/Room",
        "https://host:port/Room",
        "ftp://meet.example.org/Room",
        "https://meet.example.org/" + "x" * 201,
        "https://meet.example.org/%3F",
        "Room",
    ],
)
def test_what_is_no_conference_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        read_url(url)


@pytest.mark.parametrize(
    "overrides", [Overrides(domain="a b"), Overrides(websocket="https://x/"), Overrides(muc="/")]
)
def test_an_option_that_is_no_address_is_refused(overrides: Overrides) -> None:
    with pytest.raises(ConfigError):
        settle(read_url("https://meet.example.org/Room"), Config(), overrides)


@settings(deadline=None)
@given(st.text())
def test_any_config_js_is_read(text: str) -> None:
    deployment = settle(read_url("https://meet.example.org/Room"), read_config(text), Overrides())
    assert deployment.websocket.startswith("wss://")


@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_address_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://host/{text}", f"https://{text}/room"):
        try:
            read_url(url)
        except ConfigError:
            continue
