"""Who a spoken name means; nobody on any doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consentry.api import Participant


@dataclass(frozen=True, slots=True)
class Roster:
    """Those who may be named, by the first words of their display names."""

    by_name: dict[str, Participant]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def named(self, text: str) -> Participant | None:
        """The one participant that ``text`` names, if it names exactly one."""
        found = {
            person.id: person
            for name, person in self.by_name.items()
            if re.search(rf"\b{re.escape(name)}\b", text)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def addressed(self, text: str) -> tuple[str, Participant] | None:
        """Who is spoken to ("Tom, can you …", "… please, Tom"), and by which name."""
        for name, person in self.by_name.items():
            called = re.escape(name)
            opening = (
                rf"^(?:[\w']+,? ){{0,3}}?{called}(?:,|:| (?=can|could|will|would|please|kannst|"
                rf"könntest|kun|kan|zou|peux|bitte))"
            )
            closing = rf"(?:[,] |\b(?:you|du|je|please|bitte),? ){called}[.?!]*$"
            if re.search(opening, text) or re.search(closing, text):
                return name, person
        return None


def roster(people: Sequence[Participant]) -> Roster:
    """First names and full names that belong to one participant alone."""
    owners: dict[str, list[Participant]] = {}
    for person in people:
        full = person.name.strip()
        for name in {full, full.split(" ")[0]} if full else set():
            owners.setdefault(name, []).append(person)
    unique = {name: group[0] for name, group in owners.items() if len(group) == 1}
    return Roster({name: person for name, person in unique.items() if not person.shared})


def recased(text: str, names: Sequence[str]) -> str:
    """``text`` with names in capitals again where a recognizer wrote all in lower case."""
    if text != text.lower():
        return text
    for name in names:
        text = re.sub(rf"\b{re.escape(name.lower())}\b", name, text)
    return text
