"""The codes by which people in a text room show who they are in a video room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None of them is taken for another one."""

LENGTH = 6
"""30^6, one try each: nobody's name ends with the code of whoever comes and goes a thousand
times."""

_MARKED = re.compile(rf"\s*#([{LETTERS}]{{{LENGTH}}})(?![\w#])")


class Codes:
    """Those of one call. A code stands behind a name as ``Mia #7KQ2MX``, or as ``Mia7KQ2MX`` where
    a client takes nothing but letters and digits for a name. ``make`` makes one of LETTERS."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._made: set[str] = set()

    def new(self) -> str:
        """One that nobody was given before."""
        code = self._make()
        while code in self._made:
            code = self._make()
        self._made.add(code)
        return code

    def shown(self, texts: Iterable[str]) -> list[str]:
        """The codes in what somebody says of themselves, each once."""
        found: list[str] = []
        for text in texts:
            found += [*_MARKED.findall(text), *self._bare(text)]
        return [code for code in dict.fromkeys(found) if code in self._made]

    def plain(self, display: str) -> str:
        """A name without the code behind it."""
        name = _MARKED.sub("", display)
        for code in self._bare(name):
            name = name.removesuffix(code)
        return name.strip()

    def _bare(self, text: str) -> list[str]:
        end = text.rstrip()[-LENGTH:]
        return [end] if end in self._made else []
