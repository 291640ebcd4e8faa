"""A room of Janus's is found by its address."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from consentry.connectors.janus.connector import entry
from consentry.connectors.janus.stack import Janus, JanusOptions, address
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import stack_of
from consentry.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "socket", "room"),
    [
        ("janus+ws://host:8188/1234", "ws://host:8188/", 1234),
        ("janus+wss://host/1234/", "wss://host/", 1234),
        ("janus+wss://host/janus/ws/5", "wss://host/janus/ws", 5),
        ("janus+ws://[::1]:8188/1", "ws://[::1]:8188/", 1),
    ],
)
def test_the_room_is_the_last_part_of_the_address(url: str, socket: str, room: int) -> None:
    assert stack_of(url) is Janus
    assert address(url) == (socket, room)


def test_a_room_may_have_a_name() -> None:
    assert address("janus+ws://host:8188/standup", string_ids=True)[1] == "standup"
    assert address("janus+ws://host:8188/12", string_ids=True)[1] == "12"


@pytest.mark.parametrize(
    "url",
    [
        "janus+ws://host:8188",
        "janus+ws://host:8188/",
        "janus+ws://host:8188/standup",
        "janus+ws:///1234",
        "janus+http://host/1234",
        "ws://host:8188/1234",
        "janus+ws://[host/1234",
        "janus+ws://host:99999/1",
        "janus+ws://host/" + "9" * 30,
    ],
)
def test_what_is_no_such_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(ConfigError, match="janus\\+ws://host:8188/1234"):
        Janus.check(Invitation(url), JanusOptions())


def test_what_it_takes_to_come_in_is_handed_on() -> None:
    options = JanusOptions(api_secret=SecretStr("api"), textroom=7)
    invitation = Invitation(
        "janus+ws://host/1234", "Ada", token=SecretStr("tok"), password=SecretStr("pin")
    )
    shown = entry(invitation, options)
    assert (shown.room, shown.display, shown.text_room) == (1234, "Ada", 7)
    assert (shown.pin, shown.token, shown.api_secret) == ("pin", "tok", "api")


def test_the_text_room_is_that_of_the_same_number_unless_there_is_none() -> None:
    invitation = Invitation("janus+ws://host/1234")
    assert entry(invitation, JanusOptions()).text_room == 1234
    assert entry(invitation, JanusOptions(textroom=False)).text_room is None
