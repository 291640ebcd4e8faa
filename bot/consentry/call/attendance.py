"""What is told to a call, and asked of it, about people who enrolled and are not in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from consentry.call.arrivals import Arrivals
from consentry.call.checkins import CheckIns, Claim


class Attendance:
    """The way of the kiosk and of the register of people into a call.

    ``now`` is the call's clock; ``settle`` brings what people in it are told in line.
    """

    def __init__(
        self,
        check_ins: CheckIns,
        arrivals: Arrivals,
        now: Callable[[], float],
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        self._check_ins = check_ins
        self._arrivals = arrivals
        self._now = now
        self._settle = settle

    @property
    def on(self) -> bool:
        """Whether who arrives is on the list that everybody in the call sees."""
        return self._check_ins.on

    @property
    def tells_assurance(self) -> bool:
        """Whether the call's owner is told by what each person was checked in."""
        return self._arrivals.tells_assurance

    @property
    def people(self) -> frozenset[str]:
        """Ids, as enrolled, of everybody who is checked in, or tries to be."""
        return self._check_ins.people

    async def arrive(self, claim: Claim, lasts: float) -> bool:
        """Somebody checked in at the kiosk for this call's meeting, which ``lasts`` so many
        seconds more. Whether they are on the list until it ends, as somebody in the room."""
        now = self._now()
        if not self._check_ins.arrive(claim, now + lasts, now):
            return False
        await self._settle()
        return True

    def lists(self, person: str) -> bool:
        """Whether ``person`` (their id as enrolled) is listed as somebody in the room."""
        return any(mark.person_id == person for mark in self._check_ins.room)

    async def departed(self, person: str) -> None:
        """They say that they have left the room."""
        self._check_ins.departed(person)
        await self._settle()

    async def deleted(self, people: frozenset[str]) -> None:
        """``people`` are not enrolled any more: nobody is checked in as one of them."""
        self._arrivals.deleted(people, self._now())
        await self._settle()
