"""What no purpose may be about, whoever agrees to it, and the law that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consentry.consent.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Prohibition:
    """Words by which a purpose declares something that is not done here, and why it is not."""

    words: re.Pattern[str]
    reason: str


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


PROHIBITIONS = (
    Prohibition(
        _any(r"emotion\w*", "moods?", r"sentiment\w*", r"stress\w*", "affect", r"attentive\w*"),
        "inferring what people feel from face or voice in work and school calls is prohibited "
        "(AI Act, (EU) 2024/1689, art. 5(1)(f))",
    ),
    Prohibition(
        _any(
            r"ethnic\w*",
            "races?",
            "racial",
            "gender",
            r"sexual\w*",
            r"religio\w*",
            "personality",
            r"political\w*",
            "ages?",
            r"disabilit\w*",
        ),
        "sorting people by what they are from face or voice is prohibited or high-risk "
        "(AI Act, (EU) 2024/1689, art. 5(1)(g) and annex III)",
    ),
    Prohibition(
        _any(
            "training",
            r"train\w*\W+(?:\w+\W+){0,5}(?:ai|models?|networks?|recogni[sz]ers?|algorithms?)",
            r"(?:ai|models?|networks?|recogni[sz]ers?)\W+(?:\w+\W+){0,5}train\w*",
            r"improv\w*\W+(?:\w+\W+){0,3}(?:ai|models?)",
        ),
        "what people say in a call is never used to train anything: there is no consent to it here "
        "that would be free and could be withdrawn (GDPR art. 7(3), 7(4))",
    ),
)
"""Looked for in what a purpose says it does, with which data, and what for."""


def prohibited(name: str, purpose: Purpose) -> str | None:
    """Why a plugin called ``name`` with this purpose is refused; ``None`` if it need not be.

    The sentence may say what is *not* done, so it is not looked at.
    """
    said = f"{name.replace('_', ' ')} . {purpose.title} . {purpose.data} . {purpose.why}"
    for prohibition in PROHIBITIONS:
        if found := prohibition.words.search(said):
            return f"its purpose is about {found[0]!r}: {prohibition.reason}"
    return None
