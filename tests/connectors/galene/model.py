"""What a Galene server does about streams, as its source has it, and nothing else that it does."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field

from consentry.connectors.galene.subscriptions import CAMERA
from consentry.events import Medium

Media = frozenset[Medium]
MEDIA = {"audio": Medium.AUDIO, "video": Medium.VIDEO, "video-low": Medium.VIDEO}


def sdp(media: Media) -> str:
    """As much of an offer as says what would be sent."""
    sections = [f"m={m.value} 9 UDP/TLS/RTP/SAVPF 111\r\na=sendonly\r\n" for m in sorted(media)]
    return "v=0\r\na=ice-ufrag:abcd\r\n" + "".join(sections)


@dataclass
class _Down:
    """A stream on its way to the bot."""

    media: Media
    large: bool = False
    """Of the two sizes of a camera the one that it was taken in."""
    offered: Media = frozenset()
    """What the offer that waits for its answer says."""
    open: bool = False
    """An offer waits for its answer."""
    changed: bool = False
    answered: bool = False
    requested: list[str] | None = None


@dataclass
class GaleneModel:
    """The server's end of the bot's connection. Messages wait in :attr:`to_bot` and
    :attr:`to_server` until they are delivered, so that they can cross."""

    cameras: dict[str, tuple[str, Media]] = field(default_factory=dict)
    """Whose stream it is, and what they send, by its id."""
    label: str = CAMERA
    to_bot: deque[str] = field(default_factory=deque)
    to_server: deque[str] = field(default_factory=deque)
    downs: dict[str, _Down] = field(default_factory=dict)
    gone: bool = False
    """The bot spoke of a stream that it was already told is gone, and lost its connection."""
    _request: dict[str, list[str]] = field(default_factory=dict)

    @property
    def flowing(self) -> dict[str, Media]:
        """What reaches the bot, by person."""
        return {
            self.cameras[id_][0]: down.media & down.offered
            for id_, down in self.downs.items()
            if down.answered and id_ in self.cameras
        }

    @property
    def large(self) -> set[str]:
        """Whose pictures come in the size that their camera takes them in."""
        downs = ((id_, down) for id_, down in self.downs.items() if id_ in self.cameras)
        return {self.cameras[id_][0] for id_, down in downs if down.answered and down.large}

    def publish(self, stream: str, person: str, media: Media) -> None:
        """``person`` sends this from now on; nothing: they stop."""
        if media:
            self.cameras[stream] = (person, media)
            self._push(stream)
        elif self.cameras.pop(stream, None) is not None:
            self._close(stream)

    def serve(self) -> None:
        """Take the bot's next message."""
        said = json.loads(self.to_server.popleft())
        match said:
            case {"type": "request", "request": dict(request)}:
                self._request = request
                for stream in list(self.cameras):
                    self._push(stream)
            case {"type": "requestStream", "id": stream} if stream not in self.downs:
                self.gone = True
            case {"type": "requestStream", "id": stream, "request": list(names)}:
                self.downs[stream].requested = names
                self._push(stream)
            case {"type": "abort", "id": stream}:
                self._close(stream)
            case {"type": "answer", "id": stream} if down := self.downs.get(stream):
                down.open, down.answered = False, True
                if down.changed:
                    self._offer(stream, down)

    def _push(self, stream: str) -> None:
        person, sent = self.cameras[stream]
        down = self.downs.get(stream)
        names = down.requested if down is not None else None
        if names is None:
            names = self._request.get(self.label, self._request.get("", []))
        media = frozenset(MEDIA[name] for name in names) & sent
        if not media:
            self._close(stream)
            return
        if down is None:
            down = self.downs[stream] = _Down(frozenset())
        large = "video" in names and Medium.VIDEO in media
        if (down.media, down.large) != (media, large):
            down.media, down.large = media, large
            self._offer(stream, down)

    def _offer(self, stream: str, down: _Down) -> None:
        if down.open:
            down.changed = True
            return
        down.open, down.changed, down.offered = True, False, down.media
        person, _ = self.cameras[stream]
        known = {"type": "offer", "id": stream, "source": person, "label": self.label}
        self.to_bot.append(json.dumps(known | {"sdp": sdp(down.media)}))

    def _close(self, stream: str) -> None:
        self.downs.pop(stream, None)
        self.to_bot.append(json.dumps({"type": "close", "id": stream}))
