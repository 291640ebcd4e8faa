"""One try to check in by face, from the first look to the verdict. Pure: no clock, no I/O.

look ──3 good pictures──► gesture ──► gesture ──► gesture (──► number) ──► matching ──► verdict
  └───────────┴──── any doubt, anything else than was asked, or too late: use the code ────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from consentry.checkin import signals
from consentry.checkin.challenge import said
from consentry.checkin.findings import Findings
from consentry.checkin.gestures import Change, Rest, angles, middle
from consentry.plugin import Progress, Prompt, Verdict


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one try, in seconds where nothing else is said."""

    whole: float = 12.0
    """Without a number."""
    number: float = 6.0
    """That a number adds to the whole."""
    look: float = 4.0
    """Until they look straight ahead, well enough to be seen."""
    step: float = 3.0
    """For one gesture."""
    say: float = 8.0
    """For the number, to be said and recognized."""
    reaction: float = 0.15
    """Nobody does what they are asked sooner: what comes before was going to come anyway."""
    absence: float = 0.8
    """That the face may be out of sight."""
    unseen: float = 2.0
    """That there may be no picture of it: networks and machines are busy at times."""
    returning: float = 1.5
    """In which a head comes back from the gesture before."""
    astray: float = 1.6
    """How far a motion that nobody asked for may go, in gestures."""
    yaw: float = 20.0
    pitch: float = 22.0
    roll: float = 16.0
    """Degrees that still are straight ahead."""
    looks: int = 3
    """Good pictures in a row, which say how they look straight ahead."""
    closed: int = 2
    """Pictures in a row with closed eyes: more than people blink by themselves."""


class _Phase(Enum):
    LOOK = "look"
    ASK = "ask"
    MATCH = "match"
    OVER = "over"


_LOOK = Prompt("look")


class Attempt:
    """The state of one try that began at ``at``, and is to ask for ``prompts``.

    Feed it with :meth:`see`, :meth:`hear` and :meth:`tick`. When :attr:`passed` is true, somebody
    living did all that was asked, and it is time to see who: tell :meth:`matched`. ``instead`` is
    asked for in place of a number, where they can't be heard (:meth:`unheard`).
    """

    def __init__(
        self,
        prompts: Sequence[Prompt],
        at: float,
        limits: Limits = Limits(),
        *,
        instead: Prompt | None = None,
    ) -> None:
        self._prompts = tuple(prompts)
        self._instead = instead
        self._aloud = any(prompt.kind == "say" for prompt in self._prompts)
        self._limits = limits
        self._began = self._since = at
        self._phase = _Phase.LOOK
        self._step = 0
        self._verdict: Verdict | None = None
        self._seen: Findings | None = None
        self._seen_at = self._last_at = at
        self._looks: list[Findings] = []
        self._rest: Rest | None = None
        self._rest_chip: signals.Chip | None = None
        self._chips: list[signals.Chip] = []
        self._closed = 0
        self._spoke = False
        self._best = 0.0
        self.best_at: float | None = None
        """When the picture was taken that shows best who it is."""

    @property
    def passed(self) -> bool:
        """Whether all was done that was asked, and nobody said yet who it is."""
        return self._phase is _Phase.MATCH

    @property
    def verdict(self) -> Verdict | None:
        return self._verdict

    @property
    def progress(self) -> Progress:
        """What the person is to do now, or the verdict."""
        match self._phase:
            case _Phase.OVER:
                return Progress(None, self._verdict)
            case _Phase.ASK:
                return Progress(self._prompts[self._step], None)
            case _:
                return Progress(_LOOK, None)

    def see(self, findings: Findings, at: float) -> Progress:
        """Take what the next picture shows; one from before the last one says nothing."""
        self.tick(at)
        if self._phase is _Phase.OVER or at <= self._last_at:
            return self.progress
        self._last_at = at
        if findings.faces > 1:
            return self.fail()
        if findings.points is None or findings.chip is None:
            return self._missed(at)
        if not self._same_face(findings):
            return self.fail()
        self._seen, self._seen_at = findings, at
        self._chips = [*self._chips[1 - signals.FROZEN :], findings.chip]
        if signals.frozen(self._chips):
            return self.fail()
        match self._phase:
            case _Phase.LOOK:
                self._look(findings, at)
            case _Phase.ASK:
                self._watch(findings, at)
        return self.progress

    def hear(self, text: str, at: float) -> None:
        """Take what they were heard to say; it counts while they are asked for a number, and
        where their lips moved."""
        if self._phase is not _Phase.ASK or not self._spoke:
            return
        number = self._prompts[self._step].number
        if number is not None and at > self._since and said(number, text):
            self._next(at)

    def unheard(self, at: float) -> Progress:
        """Nothing comes from their microphone: they are asked for something else than a number."""
        self.tick(at)
        if self._phase is _Phase.ASK and self._prompts[self._step].kind == "say":
            if self._instead is None:
                return self.fail()
            self._prompts = (*self._prompts[: self._step], self._instead)
            self._since = at
        return self.progress

    def tick(self, at: float) -> Progress:
        """Time passed."""
        if self._phase is not _Phase.OVER and self._late(at):
            return self.fail()
        return self.progress

    def matched(self, same: bool) -> Progress:
        """Say whether the face of the best picture is the person's; without :attr:`passed` it
        counts for nothing."""
        if self._phase is _Phase.MATCH:
            self._end(Verdict.CHECKED_IN if same else Verdict.USE_CODE)
        return self.progress

    def fail(self) -> Progress:
        """Whatever it was: they are to use their code."""
        if self._phase is not _Phase.OVER:
            self._end(Verdict.USE_CODE)
        return self.progress

    def _end(self, verdict: Verdict) -> None:
        """Nothing of the face is kept beyond this."""
        self._phase, self._verdict = _Phase.OVER, verdict
        self._seen = self._rest = self._rest_chip = self.best_at = None
        self._looks, self._chips = [], []

    def _late(self, at: float) -> bool:
        limits = self._limits
        more = limits.number if self._aloud else 0.0
        if at - self._began > limits.whole + more:
            return True
        match self._phase:
            case _Phase.LOOK:
                return at - self._began > limits.look
            case _Phase.ASK:
                asked = self._prompts[self._step].kind
                allowed = limits.say if asked == "say" else limits.step
                return at - self._since > allowed or at - self._seen_at > limits.unseen
            case _:
                return False

    def _missed(self, at: float) -> Progress:
        """There is nobody in this picture; before all else they have a moment to come."""
        if self._phase is _Phase.LOOK:
            self._seen, self._looks, self._best = None, [], 0.0
        elif at - self._seen_at > self._limits.absence:
            return self.fail()
        return self.progress

    def _same_face(self, findings: Findings) -> bool:
        return self._seen is None or signals.continues(self._seen, findings)

    def _look(self, findings: Findings, at: float) -> None:
        if not self._straight(findings):
            self._looks, self._best = [], 0.0
            return
        self._looks.append(findings)
        self._prefer(findings, at)
        if len(self._looks) < self._limits.looks:
            return
        rest = self._resting()
        if not all(self._change(rest, each).still for each in self._looks):
            self._looks, self._best = [], 0.0
            return
        self._rest, self._rest_chip, self._looks = rest, findings.chip, []
        self._phase = _Phase.ASK if self._prompts else _Phase.MATCH
        self._since = at

    def _straight(self, findings: Findings) -> bool:
        if findings.points is None or not signals.good_enough(findings, signals.Bounds()):
            return False
        found, limits = angles(findings.points), self._limits
        return (
            abs(found.yaw) <= limits.yaw
            and abs(found.pitch) <= limits.pitch
            and abs(found.roll) <= limits.roll
            and not signals.screened(findings)
        )

    def _resting(self) -> Rest:
        meshes = [each.points for each in self._looks if each.points is not None]
        right = max(each.eyes[0] for each in self._looks)
        left = max(each.eyes[1] for each in self._looks)
        return Rest(middle(meshes), (right, left))

    def _change(self, rest: Rest, findings: Findings) -> Change:
        assert findings.points is not None
        return rest.change(findings.points, findings.eyes)

    def _watch(self, findings: Findings, at: float) -> None:
        assert self._rest is not None
        change = self._change(self._rest, findings)
        asked = self._prompts[self._step].kind
        if self._astray(change, at) or not self._unchanged(findings, change):
            self.fail()
            return
        if change.still and self._straight(findings):
            self._prefer(findings, at)
        if asked == "say":
            self._spoke = self._spoke or abs(change.mouth) > 0.02
        elif asked != "look" and change.shows(asked):
            self._closed = self._closed + 1 if asked == "blink" else 0
            if asked == "blink" and self._closed < self._limits.closed:
                return
            if at - self._since < self._limits.reaction:
                self.fail()
            else:
                self._next(at)
        else:
            self._closed = 0

    def _unchanged(self, findings: Findings, change: Change) -> bool:
        """Whether the face is the one of the first look, which is compared with the template."""
        if self._rest_chip is None:
            return False
        aside = signals.STRAIGHT if change.straight else signals.ASIDE
        return signals.same(self._rest_chip, findings, signals.SAME if change.still else aside)

    def _astray(self, change: Change, at: float) -> bool:
        """Whether the head does something else than it was asked to."""
        motion, size = change.motion
        if size < self._limits.astray or motion == self._prompts[self._step].kind:
            return False
        coming_back = at - self._since <= self._limits.returning
        return not (coming_back and self._step and motion == self._prompts[self._step - 1].kind)

    def _prefer(self, findings: Findings, at: float) -> None:
        if findings.sharpness > self._best:
            self._best, self.best_at = findings.sharpness, at

    def _next(self, at: float) -> None:
        self._step += 1
        self._since, self._closed, self._spoke = at, 0, False
        self._best = 0.0  # a later picture is the better one: it is of who made the gesture
        if self._step == len(self._prompts):
            self._phase = _Phase.MATCH
