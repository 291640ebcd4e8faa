"""Which addresses may be a feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.meetings.feed import Feed, fault_of, redirect_of


@pytest.mark.parametrize(
    "url",
    [
        "https://calendar.example/room.ics?key=secret",
        "https://calendar.example:8443/room.ics",
        "http://localhost:5232/room.ics",
        "http://127.0.0.1/room.ics",
        "http://[::1]:80/room.ics",
    ],
)
def test_a_feed_is_read_over_tls_or_from_this_machine(url: str) -> None:
    assert fault_of(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://calendar.example/room.ics", "https://"),
        ("http://localhost.example/room.ics", "https://"),
        ("http://192.168.0.4/room.ics", "https://"),
        ("webcal://calendar.example/room.ics", "https://"),
        ("file:///etc/passwd", "no address"),
        ("https://", "no address"),
        ("https://host:port/", "no address"),
        ("https://[::1/", "no address"),
        ("room.ics", "no address"),
    ],
)
def test_others_are_refused_without_being_quoted(url: str, why: str) -> None:
    fault = fault_of(url)
    assert fault is not None
    assert why in fault
    assert "room.ics" not in fault


def test_the_address_of_a_feed_is_not_in_its_repr() -> None:
    feed = Feed("kiosk.feeds.0", url="https://calendar.example/secret.ics")
    assert "secret" not in repr(feed)
    assert "here.ics" in repr(Feed("kiosk.feeds.0", Path("here.ics")))


@pytest.mark.parametrize(
    ("location", "to"),
    [
        ("/b.ics", "https://calendar.example/b.ics"),
        ("https://calendar.example/b.ics", "https://calendar.example/b.ics"),
        ("https://other.example:8443/b.ics", "https://other.example:8443/b.ics"),
        ("https://9.9.9.9/b.ics", "https://9.9.9.9/b.ics"),
    ],
)
def test_a_redirect_leads_to_the_same_server_or_out(location: str, to: str) -> None:
    assert redirect_of("https://calendar.example/a.ics", location) == to


@pytest.mark.parametrize(
    "location",
    [
        "http://calendar.example/a.ics",
        "http://localhost/a",
        "https://localhost/a",
        "https://printer/a",
        "https://nas.local/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://192.168.0.4/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[@x/",
        "https://calendar.example:99999/a",
        "file:///etc/passwd",
    ],
)
def test_no_redirect_leads_into_this_network_or_nowhere(location: str) -> None:
    assert redirect_of("https://calendar.example/a.ics", location) is None
