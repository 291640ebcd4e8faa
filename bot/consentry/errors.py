"""
Everything Consentry raises on purpose, by whose fault it is.

* ConsentryError
  * ConfigError           the YAML is wrong; names file, line and key, and what to write instead
  * SetupError            something is not installed here, or a port or file can't be had
    * ModelMissing        a model's weights are absent; says what to install
    * ModelCorrupt        a model's weights are not the pinned ones
    * MediaFileError      a recording can't be read
    * FaceEngineError     a face engine's model has the wrong form, or gave no usable answer
    * Busy                too many ask for the same at once; nothing was done, or counted
  * PluginError           a plugin failed to load, or crashed; carries its name
  * ConsentError          an act of consent was refused: no owner, wrong code, unknown purpose
  * ConnectorError        the call can't be joined, or was lost
    * JoinRefused         the room said no; carries an EndReason
    * SignalingError      a signaling message broke the protocol
  * LedgerError           the log of consent is not what its heads and receipts say it was
  * MessageError          a message to or from the bot is malformed, forged or replayed
  * TemplateError         a face template, its key or a probe do not go together

A text names the key, file or room and what to do about it. No text quotes what
anyone said, a name, a token, SDP or a key.
"""

from __future__ import annotations

from enum import StrEnum


class ConsentryError(Exception):
    """Base class of every error Consentry raises on purpose."""


class ConfigError(ConsentryError):
    """The configuration is wrong."""


class SetupError(ConsentryError):
    """Something this machine lacks; the text says how to get it."""


class ModelMissing(SetupError):
    """A model's weights are not installed."""


class ModelCorrupt(SetupError):
    """A model's weights differ from the pinned SHA-256."""


class MediaFileError(SetupError):
    """A recording can't be opened or holds no audio."""


class FaceEngineError(SetupError):
    """A face engine's model has not the form it should, or gave something that is no answer."""


class Busy(SetupError):
    """Too many ask for the same at once: nothing was done for this one, and nothing counted."""


class PluginError(ConsentryError):
    """A plugin failed to load or crashed."""

    def __init__(self, plugin: str, text: str) -> None:
        super().__init__(f"plugin {plugin!r}: {text}")
        self.plugin = plugin


class ConsentError(ConsentryError):
    """Somebody asked for what consent does not let them do.

    ``said`` names the sentence that tells them so in their own language (``refusal.`` in
    :mod:`consentry.words`), and ``values`` what stands in it.
    """

    def __init__(self, text: str, said: str | None = None, **values: str) -> None:
        super().__init__(text)
        self.said = said
        self.values = values


class ConnectorError(ConsentryError):
    """The call can't be joined, or was lost."""


class EndReason(StrEnum):
    """Why a call ended for the bot: a closed set, shown to whoever invited it."""

    LEFT = "left"
    KICKED = "kicked"
    ROOM_CLOSED = "room_closed"
    ROOM_FULL = "room_full"
    ROOM_LOCKED = "room_locked"
    NO_SUCH_ROOM = "no_such_room"
    BOT_PRESENT = "bot_present"
    NOT_ALLOWED = "not_allowed"
    LOBBY_DENIED = "lobby_denied"
    PASSWORD_NEEDED = "password_needed"
    TOKEN_EXPIRED = "token_expired"
    HOST_ABSENT = "host_absent"
    ENCRYPTED = "encrypted"
    UNREACHABLE = "unreachable"
    LOST = "lost"


_REMEDIES = {
    EndReason.LEFT: "the bot left the call",
    EndReason.KICKED: "somebody who runs the call removed the bot; "
    "ask them before you invite it again",
    EndReason.ROOM_CLOSED: "the room was closed; invite the bot again once it is open",
    EndReason.ROOM_FULL: "the room is full; try again when somebody left, "
    "or let whoever runs it raise its limit",
    EndReason.ROOM_LOCKED: "the room is locked; ask whoever runs the call to unlock it",
    EndReason.NO_SUCH_ROOM: "there is no such room; check the address, "
    "and whether somebody has to open the room first",
    EndReason.BOT_PRESENT: "another bot is in that room already; it takes one",
    EndReason.NOT_ALLOWED: "the server did not let the bot in: "
    "check the token, the user name and the password it was given",
    EndReason.LOBBY_DENIED: "the bot waited in the lobby and was turned away; "
    "ask a moderator to let it in, and invite it again",
    EndReason.PASSWORD_NEEDED: "the room has a password, and the bot has none or a wrong one; "
    "give it with --password, or `password` under `stack:`",
    EndReason.TOKEN_EXPIRED: "the token has expired; make a new one",
    EndReason.HOST_ABSENT: "the call has not begun: nobody who may open it came; "
    "invite the bot again once the host is there",
    EndReason.ENCRYPTED: "the call is end-to-end encrypted, so there is nothing for a bot to hear; "
    "it stays that way, and the bot has left",
    EndReason.UNREACHABLE: "the server can't be reached; check the address, and that it runs",
    EndReason.LOST: "the connection to the call was lost; invite the bot again once it is back",
}


def remedy(reason: EndReason) -> str:
    """What ``reason`` means to whoever invited the bot, and what to do about it."""
    return _REMEDIES[reason]


class JoinRefused(ConnectorError):
    """The room refused the bot; without a ``text``, the remedy of its reason is said."""

    def __init__(self, reason: EndReason, text: str | None = None) -> None:
        super().__init__(text or remedy(reason))
        self.reason = reason


class SignalingError(ConnectorError):
    """A signaling message broke the protocol."""


class LedgerError(ConsentryError):
    """The log of consent, a head of it or a receipt is not what it should be."""


class MessageError(ConsentryError):
    """A message is malformed, forged or replayed."""


class TemplateError(ConsentryError):
    """A face template, its key or a probe are not such, or do not go together."""
