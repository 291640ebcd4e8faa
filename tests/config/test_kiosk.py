"""The section of the kiosk: what it takes, and what is said of mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.config.loading import load_config
from consentry.config.sections import Config
from consentry.errors import ConfigError
from consentry.meetings.feed import Feed

SECRET = "https://calendar.example/private-5f1c/room.ics"
ENVIRONMENT = {
    "FEED": SECRET,
    "PLAIN": SECRET.replace("https", "http"),
    "KEY": "a-key-of-our-own-choice",
    "SHORT": "12345",
}


def load(folder: Path, kiosk: str) -> Config:
    path = folder / "consentry.yaml"
    path.write_text(f"kiosk:\n{kiosk}people: {{}}\n")
    return load_config(path, environment=ENVIRONMENT)


def refused(folder: Path, kiosk: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, kiosk)
    return str(caught.value)


def test_without_the_section_there_is_no_kiosk(tmp_path: Path) -> None:
    (tmp_path / "consentry.yaml").write_text("call: {title: Weekly}")
    assert load_config(tmp_path / "consentry.yaml").kiosk is None


def test_a_kiosk_needs_somebody_who_could_check_in(tmp_path: Path) -> None:
    (tmp_path / "consentry.yaml").write_text("kiosk: {room: A}")
    with pytest.raises(ConfigError, match=r":1:1: kiosk: needs a `people:` section"):
        load_config(tmp_path / "consentry.yaml")


def test_feeds_are_files_beside_the_configuration_and_addresses_by_reference(
    tmp_path: Path,
) -> None:
    config = load(tmp_path, "  feeds:\n    - file: room.ics\n    - url: ${env:FEED}\n")
    assert config.kiosk is not None
    assert config.kiosk.read_from() == [
        Feed("kiosk.feeds.0", tmp_path / "room.ics"),
        Feed("kiosk.feeds.1", url=SECRET),
    ]
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    ("kiosk", "place", "why"),
    [
        (f"  feeds:\n    - url: {SECRET}\n", ":3:12: kiosk.feeds.0.url", "must not stand in this"),
        ("  feeds:\n    - url: ${env:PLAIN}\n", ":3:12: kiosk.feeds.0.url", "https://"),
        ("  feeds:\n    - {}\n", ":3:7: kiosk.feeds.0", "a `file` or a `url`"),
        ("  feeds:\n    - {file: a, url: '${env:FEED}'}\n", ":3:7: kiosk.feeds.0", "not both"),
        ("  feeds:\n    - {fil: a}\n", ":3:8: kiosk.feeds.0.fil", "did you mean 'file'?"),
        ("  time_zone: Berlin\n", ":2:14: kiosk.time_zone", "such as Europe/Berlin"),
        ("  time_zone: ../../etc/passwd\n", ":2:14: kiosk.time_zone", "such as Europe/Berlin"),
        ("  key: ${env:SHORT}\n", ":2:8: kiosk.key", "16 or more characters"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_no_secret(
    tmp_path: Path, kiosk: str, place: str, why: str
) -> None:
    error = refused(tmp_path, kiosk)
    assert f"consentry.yaml{place}: " in error
    assert why in error
    assert "5f1c" not in error and "12345" not in error
