"""The section `kiosk:` of consentry.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, model_validator

from consentry.config.types import Section
from consentry.meetings.address import place_of
from consentry.meetings.feed import Feed, fault_of

MIN_KEY = 16
"""Characters of a key of one's own: nobody finds it by trying."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # each for another kind of name
        raise ValueError("must be a time zone such as Europe/Berlin (IANA)") from None
    return name


def _key(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().strip()) < MIN_KEY:
        raise ValueError(f"must be {MIN_KEY} or more characters long; better none: one is made")
    return key


def _address(url: SecretStr) -> SecretStr:
    if fault := fault_of(url.get_secret_value().strip()):
        raise ValueError(fault)
    return url


def _call(address: str) -> str:
    if place_of(address) is None:
        raise ValueError("is no address of a call; give it as people open it")
    return address


class FeedSection(Section):
    """A calendar feed (iCalendar, RFC 5545): a file or an address."""

    file: Path | None = None
    """An .ics file; a relative path starts at the folder of this file."""
    url: Annotated[SecretStr, AfterValidator(_address)] | None = None
    """An https:// address, by reference: such addresses mostly hold a secret."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise ValueError("must have a `file` or a `url`, and not both")
        return self


class KioskSection(Section):
    """A screen at a room's door, at which people check in."""

    room: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """What the room is called; shown on the screen."""
    feeds: Annotated[list[FeedSection], Field(max_length=16)] = []
    """Calendar feeds that hold the room's meetings."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """The room's, such as Europe/Berlin: of the clock on the screen, and of times in a feed that
    name no zone."""
    call: Annotated[str, AfterValidator(_call)] | None = None
    """The call of the room's meetings, as people open it, for meetings whose calendar names none.
    Whoever checks in while the bot is there is on its list, as somebody in the room."""
    keep_arrivals_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """How long it is kept who came to which meeting, for the host; without it nothing is."""
    key: Annotated[SecretStr, AfterValidator(_key)] | None = None
    """With which a device becomes the kiosk, by reference; without one it is made once, from the
    key of the store."""

    def read_from(self) -> list[Feed]:
        """The feeds, named as errors name them."""
        return [
            Feed(
                f"kiosk.feeds.{number}",
                feed.file,
                feed.url.get_secret_value().strip() if feed.url else None,
            )
            for number, feed in enumerate(self.feeds)
        ]

    def within(self, folder: Path) -> Self:
        """As this, with files where a configuration in ``folder`` means them."""
        feeds = [
            feed.model_copy(update={"file": feed.file and folder / feed.file.expanduser()})
            for feed in self.feeds
        ]
        return self.model_copy(update={"feeds": feeds})
