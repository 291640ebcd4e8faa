"""What can be typed to the bot in chat, turned into the same acts the buttons send."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consentry.controls import (
    LANGUAGE_TAG,
    Decide,
    Disable,
    Enable,
    Erase,
    Heard,
    OwnerCode,
    Request,
    SetLanguage,
)

ALL = "all"
MYSELF = "me"


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """``/status``: what runs on me?"""


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """``/help``, or words the bot does not know."""

    known: bool


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """``/link``: another link to my page, instead of the one before."""


@dataclass(frozen=True, slots=True)
class ReceiptAsked:
    """``/receipt``: what have I said in this call, with the proof?"""


@dataclass(frozen=True, slots=True)
class CheckInPageAsked:
    """``/checkin``: where do I check in?"""


Typed = Heard | StatusAsked | HelpAsked | LinkAsked | ReceiptAsked | CheckInPageAsked


def parse_command(text: str, versions: dict[str, str]) -> list[Typed]:
    """Read one chat line; ``versions`` are the terms now in force, by purpose.

    A typed yes answers the terms in force: the notice the line replies to is sent again whenever
    they change. ``all`` stands for every purpose, on a no alone: a yes is given one by one.
    """
    verb, _, rest = text.strip().removeprefix("/").partition(" ")
    subject = rest.strip().lower()
    match verb.lower():
        case "yes" | "no" as answer if subject == ALL and answer == "no":
            return [_decide(purpose, "no", versions) for purpose in versions]
        case "yes" if subject and subject != ALL:
            return [_decide(subject, "yes", versions)]
        case "no" if subject:
            return [_decide(subject, "no", versions)]
        case "status":
            return [StatusAsked()]
        case "forget" if subject == MYSELF:
            return [Erase(type="erase")]
        case "language" if len(subject) <= 35 and re.fullmatch(LANGUAGE_TAG, subject):
            return [SetLanguage(type="language", language=rest.strip())]
        case "link":
            return [LinkAsked()]
        case "receipt":
            return [ReceiptAsked()]
        case "checkin":
            return [CheckInPageAsked()]
        case "owner" if rest.strip():
            return [OwnerCode(type="owner", code=rest.strip()[:128])]
        case "on" if subject:
            return [Enable(type="enable", purpose=subject[:64])]
        case "off" if subject:
            return [Disable(type="disable", purpose=subject[:64])]
        case "summary":
            return [Request(type="request", plugin="summary")]
        case other:
            return [HelpAsked(known=other == "help")]


def _decide(purpose: str, answer: str, versions: dict[str, str]) -> Decide:
    return Decide.model_validate(
        {
            "type": "decide",
            "purpose": purpose[:64],
            "answer": answer,
            "version": versions.get(purpose, "none"),
        }
    )
