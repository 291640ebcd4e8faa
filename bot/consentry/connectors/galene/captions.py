"""Captions as Galene's page shows them: one line, without a name, for three seconds."""

from __future__ import annotations

MAX_CHARACTERS = 72
"""The page does not wrap a caption; of a longer one, the last words are shown."""


class CaptionLine:
    """What stands on the page. There is one line for everybody who speaks; the last one has it."""

    def __init__(self) -> None:
        self._shown: str | None = None
        """The message whose words stand there, as far as the bot knows."""

    def show(self, id_: str, name: str, text: str) -> str:
        """The line for a revision of the message ``id_``."""
        self._shown = id_
        room = max(MAX_CHARACTERS - len(name) - 2, 20)
        return f"{name}: {ending(text, room)}"

    def retract(self, ids: frozenset[str]) -> bool:
        """Whether the line is to be emptied: what stands there is among ``ids``."""
        if self._shown not in ids:
            return False
        self._shown = None
        return True


def ending(text: str, length: int) -> str:
    """The last whole words of ``text`` that fit, after an ellipsis if any are missing."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    tail = text[-(length - 1) :]
    first, space, rest = tail.partition(" ")
    return "…" + (rest if space and text[-length] != " " else tail)
