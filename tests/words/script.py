"""Writes consentry.js's words: ``python -m tests.words.script``."""

from __future__ import annotations

import json
from pathlib import Path

import consentry
from consentry.words.catalog import LANGUAGES, words

FILE = Path(consentry.__file__).with_name("web") / "static" / "consentry" / "words.js"

SECTIONS = ("self", "dialog", "badge", "captions", "checking", "withdrawal")
LEFT_OUT = frozenset({"self.name", "self.months", "self.moment", "self.day"})

HEAD = """// What the elements say, in each language; made from the catalogs in consentry/words.

export const WORDS = """


def script() -> str:
    """The module's text."""
    shown = {
        language: {
            key: text
            for key, text in words(language).texts.items()
            if key.partition(".")[0] in SECTIONS and key not in LEFT_OUT
        }
        for language in LANGUAGES
    }
    return f"{HEAD}{json.dumps(shown, ensure_ascii=False, indent=2)};\n"


if __name__ == "__main__":
    FILE.write_text(script(), encoding="utf-8")
