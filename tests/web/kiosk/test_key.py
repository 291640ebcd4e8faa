"""Which device is the kiosk."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from consentry.web.kiosk.key import COOKIE, KioskKey, made_key


def key(text: str = "abcd-efgh-ijkl-mnop", secure: bool = True) -> KioskKey:
    return KioskKey(text, "/kiosk", secure)


def cookie_of(given: KioskKey) -> str:
    """What a browser keeps."""
    response = Response()
    given.give(response)
    return response.headers["set-cookie"]


def asking(cookie: str) -> HTTPConnection:
    headers = [(b"cookie", cookie.encode())]
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    "typed",
    ["abcd-efgh-ijkl-mnop", "abcdefghijklmnop", " ABCD EFGH IJKL MNOP ", "ABCD-EFGHijkl-mnop"],
)
def test_a_key_may_be_typed_as_it_comes(typed: str) -> None:
    assert key().is_typed(typed)


@pytest.mark.parametrize("typed", ["", "abcd", "abcd-efgh-ijkl-mnoq", "abcd-efgh-ijkl-mnop-x", "ä"])
def test_another_is_not_it(typed: str) -> None:
    assert not key().is_typed(typed)


def test_a_device_that_has_the_cookie_is_the_kiosk_until_the_key_changes() -> None:
    cookie = cookie_of(key()).partition(";")[0]
    assert key().holds(asking(cookie))
    assert not key("another-key-of-ours").holds(asking(cookie))
    assert not key().holds(asking(""))
    assert not key().holds(asking(f"{COOKIE}=ä"))


def test_no_other_site_and_no_script_gets_at_the_cookie_and_the_key_is_not_in_it() -> None:
    cookie = cookie_of(key())
    assert "abcd" not in cookie
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/kiosk", "Secure"):
        assert attribute in cookie
    assert "Secure" not in cookie_of(key(secure=False))


def test_a_key_that_is_made_is_long_and_the_same_after_a_restart() -> None:
    made = made_key(b"secret of the store")
    assert made == made_key(b"secret of the store")
    assert made != made_key(b"another")
    assert len(made.replace("-", "")) == 24
    assert made == made.lower()
