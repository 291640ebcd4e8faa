"""The words of one language, and which language fits what somebody reads."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "de", "nl", "fr")
"""BCP 47; the first is what everything is there in."""

DEFAULT = LANGUAGES[0]


@dataclass(frozen=True, slots=True)
class Words:
    """Every sentence of one language, by ``section.key``."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence ``key`` with its placeholders filled."""
        return self.texts[key].format_map(values)

    def listed(self, items: Sequence[str]) -> str:
        """``items`` in one phrase: "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        most = self.texts["self.list"].join(items[:-1])
        return self.say("self.and", most=most, last=items[-1])

    def moment(self, at: float) -> str:
        """A point in time, of a Unix time in seconds; in UTC, and it says so."""
        return self._dated("self.moment", datetime.fromtimestamp(at, UTC))

    def day(self, at: float) -> str:
        """The day of a Unix time in seconds, in UTC."""
        return self._dated("self.day", datetime.fromtimestamp(at, UTC))

    def _dated(self, key: str, at: datetime) -> str:
        month = self.texts["self.months"].split()[at.month - 1]
        return self.say(key, day=at.day, month=month, year=at.year, time=f"{at:%H:%M}")


@cache
def words(language: str = DEFAULT) -> Words:
    """The words of one of :data:`LANGUAGES`, read from the package once."""
    if language not in LANGUAGES:
        raise ValueError(f"not one of {', '.join(LANGUAGES)}")
    text = files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
    sections: dict[str, dict[str, str]] = tomllib.loads(text)
    entries = (
        (f"{section}.{key}", value)
        for section, keys in sections.items()
        for key, value in keys.items()
    )
    return Words(language, dict(entries))


def spoken(language: str | None) -> str | None:
    """Which of :data:`LANGUAGES` a BCP 47 tag asks for (``de-AT``: ``de``); ``None``: none."""
    primary = (language or "").lower().replace("_", "-").partition("-")[0]
    return primary if primary in LANGUAGES else None


def first_spoken(wanted: Iterable[str | None]) -> str:
    """The first of ``wanted`` that there are words in, else :data:`DEFAULT`."""
    return next((found for tag in wanted if (found := spoken(tag))), DEFAULT)


def accepted(header: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, the dearest first (RFC 9110 section 12.5.4)."""
    ranked = []
    for position, part in enumerate(header[:1000].split(",")):
        tag, _, parameter = part.strip().partition(";")
        quality = _quality(parameter.strip())
        if tag and quality > 0:
            ranked.append((-quality, position, tag))
    return [tag for _, _, tag in sorted(ranked)]


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
