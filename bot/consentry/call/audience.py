"""What each person was told last, so that only what changed is said again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from consentry.messages import AnyBody, CheckedIn, Message, Notice, Status, Want


@dataclass(slots=True)
class _Told:
    bodies: dict[str, AnyBody] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)


class Audience:
    """The people that private messages reach, and the last notice, status, want and list of who is
    checked in of each."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def add(self, person: str) -> None:
        """Private messages reach ``person`` from now on, and all is to be said again.

        Revisions go on from where they were: a device that only made a new connection has the
        old ones, and takes none below them.
        """
        self._told.setdefault(person, _Told()).bodies.clear()

    def remove(self, person: str) -> None:
        self._told.pop(person, None)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._told))

    def news(
        self, person: str, at: float, *bodies: Notice | Status | Want | CheckedIn
    ) -> list[Message]:
        """Messages for those of ``bodies`` that differ from what ``person`` was last told."""
        told = self._told.get(person)
        if told is None:
            return []
        messages = []
        for body in bodies:
            if told.bodies.get(body.kind) != body:
                revision = told.revisions.get(body.kind, -1) + 1
                told.bodies[body.kind], told.revisions[body.kind] = body, revision
                messages.append(
                    Message(body, f"bot/{body.kind}", at, to=frozenset({person}), revision=revision)
                )
        return messages
