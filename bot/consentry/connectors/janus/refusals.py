"""Why Janus refuses: its error codes, and what they mean to whoever invited the bot."""

from __future__ import annotations

from consentry.connectors.janus.happenings import Entry, Lost, Over
from consentry.errors import EndReason

UNAUTHORIZED = 403
NOT_ACCEPTING = 472
"""Codes of the Janus API (``apierror.h`` of Janus 1.1.2)."""

NO_SUCH_PLUGIN = frozenset({460, 461, 405})
"""Not loaded, or not for this token."""

NO_SUCH_ROOM = frozenset({426, 417})
MISSING_ELEMENT = frozenset({429, 413})
ROOM_UNAUTHORIZED = frozenset({433, 419})
PUBLISHERS_FULL = 432
USERNAME_EXISTS = 420
"""Codes of the VideoRoom plugin, and of the TextRoom plugin where it has others."""


def of_api(code: int) -> Over | Lost:
    """Janus refused a session or a handle."""
    if code == UNAUTHORIZED:
        remedy = "Janus asks for an API secret or a token: set stack.api_secret, or give the token"
        return Over(EndReason.NOT_ALLOWED, remedy)
    if code in NO_SUCH_PLUGIN:
        remedy = "that Janus has no VideoRoom or TextRoom for the bot: enable the plugin"
        return Over(EndReason.NO_SUCH_ROOM, remedy)
    return Lost()


def of_room(code: int, entry: Entry, what: str = "room") -> Over:
    """A room refused the bot; ``what`` says which of the two."""
    if code in NO_SUCH_ROOM:
        remedy = f"that Janus has no such {what}: check the number"
        if what == "text room":
            remedy += ", set stack.textroom to that of one, or to false"
        return Over(EndReason.NO_SUCH_ROOM, remedy)
    if code in MISSING_ELEMENT or (code in ROOM_UNAUTHORIZED and entry.pin and not entry.token):
        return Over(EndReason.PASSWORD_NEEDED, f"the {what} has a PIN: give it with --password")
    if code == PUBLISHERS_FULL:
        return Over(EndReason.ROOM_FULL)
    remedy = f"the {what} lets in who has a token of its list: give one with --token"
    return Over(EndReason.NOT_ALLOWED, remedy)
