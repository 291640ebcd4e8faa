"""The presence of a room's occupants (XEP-0045), with what Jitsi adds to it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from consentry.connectors.jitsi import caps
from consentry.connectors.jitsi.json_object import read_json
from consentry.connectors.jitsi.stanzas import (
    CLIENT,
    JITMEET,
    MUC,
    MUC_ADMIN,
    MUC_USER,
    NICK,
    Jid,
    condition,
    iq,
)
from consentry.connectors.jitsi.xml import Element, element
from consentry.errors import SignalingError

FOCUS_NICK = "focus"
ENDPOINT = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_]{0,63}")
"""What an endpoint's id looks like; it is the occupant's nick, which only the room gives out."""

MAX_NAME = 64
NAMELESS = "Guest"

SELF, KICKED, BANNED, SHUT_DOWN = "110", "307", "301", "332"
"""Status codes of XEP-0045 section 15.6."""

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody in the room, as its presence says."""

    id: str
    name: str
    owner: bool
    """Whether the room says that it is theirs to run."""
    jid: Jid | None
    """Their address, where the room shows it."""
    machine: bool
    """Whether it is a service, no person: it records, or dials out."""
    encrypted: bool
    """Whether their media is end-to-end encrypted."""
    muted: frozenset[str]
    """Names of their sources that send nothing."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """``occupant`` is in the room, or something about them changed."""

    occupant: Occupant
    own: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """An occupant left. ``destroyed``: with everybody else, as the room is no more."""

    id: str
    own: bool
    kicked: bool
    destroyed: bool
    instead: Jid | None
    """Where the call goes on."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The room did not take our presence."""

    condition: str
    lobby: Jid | None
    host: bool
    """Whether the host has to come first."""
    restricted: bool
    """Whether somebody else has to make the room first."""


def read_presence(stanza: Element, own: Jid) -> Arrived | Gone | Denied | None:
    """What a presence from the room of ``own`` says; None if it is not an occupant's.

    SignalingError if it can't be read.
    """
    sender = Jid.parse(stanza.get("from"))
    if sender is None or sender.bare != own.bare:
        return None
    match stanza.get("type"):
        case "error":
            return _denied(stanza)
        case "unavailable":
            return _gone(stanza, sender, own)
        case None:
            return _arrived(stanza, sender, own)
        case _:
            return None


def _arrived(stanza: Element, sender: Jid, own: Jid) -> Arrived | None:
    # Whoever has no id that an endpoint can have takes no part in the media.
    if not ENDPOINT.fullmatch(sender.resource):
        return None
    user = _user(stanza)
    item = user.find("item") if user is not None else None
    powers = (item.get("affiliation"), item.get("role")) if item is not None else (None, None)
    jid = Jid.parse(item.get("jid")) if item is not None else None
    occupant = Occupant(
        sender.resource,
        _name(stanza.find("nick", NICK)),
        owner=powers[0] == "owner" or powers[1] == "moderator",
        jid=jid,
        machine=_is_machine(stanza),
        encrypted=_says(stanza, "jitsi_participant_e2ee.enabled"),
        muted=_muted(stanza.find("SourceInfo"), sender.resource),
    )
    return Arrived(occupant, SELF in _codes(user) or sender == own)


def _gone(stanza: Element, sender: Jid, own: Jid) -> Gone:
    user = _user(stanza)
    codes = _codes(user)
    destroyed = user.find("destroy") if user is not None else None
    return Gone(
        sender.resource,
        own=SELF in codes or sender == own,
        kicked=bool({KICKED, BANNED} & codes),
        destroyed=destroyed is not None,
        instead=Jid.parse(destroyed.get("jid")) if destroyed is not None else None,
    )


def _denied(stanza: Element) -> Denied:
    error = stanza.find("error")
    lobby = error.find("lobbyroom") if error is not None else None
    host = error.find("waiting-for-host") if error is not None else None
    text = error.find("text") if error is not None else None
    restricted = error is not None and error.find("room-does-not-exist") is not None
    return Denied(
        condition(stanza),
        Jid.parse(lobby.text.strip()) if lobby is not None else None,
        host is not None,
        restricted or (text is not None and text.text == "Room creation is restricted"),
    )


def _user(stanza: Element) -> Element | None:
    """What the room says of an occupant: it comes last, after whatever they say themselves."""
    return next(reversed(list(stanza.all("x", MUC_USER))), None)


def _codes(user: Element | None) -> frozenset[str]:
    if user is None:
        return frozenset()
    return frozenset(status.get("code") or "" for status in user.all("status"))


def _name(nick: Element | None) -> str:
    """What to call them: visible characters of one line."""
    text = " ".join(_INVISIBLE.sub(" ", nick.text[:1024]).split()) if nick is not None else ""
    return text[:MAX_NAME].rstrip() or NAMELESS


def _says(stanza: Element, name: str) -> bool:
    said = stanza.find(name)
    return said is not None and said.text.strip() == "true"


def _is_machine(stanza: Element) -> bool:
    features = stanza.find("features")
    named = {
        feature.get("var") or ""
        for feature in (features.all("feature") if features is not None else ())
    }
    return not named.isdisjoint(
        {"http://jitsi.org/protocol/jibri", "http://jitsi.org/protocol/transcriber"}
    )


def _muted(info: Element | None, owner: str) -> frozenset[str]:
    """Of ``{source: {"muted": bool}}``, the owner's own; what says nothing is muted."""
    if info is None:
        return frozenset()
    try:
        sources = read_json(info.text)
    except SignalingError:
        return frozenset()
    return frozenset(
        name
        for name, said in sources.items()
        if name.startswith(f"{owner}-")
        and not (isinstance(said, dict) and said.get("muted", True) is False)
    )


@dataclass(frozen=True, slots=True)
class Card:
    """What the bot's own presence says."""

    name: str
    machine_id: str
    codecs: Sequence[str] = ("vp8", "h264")
    """Of pictures, the best first; the whole call avoids what somebody in it can't decode."""
    poltergeist: bool = True
    """Say that it is a bot: browsers make no connection of their own to one."""


def join(room: Jid, card: Card, password: str | None) -> Element:
    """The presence that enters ``room``, which has the nick as its resource."""
    secret = element("password", MUC, password) if password is not None else None
    return _presence(room, element("x", MUC, secret), *_about(card))


def knock(lobby: Jid, card: Card) -> Element:
    """The presence that enters a lobby: a name, and no more."""
    return _presence(lobby, element("x", MUC), element("nick", NICK, card.name))


def grant(room: Jid, to: Jid, id_: str) -> Element:
    """The request to make the user at ``to`` an owner of ``room`` (XEP-0045 section 10.6)."""
    attributes = {"affiliation": "owner", "jid": str(to.bare)}
    item = element("item", MUC_ADMIN, attributes=attributes)
    return iq("set", room.bare, id_, element("query", MUC_ADMIN, item))


def leave(room: Jid) -> Element:
    attributes = {"to": str(room), "type": "unavailable"}
    return element("presence", CLIENT, attributes=attributes)


def _about(card: Card) -> list[Element]:
    said = [
        element("stats-id", CLIENT, card.name),
        caps.presence(),
        element("nick", NICK, card.name),
        element("SourceInfo", CLIENT, json.dumps({})),
        element("jitsi_participant_codecList", CLIENT, ",".join(card.codecs)),
        element("audiomuted", "http://jitsi.org/jitmeet/audio", "true"),
        element("videomuted", "http://jitsi.org/jitmeet/video", "true"),
        # Jitsi's page looks these up when somebody of the hidden domain leaves, and hears of nobody
        # who comes or goes any more where there are none to look in.
        element("features", CLIENT),
    ]
    if card.poltergeist:
        said.append(element("bot", JITMEET, attributes={"type": "poltergeist"}))
    return said


def _presence(to: Jid, *children: Element) -> Element:
    return element("presence", CLIENT, *children, attributes={"to": str(to)})
