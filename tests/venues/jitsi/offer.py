"""What Jicofo offers: contents of a session-initiate, cut to what the endpoint can do.

Payload types and header extensions are Jicofo's defaults, transport-wide congestion control
turned off (jicofo.codec.rtp-extensions.tcc.enabled): our bridge sends REMB instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from .sources import JINGLE, RTP
from .transport import LocalTransport

GROUPING = "urn:xmpp:jingle:apps:grouping:0"
FEEDBACK = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0"
EXTENSIONS = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0"
FOCUS_PROTOCOL = "http://jitsi.org/protocol/focus"
JITSI = "http://jitsi.org/jitmeet"

AUDIO = "urn:xmpp:jingle:apps:rtp:audio"
VIDEO = "urn:xmpp:jingle:apps:rtp:video"
DATA = "urn:xmpp:jingle:transports:dtls-sctp:1"
RETRANSMISSION = "urn:ietf:rfc:4588"
REMB = "http://jitsi.org/remb"
JSON_SOURCES = "http://jitsi.org/json-encoded-sources"
DEFAULT_FEATURES = frozenset({AUDIO, VIDEO, DATA})
"""Of a client that does not say."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of the offer."""

    number: int
    name: str
    clock: int
    channels: int = 1
    parameters: tuple[tuple[str, str], ...] = ()
    retransmission: int | None = None


AUDIO_CODECS = (
    Codec(111, "opus", 48000, 2, (("minptime", "10"), ("useinbandfec", "1"))),
    Codec(126, "telephone-event", 8000),
)
_H264 = "42e01f;level-asymmetry-allowed=1;packetization-mode=1;"
VIDEO_CODECS = (
    Codec(41, "AV1", 90000, retransmission=42),
    Codec(100, "VP8", 90000, retransmission=96),
    Codec(107, "H264", 90000, parameters=(("profile-level-id", _H264),), retransmission=99),
    Codec(101, "VP9", 90000, retransmission=97),
)
AUDIO_EXTENSIONS = (
    (1, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    (10, "urn:ietf:params:rtp-hdrext:sdes:mid"),
)
VIDEO_EXTENSIONS = (
    (11, "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"),
    (10, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    (3, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
)


def bundle(contents: list[Element]) -> Element:
    group = Element(f"{{{GROUPING}}}group", semantics="BUNDLE")
    for content in contents:
        SubElement(group, f"{{{GROUPING}}}content", name=content.attrib["name"])
    return group


def contents(features: frozenset[str], transport: LocalTransport) -> list[Element]:
    """One content for each medium that the endpoint can do, all with the same transport."""
    offered = []
    for name, feature in (("audio", AUDIO), ("video", VIDEO), ("data", DATA)):
        if feature not in features:
            continue
        attributes = {"creator": "initiator", "name": name, "senders": "both"}
        content = Element(f"{{{JINGLE}}}content", attributes)
        content.append(_description(name, features))
        content.append(transport.element(with_sctp=name == "data"))
        offered.append(content)
    return offered


def _description(medium: str, features: frozenset[str]) -> Element:
    if medium == "data":
        description = Element(f"{{{RTP}}}description", media="application")
    else:
        description = Element(f"{{{RTP}}}description", media=medium)
        if medium == "audio":
            description.set("maxptime", "60")
        for codec in AUDIO_CODECS if medium == "audio" else VIDEO_CODECS:
            description.append(_payload_type(codec, medium, features))
        if medium == "video" and RETRANSMISSION in features:
            for codec in VIDEO_CODECS:
                description.append(_retransmission(codec))
        for number, uri in AUDIO_EXTENSIONS if medium == "audio" else VIDEO_EXTENSIONS:
            SubElement(description, f"{{{EXTENSIONS}}}rtp-hdrext", id=str(number), uri=uri)
        SubElement(description, f"{{{EXTENSIONS}}}extmap-allow-mixed")
    SubElement(description, f"{{{RTP}}}rtcp-mux")
    return description


def _payload_type(codec: Codec, medium: str, features: frozenset[str]) -> Element:
    attributes = {"id": str(codec.number), "name": codec.name, "clockrate": str(codec.clock)}
    if codec.channels > 1:
        attributes["channels"] = str(codec.channels)
    element = Element(f"{{{RTP}}}payload-type", attributes)
    for name, value in codec.parameters:
        SubElement(element, f"{{{RTP}}}parameter", name=name, value=value)
    if medium == "video":
        _add_feedback(element)
        if REMB in features:
            SubElement(element, f"{{{FEEDBACK}}}rtcp-fb", type="goog-remb")
    return element


def _add_feedback(element: Element) -> None:
    SubElement(element, f"{{{FEEDBACK}}}rtcp-fb", type="ccm", subtype="fir")
    SubElement(element, f"{{{FEEDBACK}}}rtcp-fb", type="nack")
    SubElement(element, f"{{{FEEDBACK}}}rtcp-fb", type="nack", subtype="pli")


def _retransmission(codec: Codec) -> Element:
    attributes = {"id": str(codec.retransmission), "name": "rtx", "clockrate": "90000"}
    element = Element(f"{{{RTP}}}payload-type", attributes)
    SubElement(element, f"{{{RTP}}}parameter", name="apt", value=str(codec.number))
    if codec.name != "H264":
        _add_feedback(element)
    return element


def json_message(text: str) -> Element:
    element = Element(f"{{{JITSI}}}json-message")
    element.text = text
    return element


def bridge_session(name: str) -> Element:
    return Element(f"{{{FOCUS_PROTOCOL}}}bridge-session", id=name)
