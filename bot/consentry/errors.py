"""
Everything Consentry raises on purpose, by whose fault it is.

* ConsentryError
  * ConfigError           the YAML is wrong; names file, line and key, and what to write instead
  * SetupError            something is not installed here, or a port or file can't be had
    * ModelMissing        a model's weights are absent; says what to install
    * ModelCorrupt        a model's weights are not the pinned ones
    * MediaFileError      a recording can't be read
  * PluginError           a plugin failed to load, or crashed; carries its name
  * ConsentError          an act of consent was refused: no owner, wrong code, unknown purpose
  * ConnectorError        the call can't be joined, or was lost
    * JoinRefused         the room said no; carries an EndReason
    * SignalingError      a signaling message broke the protocol
  * MessageError          a message to or from the bot is malformed, forged or replayed

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


class PluginError(ConsentryError):
    """A plugin failed to load or crashed."""

    def __init__(self, plugin: str, text: str) -> None:
        super().__init__(f"plugin {plugin!r}: {text}")
        self.plugin = plugin


class ConsentError(ConsentryError):
    """Somebody asked for what consent does not let them do."""


class ConnectorError(ConsentryError):
    """The call can't be joined, or was lost."""


class EndReason(StrEnum):
    """Why a call ended for the bot: a closed set, shown to whoever invited it."""

    LEFT = "left"
    ROOM_CLOSED = "room_closed"
    ROOM_FULL = "room_full"
    BOT_PRESENT = "bot_present"
    NOT_ALLOWED = "not_allowed"
    UNREACHABLE = "unreachable"
    LOST = "lost"


class JoinRefused(ConnectorError):
    """The room refused the bot."""

    def __init__(self, reason: EndReason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class SignalingError(ConnectorError):
    """A signaling message broke the protocol."""


class MessageError(ConsentryError):
    """A message is malformed, forged or replayed."""
