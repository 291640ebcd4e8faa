"""Captions the way Jitsi's own transcriber says them, which its page shows under a person's name.

The page takes them from a user of the hidden domain alone; from others they are chat.
"""

from __future__ import annotations

import re
from typing import Any

from consentry.messages import Caption, Message

LANGUAGE = "en"
"""Where none was heard: the page wants one."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def transcription(message: Message, caption: Caption, milliseconds: int) -> dict[str, Any]:
    """``caption`` as a transcription result; what has the same id replaces it on the screen."""
    return _result(
        message.id,
        caption.text,
        {
            "timestamp": milliseconds,
            "participant": {"id": caption.participant, "name": caption.name},
            "language": caption.language or LANGUAGE,
            "is_interim": not caption.final,
        },
    )


def withdrawal(id_: str, participant: str, milliseconds: int) -> dict[str, Any]:
    """An empty text in the place of one that is taken back."""
    return _result(
        id_,
        "",
        {
            "timestamp": milliseconds,
            "participant": {"id": participant, "name": ""},
            "language": LANGUAGE,
            "is_interim": True,
        },
    )


def spoken(caption: Caption) -> str:
    """``caption`` as a line of chat."""
    return f"{caption.name}: {caption.text}"


def _result(id_: str, text: str, more: dict[str, Any]) -> dict[str, Any]:
    # Above 0.85 the page shows an interim text as settled, below it in another color.
    return {
        "type": "transcription-result",
        "event": "SPEECH",
        "message_id": _UNSAFE.sub("-", id_),
        "transcript": [{"text": text, "confidence": 1.0}],
        "stability": 0.5 if more["is_interim"] else 1.0,
    } | more
