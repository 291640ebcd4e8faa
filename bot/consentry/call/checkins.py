"""Who tries to check in and who is checked in: state alone, without I/O and without a clock.

A claim is what somebody proved elsewhere of who they are. Whoever wants their code or passkey to
be enough is checked in at once. Whoever wants their face to prove it makes a try, which ends

    with the plugin's verdict,
    when their yes to it ends, or the owner turns it off,
    when no picture of theirs comes for :data:`CAMERA_WITHIN`: the plugin is asked with the first
        that is fine, or where none is, with one :data:`LARGER_WITHIN` after the first,
    when the plugin falls, or says nothing for :data:`TRY_LASTS`,
    or when they leave, or the call is over;

every end but the verdict "checked in" means: use your code. A person is checked in as one
participant at a time, or as somebody in the room: who checked in at the kiosk of the meeting
showed there who they are, by code or face, and either outdoes what was before. When check-in is
turned off, everybody's mark goes, whichever way they came by it: if those of faces went alone, all
would see who had not used theirs.

Where nobody looks at faces, what is agreed to is to be on the list. Checking in is a yes to that
(:meth:`CheckIns.agreed_by`); a no takes the mark, and stands until its person takes it back.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from consentry.consent.state import Consent
from consentry.events import Medium
from consentry.messages import Assurance

CAMERA_WITHIN = 30.0
"""Seconds in which the first picture has to come: time to turn a camera on, and to connect it."""
LARGER_WITHIN = 2.0
"""Seconds from the first picture in which larger ones may come: a face that is looked at small,
and is large a moment later, is looked at twice."""
TRY_LASTS = 25.0
"""Seconds after which a try is over that its plugin has not ended; it has less time itself."""
WAITS = 120.0
"""Seconds that a claim waits for its person's yes: as long as its ticket lasts."""


class CheckInStep(StrEnum):
    """What a claim led to at once."""

    CHECKED_IN = "checked_in"
    TRYING = "trying"
    """What to do is said in the call."""
    ASKED = "asked"
    """They have not said yes to it: the try begins by itself when they do."""
    USE_CODE = "use_code"
    SAID_NO = "said_no"
    """They said no to being on the list, and have not taken it back."""
    NOT_RECORDED = "not_recorded"
    """The yes that checking in is could not be written down."""
    OFF = "off"
    """Nobody can check in here now."""


class Claim(Protocol):
    """Who somebody proved to be, and by what they want to be checked in."""

    @property
    def person_id(self) -> str:
        """Of the person as enrolled."""
        ...

    @property
    def name(self) -> str:
        """The one they are enrolled under."""
        ...

    @property
    def look_alike(self) -> bool:
        """They said that somebody looks like them: their face proves nothing."""
        ...

    @property
    def assurance(self) -> Assurance:
        """``face``: a try is to be made."""
        ...

    @property
    def ticket(self) -> str | None:
        """Under which the plugin finds their template; ``None``: what they proved opens none."""
        ...


@dataclass(frozen=True, slots=True)
class Trial:
    """A try that runs."""

    id: str
    claim: Claim
    began: float
    """When pictures were first asked for."""
    shown: float | None = None
    """When their first picture was taken; ``None``: none has come."""
    asked: float | None = None
    """When the plugin was; ``None``: no picture has come that is worth it."""
    listens: float | None = None
    """Since when they are to read a number aloud; ``None``: they are not."""

    @property
    def ticket(self) -> str:
        """Under which the plugin finds the template."""
        return self.claim.ticket or ""

    @property
    def until(self) -> float:
        """When it is over, if nothing ends it before."""
        return self.began + CAMERA_WITHIN if self.asked is None else self.asked + TRY_LASTS


@dataclass(frozen=True, slots=True)
class Mark:
    """That a participant is checked in, or somebody in the room."""

    person_id: str
    name: str
    assurance: Assurance
    until: float = math.inf
    """When it ends by itself."""


def _nothing_to_forget(ticket: str) -> None:
    return None


class CheckIns:
    """The check-ins of one call; ``purpose`` is that under which people check in, ``None`` where
    there is none. People are participants' ids, times seconds of the call.

    ``forget`` is told of the ticket of each claim that is over, whichever way: what it opened is
    not to be open any longer.
    """

    def __init__(
        self,
        purpose: str | None,
        consent: Consent,
        forget: Callable[[str], object] = _nothing_to_forget,
        *,
        by_face: bool = True,
    ) -> None:
        self.purpose = purpose
        self._by_face = by_face
        self._consent = consent
        self._forget = forget
        self._tries: dict[str, Trial] = {}
        self._waiting: dict[str, tuple[Claim, float]] = {}
        """A claim, and until when it waits for a yes."""
        self._marks: dict[str, Mark] = {}
        self._room: dict[str, Mark] = {}
        """Of people in the room, by their own ids."""
        self._counts: Counter[str] = Counter()
        self.closed = False
        """The call is over: nobody can claim anything."""

    @property
    def on(self) -> bool:
        """Whether people can check in now: the owner's key is turned."""
        return self.purpose is not None and self._consent.enabled(self.purpose)

    @property
    def marks(self) -> dict[str, Mark]:
        """Who is checked in, in the order they were."""
        return dict(self._marks)

    @property
    def room(self) -> list[Mark]:
        """Who is checked in at the kiosk, in the order they were."""
        return list(self._room.values())

    @property
    def people(self) -> frozenset[str]:
        """Ids, as enrolled, of everybody who is checked in, or tries to be."""
        found = {mark.person_id for mark in (*self._marks.values(), *self._room.values())}
        return frozenset(found | {claim.person_id for claim in self._claims().values()})

    def arrive(self, claim: Claim, until: float, now: float) -> bool:
        """Somebody checked in at the kiosk, for a meeting that lasts ``until``. False where nobody
        can check in here now."""
        if not self.on or self.closed or until <= now:
            return False
        self._unmark(claim.person_id)
        self._room[claim.person_id] = Mark(claim.person_id, claim.name, claim.assurance, until)
        return True

    def departed(self, person_id: str) -> None:
        """They say that they have left the room."""
        self._room.pop(person_id, None)

    def deleted(self, people: frozenset[str]) -> list[str]:
        """``people`` are not enrolled any more: nothing is left of them here. Participants whose
        try, or claim that waited, that ends."""
        for person_id in people:
            self._unmark(person_id)
        over = [who for who, claim in self._claims().items() if claim.person_id in people]
        for who in over:
            self._drop(who)
        return over

    def trying(self, person: str, at: float, medium: Medium = Medium.VIDEO) -> bool:
        """Whether a try of theirs runs that takes ``medium``, and did so at ``at`` already:
        pictures as long as it lasts, sound while they are to read a number aloud."""
        if (trial := self._tries.get(person)) is None:
            return False
        since = trial.listens if medium is Medium.AUDIO else trial.began
        return since is not None and at >= since

    def prompted(self, person: str, *, aloud: bool, now: float) -> None:
        """The try of ``person`` asks for something else; ``aloud``: for a number to be read."""
        trial = self._tries[person]
        if aloud != (trial.listens is not None):
            self._tries[person] = replace(trial, listens=now if aloud else None)

    def shown(self, person: str, at: float, *, fine: bool) -> bool:
        """A picture of ``person`` was taken at ``at``, ``fine`` or small. Whether a try of theirs
        waited for it: for one that is fine, and in the end for any."""
        trial = self._tries.get(person)
        if trial is None or trial.asked is not None or at < trial.began:
            return False
        first = at if trial.shown is None else trial.shown
        self._tries[person] = replace(trial, shown=first)
        return fine or at - first >= LARGER_WITHIN

    def hand_over(self, person: str, now: float) -> Trial:
        """The try of ``person``, which the plugin is asked to make now."""
        trial = self._tries[person] = replace(self._tries[person], asked=now)
        return trial

    def trial(self, person: str) -> Trial | None:
        """The try of theirs that runs."""
        return self._tries.get(person)

    def turn_away(self, claim: Claim) -> CheckInStep:
        """Whoever made ``claim`` is not in the call, or it is over."""
        self._over(claim)
        return CheckInStep.OFF

    def agreed_by(self, person: str, claim: Claim) -> str | None:
        """The purpose to which ``person`` says yes by this claim; ``None`` where it is no yes,
        because faces are what is asked about, they are on the list already, or they said no."""
        by_code = not self._by_face and claim.assurance != "face"
        asked = by_code and self.on and not self.closed and person not in self._marks
        return self.purpose if asked and not self._refuses(person) else None

    def claim(self, person: str, claim: Claim, now: float) -> CheckInStep:
        """``person`` claims to be who they proved to be. A claim ends what they tried before."""
        step = self._claim(person, claim, now)
        if step not in (CheckInStep.TRYING, CheckInStep.ASKED):
            self._over(claim)
        return step

    def _claim(self, person: str, claim: Claim, now: float) -> CheckInStep:
        if not self.on:
            return CheckInStep.OFF
        self._drop(person)
        if claim.assurance != "face":
            return self._by_code(person, claim, now)
        refused = self._refuses(person) or not self._by_face
        if claim.ticket is None or claim.look_alike or refused or self._elsewhere(person, claim):
            return CheckInStep.USE_CODE
        if not self._agrees(person, now):
            self._waiting[person] = claim, now + WAITS
            return CheckInStep.ASKED
        self._begin(person, claim, now)
        return CheckInStep.TRYING

    def _by_code(self, person: str, claim: Claim, now: float) -> CheckInStep:
        if not self._by_face and not self._agrees(person, now):
            return CheckInStep.SAID_NO if self._refuses(person) else CheckInStep.NOT_RECORDED
        self._mark(person, claim)
        return CheckInStep.CHECKED_IN

    def begin(self, now: float) -> tuple[list[str], list[str]]:
        """Begin the tries that waited for a yes which has come. Whose they are; and who is to use
        their code, because somebody else is there as the same person by now."""
        begun, refused = [], []
        for person in [person for person in self._waiting if self._agrees(person, now)]:
            claim, _ = self._waiting.pop(person)
            if self._elsewhere(person, claim):
                self._over(claim)
                refused.append(person)
            else:
                self._begin(person, claim, now)
                begun.append(person)
        return begun, refused

    def succeed(self, person: str) -> bool:
        """The try of ``person`` ended with "checked in". False where it must not count: somebody
        else was checked in as the same person meanwhile."""
        trial = self._tries.pop(person)
        self._over(trial.claim)
        if self._elsewhere(person, trial.claim):
            return False
        self._mark(person, trial.claim)
        return True

    def fail(self, person: str) -> bool:
        """End the try of ``person``, if there is one, and say whether there was."""
        trial = self._tries.pop(person, None)
        if trial is not None:
            self._over(trial.claim)
        return trial is not None

    def narrow(self, now: float) -> list[str]:
        """End what consent or time no longer cover; who is to use their code instead."""
        if not self.on:
            self._marks.clear()
            self._room.clear()
        self._room = {id: mark for id, mark in self._room.items() if now < mark.until}
        if not self._by_face:
            self._marks = {who: m for who, m in self._marks.items() if self._agrees(who, now)}
        for person in tuple(self._waiting):
            if not self._waits_on(person, now):
                self._over(self._waiting.pop(person)[0])
        over = [who for who, trial in self._tries.items() if not self._goes_on(who, trial, now)]
        for person in over:
            self.fail(person)
        return over

    def break_off(self) -> list[str]:
        """The plugin fell: every try is over; who is to use their code."""
        over = list(self._tries)
        for person in over:
            self.fail(person)
        return over

    def left(self, person: str) -> None:
        """They are gone; who comes back has to check in again."""
        self._drop(person)
        self._marks.pop(person, None)

    def close(self) -> None:
        """The call is over, and so is every claim."""
        self.closed = True
        for person in (*self._tries, *self._waiting):
            self._drop(person)

    def next_change(self) -> float:
        """When time alone ends something; infinity if it won't."""
        ends = [trial.until for trial in self._tries.values()]
        ends += [mark.until for mark in self._room.values()]
        return min((*ends, *(until for _, until in self._waiting.values())), default=math.inf)

    def _begin(self, person: str, claim: Claim, now: float) -> None:
        self._counts[person] += 1
        name = f"{person}-{self._counts[person]}"
        self._tries[person] = Trial(name, claim, now)

    def _mark(self, person: str, claim: Claim) -> None:
        self._unmark(claim.person_id)
        self._marks.pop(person, None)
        self._marks[person] = Mark(claim.person_id, claim.name, claim.assurance)

    def _claims(self) -> dict[str, Claim]:
        """By participant, of whom a try runs or waits."""
        tried = {who: trial.claim for who, trial in self._tries.items()}
        return tried | {who: claim for who, (claim, _) in self._waiting.items()}

    def _unmark(self, person_id: str) -> None:
        """They are not checked in any more, as whomever they were."""
        self._marks = {w: m for w, m in self._marks.items() if m.person_id != person_id}
        self._room.pop(person_id, None)

    def _drop(self, person: str) -> None:
        self.fail(person)
        if (waiting := self._waiting.pop(person, None)) is not None:
            self._over(waiting[0])

    def _over(self, claim: Claim) -> None:
        if claim.ticket is not None:
            self._forget(claim.ticket)

    def _elsewhere(self, person: str, claim: Claim) -> bool:
        """Whether somebody else is checked in as the same person, or tries to be."""
        if claim.person_id in self._room:
            return True
        taken = {who: mark.person_id for who, mark in self._marks.items()}
        taken |= {who: trial.claim.person_id for who, trial in self._tries.items()}
        return any(id == claim.person_id for who, id in taken.items() if who != person)

    def _agrees(self, person: str, now: float) -> bool:
        return self.purpose is not None and self._consent.allows(self.purpose, person, now)

    def _refuses(self, person: str) -> bool:
        return self.purpose is not None and self._consent.refused(self.purpose, person)

    def _waits_on(self, person: str, now: float) -> bool:
        """Whether a yes of theirs can still come."""
        return self.on and not self._refuses(person) and now < self._waiting[person][1]

    def _goes_on(self, person: str, trial: Trial, now: float) -> bool:
        return self._agrees(person, now) and now < trial.until
