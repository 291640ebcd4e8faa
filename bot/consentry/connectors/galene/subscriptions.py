"""Which streams the bot takes of a Galene server, decided without I/O: nobody's until they agree.

Galene has no way to ask for one person's stream. The rules that come of that:

* ``request`` names a set of media for everybody's cameras, and makes the server offer anew every
  stream that is not taken; nothing flows before an offer is answered
* an offer is answered only if its sender is wanted, and it holds no more than what is wanted of
  them; every other one is refused (``abort``), which is also how a stream that was taken ends
* ``requestStream`` changes or keeps the media of one stream that is taken, whatever ``request``
  says after. Sent about a stream that is gone it costs the bot its connection, so it is sent
  only where it is needed
* people of whom different media are wanted are served by one ``request`` after the other
* a ``request`` asks for the smallest size of cameras; for the large one of a person whose pictures
  are to be fine a ``requestStream`` does, about their stream alone
* while nobody is wanted, nothing is requested, and the server offers nothing
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from consentry.connectors.galene.frames import Offer
from consentry.events import ON_THE_WIRE, Medium

CAMERA = "camera"
"""The label of a person's microphone and camera; ``screenshare`` and ``video`` are no faces."""

MAX_STREAMS = 512
REQUEST_SECONDS = 0.5
"""Between two requests; the offers that the first one brings have come by then."""

OFFER_SECONDS = 1.5
"""For the offer that a request is to bring. A server that takes somebody's new stream at the same
moment may leave out another's; it is asked again then, each time after twice as long."""

MAX_RESIZED = 20
"""Changes of a stream's size before another connection takes its place: five tries to check in by
face, and five more."""

MAX_TRIES = 8
"""Requests for one person that brought no offer to take, until something changes."""

_NAMES = {Medium.AUDIO: "audio", Medium.VIDEO: "video-low"}
_LARGE = "video"
"""Of the two sizes that Galene's page sends a camera in, the one that it was taken in."""

Media = frozenset[Medium]


def media_sent(sdp: str) -> Media:
    """What an offer would send, by its m-lines (RFC 8829 section 5.2.1)."""
    found = set()
    for section in re.split(r"(?m)^(?=m=)", sdp)[1:]:
        kind, _, rest = section[2:].partition(" ")
        if rest.startswith("0 ") or re.search(r"(?m)^a=(?:inactive|recvonly)\s*$", section):
            continue
        found |= {medium for medium in ON_THE_WIRE if medium.value == kind}
    return frozenset(found)


def names(media: Media, *, fine: bool = False) -> list[str]:
    """Media as a request names them; of pictures the smallest, or those that are ``fine``."""
    found = _NAMES | {Medium.VIDEO: _LARGE} if fine else _NAMES
    return sorted(found[medium] for medium in media)


@dataclass(slots=True)
class _Taken:
    """A stream whose offer was passed on to be answered."""

    person: str
    media: Media
    number: int = 0
    """Of the last offer: no other one is answered."""
    answered: bool = False
    resized: int = 0
    """How often its size was changed: each time the description grows by a section."""
    kept: Media | None = None
    """What a ``requestStream`` said last; ``None``: it follows the request for all."""


class Subscriptions:
    """What is wanted of whom, and which streams are taken. ``send`` takes fields of a message."""

    def __init__(self, send: Callable[..., None]) -> None:
        self._send = send
        self._wanted: dict[str, Media] = {}
        self._fine: set[str] = set()
        """Whose pictures are to be fine."""
        self._taken: dict[str, _Taken] = {}
        self._due: dict[str, int] = {}
        """People whose stream is to be offered anew, and how often that was tried."""
        self._tries: dict[str, int] = {}
        self._awaited: dict[str, float] = {}
        """When the stream of those is to have been offered who were asked for last."""
        self._refused: dict[str, int] = {}
        """Streams refused whose ``close`` has not come, and how many of it are to come."""
        self._requested: Media = frozenset()
        self._numbers = itertools.count(1)
        self._quiet_until = 0.0

    def taken(self, stream: str) -> str | None:
        """Whose stream this is, if it is taken."""
        known = self._taken.get(stream)
        return known.person if known is not None else None

    def want(self, person: str, media: Media, *, fine: bool = False) -> list[str]:
        """Take this and no more of ``person``; the streams that ended with it are returned."""
        media &= ON_THE_WIRE
        resized = fine != (person in self._fine)
        (self._fine.add if fine else self._fine.discard)(person)
        if media == self._wanted.get(person, frozenset()):
            if resized:
                self._resize(person, media)
            return []
        self._tries.pop(person, None)
        if media:
            self._wanted[person] = media
        else:
            self._wanted.pop(person, None)
        ended = [id_ for id_, stream in self._streams_of(person) if not self._fit(id_, stream)]
        if media and not self._streams_of(person):
            self._due[person] = 0
        if not media:
            self._due.pop(person, None)
            self._awaited.pop(person, None)
            self._rest()
        return ended

    def offered(self, offer: Offer) -> int | None:
        """The number under which to answer this offer; None if it was refused."""
        media = media_sent(offer.sdp)
        wanted = self._wanted.get(offer.source, frozenset())
        known = self._taken.pop(offer.id, None)
        self._taken.pop(offer.replace, None)
        fits = offer.label == CAMERA and bool(media) and media <= wanted
        if not fits or self._streams_of(offer.source) or len(self._taken) >= MAX_STREAMS:
            self._abort(offer.id)
            if wanted and offer.label == CAMERA and not media <= wanted:
                self._again(offer.source)
            return None
        if known is None or known.person != offer.source:
            known = _Taken(offer.source, media)
        known.media, known.number = media, next(self._numbers)
        self._taken[offer.id] = known
        self._due.pop(offer.source, None)
        self._awaited.pop(offer.source, None)
        self._tries.pop(offer.source, None)
        return known.number

    def answer(self, stream: str, number: int, sdp: str) -> None:
        """Answer that offer, unless another one or none is open by now."""
        known = self._taken.get(stream)
        if known is None or known.number != number:
            return
        known.answered = True
        self._send(type="answer", id=stream, sdp=sdp)
        wanted = self._wanted[known.person]
        unsaid = known.kept is None and known.person in self._fine
        if unsaid or (known.kept or self._requested) != wanted:
            self._keep(stream, known, wanted)

    def refuse(self, stream: str, number: int) -> None:
        """That offer can't be answered; another one of the stream may be."""
        known = self._taken.get(stream)
        if known is not None and known.number == number:
            del self._taken[stream]
            self._abort(stream)

    def renew(self, person: str) -> None:
        """End what comes of ``person`` and ask for it anew, on a new connection."""
        for id_, _ in self._streams_of(person):
            del self._taken[id_]
            self._abort(id_)
        self._again(person)

    def closed(self, stream: str) -> str | None:
        """The server closed ``stream``; whose it was, if it was taken."""
        awaited = self._refused.pop(stream, 0)
        if awaited > 1:
            self._refused[stream] = awaited - 1
        known = self._taken.pop(stream, None)
        if known is None:
            return None
        if awaited:  # the refusal of an earlier offer reached the server after this one had left it
            self._again(known.person)
        return known.person

    def forget(self, person: str) -> None:
        """``person`` has left, with all their streams."""
        for id_, _ in self._streams_of(person):
            del self._taken[id_]
        self._fine.discard(person)
        self._wanted.pop(person, None)
        self._due.pop(person, None)
        self._awaited.pop(person, None)
        self._tries.pop(person, None)
        self._rest()

    def next_timeout(self) -> float | None:
        """When :meth:`handle_timeout` has something to do, on the clock that it is told."""
        times = [*self._awaited.values(), *([self._quiet_until] if self._due else [])]
        return min(times, default=None)

    def handle_timeout(self, now: float) -> None:
        """Ask for what is due, one set of media at a time."""
        for person in [person for person, until in self._awaited.items() if now >= until]:
            del self._awaited[person]
            if not self._streams_of(person):
                self._again(person)
        if self._due and now >= self._quiet_until:
            self._request(self._wanted[next(iter(self._due))], now)
            self._quiet_until = now + REQUEST_SECONDS

    def _request(self, media: Media, now: float) -> None:
        served = [person for person in self._due if self._wanted[person] == media]
        for person in served:
            del self._due[person]
            self._awaited[person] = now + OFFER_SECONDS * 2 ** self._tries.get(person, 0)
        if media != self._requested:
            for id_, stream in self._taken.items():
                if stream.kept is None:
                    self._keep(id_, stream, self._wanted[stream.person])
        self._requested = media
        self._send(type="request", request={CAMERA: names(media)})

    def _fit(self, id_: str, stream: _Taken) -> bool:
        """Bring a stream to what is wanted now; false if it had to end for that."""
        wanted = self._wanted.get(stream.person, frozenset())
        if wanted and (stream.answered or stream.media <= wanted):
            self._keep(id_, stream, wanted)
            return True
        del self._taken[id_]
        self._abort(id_)
        if wanted:
            self._again(stream.person)
        return False

    def _resize(self, person: str, media: Media) -> None:
        for id_, stream in self._streams_of(person):
            stream.resized += 1
            if stream.resized > MAX_RESIZED:
                self.renew(person)
            else:
                self._keep(id_, stream, media)

    def _keep(self, id_: str, stream: _Taken, media: Media) -> None:
        stream.kept = media
        fine = stream.person in self._fine
        self._send(type="requestStream", id=id_, request=names(media, fine=fine))

    def _again(self, person: str) -> None:
        tries = self._tries.get(person, 0) + 1
        if tries <= MAX_TRIES and person in self._wanted:
            self._tries[person] = tries
            self._due[person] = tries

    def _abort(self, stream: str) -> None:
        if len(self._refused) >= MAX_STREAMS:
            self._refused.pop(next(iter(self._refused)))
        self._refused[stream] = self._refused.get(stream, 0) + 1
        self._send(type="abort", id=stream)

    def _rest(self) -> None:
        """Where nobody is wanted any more, nothing is requested."""
        if not self._wanted and self._requested:
            self._requested = frozenset()
            self._send(type="request", request={})

    def _streams_of(self, person: str) -> list[tuple[str, _Taken]]:
        return [(id_, stream) for id_, stream in self._taken.items() if stream.person == person]
