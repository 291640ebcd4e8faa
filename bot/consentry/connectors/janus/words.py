"""What the bot whispers in a text room besides what it says in any call."""

from __future__ import annotations

import json

MAX_LINES = 3000
"""Characters of one message; the next ones go into another."""


def whose_code(name: str, code: str) -> str:
    """How to show who one is in the video room."""
    name = name or "Name"
    return (
        "I am a bot. I can't tell which of the people in the video room you are, so I take nothing "
        "of yours, and can't hear your answers. To show me, go by the same name in both rooms, and "
        f"put this code behind it in the video room: {name} #{code}\n"
        f"(Or {name}{code}, where a name can be nothing but letters and digits.) "
        "It is yours alone and counts once; you can take it away afterwards. "
        "Never put a code there that somebody else gave you."
    )


def tied(name: str) -> str:
    """They are known now."""
    return f"Thank you: you are {name} in the video room. You can take the code out of your name."


def pieces(text: str) -> list[str]:
    """``text`` in messages of at most :data:`MAX_LINES` characters, cut between lines where there
    are any."""
    found: list[str] = []
    for line in text.split("\n"):
        while len(line) > MAX_LINES:
            found.append(line[:MAX_LINES])
            line = line[MAX_LINES:]
        if found and len(found[-1]) + 1 + len(line) <= MAX_LINES:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return [piece for piece in found if piece.strip()]


def wrapped(text: str) -> str:
    """What is for consentry.js and nobody's eyes."""
    return json.dumps({"consentry": text})


def unwrapped(text: str) -> str | None:
    """What consentry.js sent, or None: a person typed this."""
    if not text.startswith("{"):
        return None
    try:
        match json.loads(text):
            case {"consentry": str(inner)}:
                return inner
    except (ValueError, RecursionError):
        pass
    return None
