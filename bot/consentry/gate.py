"""The one door between a call and a plugin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from consentry.backlog import Backlog
from consentry.consent.state import Consent
from consentry.events import (
    AudioFrame,
    ChatReceived,
    CheckInAsked,
    Event,
    Gap,
    Joined,
    Left,
    Medium,
    Requested,
    Revoked,
    Segment,
    Summarized,
    SummaryItem,
    Tick,
    VideoFrame,
)
from consentry.messages import (
    AnyBody,
    Caption,
    CheckIn,
    CheckInPrompt,
    Message,
    Note,
    Retraction,
    Speaking,
    Summary,
)

CAPACITY = 1024
"""Events: 10 s of eight people's audio in blocks of 80 ms."""

Clock = Callable[[], float]

Trying = Callable[[str, float, Medium], bool]
"""Whether a try of this person to check in by face runs that takes this medium, and did so at this
time."""


def nobody_tries(person: str, at: float, medium: Medium) -> bool:
    """Where nobody can check in."""
    return False


class Gate:
    """
    Everything one plugin may see, and everything it may say.

    Consent is read when an event is offered and again when it is taken, so a
    withdrawal also covers what is still waiting; and by the time the data was captured, so a
    yes does not reach back. A summary is narrowed to the lines in which everybody agrees. On
    the way out a message passes only if everybody it is about still agrees.

    Where check-ins are needed, a person's media pass only while they try to check in, sound only
    while they are to read a number aloud, and what is said of that passes to them alone.
    """

    def __init__(
        self,
        purpose: str,
        media: frozenset[Medium],
        consent: Consent,
        clock: Clock,
        capacity: int = CAPACITY,
        trying: Trying = nobody_tries,
    ) -> None:
        self._purpose = purpose
        self._media = media
        self._consent = consent
        self._clock = clock
        self._capacity = capacity
        self._trying = trying
        self._waiting: Backlog[Event] = Backlog()

    @property
    def dropped(self) -> int:
        """Events that a plugin too slow for them did not get."""
        return self._waiting.dropped

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, event: Event) -> bool:
        """Let ``event`` wait for the plugin; False if it may not see it."""
        if (seen := self._seen(event)) is None:
            return False
        if len(self._waiting) >= self._capacity:
            self._let_go()
        self._waiting.append(seen)
        return True

    def take(self) -> Event | None:
        """The next event the plugin may still see."""
        while self._waiting:
            if (seen := self._seen(self._waiting.popleft())) is not None:
                return seen
        return None

    def sweep(self) -> None:
        """Forget what waits and may no longer be seen, without waiting for the plugin to ask."""
        self._waiting.narrow(self._seen)

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def passes(self, message: Message) -> bool:
        """Whether the plugin may say ``message`` now."""
        if isinstance(message.body, CheckIn | CheckInPrompt) and not self._is_private(message):
            return False
        return _mentioned(message.body) <= message.about and self.agreed(message.about)

    def _is_private(self, message: Message) -> bool:
        """Whether it is to the one person that it is about, from who may speak of check-ins."""
        alone = len(message.about) == 1 and message.to == message.about
        return alone and Medium.CHECK_INS in self._media

    def agreed(self, about: frozenset[str]) -> bool:
        """Whether the purpose is on, and everybody in ``about`` agrees to it now."""
        now = self._clock()
        return self._consent.enabled(self._purpose) and all(
            self._consent.allows(self._purpose, who, now) for who in about
        )

    def _let_go(self) -> None:
        """Drop the oldest of what a plugin can do without; pictures first, they are the largest."""
        for kinds in ((VideoFrame,), (AudioFrame, Tick), (Gap,)):
            if self._waiting.let_go(*kinds):
                return

    def _seen(self, event: Event) -> Event | None:
        """What the plugin may see of ``event`` now."""
        if not self._admits(event):
            return None
        if not isinstance(event, Summarized):
            return event
        lines = tuple(line for line in event.lines if self._covers(line))
        return event if len(lines) == len(event.lines) else replace(event, lines=lines)

    def _covers(self, line: SummaryItem) -> bool:
        return all(self._allows(who, line.at) for who in line.about)

    def _allows(self, person: str, captured: float) -> bool:
        # A device whose clock is ahead is not past its grace period.
        return self._consent.allows(self._purpose, person, min(captured, self._clock()))

    def _admits(self, event: Event) -> bool:
        match event:
            case Revoked():
                return True
            case Summarized() if Medium.SUMMARIES not in self._media:
                return False
            case Tick() | Requested() | Summarized():
                return self._consent.enabled(self._purpose)
            case CheckInAsked() if Medium.CHECK_INS not in self._media:
                return False
            case CheckInAsked() | AudioFrame() | Gap() | VideoFrame() if not self._in_time(event):
                return False
            case AudioFrame() | Gap() if Medium.AUDIO not in self._media:
                return False
            case VideoFrame() if Medium.VIDEO not in self._media:
                return False
            case Segment() if Medium.SEGMENTS not in self._media:
                return False
            case ChatReceived() if Medium.CHAT not in self._media:
                return False
            case (
                Joined()
                | Left()
                | AudioFrame()
                | Gap()
                | VideoFrame()
                | Segment()
                | ChatReceived()
                | CheckInAsked()
            ):
                return self._allows(event.participant.id, event.at)

    def _in_time(self, event: CheckInAsked | AudioFrame | Gap | VideoFrame) -> bool:
        """Whether it may be used at this moment: what serves check-ins may during a try alone."""
        if Medium.CHECK_INS not in self._media:
            return True
        sound = isinstance(event, AudioFrame | Gap)
        medium = Medium.AUDIO if sound else Medium.VIDEO
        return self._trying(event.participant.id, event.at, medium)


def _mentioned(body: AnyBody) -> frozenset[str]:
    """The participants a body names; a body no plugin may say names an impossible one."""
    match body:
        case Caption():
            return frozenset({body.participant})
        case Speaking():
            return frozenset(speaker.id for speaker in body.speakers)
        case Summary():
            return frozenset(item.owner for item in body.actions if item.owner)
        case Retraction() | Note() | CheckIn() | CheckInPrompt():
            return frozenset()
        case _:
            return frozenset({""})
