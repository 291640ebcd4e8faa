"""Why a Galene server does not let the bot in, read off the few words that it gives."""

from __future__ import annotations

from consentry.connectors.galene.frames import Joined
from consentry.errors import EndReason

_SAID = {
    "group does not exist": EndReason.NO_SUCH_ROOM,
    "this group is locked": EndReason.ROOM_LOCKED,
    "this group is not open yet": EndReason.HOST_ABSENT,
    "this group is closed": EndReason.ROOM_CLOSED,
    "there are no operators in this group": EndReason.HOST_ABSENT,
    "too many users": EndReason.ROOM_FULL,
    "internal server error": EndReason.UNREACHABLE,
    "server is shutting down": EndReason.UNREACHABLE,
}
"""Galene gives these no code. An operator who locks a group may choose other words for it."""


def refusal(frame: Joined, password: bool, token: bool) -> EndReason:
    """The reason in a refused join; whether a password or a token was given tells the rest."""
    if frame.kind == "redirect":
        return EndReason.NO_SUCH_ROOM
    if frame.error:  # need-username, duplicate-username
        return EndReason.NOT_ALLOWED
    said = frame.value if isinstance(frame.value, str) else ""
    if said == "not authorised":
        if token:
            return EndReason.TOKEN_EXPIRED
        return EndReason.NOT_ALLOWED if password else EndReason.PASSWORD_NEEDED
    return _SAID.get(said, EndReason.ROOM_LOCKED)
