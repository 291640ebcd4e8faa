"""What the tile shows: nothing but what everybody in the call was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consentry.messages import Caption, Message, PluginState, Retraction, Speaker, Speaking

CAPTION_SECONDS = 8.0
"""How long a caption stays once no more words come."""

MAX_CAPTIONS = 4
"""More don't fit on the tile."""

Running = Mapping[str, str]
"""Titles of the purposes the owner has turned on, by plugin."""


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """Who says what, as it stands."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class TileContent:
    """All that is on the tile; two equal ones look the same."""

    bot: str
    link: str | None = None
    """The public page of the call, for the QR code."""
    fingerprint: str | None = None
    """Of the key that signs what the bot says, to compare with the notice's."""
    running: tuple[str, ...] = ()
    """Titles of what the owner has turned on."""
    stopped: tuple[str, ...] = ()
    """Titles of those among them that are turned on and don't work now."""
    speakers: tuple[str, ...] = ()
    captions: tuple[CaptionLine, ...] = ()
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class _Shown:
    plugin: str
    revision: int
    changed_at: float
    line: CaptionLine


class TileFeed:
    """Follows what goes to everybody, and says what the tile shows of it.

    A caption goes when it is retracted or old, and with who speaks, when its plugin is turned
    off. Times are seconds of the call.
    """

    def __init__(self, bot: str, link: str | None = None, fingerprint: str | None = None) -> None:
        self._bot = bot
        self._link = link
        self._fingerprint = fingerprint
        self._captions: dict[str, _Shown] = {}
        self._speaking: dict[str, tuple[int, list[Speaker]]] = {}
        self._stopped: dict[str, bool] = {}

    def follow(self, message: Message, now: float) -> bool:
        """Take note of ``message``; whether something must come off the tile at once."""
        if message.to is not None:
            return False
        match message.body:
            case Caption():
                self._caption(message, message.body, now)
            case Speaking(speakers=speakers):
                if message.revision >= self._speaking.get(message.id, (0, []))[0]:
                    self._speaking[message.id] = message.revision, speakers
            case PluginState(plugin=plugin, state=state):
                self._stopped[plugin] = state != "running"
            case Retraction(ids=ids):
                shown = self._captions.keys() | self._speaking.keys()
                for name in ids:
                    self._captions.pop(name, None)
                    self._speaking.pop(name, None)
                return not shown.isdisjoint(ids)
        return False

    def content(self, now: float, running: Running) -> TileContent:
        """The tile as it is to be at ``now``."""
        self._forget(now, running)
        stopped = (running[name] for name, down in self._stopped.items() if down)
        speakers = (s.name for _, speakers in self._speaking.values() for s in speakers)
        return TileContent(
            bot=self._bot,
            link=self._link,
            fingerprint=self._fingerprint,
            running=tuple(running.values()),
            stopped=tuple(stopped),
            speakers=tuple(dict.fromkeys(speakers)),
            captions=tuple(shown.line for shown in self._captions.values())[-MAX_CAPTIONS:],
        )

    def _caption(self, message: Message, caption: Caption, now: float) -> None:
        shown = self._captions.get(message.id)
        if shown is not None and message.revision < shown.revision:
            return
        line = CaptionLine(caption.name, " ".join(caption.text.split()))
        if line.text:
            plugin = _plugin(message.id)
            self._captions[message.id] = _Shown(plugin, message.revision, now, line)

    def _forget(self, now: float, running: Running) -> None:
        self._captions = {
            name: shown
            for name, shown in self._captions.items()
            if shown.plugin in running and now - shown.changed_at < CAPTION_SECONDS
        }
        self._speaking = {n: s for n, s in self._speaking.items() if _plugin(n) in running}
        self._stopped = {n: down for n, down in self._stopped.items() if n in running}


def _plugin(id_: str) -> str:
    """Whose message it is: ids start with the name of the plugin."""
    return id_.partition("/")[0]
