"""Where people speak to the bot: each act becomes a step of the consent state, and a reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from consentry.consent.commands import (
    HelpAsked,
    LinkAsked,
    ReceiptAsked,
    StatusAsked,
    Typed,
    parse_command,
)
from consentry.consent.ledger import Act, Entry, Ledger
from consentry.consent.nonces import Fault, Nonces, Question
from consentry.consent.notice import COMMANDS
from consentry.consent.owner import OwnerCode, Verdict
from consentry.consent.purpose import ENGLISH
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


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants ``plugin``'s result now."""

    plugin: str


Outcome = Reply | Asked | Erase | SetLanguage | LinkAsked | ReceiptAsked
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

    def met(self, person: str) -> None:
        """``person`` came in, or came back: nothing they were asked before can be agreed to."""
        self._consent.joined(person)
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
        typed = isinstance(control, Line)
        for act in (act for act in acts if act not in refusals):
            try:
                if isinstance(act, Decide):
                    outcomes.append(await self._grant(person, act, typed=typed))
                else:
                    outcomes += await self._act(person, act)
            except ConsentError as exc:
                outcomes.append(self._refusal(act, exc))
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
            case Erase() | SetLanguage() | LinkAsked() | ReceiptAsked():
                return [act]
            case Hello():
                return []
            case StatusAsked():
                return [self._status(person)]
            case HelpAsked() | Command() | Line() | Decide():
                known = isinstance(act, HelpAsked) and act.known
                text = "You can type: " + ", ".join(COMMANDS)
                return [Reply(code="help" if known else "unknown_command", text=text)]

    def _noticed(self, person: str, act: Noticed) -> list[Outcome]:
        for purpose, version in act.versions.items():
            if purpose in self._consent.purposes:
                self._consent.noticed(person, purpose, version, self._clock())
                self._ledger.note(
                    Entry(
                        Act.NOTICED,
                        self._clock(),
                        person,
                        purpose,
                        version,
                        self._consent.terms(purpose).digests[ENGLISH],
                    )
                )
        return []

    async def _refuse(self, person: str, refusals: list[Decide]) -> list[Outcome]:
        """Every no is in force before the first is written down."""
        outcomes: list[Outcome] = []
        entries = []
        for act in refusals:
            try:
                entries.append((self._shut(person, act.purpose), act.purpose))
            except ConsentError as exc:
                outcomes.append(self._refusal(act, exc))
        if entries:
            await self._close()
        for done, purpose in entries:
            self._write(done, person, purpose, self._consent.version(purpose))
            text = f"{purpose}: off for you. You stay in the call."
            outcomes.append(Reply(code="ok", text=text))
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
        try:
            await self._ledger.append(entry)
        except SetupError:
            raise ConsentError("your yes could not be recorded, so it does not count") from None
        if not self._consent.commit(grant, self._clock()):
            raise ConsentError(f"{act.purpose!r} changed while you answered; it asks again")
        return Reply(code="ok", text=f"{act.purpose}: on for you. Say no at any time.")

    def _redeem(self, question: Question, nonce: str | None) -> None:
        fault = self._nonces.redeem(nonce, question, self._clock())
        if fault is not None:
            self._around.not_taken(fault)
            raise ConsentError(
                f"{question.purpose!r}: that yes does not answer the notice you have now, so it "
                "does not count; look at the notice, and answer again"
            )

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
            text = "Only somebody who runs this call, a moderator, can own it: ask them."
            return Reply(code="not_owner", text=text)
        match self.owner_code.attempt(code):
            case Verdict.CONFIRMED:
                await self._confirm(person)
                text = "You are the owner: you can turn purposes on and off."
                return Reply(code="owner_confirmed", text=text)
            case Verdict.WRONG:
                text = f"That is not the code. Tries left: {self.owner_code.tries_left}."
                return Reply(code="wrong_code", text=text)
            case Verdict.LOCKED:
                text = "Too many wrong codes: no code is taken any more in this call."
                return Reply(code="owner_locked", text=text)

    async def _switch(self, person: str, purpose: str, *, on: bool) -> Reply:
        change = self._consent.enable if on else self._consent.disable
        change(purpose, person)
        await self._close()
        version = self._consent.version(purpose)
        self._write(Act.ENABLED if on else Act.DISABLED, person, purpose, version)
        what = "on; everybody is asked" if on else "off for everybody"
        return Reply(code="ok", text=f"{purpose}: {what}.")

    def _status(self, person: str) -> Reply:
        now = self._clock()
        names = self._consent.purposes
        states = [f"{name}: {self._consent.standing(name, person, now)}" for name in names]
        return Reply(code="status", text=", ".join(states) or "Nothing can run in this call.")

    def _write(self, act: Act, person: str, *about: str) -> None:
        # What closes must never wait for, or fail with, the disk.
        self._ledger.note(Entry(act, self._clock(), person, *about))

    def _versions(self) -> dict[str, str]:
        return {name: self._consent.version(name) for name in self._consent.purposes}

    def _refusal(self, act: Typed, exc: ConsentError) -> Reply:
        purpose = getattr(act, "purpose", None)
        if purpose is not None and purpose not in self._consent.purposes:
            return Reply(code="unknown_purpose", text=str(exc))
        match act:
            case Enable() | Disable():
                return Reply(code="not_owner", text=str(exc))
            case _:
                return Reply(code="stale_notice", text=str(exc))


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
