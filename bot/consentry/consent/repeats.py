"""What was written of each person last, so that the same said again is not written again.

A client may repeat itself as often as it likes, and a no is never held up: the ledger grows by what
is new alone.
"""

from __future__ import annotations

from collections.abc import Hashable


class Repeats:
    """By person and purpose: what they were shown last, and what they answered last."""

    def __init__(self) -> None:
        self._shown: dict[str, dict[str, Hashable]] = {}
        self._answered: dict[str, dict[str, Hashable]] = {}

    def shown(self, person: str, purpose: str, *what: Hashable) -> bool:
        """``person`` is shown ``what``; whether that is new."""
        return _changes(self._shown.setdefault(person, {}), purpose, what)

    def answered(self, person: str, purpose: str, *what: Hashable) -> bool:
        """``person`` answers; whether that is new."""
        return _changes(self._answered.setdefault(person, {}), purpose, what)

    def met(self, person: str) -> None:
        """``person`` is shown everything anew."""
        self._shown.pop(person, None)

    def forget(self, person: str) -> None:
        """Nothing that was written of ``person`` is theirs any more."""
        self._shown.pop(person, None)
        self._answered.pop(person, None)


def _changes(last: dict[str, Hashable], purpose: str, what: Hashable) -> bool:
    changed = last.get(purpose) != what
    last[purpose] = what
    return changed
