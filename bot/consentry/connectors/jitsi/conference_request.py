"""The question to Jicofo for a conference, by XMPP or by HTTP, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consentry.connectors.jitsi.stanzas import FOCUS, Jid, condition, iq
from consentry.connectors.jitsi.visit import Visit
from consentry.connectors.jitsi.xml import Element, element
from consentry.errors import SignalingError

FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Granted:
    """The focus takes care of the conference, as soon as it is ``ready``."""

    ready: bool
    focus: Jid | None
    """The address that it joins the room from, without a resource."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Somebody with more rights has to ask first."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There is nobody to ask, or not now."""


Answer = Granted | Forbidden | Unanswered


def by_xmpp(visit: Visit, room: Jid, id_: str) -> Element:
    """Without ``visitors-version``: the bot is not to be sent to where visitors are."""
    attributes = {
        "room": str(room),
        "machine-uid": visit.card.machine_id,
        "token": visit.token,
    }
    return iq("set", visit.focus, id_, element("conference", FOCUS, attributes=attributes))


def by_http(visit: Visit, room: Jid) -> dict[str, Any]:
    return {"room": str(room), "machineUid": visit.card.machine_id, "properties": {}}


def read_stanza(answer: Element) -> Answer:
    """SignalingError if it is none."""
    if answer.get("type") == "error":
        return Forbidden() if condition(answer) == "not-authorized" else Unanswered()
    said = answer.find("conference", FOCUS)
    if said is None:
        raise SignalingError("an answer that is none to the question for a conference")
    return _granted(said.get("ready") == "true", said.get("focusjid"))


def read_http(status: int, answer: Mapping[str, Any] | None) -> Answer:
    """``status`` 0 stands for no answer at all."""
    if status == FORBIDDEN:
        return Forbidden()
    if not 200 <= status < 300 or answer is None:
        return Unanswered()
    return _granted(answer.get("ready") is True, answer.get("focusJid"))


def _granted(ready: bool, focus: object) -> Granted:
    jid = Jid.parse(focus) if isinstance(focus, str) else None
    return Granted(ready, jid.bare if jid is not None else None)
