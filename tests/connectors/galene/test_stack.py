"""Which addresses are Galene's, and what the bot needs to go there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from consentry.connectors.galene.address import parse_address
from consentry.connectors.galene.stack import Galene, GaleneOptions
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import stack_of
from consentry.errors import ConfigError


@pytest.mark.parametrize(
    "url",
    [
        "https://host/group/name/",
        "https://host/group/name",
        "https://host:8443/group/name/subgroup/",
        "https://host/video/group/name/",
        "https://host/group/name/?token=abc",
        "galene+https://host/anything",
    ],
)
def test_these_are_galenes(url: str) -> None:
    assert stack_of(url) is Galene


@pytest.mark.parametrize("url", ["https://host/Room", "https://host/group/", "https://host/r/a"])
def test_these_are_not(url: str) -> None:
    assert not Galene.recognizes(url)


def test_an_invitation_link_brings_its_token() -> None:
    address = parse_address("https://host/group/name?token=abc&x=y#z")
    assert address.page == "https://host/group/name/"
    assert address.token is not None and address.token.get_secret_value() == "abc"
    assert "abc" not in repr(address)


@pytest.mark.parametrize(
    "url", ["galene+https://host/anything", "ftp://host/group/x/", "https://["]
)
def test_a_wrong_address_is_a_mistake_of_the_invitation(url: str) -> None:
    with pytest.raises(ConfigError):
        Galene.check(Invitation(url), GaleneOptions())


def test_to_know_the_stack_no_media_or_network_library_is_loaded() -> None:
    heavy = "{'aiortc', 'av', 'websockets', 'httpx'}"
    code = f"import sys, consentry.connectors.galene.stack; print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
