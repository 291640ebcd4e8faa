"""Jingle to SDP and back: Jicofo's invitation as an offer, the answer as its acceptance.

XEP-0166, XEP-0167, XEP-0176, XEP-0320, XEP-0338. Values become lines of SDP, so each is checked to
be one word, or one line, first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consentry.connectors.jitsi.stanzas import FOCUS
from consentry.connectors.jitsi.xml import Element, element
from consentry.errors import SignalingError

JINGLE = "urn:xmpp:jingle:1"
RTP = "urn:xmpp:jingle:apps:rtp:1"
ICE = "urn:xmpp:jingle:transports:ice-udp:1"
DTLS = "urn:xmpp:jingle:apps:dtls:0"
GROUPING = "urn:xmpp:jingle:apps:grouping:0"
SCTP = "urn:xmpp:jingle:transports:dtls-sctp:1"
COLIBRI = "http://jitsi.org/protocol/colibri"
COLIBRI2 = "jitsi:colibri2"

EXTENSIONS = frozenset({"urn:ietf:params:rtp-hdrext:ssrc-audio-level"})
"""Header extensions that the bot reads (RFC 6464)."""

FEEDBACK = frozenset({"nack", "nack pli", "ccm fir"})
"""RTCP that the bot sends (RFC 4585, RFC 5104)."""

MAX_PAYLOAD_TYPES = 64
MAX_PARAMETERS = 16

_WORD = re.compile(r"[!-~]{1,256}")
_LINE = re.compile(r"[ -~]{1,256}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_KINDS = ("audio", "video")


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers."""

    sdp: str
    bridge_session: str | None
    """Named when the session is given up, so that Jicofo gives up the right one."""
    socket: str | None
    """Where the bridge takes its messages where there is no data channel."""
    contents: tuple[str, ...]


def read_offer(jingle: Element) -> Offer:
    """A session-initiate or transport-replace as an offer; SignalingError if it is none."""
    contents = [content for content in jingle.all("content") if content.get("name")]
    names = tuple(_word(content.get("name")) for content in contents)
    if not contents or len(contents) > 3 or len(set(names)) != len(names):
        raise SignalingError("an invitation of other contents than sound, pictures and data")
    transport = contents[0].find("transport", ICE)
    if transport is None:
        raise SignalingError("an invitation without a transport")
    lines = ["v=0", "o=- 1 2 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    sections = [section for content in contents for section in _section(content, transport)]
    bundled = [line[6:] for line in sections if line.startswith("a=mid:")]
    lines += [f"a=group:BUNDLE {' '.join(bundled)}", *sections]
    session = jingle.find("bridge-session", FOCUS)
    socket = transport.find("web-socket", COLIBRI)
    return Offer(
        "\r\n".join(lines) + "\r\n",
        session.get("id") if session is not None else None,
        socket.get("url") if socket is not None else None,
        names,
    )


def read_candidates(jingle: Element) -> tuple[str, ...]:
    """The candidates of a transport-info, as SDP writes them; those of TCP are left out."""
    transports = (content.find("transport", ICE) for content in jingle.all("content"))
    return tuple(
        line.removeprefix("a=")
        for transport in transports
        if transport is not None
        for line in _candidates(transport)
    )


def _section(content: Element, common: Element) -> Iterator[str]:
    """One m-line; none for data where the bridge has no SCTP."""
    name = _word(content.get("name"))
    transport = content.find("transport", ICE) or common
    if transport.find("fingerprint", DTLS) is None:
        transport = common
    description = content.find("description")
    kind = description.get("media") if description is not None else None
    kind = kind or name
    if kind in _KINDS and description is not None:
        yield from _media_line(kind, description)
    else:
        sctp = transport.find("sctpmap", SCTP) or common.find("sctpmap", SCTP)
        if sctp is None:
            return
        yield "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
        yield f"a=sctp-port:{_number(sctp.get('number'))}"
        yield "a=max-message-size:262144"
    yield "c=IN IP4 0.0.0.0"
    yield f"a=mid:{name}"
    yield from _transport(transport)
    if kind in _KINDS and description is not None:
        yield "a=rtcp-mux"
        yield "a=sendonly"
        yield from _codecs(description)


def _media_line(kind: str, description: Element) -> Iterator[str]:
    types = [_number(each.get("id")) for each in description.all("payload-type")]
    if not 0 < len(types) <= MAX_PAYLOAD_TYPES:
        raise SignalingError(f"an m-line may have {MAX_PAYLOAD_TYPES} payload types")
    yield f"m={kind} 9 UDP/TLS/RTP/SAVPF {' '.join(types)}"


def _transport(transport: Element) -> Iterator[str]:
    yield f"a=ice-ufrag:{_word(transport.get('ufrag'))}"
    yield f"a=ice-pwd:{_word(transport.get('pwd'))}"
    fingerprint = transport.find("fingerprint", DTLS)
    if fingerprint is None:
        raise SignalingError("a transport whose other end could be anybody: it has no fingerprint")
    yield f"a=fingerprint:{_word(fingerprint.get('hash'))} {_word(fingerprint.text.strip())}"
    yield f"a=setup:{_word(fingerprint.get('setup') or 'actpass')}"
    yield from _candidates(transport)


def _candidates(transport: Element) -> Iterator[str]:
    """RFC 8839 section 5.1."""
    for each in transport.all("candidate"):
        if (each.get("protocol") or "").lower() != "udp":
            continue
        fields = [
            _word(each.get("foundation")),
            _number(each.get("component")),
            "udp",
            _number(each.get("priority")),
            _word(each.get("ip")),
            _number(each.get("port")),
            "typ",
            _word(each.get("type") or "host"),
        ]
        if each.get("rel-addr") and each.get("rel-port"):
            fields += ["raddr", _word(each.get("rel-addr"))]
            fields += ["rport", _number(each.get("rel-port"))]
        yield f"a=candidate:{' '.join(fields)}"


def _codecs(description: Element) -> Iterator[str]:
    for each in description.all("payload-type"):
        id_, channels = _number(each.get("id")), each.get("channels")
        rate = _number(each.get("clockrate"))
        more = f"/{_number(channels)}" if channels not in (None, "", "1") else ""
        yield f"a=rtpmap:{id_} {_word(each.get('name'))}/{rate}{more}"
        parameters = list(each.all("parameter"))[:MAX_PARAMETERS]
        if parameters:
            yield f"a=fmtp:{id_} {_line(';'.join(_parameter(p) for p in parameters))}"
        for feedback in each.all("rtcp-fb"):
            said = " ".join(filter(None, (feedback.get("type"), feedback.get("subtype"))))
            if said in FEEDBACK:
                yield f"a=rtcp-fb:{id_} {said}"
    for each in description.all("rtp-hdrext"):
        if each.get("uri") in EXTENSIONS:
            yield f"a=extmap:{_number(each.get('id'))} {each.get('uri')}"


def _parameter(parameter: Element) -> str:
    """Of H.264 Jicofo puts several into one, ended by a semicolon."""
    name, value = parameter.get("name"), (parameter.get("value") or "").strip(";")
    return f"{name}={value}" if name else value


def accept(answer: str, contents: Sequence[str]) -> list[Element]:
    """What a session-accept or transport-accept holds, for the SDP of an answer.

    No picture is sent before the bridge was told which: ``initial-last-n`` is 0.
    """
    session, *sections = re.split(r"(?m)^(?=m=)", answer)
    by_mid = {_first(section, "mid"): section for section in sections}
    common = sections[0] if sections else session
    made = [
        _content(name, by_mid.get(name), common, session)
        for name in contents
        if name in by_mid or name in _KINDS
    ]
    bundled = [element("content", GROUPING, attributes={"name": name}) for name in contents]
    return [element("group", GROUPING, *bundled, attributes={"semantics": "BUNDLE"}), *made]


def _content(name: str, section: str | None, common: str, session: str) -> Element:
    section = section or common
    attributes = {"creator": "initiator", "name": name, "senders": "initiator"}
    last_n = element("initial-last-n", COLIBRI2, attributes={"value": "0"})
    return element(
        "content",
        JINGLE,
        last_n if name == "video" else None,
        _description(name, section) if name in _KINDS else None,
        _answered_transport(section, session),
        attributes=attributes,
    )


def _description(name: str, section: str) -> Element:
    codecs = [
        element(
            "payload-type",
            RTP,
            attributes={
                "id": match["id"],
                "name": match["name"],
                "clockrate": match["rate"],
                "channels": match["channels"],
            },
        )
        for match in re.finditer(
            r"(?m)^a=rtpmap:(?P<id>\d+) (?P<name>[^/\s]+)/(?P<rate>\d+)(?:/(?P<channels>\d+))?",
            section,
        )
    ]
    mux = element("rtcp-mux", RTP)
    return element("description", RTP, *codecs, mux, attributes={"media": name})


def _answered_transport(section: str, session: str) -> Element:
    hashed, _, fingerprint = (
        _first(section, "fingerprint") or _first(session, "fingerprint")
    ).partition(" ")
    setup = _first(section, "setup") or "active"
    children = [
        element(
            "fingerprint", DTLS, fingerprint.strip(), attributes={"hash": hashed, "setup": setup}
        )
    ]
    for at, line in enumerate(_every(section, "candidate")):
        if (candidate := _candidate(line, at)) is not None:
            children.append(candidate)
    credentials = {"ufrag": _first(section, "ice-ufrag"), "pwd": _first(section, "ice-pwd")}
    return element("transport", ICE, *children, attributes=credentials)


def _candidate(line: str, at: int) -> Element | None:
    words = line.split()
    if len(words) < 8:
        return None
    names = ("foundation", "component", "protocol", "priority", "ip", "port")
    attributes: dict[str, str | None] = dict(zip(names, words[:6], strict=True))
    pairs = dict(zip(words[6::2], words[7::2], strict=False))
    attributes |= {"type": pairs.get("typ"), "generation": "0", "network": "0", "id": f"k{at}"}
    attributes |= {"rel-addr": pairs.get("raddr"), "rel-port": pairs.get("rport")}
    return element("candidate", ICE, attributes=attributes)


def _every(section: str, name: str) -> list[str]:
    start = f"a={name}:"
    return [line[len(start) :] for line in section.splitlines() if line.startswith(start)]


def _first(section: str, name: str) -> str:
    return next(iter(_every(section, name)), "")


def _word(value: str | None) -> str:
    if value is None or not _WORD.fullmatch(value):
        raise SignalingError("a value that is no word of a description")
    return value


def _line(value: str) -> str:
    if not _LINE.fullmatch(value):
        raise SignalingError("a value that is no line of a description")
    return value


def _number(value: str | None) -> str:
    if value is None or not _NUMBER.fullmatch(value):
        raise SignalingError("a value that is no number")
    return value
