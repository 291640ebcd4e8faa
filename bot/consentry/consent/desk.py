"""Where people speak to the bot: each act becomes a step of the consent state, and a reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from consentry.consent.commands import (
    CheckInPageAsked,
    HelpAsked,
    LinkAsked,
    ReceiptAsked,
    StatusAsked,
    Typed,
    parse_command,
)
from consentry.consent.languages import Languages
from consentry.consent.ledger import Act, Entry, Ledger
from consentry.consent.nonces import Fault, Nonces, Question
from consentry.consent.owner import OwnerCode, Verdict
from consentry.consent.repeats import Repeats
from consentry.consent.replies import Replies
from consentry.consent.state import Consent, Standing
from consentry.controls import (
    Command,
    Decide,
    Disable,
    Enable,
    Erase,
    Heard,
    Hello,
    Line,
    Noticed,
    Request,
    SetLanguage,
)
from consentry.controls import OwnerCode as OwnerCodeGiven
from consentry.errors import ConsentError, SetupError
from consentry.events import Role
from consentry.messages import Notice, Reply
from consentry.words.catalog import LANGUAGES


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants ``plugin``'s result now."""

    plugin: str


Outcome = Reply | Asked | Erase | LinkAsked | ReceiptAsked | CheckInPageAsked
"""A reply, or what the call is to do for the person who spoke."""


def _unknown(person: str) -> Role:
    return Role.UNKNOWN


def _uncounted(fault: Fault) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Around:
    """What a desk needs of the call it stands in."""

    clock: Callable[[], float]
    close: Callable[[], Awaitable[None]]
    """Takes what consent no longer covers off the wire."""
    role: Callable[[str], Role] = _unknown
    """What the stack says of a person."""
    not_taken: Callable[[Fault], None] = _uncounted
    """Told of each yes that did not prove to be an answer to its person's notice."""
    languages: Languages = field(default_factory=Languages)


class Desk:
    """Hears one act at a time, in the order they come.

    A refusal takes effect before anything is written or awaited: in the consent state first, then
    by ``close``. A grant takes effect once the ledger has it, and only if nothing happened to it
    meanwhile; where no server says that its person typed it, it quotes a nonce of theirs.
    """

    def __init__(
        self, consent: Consent, owner_code: OwnerCode, ledger: Ledger, around: Around
    ) -> None:
        self._consent = consent
        self.owner_code = owner_code
        self._ledger = ledger
        self._around = around
        self._clock = around.clock
        self._close = around.close
        self._role = around.role
        self._nonces = Nonces()
        self._repeats = Repeats()
        self._languages = around.languages
        self._replies = Replies(around.languages, consent.purposes)

    def met(self, person: str) -> None:
        """``person`` came in, or came back: nothing they were asked before can be agreed to."""
        self._consent.joined(person)
        self._repeats.met(person)
        for purpose in self._consent.purposes:
            self._nonces.void(person, purpose)

    def quoted(self, person: str, notice: Notice) -> Notice:
        """``notice`` as ``person`` gets it: with a nonce for each purpose they can agree to."""
        return self._nonces.quoted(person, notice, self._clock())

    async def hear(self, person: str, control: Heard) -> list[Outcome]:
        """Act on what ``person`` said; what to answer them, and what to set in motion."""
        acts: list[Typed] = [control]
        if isinstance(control, Command | Line):
            acts = parse_command(control.text, self._versions())
        if any(isinstance(act, Erase) for act in acts):
            # To be forgotten is to refuse everything, and that holds before anything is erased.
            acts = [*parse_command("/no all", self._versions()), *acts]
        refusals = [act for act in acts if isinstance(act, Decide) and act.answer == "no"]
        outcomes = await self._refuse(person, refusals)
        if any(isinstance(done, Reply) and done.code == "ok" for done in outcomes):
            outcomes += self._afterthought(person, acts)
        typed = isinstance(control, Line)
        for act in (act for act in acts if act not in refusals):
            try:
                if isinstance(act, Decide):
                    outcomes.append(await self._grant(person, act, typed=typed))
                else:
                    outcomes += await self._act(person, act)
            except ConsentError as exc:
                outcomes.append(self._replies.refusal(person, act, exc))
        return _once(outcomes)

    async def _act(self, person: str, act: Typed) -> list[Outcome]:
        match act:
            case Noticed():
                return self._noticed(person, act)
            case OwnerCodeGiven():
                return [await self._own(person, act.code)]
            case Enable():
                return [await self._switch(person, act.purpose, on=True)]
            case Disable():
                return [await self._switch(person, act.purpose, on=False)]
            case Request():
                return [Asked(act.plugin)]
            case Erase():
                self._repeats.forget(person)
                return [act]
            case LinkAsked() | ReceiptAsked() | CheckInPageAsked():
                return [act]
            case SetLanguage():
                return [self._speak(person, act.language)]
            case Hello():
                if act.language is not None:
                    self._languages.hint(person, act.language)
                return []
            case StatusAsked():
                return [self._status(person)]
            case HelpAsked() | Command() | Line() | Decide():
                known = isinstance(act, HelpAsked) and act.known
                return [self._replies.help(person, known=known)]

    def _noticed(self, person: str, act: Noticed) -> list[Outcome]:
        for purpose, version in act.versions.items():
            if purpose not in self._consent.purposes:
                continue
            self._consent.noticed(person, purpose, version, self._clock())
            entry = self._shown(person, purpose, version)
            # What is on a screen by now may be old; only terms that are asked for are written.
            current = self._consent.enabled(purpose) and version == self._consent.version(purpose)
            if current and self._repeats.shown(person, purpose, version, entry.language):
                self._ledger.note(entry)
        return []

    def _shown(self, person: str, purpose: str, version: str) -> Entry:
        """That ``person`` read the terms, in the words of their own language."""
        terms = self._consent.terms(purpose)
        language, shown = terms.read_in(self._languages.of(person))
        entry = Entry(Act.NOTICED, self._clock(), person, purpose, version, language=language)
        if shown is None:
            return entry
        return replace(entry, notice=shown.digest, words=shown.text)

    def _speak(self, person: str, language: str) -> Reply:
        if self._languages.choose(person, language):
            return self._replies.ok(person, "language")
        known = ", ".join(LANGUAGES)
        raise ConsentError(f"there are no words in {language}", "language", known=known)

    def _afterthought(self, person: str, acts: list[Typed]) -> list[Outcome]:
        """After a no: what was made before it stays, unless they ask for more."""
        if any(isinstance(act, Erase) for act in acts):
            return []
        return [self._replies.ok(person, "forget")]

    async def _refuse(self, person: str, refusals: list[Decide]) -> list[Outcome]:
        """Every no is in force before the first is written down."""
        outcomes: list[Outcome] = []
        entries = []
        for act in refusals:
            try:
                entries.append((self._shut(person, act.purpose), act.purpose))
            except ConsentError as exc:
                outcomes.append(self._replies.refusal(person, act, exc))
        if entries:
            await self._close()
        for done, purpose in entries:
            version = self._consent.version(purpose)
            if self._repeats.answered(person, purpose, "no", version):
                self._write(done, person, purpose, version)
            outcomes.append(self._replies.ok(person, "refused", purpose=purpose))
        return outcomes

    def _shut(self, person: str, purpose: str) -> Act:
        running = self._consent.standing(purpose, person, self._clock()) is Standing.RUNNING
        self._consent.refuse(person, purpose)
        self._nonces.void(person, purpose)
        return Act.WITHDRAWN if running else Act.REFUSED

    async def _grant(self, person: str, act: Decide, *, typed: bool) -> Reply:
        grant = self._consent.propose(person, act.purpose, act.version)
        if typed:
            self._nonces.void(person, act.purpose)
        else:
            self._redeem(Question(person, act.purpose, act.version), act.nonce)
        entry = Entry(Act.GRANTED, self._clock(), person, act.purpose, act.version)
        # Before it is written: a no that comes meanwhile is none that was said before.
        self._repeats.answered(person, act.purpose, "yes", act.version)
        try:
            await self._ledger.append(entry)
        except SetupError:
            text = "your yes could not be recorded, so it does not count"
            raise ConsentError(text, "not_recorded") from None
        if not self._consent.commit(grant, self._clock()):
            text = f"{act.purpose!r} changed while you answered; it asks again"
            raise ConsentError(text, "changed_meanwhile", purpose=act.purpose)
        return self._replies.ok(person, "granted", purpose=act.purpose)

    async def agree(self, person: str, purpose: str) -> bool:
        """``person`` does what ``purpose`` is about, where the bot knows that it is them: that is
        their yes to its terms as they stand. False where it does not count: it could not be
        recorded, or they said no meanwhile."""
        version = self._consent.version(purpose)
        act = Decide(type="decide", purpose=purpose, answer="yes", version=version)
        try:
            await self._grant(person, act, typed=True)
        except ConsentError:
            return False
        return True

    def _redeem(self, question: Question, nonce: str | None) -> None:
        fault = self._nonces.redeem(nonce, question, self._clock())
        if fault is not None:
            self._around.not_taken(fault)
            text = f"{question.purpose!r}: that yes does not answer the notice of now"
            raise ConsentError(text, "not_this_notice", purpose=question.purpose)

    async def prove(self, person: str) -> None:
        """The stack's own token names ``person`` the owner; whoever is it already stays it."""
        if self._consent.owner is None or self._consent.paused:
            await self._confirm(person)

    async def disown(self) -> None:
        """The stack says that the call is not its owner's to run any more."""
        self._consent.owner_lost()
        await self._close()

    async def _confirm(self, person: str) -> None:
        before = self._consent.owner
        self._consent.confirm_owner(person)
        await self._close()
        self._write(Act.OWNER_CHANGED if before else Act.OWNER_CONFIRMED, person)

    async def _own(self, person: str, code: str) -> Reply:
        if self._role(person) is Role.GUEST:
            return self._replies.reply(person, "not_owner", "moderators")
        match self.owner_code.attempt(code):
            case Verdict.CONFIRMED:
                await self._confirm(person)
                return self._replies.reply(person, "owner_confirmed", "owner_confirmed")
            case Verdict.WRONG:
                tries = self.owner_code.tries_left
                return self._replies.reply(person, "wrong_code", "wrong_code", tries=tries)
            case Verdict.LOCKED:
                return self._replies.reply(person, "owner_locked", "owner_locked")

    async def _switch(self, person: str, purpose: str, *, on: bool) -> Reply:
        change = self._consent.enable if on else self._consent.disable
        change(purpose, person)
        await self._close()
        version = self._consent.version(purpose)
        self._write(Act.ENABLED if on else Act.DISABLED, person, purpose, version)
        return self._replies.ok(person, "switched_on" if on else "switched_off", purpose=purpose)

    def _status(self, person: str) -> Reply:
        now = self._clock()
        names = self._consent.purposes
        standings = {name: self._consent.standing(name, person, now) for name in names}
        return self._replies.status(person, standings)

    def _write(self, act: Act, person: str, *about: str) -> None:
        # What closes must never wait for, or fail with, the disk.
        self._ledger.note(Entry(act, self._clock(), person, *about))

    def _versions(self) -> dict[str, str]:
        return {name: self._consent.version(name) for name in self._consent.purposes}


def _once(outcomes: list[Outcome]) -> list[Outcome]:
    """Several replies of one code become one, as "/no all" gives."""
    merged: list[Outcome] = []
    for outcome in outcomes:
        last = merged[-1] if merged else None
        if isinstance(outcome, Reply) and isinstance(last, Reply) and last.code == outcome.code:
            merged[-1] = Reply(code=last.code, text=f"{last.text}\n{outcome.text}")
        else:
            merged.append(outcome)
    return merged
