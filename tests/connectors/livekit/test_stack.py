"""How a bot is invited to a LiveKit room, and the token it makes for itself."""

from __future__ import annotations

import sys
import time

import jwt
import pytest
from pydantic import SecretStr

from consentry.connectors.driver import Setting
from consentry.connectors.livekit.connector import LiveKitConnector
from consentry.connectors.livekit.stack import Address, LiveKit, LiveKitOptions, address
from consentry.connectors.livekit.token import LIFETIME, Minted
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import stack_of
from consentry.errors import ConfigError, SetupError
from consentry.metrics import Metrics
from consentry.signing import Signer

SECRET = SecretStr("a secret of thirty-two characters")
KEYS = LiveKitOptions(api_key="key", api_secret=SECRET)
SETTING = Setting(lambda: 0.0, Signer("c-test"), Metrics(), lambda who, medium: "undecided")  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("wss://host?room=planning", Address("wss://host", "planning")),
        ("wss://host/?room=a%20b", Address("wss://host", "a b")),
        ("wss://host:7880", Address("wss://host:7880", None)),
        ("livekit+ws://host?room=x", Address("ws://host", "x")),
    ],
)
def test_an_address_names_a_server_and_a_room(url: str, found: Address) -> None:
    assert address(url) == found
    assert stack_of(url) is LiveKit


@pytest.mark.parametrize(
    "url",
    ["https://host/r/planning", "wss://host/room", "wss://", "wss://host?room=a&room=b",
     "wss://me:secret@host", "wss://[host", "wss://host#room"],
)  # fmt: skip
def test_other_addresses_are_not_livekits(url: str) -> None:
    assert not LiveKit.recognizes(url)
    with pytest.raises(ConfigError):
        address(url)


def test_a_bot_needs_a_token_or_a_key() -> None:
    with pytest.raises(ConfigError, match="api_key"):
        LiveKit.check(Invitation("wss://host?room=planning"), LiveKitOptions())
    LiveKit.check(Invitation("wss://host", token=SecretStr("a.b.c")), LiveKitOptions())


def test_a_key_opens_every_room_so_one_has_to_be_named() -> None:
    with pytest.raises(ConfigError, match="which room"):
        LiveKit.check(Invitation("wss://host"), KEYS)
    named = KEYS.model_copy(update={"room": "planning"})
    LiveKit.check(Invitation("wss://host"), named)


def test_a_stack_makes_its_connector() -> None:
    connector = LiveKit.connector(Invitation("wss://host?room=planning"), KEYS, SETTING)
    assert isinstance(connector, LiveKitConnector)


def test_without_livekits_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in [name for name in sys.modules if name.startswith("consentry.connectors.livekit")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "livekit", None)
    with pytest.raises(SetupError, match=r"consentry\[livekit\]"):
        LiveKit.connector(Invitation("wss://host?room=planning"), KEYS, SETTING)


def test_a_token_of_its_own_lets_the_bot_do_what_it_needs_and_no_more() -> None:
    minted = Minted("key", SECRET, "planning", "consentry", "Consentry").token()
    claims = jwt.decode(minted, SECRET.get_secret_value(), ["HS256"])
    assert (claims["iss"], claims["sub"], claims["name"]) == ("key", "consentry", "Consentry")
    assert claims["kind"] == "agent"
    assert time.time() < claims["exp"] <= time.time() + LIFETIME
    assert claims["video"] == {
        "room": "planning",
        "roomJoin": True,
        "canPublish": False,
        "canPublishData": True,
        "canSubscribe": True,
        "canUpdateOwnMetadata": False,
    }
