"""A server's and a focus's words to the bot, without a server: what is not said is not there."""

from __future__ import annotations

from pathlib import Path

from consentry.connectors.jitsi.happenings import Happening
from consentry.connectors.jitsi.muc import Card
from consentry.connectors.jitsi.sasl import Account
from consentry.connectors.jitsi.signaling import Signaling
from consentry.connectors.jitsi.stanzas import Jid
from consentry.connectors.jitsi.stream import Login
from consentry.connectors.jitsi.visit import Visit
from consentry.connectors.jitsi.xml import Element, parse

RECORDED = Path(__file__).parent / "recorded"
ROOM = "room@conference.meet.test"
FOCUS = f"{ROOM}/focus"
ME = "abcd1234-0000@meet.test/bot"
ID = "abcd1234"

NONE = "urn:ietf:params:xml:ns:xmpp-stanzas"
_USER = "http://jabber.org/protocol/muc#user"


def recorded(name: str) -> list[str]:
    """The frames that a real Prosody sent in one stay."""
    return (RECORDED / f"{name}.xml").read_text(encoding="utf-8").splitlines()


def visit(
    account: Account | None = None,
    password: str | None = None,
    token: str | None = None,
    *,
    by_http: bool = False,
) -> Visit:
    return Visit(
        Login("meet.test", "nonce", account, token=token is not None),
        Jid("conference.meet.test", "room"),
        "meet.test",
        "focus.meet.test",
        Card("Consentry", "machine"),
        ["0123abcd", "4567ef01"],
        password,
        token,
        by_http=by_http,
        patience=60.0,
    )


class Conversation:
    """The bot's core, and the frames that it is told."""

    def __init__(self, visit_: Visit | None = None) -> None:
        self.core = Signaling(visit_ or visit(), now=0.0)
        self.now = 0.0
        self.sent: list[Element] = []

    def says(self, *frames: str) -> list[Happening]:
        """The server sends these; what follows."""
        happenings = [h for frame in frames for h in self.core.receive(frame)]
        self.listen()
        return happenings

    def listen(self) -> None:
        self.sent += [parse(text) for text in self.core.data_to_send()]

    def passes(self, seconds: float) -> list[Happening]:
        """Time passes, no longer at once than the core wants to be asked."""
        happenings: list[Happening] = []
        until = self.now + seconds
        while self.now < until and not self.core.over:
            due = self.core.next_timeout()
            self.now = min(until, max(self.now, due if due is not None else until))
            happenings += self.core.handle_timeout(self.now)
            self.listen()
        return happenings

    def last(self, name: str) -> Element:
        """The last stanza of this name that the bot sent."""
        return next(each for each in reversed(self.sent) if each.name == name)

    def logs_in(self) -> list[Happening]:
        features = "<f:features xmlns:f='http://etherx.jabber.org/streams'>{}</f:features>"
        mechanisms = (
            "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            "<mechanism>ANONYMOUS</mechanism></mechanisms>"
        )
        return self.says(
            features.format(mechanisms),
            "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
            features.format("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"),
            "<iq xmlns='jabber:client' type='result' id='c1'>"
            f"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{ME}</jid></bind></iq>",
        )

    def focus_is_ready(self, ready: str = "true") -> list[Happening]:
        asked = self.last("iq").get("id")
        return self.says(
            f"<iq xmlns='jabber:client' type='result' id='{asked}' from='focus.meet.test'>"
            f"<conference xmlns='http://jitsi.org/protocol/focus' ready='{ready}' "
            "focusjid='focus@auth.meet.test'/></iq>"
        )

    def enters(self) -> list[Happening]:
        """All the way in, with the focus there and nobody else."""
        self.logs_in()
        self.focus_is_ready()
        return self.says(presence("focus", powers="owner", jid="focus@auth.meet.test/f"), me())


def presence(
    nick: str, inner: str = "", *, powers: str = "none", jid: str | None = None, room: str = ROOM
) -> str:
    address = f" jid='{jid}'" if jid else ""
    item = f"<item affiliation='{powers}' role='participant'{address}/>"
    return (
        f"<presence xmlns='jabber:client' from='{room}/{nick}' to='{ME}'>{inner}"
        f"<x xmlns='{_USER}'>{item}</x></presence>"
    )


def named(nick: str, name: str, inner: str = "", *, powers: str = "none") -> str:
    return presence(
        nick, f"<nick xmlns='http://jabber.org/protocol/nick'>{name}</nick>{inner}", powers=powers
    )


def me(room: str = ROOM) -> str:
    """The presence that says that the bot is in."""
    return (
        f"<presence xmlns='jabber:client' from='{room}/{ID}' to='{ME}'>"
        f"<x xmlns='{_USER}'><item affiliation='none' role='participant'/>"
        "<status code='110'/></x></presence>"
    )


def gone(nick: str, inner: str = "", room: str = ROOM) -> str:
    return (
        f"<presence xmlns='jabber:client' type='unavailable' from='{room}/{nick}' to='{ME}'>"
        f"<x xmlns='{_USER}'><item affiliation='none' role='none'/>{inner}</x></presence>"
    )


def denied(kind: str, inner: str, room: str = ROOM) -> str:
    return (
        f"<presence xmlns='jabber:client' type='error' from='{room}/{ID}' to='{ME}'>"
        f"<error type='{kind}'>{inner}</error></presence>"
    )


def line(sender: str, text: str, kind: str = "groupchat", more: str = "") -> str:
    return (
        f"<message xmlns='jabber:client' from='{sender}' to='{ME}' type='{kind}' id='m1'>"
        f"<body>{text}</body>{more}</message>"
    )


def jingle(action: str, inner: str, sender: str = FOCUS, sid: str = "s1") -> str:
    return (
        f"<iq xmlns='jabber:client' type='set' from='{sender}' to='{ME}' id='j-{action}'>"
        f"<jingle xmlns='urn:xmpp:jingle:1' action='{action}' sid='{sid}'>{inner}</jingle></iq>"
    )


def sources(json: str) -> str:
    return f"<json-message xmlns='http://jitsi.org/jitmeet'>{json}</json-message>"


TRANSPORT = (
    "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='uf' pwd='password'>"
    "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>AB:CD"
    "</fingerprint>{}</transport>"
)
OFFER = (
    "<content name='audio'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>"
    "<payload-type id='111' name='opus' clockrate='48000' channels='2'/></description>"
    f"{TRANSPORT.format('')}</content>"
    "<bridge-session xmlns='http://jitsi.org/protocol/focus' id='b1'/>"
)
EMPTY = sources('{"sources":{}}')
"""Nobody sends anything."""
