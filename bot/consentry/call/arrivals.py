"""People check in while the call lasts: their tries, what they are told, and who is on the list."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence

from consentry.call.checkins import CheckIns, CheckInStep, Claim
from consentry.call.lanes import Lanes
from consentry.call.plan import Plan, check_in_page, checks_faces, purpose_of_check_in
from consentry.connectors.driver import is_fine
from consentry.consent.languages import Languages
from consentry.consent.state import Consent
from consentry.events import VideoFrame
from consentry.messages import (
    CheckedIn,
    CheckedInPerson,
    CheckIn,
    CheckInPrompt,
    InRoomPerson,
    Message,
)
from consentry.plugin import Verdict
from consentry.words.catalog import Words

LOOK = CheckInPrompt(prompt="look")
"""Asked for at once: their camera may still be off, or its first picture on its way."""


def check_ins_of(plan: Plan, consent: Consent) -> CheckIns:
    """The check-ins of a call in which nobody is yet."""
    purpose = purpose_of_check_in(plan)
    return CheckIns(purpose, consent, plan.forget_ticket, by_face=checks_faces(plan))


class Arrivals:
    """
    Hands tries to the plugin that looks at faces, and tells each person what becomes of theirs.

    What it learns takes effect at once; what is to be said of it waits for :meth:`tell`. Nobody
    but the person themselves is told of a try. What everybody sees is who is checked in.
    """

    def __init__(
        self,
        plan: Plan,
        check_ins: CheckIns,
        lanes: Lanes,
        languages: Languages,
        carry: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._plan = plan
        self._check_ins = check_ins
        self._lanes = lanes
        self._languages = languages
        self._carry = carry
        self._waiting: deque[Message] = deque()
        self._numbers: Counter[str] = Counter()
        """Claims of each person: one's own ids tell nothing of others."""
        self._revisions: Counter[str] = Counter()
        """Of the present claim of each person."""
        self._listed = False
        """Somebody is or was on the list."""
        self._prompted: dict[str, CheckInPrompt] = {}
        """What each person was asked to do last."""
        purpose = check_ins.purpose
        self.tells_assurance = purpose is not None and plan.needs[purpose].tells_assurance
        """Whether the owner is told by what each person was checked in."""

    def claim(self, person: str, claim: Claim, now: float) -> CheckInStep:
        """``person`` claims to be who they proved to be."""
        step = self._check_ins.claim(person, claim, now)
        if step is not CheckInStep.OFF:
            self._numbers[person] += 1
            self._revisions[person] = 0
        match step:
            case CheckInStep.CHECKED_IN:
                self._verdict(person, Verdict.CHECKED_IN, now)
            case CheckInStep.USE_CODE:
                self._verdict(person, Verdict.USE_CODE, now)
            case CheckInStep.TRYING:
                self._prompt(person, LOOK, now)
        return step

    def begin(self, now: float) -> None:
        """Begin the tries that waited for a yes which has come."""
        begun, refused = self._check_ins.begin(now)
        for person in begun:
            self._prompt(person, LOOK, now)
        for person in refused:
            self._verdict(person, Verdict.USE_CODE, now)

    def deleted(self, people: frozenset[str], now: float) -> None:
        """``people`` are not enrolled any more."""
        for person in self._check_ins.deleted(people):
            self._verdict(person, Verdict.USE_CODE, now)

    async def seen(self, frame: VideoFrame, now: float) -> bool:
        """A picture came: if its person's try waited for it, the plugin is asked now. Whether that
        is so."""
        person, picture = frame.participant.id, frame.picture
        fine = is_fine(picture.width, picture.height)
        if not self._check_ins.shown(person, frame.at, fine=fine):
            return False
        self._hand_over(person, now)
        await self.tell()
        return True

    def narrow(self, now: float) -> None:
        """End the tries that consent or time no longer cover."""
        for person in self._check_ins.narrow(now):
            self._verdict(person, Verdict.USE_CODE, now)

    def break_off(self, plugin: str, now: float) -> None:
        """``plugin`` fell: if it looks at faces, every try is over."""
        if plugin == self._check_ins.purpose:
            for person in self._check_ins.break_off():
                self._verdict(person, Verdict.USE_CODE, now)

    def heard(self, plugin: str, message: Message, now: float) -> bool:
        """What the plugin says of a try; False where that try does not run (any more)."""
        (person,) = message.about
        trial = self._check_ins.trial(person)
        if trial is None or message.id != f"{plugin}/{trial.id}":
            return False
        match message.body:
            case CheckInPrompt() as prompt:
                self._check_ins.prompted(person, aloud=prompt.prompt == "say", now=now)
                self._prompt(person, prompt, now)
            case CheckIn(verdict="checked_in") if self._check_ins.succeed(person):
                self._verdict(person, Verdict.CHECKED_IN, now)
            case CheckIn():
                self._check_ins.fail(person)
                self._verdict(person, Verdict.USE_CODE, now)
        return True

    def left(self, person: str) -> None:
        """They are gone, or have everything erased that was made from them."""
        self._check_ins.left(person)

    def next_change(self) -> float:
        """When time alone ends something; infinity if it won't."""
        return self._check_ins.next_change()

    def listed(self, person: str, *, owner: bool) -> tuple[CheckedIn, ...]:
        """``person``'s copy of the list; none where nobody was on it yet."""
        marks, room = self._check_ins.marks, self._check_ins.room
        self._listed = self._listed or bool(marks) or bool(room)
        if not self._listed:
            return ()
        told = owner and self.tells_assurance
        people = [
            CheckedInPerson(
                participant=who, name=mark.name, assurance=mark.assurance if told else None
            )
            for who, mark in marks.items()
        ]
        in_room = [
            InRoomPerson(name=mark.name, assurance=mark.assurance if told else None)
            for mark in room
        ]
        text = _in_words(people, in_room, self._languages.words(person))
        return (CheckedIn(people=people, in_room=in_room, text=text),)

    async def tell(self) -> None:
        """Say what waits to be said, each to its person alone."""
        while self._waiting:
            await self._carry(self._waiting.popleft())

    def _hand_over(self, person: str, now: float) -> None:
        purpose, trial = self._check_ins.purpose, self._check_ins.hand_over(person, now)
        language = self._languages.of(person)
        if purpose is None or not self._lanes.check_in(purpose, person, trial, language):
            self._check_ins.fail(person)
            self._verdict(person, Verdict.USE_CODE, now)

    def _prompt(self, person: str, prompt: CheckInPrompt, now: float) -> None:
        words = self._languages.words(person)
        text = words.say(f"check_in.{prompt.prompt}", number=prompt.number or "")
        body = prompt.model_copy(update={"text": text})
        if self._prompted.get(person) != body:
            self._prompted[person] = body
            self._put(person, body, now)

    def _verdict(self, person: str, verdict: Verdict, now: float) -> None:
        self._prompted.pop(person, None)
        text = self._languages.words(person).say(f"check_in.{verdict}")
        link = check_in_page(self._plan, person) if verdict is Verdict.USE_CODE else None
        self._put(person, CheckIn(verdict=verdict.value, text=text, link=link), now)

    def _put(self, person: str, body: CheckIn | CheckInPrompt, now: float) -> None:
        name, revision = f"bot/check-in-{self._numbers[person]}", self._revisions[person]
        self._revisions[person] += 1
        to = frozenset({person})
        self._waiting.append(Message(body, name, now, to=to, revision=revision))


def _in_words(
    people: Sequence[CheckedInPerson], in_room: Sequence[InRoomPerson], words: Words
) -> str:
    """Both lists on one line; of an empty one there is nothing."""
    lists: dict[str, Sequence[CheckedInPerson | InRoomPerson]] = {
        "check_in.list": people,
        "check_in.list_in_room": in_room,
    }
    parts = [
        words.say(key, names=words.say("self.list").join(_named(each, words) for each in those))
        for key, those in lists.items()
        if those
    ]
    return " ".join(parts)


def _named(person: CheckedInPerson | InRoomPerson, words: Words) -> str:
    if person.assurance is None:
        return person.name
    how = words.say(f"check_in.by_{person.assurance}")
    return words.say("check_in.named", name=person.name, how=how)
