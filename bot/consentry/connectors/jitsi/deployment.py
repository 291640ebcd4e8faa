"""Where a Jitsi deployment keeps what: from the address of a conference, options and config.js."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, urlencode, urlsplit

from consentry.connectors.jitsi.stanzas import Jid
from consentry.errors import ConfigError

MAX_CONFIG = 1 << 20
"""Bytes of a config.js; the stock one has 60 KiB."""

MAX_ROOM = 200

_SCHEMES = {"https": "wss", "http": "ws"}
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
_ASSIGNMENT = re.compile(
    r"""^\s*(?:config\.)?(?:hosts\.)?(?P<key>domain|muc|focus|hiddenDomain|websocket|conferenceRequestUrl)
        \s*[:=]\s*(?P<quote>['"])(?P<value>[^'"\\]{1,500})(?P=quote)\s*[,;]?\s*(?://.*)?$""",
    re.VERBOSE,
)
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LEFT_OUT = re.compile(r"""[:?#\[\]@!$&'()*+,;=></"]""")
_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment, as far as a participant has to know it."""

    host: str
    """With the port, where it is not the usual one."""
    tls: bool
    room: str
    domain: str = ""
    muc: str = ""
    focus: str = ""
    hidden_domain: str = ""
    websocket: str = ""
    conference_request_url: str = ""
    tenant: str = ""

    @property
    def origin(self) -> str:
        """Of its page (RFC 6454)."""
        return f"{'https' if self.tls else 'http'}://{self.host}"

    @property
    def config_url(self) -> str:
        tenant = f"/{self.tenant}" if self.tenant else ""
        return f"{self.origin}{tenant}/config.js"

    @property
    def room_jid(self) -> Jid:
        return Jid(self.muc, self.room)

    def socket_url(self, token: str | None) -> str:
        """The XMPP WebSocket; the room in it is what some modules of the server go by."""
        query = {"room": self.room} | ({"token": token} if token is not None else {})
        joint = "&" if "?" in self.websocket else "?"
        return f"{self.websocket}{joint}{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What options say; empty where they say nothing."""

    domain: str = ""
    muc: str = ""
    focus: str = ""
    hidden_domain: str = ""
    websocket: str = ""
    conference_request_url: str = ""

    def known(self) -> dict[str, str]:
        pairs = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in pairs if value}


@dataclass(frozen=True, slots=True)
class Config:
    """What a config.js says; empty where it can't be told without running it."""

    values: dict[str, str] = field(default_factory=dict)


def read_url(url: str) -> Deployment:
    """The deployment and the room of a conference's address; ConfigError if it is none."""
    bare = url.removeprefix("jitsi+")
    try:
        parts = urlsplit(bare)
        port = parts.port
    except ValueError:
        raise ConfigError("that is no URL") from None
    path = [unquote(part) for part in parts.path.split("/") if part]
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(parts.hostname or "") or parts.username:
        raise ConfigError("a Jitsi conference's URL looks like https://host/Room")
    if not 1 <= len(path) <= 2 or (len(path) == 2 and not _TENANT.fullmatch(path[0])):
        raise ConfigError("a Jitsi conference's URL ends with the room: https://host/Room")
    tenant, room = path[0] if len(path) == 2 else "", room_name(path[-1])
    if not room or len(room) > MAX_ROOM:
        raise ConfigError("a Jitsi room's name has 1 to 200 characters")
    host = (parts.hostname or "") + (f":{port}" if port is not None else "")
    return Deployment(host.lower(), parts.scheme == "https", room, tenant=tenant)


def room_name(name: str) -> str:
    """A room's name as Jitsi's page makes an address of it: some characters left out, the rest in
    lower case and percent-encoded."""
    plain = unicodedata.normalize("NFKC", _LEFT_OUT.sub("", name.strip()))
    return quote(plain.lower(), safe="-_.~").lower()


def read_config(text: str) -> Config:
    """The settings of a config.js that stand in it as plain strings.

    It is a program, and is not run: what is put together from variables is left out.
    """
    found: dict[str, str] = {}
    for line in _COMMENTS.sub("", text[:MAX_CONFIG]).splitlines():
        if len(line) <= 1000 and (match := _ASSIGNMENT.match(line)) is not None:
            found.setdefault(match["key"], match["value"])
    return Config(found)


def settle(deployment: Deployment, config: Config, overrides: Overrides) -> Deployment:
    """Options first, then what config.js says, then what Jitsi's installer would have set.

    ConfigError where an option is no address.
    """
    said, known = config.values, overrides.known()
    hostname, tenant = deployment.host.partition(":")[0], deployment.tenant.lower()
    domain = known.get("domain") or _domain(said.get("domain")) or hostname
    scheme = "wss" if deployment.tls else "ws"
    websocket = known.get("websocket") or _url(said.get("websocket"), scheme)
    muc = known.get("muc") or _domain(said.get("muc")) or f"conference.{domain}"
    within = f"{tenant}." if tenant else ""
    settled = replace(
        deployment,
        domain=domain,
        muc=muc.replace(".", f".{within}", 1),
        focus=known.get("focus") or _domain(said.get("focus")) or f"focus.{domain}",
        hidden_domain=known.get("hidden_domain") or _domain(said.get("hiddenDomain")),
        websocket=websocket
        or f"{scheme}://{deployment.host}{f'/{tenant}' if tenant else ''}/xmpp-websocket",
        conference_request_url=known.get("conference_request_url")
        or _url(said.get("conferenceRequestUrl"), "https" if deployment.tls else "http"),
    )
    for name in ("domain", "muc", "focus"):
        if not _HOST.fullmatch(getattr(settled, name)):
            raise ConfigError(f"stack.{name} is a domain, like {name}.example.org")
    if urlsplit(settled.websocket).scheme not in ("ws", "wss"):
        raise ConfigError("stack.websocket is a URL, like wss://host/xmpp-websocket")
    return settled


def _domain(value: str | None) -> str:
    return value if value is not None and _HOST.fullmatch(value) else ""


def _url(value: str | None, scheme: str) -> str:
    """``value`` where it keeps to the page's security: not plain where the page is encrypted."""
    return value if value is not None and value.startswith(f"{scheme}://") else ""
