"""The mistakes: where, what stands there, what would be wrong, and tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass

STATE = "tests/consent/test_state.py"
NONCES = "tests/consent/test_nonces.py"
OWNER = "tests/consent/test_owner.py"
ANSWERS = "tests/consent/test_answers.py"
DESK = "tests/consent/test_desk.py"
GATE = "tests/test_gate.py"
INTAKE = "tests/call/test_intake.py"
PRESENCE = "tests/call/test_session_presence.py"
SESSION = "tests/call/test_session.py"
BOT = "tests/test_bot.py"
VAULT = "tests/store/test_vault.py"
CHECK_IN = (
    "tests/call/test_check_in.py tests/call/test_check_in_ends.py "
    "tests/call/test_check_in_list.py tests/call/test_check_in_media.py"
)
BY_CODE = "tests/call/test_check_in_by_code.py"


@dataclass(frozen=True)
class Mutant:
    """One mistake; ``tests`` are arguments of pytest."""

    name: str
    file: str
    """Below bot/consentry."""
    original: str
    """Stands once in it."""
    mutated: str
    tests: str


MUTANTS = [
    Mutant(
        "whatever was captured may be used once somebody agreed",
        "consent/state.py",
        "return answer is not None and not answer.refused and at >= answer.since",
        "return answer is not None and not answer.refused and answer.since < math.inf",
        STATE,
    ),
    Mutant(
        "everybody agrees as long as they did not refuse",
        "consent/state.py",
        "return answer is not None and not answer.refused and at >= answer.since",
        "return answer is not None and not answer.refused",
        STATE,
    ),
    Mutant(
        "a call that changed hands runs on",
        "consent/state.py",
        "return entry is not None and entry.enabled and not self.paused",
        "return entry is not None and entry.enabled",
        STATE,
    ),
    Mutant(
        "a no lasts until the next notice",
        "consent/state.py",
        "        _reset(answer)\n        answer.refused = True",
        "        _reset(answer)",
        STATE,
    ),
    Mutant(
        "a yes after a no reaches back to the first",
        "consent/state.py",
        "        _reset(answer)\n        answer.refused = True",
        "        answer.turn += 1\n        answer.refused = True",
        STATE,
    ),
    Mutant(
        "who comes back is not asked again",
        "consent/state.py",
        "            _reset(entry.answers.setdefault(person, _Answer()))",
        "            entry.answers.setdefault(person, _Answer())",
        STATE,
    ),
    Mutant(
        "old terms start a grace period",
        "consent/state.py",
        "        if not entry.enabled or version != entry.version or answer.noticed:",
        "        if not entry.enabled or answer.noticed:",
        STATE,
    ),
    Mutant(
        "a notice overrules a no",
        "consent/state.py",
        "        if entry.terms.mode is Mode.NOTICE and not answer.refused:\n",
        "        if entry.terms.mode is Mode.NOTICE:\n            answer.refused = False\n",
        STATE,
    ),
    Mutant(
        "there is no time to say no",
        "consent/state.py",
        "answer.since = min(answer.since, at + entry.terms.grace)",
        "answer.since = min(answer.since, at)",
        STATE,
    ),
    Mutant(
        "what waits for a yes starts after a notice",
        "consent/state.py",
        "        if entry.terms.mode is Mode.NOTICE and not answer.refused:",
        "        if not answer.refused:",
        STATE,
    ),
    Mutant(
        "a yes to old terms is one to the new ones",
        "consent/state.py",
        "        if version != entry.version:\n            text",
        "        if False:\n            text",
        STATE,
    ),
    Mutant(
        "a yes overtakes the no that was said while it was written",
        "consent/state.py",
        "        if not (entry.enabled and current and grant.person in self._present):",
        "        if not (entry.enabled and grant.person in self._present):",
        STATE,
    ),
    Mutant(
        "somebody who left agrees",
        "consent/state.py",
        "        if not (entry.enabled and current and grant.person in self._present):",
        "        if not (entry.enabled and current):",
        STATE,
    ),
    Mutant(
        "what was said under one owner holds under the next",
        "consent/state.py",
        "        if self.owner not in (None, person) or self.paused:",
        "        if self.paused:",
        STATE,
    ),
    Mutant(
        "off does nothing",
        "consent/state.py",
        "        entry.enabled = False\n",
        "",
        STATE,
    ),
    Mutant(
        "anybody turns purposes on",
        "consent/state.py",
        "        if self.owner is None or person != self.owner:",
        "        if self.owner is None:",
        STATE,
    ),
    Mutant(
        "asking again forgets nothing",
        "consent/state.py",
        "        for answer in self.answers.values():\n            _reset(answer)",
        "        for answer in self.answers.values():\n            answer.turn += 1",
        STATE,
    ),
    Mutant(
        "nobody notices that a grace period ends",
        "consent/state.py",
        "return min((s for s in self._starts() if s > now), default=math.inf)",
        "return math.inf",
        f"{SESSION} -k grace",
    ),
    Mutant(
        "consent is read when something is offered, and not when it is taken",
        "gate.py",
        "            if (seen := self._seen(self._waiting.popleft())) is not None:\n"
        "                return seen",
        "            return self._waiting.popleft()",
        GATE,
    ),
    Mutant(
        "what waits stays until somebody asks for it",
        "gate.py",
        "        self._waiting.narrow(self._seen)\n",
        "        pass\n",
        f"{GATE} {SESSION} -k 'wait or sweep or withdraw'",
    ),
    Mutant(
        "a device whose clock is ahead is past its grace period",
        "gate.py",
        "self._consent.allows(self._purpose, person, min(captured, self._clock()))",
        "self._consent.allows(self._purpose, person, captured)",
        GATE,
    ),
    Mutant(
        "a yes reaches back to what waits",
        "gate.py",
        "self._consent.allows(self._purpose, person, min(captured, self._clock()))",
        "self._consent.allows(self._purpose, person, self._clock())",
        GATE,
    ),
    Mutant(
        "a message may name people it is not about",
        "gate.py",
        "return _mentioned(message.body) <= message.about and self.agreed(message.about)",
        "return self.agreed(message.about)",
        GATE,
    ),
    Mutant(
        "one who agrees speaks for all",
        "gate.py",
        "return self._consent.enabled(self._purpose) and all(",
        "return self._consent.enabled(self._purpose) and any(",
        GATE,
    ),
    Mutant(
        "what is off may still speak of nobody",
        "gate.py",
        "return self._consent.enabled(self._purpose) and all(",
        "return all(",
        GATE,
    ),
    Mutant(
        "a line of a summary needs one yes",
        "gate.py",
        "return all(self._allows(who, line.at) for who in line.about)",
        "return any(self._allows(who, line.at) for who in line.about)",
        GATE,
    ),
    Mutant(
        "a plugin sees cameras that it did not ask for",
        "gate.py",
        "            case VideoFrame() if Medium.VIDEO not in self._media:\n"
        "                return False\n",
        "",
        GATE,
    ),
    Mutant(
        "what was not declined is taken",
        "call/intake.py",
        "            if self._uses(purpose, person, medium, now):\n",
        "            if not consent.refused(purpose, person):\n",
        f"{INTAKE} {SESSION}",
    ),
    Mutant(
        "the wire is never narrowed",
        "call/intake.py",
        "            if (media, fine) != (taken.media, taken.fine):\n",
        "            if False:\n",
        f"{INTAKE} {SESSION}",
    ),
    Mutant(
        "a no to check-in leaves their pictures large",
        "call/intake.py",
        "taken.media & covered.media, taken.fine and covered.fine\n",
        "taken.media & covered.media, taken.fine\n",
        INTAKE,
    ),
    Mutant(
        "everything is taken that any plugin needs",
        "call/intake.py",
        "used = {p: self._used(p, person, now) for p in self._needs}",
        "used = {p: need.media for p, need in self._needs.items()}",
        f"{INTAKE} {SESSION}",
    ),
    Mutant(
        "plugins store what they want",
        "guarded_vault.py",
        "        if self._agreed(about):\n",
        "        if self._agreed(about) or True:\n",
        f"{VAULT} tests/test_guarded_vault.py",
    ),
    Mutant(
        "a no is written down before it holds at the wire",
        "consent/desk.py",
        "        if entries:\n            await self._close()\n",
        "",
        f"{SESSION} -k 'wire or written'",
    ),
    Mutant(
        "a yes counts before it is written",
        "consent/desk.py",
        "            await self._ledger.append(entry)\n",
        "            self._ledger.note(entry)\n",
        f"{SESSION} -k 'written or ledger'",
    ),
    Mutant(
        "any nonce will do",
        "consent/desk.py",
        "        if fault is not None:\n",
        "        if False:\n",
        ANSWERS,
    ),
    Mutant(
        "who comes back may use the notice of before",
        "consent/desk.py",
        "        for purpose in self._consent.purposes:\n"
        "            self._nonces.void(person, purpose)\n",
        "",
        ANSWERS,
    ),
    Mutant(
        "a yes that comes late undoes a no",
        "consent/desk.py",
        "        self._consent.refuse(person, purpose)\n"
        "        self._nonces.void(person, purpose)\n",
        "        self._consent.refuse(person, purpose)\n",
        ANSWERS,
    ),
    Mutant(
        "whatever a script sends counts as typed",
        "consent/desk.py",
        "        typed = isinstance(control, Line)\n",
        "        typed = isinstance(control, Line | Command)\n",
        ANSWERS,
    ),
    Mutant(
        "a guest who has the code owns the call",
        "consent/desk.py",
        "        if self._role(person) is Role.GUEST:\n",
        "        if False:\n",
        f"{ANSWERS} {SESSION} -k 'guest or owner'",
    ),
    Mutant(
        "whoever comes with a token takes the call over",
        "consent/desk.py",
        "        if self._consent.owner is None or self._consent.paused:\n",
        "        if True:\n",
        f"{ANSWERS} {SESSION} -k 'owner or token'",
    ),
    Mutant(
        "to be forgotten is no refusal",
        "consent/desk.py",
        '            acts = [*parse_command("/no all", self._versions()), *acts]\n',
        "            pass\n",
        f"{SESSION} -k forgotten",
    ),
    Mutant(
        "the ledger says that old words were read",
        "consent/desk.py",
        "            current = self._consent.enabled(purpose) and "
        "version == self._consent.version(purpose)\n",
        "            current = True\n",
        DESK,
    ),
    Mutant(
        "a nonce can be used again",
        "consent/nonces.py",
        "        self.void(question.person, question.purpose)\n",
        "",
        NONCES,
    ),
    Mutant(
        "a nonce is anybody's",
        "consent/nonces.py",
        "json.dumps([question.person, question.purpose, question.version])",
        "json.dumps([question.purpose, question.version])",
        NONCES,
    ),
    Mutant(
        "a nonce is good for every purpose",
        "consent/nonces.py",
        "json.dumps([question.person, question.purpose, question.version])",
        "json.dumps([question.person, question.version])",
        NONCES,
    ),
    Mutant(
        "a nonce never gets old",
        "consent/nonces.py",
        "        if not 0 <= now - at <= LIFETIME:\n",
        "        if not 0 <= now - at:\n",
        NONCES,
    ),
    Mutant(
        "a clock that was set back makes nonces young",
        "consent/nonces.py",
        "        if not 0 <= now - at <= LIFETIME:\n",
        "        if now - at > LIFETIME:\n",
        NONCES,
    ),
    Mutant(
        "the owner's code can be guessed for ever",
        "consent/owner.py",
        "        self._wrong += 1\n",
        "",
        OWNER,
    ),
    Mutant(
        "the owner's code works again",
        "consent/owner.py",
        "            self._code = None\n            return Verdict.CONFIRMED",
        "            return Verdict.CONFIRMED",
        OWNER,
    ),
    Mutant(
        "what is no longer agreed to is still taken until the end of the act",
        "call/session.py",
        "        for narrower in self._intake.narrowed(self.now()):\n"
        "            await self._connector.want(narrower)\n",
        "",
        f"{SESSION} -k wire",
    ),
    Mutant(
        "people who are not there are heard",
        "call/session.py",
        "        if person not in self._roster:\n            return\n",
        "",
        PRESENCE,
    ),
    Mutant(
        "a token that is withdrawn leaves its holder the owner",
        "call/session.py",
        "            await self.desk.disown()\n",
        "",
        PRESENCE,
    ),
    Mutant(
        "who comes in meets nobody at the desk",
        "call/session.py",
        "            self.desk.met(participant.id)\n",
        "            self.consent.joined(participant.id)\n",
        PRESENCE,
    ),
    Mutant(
        "an erasure leaves the key in memory",
        "call/session.py",
        "        self._eraser.forget(person)\n",
        "",
        "tests/call/test_eraser.py",
    ),
    Mutant(
        "a withdrawal waits in the queues",
        "call/lanes.py",
        "            lane.gate.sweep()\n",
        "            pass\n",
        f"{SESSION} -k 'wait or withdraw'",
    ),
    Mutant(
        "plugins say what they want",
        "pipeline.py",
        "        if self._limit.allows(self._street.clock()) and self.gate.passes(message):\n",
        "        if self._limit.allows(self._street.clock()):\n",
        f"{SESSION} tests/testing",
    ),
    Mutant(
        "after a crash the next call begins as if nothing had been said",
        "bot.py",
        "            yield _opt_in(plan) if cut_off else plan\n",
        "            yield plan\n",
        f"{BOT} -k 'call'",
    ),
    Mutant(
        "a call that failed has ended",
        "bot.py",
        "        except JoinRefused:\n",
        "        except Exception:\n",
        f"{BOT} -k 'call'",
    ),
    Mutant(
        "whose face may be looked at is looked at all the time",
        "gate.py",
        "        return self._trying(event.participant.id, event.at, medium)\n",
        "        return True\n",
        GATE,
    ),
    Mutant(
        "a yes to check-in takes the camera for good",
        "call/intake.py",
        "        if purpose in self._in_tries and not self._trying(person, now, medium):\n",
        "        if False:\n",
        CHECK_IN,
    ),
    Mutant(
        "who tries to check in is heard all the while",
        "call/checkins.py",
        "        since = trial.listens if medium is Medium.AUDIO else trial.began\n",
        "        since = trial.began\n",
        CHECK_IN,
    ),
    Mutant(
        "a no leaves people on a list without faces",
        "call/checkins.py",
        "for who, m in self._marks.items() if self._agrees(who, now)}\n",
        "for who, m in self._marks.items()}\n",
        BY_CODE,
    ),
    Mutant(
        "checking in outdoes a no",
        "call/checkins.py",
        "        return self.purpose if asked and not self._refuses(person) else None\n",
        "        return self.purpose if asked else None\n",
        BY_CODE,
    ),
    Mutant(
        "a try needs no yes",
        "call/checkins.py",
        "        if not self._agrees(person, now):\n",
        "        if False:\n",
        CHECK_IN,
    ),
    Mutant(
        "a try outlives its yes",
        "call/checkins.py",
        "        return self._agrees(person, now) and now < trial.until\n",
        "        return now < trial.until\n",
        CHECK_IN,
    ),
    Mutant(
        "pictures from before a try are part of it",
        "call/checkins.py",
        "        return since is not None and at >= since\n",
        "        return since is not None\n",
        CHECK_IN,
    ),
    Mutant(
        "two are one person",
        "call/checkins.py",
        "        return any(id == claim.person_id for who, id in taken.items() if who != person)\n",
        "        return False\n",
        CHECK_IN,
    ),
    Mutant(
        "a verdict counts for whatever try runs by now",
        "call/arrivals.py",
        '        if trial is None or message.id != f"{plugin}/{trial.id}":\n',
        "        if trial is None:\n",
        CHECK_IN,
    ),
    Mutant(
        "everybody sees by what somebody was checked in",
        "call/arrivals.py",
        "        told = owner and self.tells_assurance\n",
        "        told = self.tells_assurance\n",
        CHECK_IN,
    ),
    Mutant(
        "a no takes a face off the list, for all to see",
        "call/checkins.py",
        "        for person in over:\n            self.fail(person)\n        return over\n\n"
        "    def break_off",
        "        for person in over:\n            self.fail(person)\n"
        "        self._marks = {w: m for w, m in self._marks.items() if self._agrees(w, now)}\n"
        "        return over\n\n    def break_off",
        CHECK_IN,
    ),
    Mutant(
        "what a claim opened stays open",
        "call/checkins.py",
        "            self._forget(claim.ticket)\n",
        "            pass\n",
        CHECK_IN,
    ),
    Mutant(
        "of two who wait as one person both begin",
        "call/checkins.py",
        "            if self._elsewhere(person, claim):\n",
        "            if False:\n",
        CHECK_IN,
    ),
    Mutant(
        "a plugin that fell leaves its tries running",
        "call/session.py",
        "            self._arrivals.break_off(plugin, self.now())\n",
        "            pass\n",
        CHECK_IN,
    ),
    Mutant(
        "what is said of a try is said to all",
        "gate.py",
        "        alone = len(message.about) == 1 and message.to == message.about\n",
        "        alone = len(message.about) == 1\n",
        GATE,
    ),
]
