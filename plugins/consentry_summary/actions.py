"""Finds action items: what somebody promised, accepted, or was given to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from consentry.api import Participant
from consentry_summary.lines import Finding, owner_of, same_voice
from consentry_summary.people import Roster
from consentry_summary.promises import Need, Promise, by_another, need, promise
from consentry_summary.sentences import Sentence
from consentry_summary.wording import similarity

PATIENCE = 20.0
"""Seconds within which an answer belongs to a request."""
_AND = {"de": "und", "nl": "en", "fr": "et"}
REGRET = 8.0
"""Seconds within which a promise is taken back, or found to have been a joke."""
STEPS = 6
"""Sentences within which it does."""


def find_actions(sentences: Sequence[Sentence], people: Roster, today: date) -> list[Finding]:
    """Action items in the order they were taken on."""
    board = _Board(people, today)
    for sentence in sentences:
        board.read(sentence)
    return board.finish()


class _Board:
    """The actions so far, and the request that waits for an answer."""

    def __init__(self, people: Roster, today: date) -> None:
        self._people = people
        self._today = today
        self._found: list[Finding] = []
        self._open: Need | None = None
        self._steps = 0
        self._taken: tuple[int, str] | None = None
        """Turn and speaker of the last acceptance: what follows it adds detail."""

    def read(self, sentence: Sentence) -> None:
        self._expire(sentence)
        if re.search(sentence.phrases.retracted, sentence.text, re.IGNORECASE):
            self._retract(sentence)
        elif re.search(sentence.phrases.refuse, sentence.text, re.IGNORECASE):
            self._refused(sentence)
        elif made := promise(sentence, self._today):
            self._promised(sentence, made)
        elif given := by_another(sentence, self._people, self._today):
            self._add(Finding(given[0].what, (sentence,), given[1], given[0].due))
        elif wanted := need(sentence, self._people, self._today):
            self._want(wanted)
        elif self._accepts(sentence):
            self._accepted(sentence, None)

    def finish(self) -> list[Finding]:
        self._settle()
        return self._found

    def _expire(self, sentence: Sentence) -> None:
        self._steps += 1
        waiting = self._open
        if waiting and (self._steps > STEPS or sentence.at - waiting.sentence.end > PATIENCE):
            self._settle()

    def _want(self, wanted: Need) -> None:
        if wanted.hint and self._open is not None:
            return
        self._settle()
        self._open, self._steps = wanted, 0

    def _settle(self) -> None:
        """Close the open request: an order that nobody refused stands."""
        waiting, self._open = self._open, None
        if waiting and waiting.told and waiting.asked:
            self._add(Finding(waiting.what, (waiting.sentence,), waiting.asked, waiting.due))

    def _promised(self, sentence: Sentence, made: Promise) -> None:
        waiting = self._open
        if waiting and self._answers(waiting, made):
            self._accepted(sentence, made)
        elif self._taken == (sentence.turn, sentence.speaker.id) and self._adds_detail(made):
            last = self._found[-1]
            self._found[-1] = replace(
                last, sentences=(*last.sentences, sentence), due=last.due or made.due
            )
        elif made.points_back and self._continues(sentence):
            last = self._found[-1]
            words = (
                f"{last.text} {_AND.get(sentence.language, 'and')} "
                f"{made.what[:1].lower()}{made.what[1:]}"
            )
            cited = (*last.sentences, sentence)
            self._found[-1] = replace(last, text=words, sentences=cited, due=last.due or made.due)
        elif made.what and not (
            made.points_back and made.due is None and len(made.what.split()) < 2
        ):
            if waiting and waiting.direct and similarity(waiting.what, made.what) >= 0.5:
                self._open = None
                self._add(
                    Finding(
                        made.what,
                        (waiting.sentence, sentence),
                        owner_of(sentence.speaker),
                        made.due or waiting.due,
                    )
                )
            else:
                owner = None if made.by_all else owner_of(sentence.speaker)
                self._add(Finding(made.what, (sentence,), owner, made.due))

    def _answers(self, waiting: Need, made: Promise) -> bool:
        """Whether the promise points to what waits; to a hint only if it says nothing else."""
        return made.points_back and not waiting.offered and not (waiting.hint and made.what)

    def _continues(self, sentence: Sentence) -> bool:
        """Whether the speaker goes on about the task they just took on."""
        if not self._found:
            return False
        last = self._found[-1].sentences[-1]
        return (
            last.turn == sentence.turn
            and sentence.at - last.at < 8.0
            and same_voice(last, sentence)
        )

    def _adds_detail(self, made: Promise) -> bool:
        return bool(self._found) and (
            made.points_back or similarity(self._found[-1].text, made.what) >= 0.5
        )

    def _accepts(self, sentence: Sentence) -> bool:
        waiting, phrases = self._open, sentence.phrases
        if waiting is None or same_voice(waiting.sentence, sentence):
            return False
        if not waiting.direct:
            mine = (
                r"^(?:\w+,? )?(?:me[.!]?$|i can|i could|i will|i'll|(?:ich|ik|moi)[.!]?$|kann "
                r"ich|kan ik)"
            )
            return re.search(mine, sentence.text, re.IGNORECASE) is not None
        if waiting.asked and not waiting.offered and waiting.asked.id != sentence.speaker.id:
            return False
        return re.search(phrases.accept, sentence.text, re.IGNORECASE) is not None

    def _accepted(self, sentence: Sentence, made: Promise | None) -> None:
        waiting = self._open
        if waiting is None:
            return
        taker = waiting.sentence.speaker if waiting.offered else sentence.speaker
        due = (made.due if made else None) or waiting.due
        cited = (waiting.sentence, sentence)
        self._open = None
        self._add(Finding(waiting.what, cited, owner_of(taker), due))
        self._taken = (sentence.turn, sentence.speaker.id)

    def _refused(self, sentence: Sentence) -> None:
        """Somebody else may still take it; nobody is held to it."""
        waiting = self._open
        if waiting and not same_voice(waiting.sentence, sentence):
            self._open = replace(waiting, asked=None, told=False, direct=False)

    def _retract(self, sentence: Sentence) -> None:
        self._open = None
        for place in range(len(self._found) - 1, -1, -1):
            last = self._found[place].sentences[-1]
            if sentence.at - last.end <= REGRET and last.speaker.id == sentence.speaker.id:
                del self._found[place]
                return

    def _add(self, finding: Finding) -> None:
        """Keep ``finding``, together with an earlier one that says the same."""
        self._taken = None
        for place, known in enumerate(self._found):
            if _same(known, finding):
                cited = (*known.sentences, *finding.sentences)
                owner = _agreed(known.owner, finding.owner)
                self._found[place] = replace(
                    known, sentences=cited, owner=owner, due=known.due or finding.due
                )
                return
        self._found.append(finding)


def _same(known: Finding, new: Finding) -> bool:
    return similarity(known.text, new.text) >= (0.6 if known.owner == new.owner else 0.8)


def _agreed(one: Participant | None, other: Participant | None) -> Participant | None:
    """The later word counts where both name somebody."""
    return other or one
