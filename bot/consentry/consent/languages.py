"""Which language each person in a call is spoken to in."""

from __future__ import annotations

from collections.abc import Callable

from consentry.words.catalog import Words, first_spoken, spoken, words


def _unknown(person: str) -> str | None:
    return None


class Languages:
    """What somebody chose comes first; then what their client says they read, then the call's.

    ``read`` is what the stack says of a person's language (BCP 47).
    """

    def __init__(
        self, call: str | None = None, read: Callable[[str], str | None] = _unknown
    ) -> None:
        self._call = call
        self._read = read
        self._chosen: dict[str, str] = {}
        self._hinted: dict[str, str] = {}

    def choose(self, person: str, language: str) -> bool:
        """``person`` wants to be spoken to in ``language``; False where there are no words in
        it, and all stays as it was."""
        found = spoken(language)
        if found is not None:
            self._chosen[person] = found
        return found is not None

    def hint(self, person: str, language: str) -> None:
        """A client of ``person`` says what they read."""
        self._hinted[person] = language

    def chosen(self, person: str) -> str | None:
        """What ``person`` asked to be spoken to in, if they did."""
        return self._chosen.get(person)

    def known(self, person: str) -> str | None:
        """What ``person`` reads, where they or their client said so."""
        said = (self._chosen.get(person), self._hinted.get(person), self._read(person))
        return next((found for tag in said if (found := spoken(tag))), None)

    def of(self, person: str) -> str:
        """What ``person`` is spoken to in."""
        return self.known(person) or self.call

    def words(self, person: str) -> Words:
        """The words for ``person``."""
        return words(self.of(person))

    @property
    def call(self) -> str:
        """What everybody at once is spoken to in."""
        return first_spoken((self._call,))
