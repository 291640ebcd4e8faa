"""The lanes of one call, brought in line with the consent state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from consentry.call.checkins import Trial
from consentry.call.plan import Plan
from consentry.call.roster import Roster
from consentry.consent.state import Consent
from consentry.events import CheckInAsked, Event, Joined, Medium, Requested, Revoked
from consentry.gate import CAPACITY, Gate, Trying, nobody_tries
from consentry.pipeline import Lane, LaneState, Street
from consentry.plugin import Plugin

PATIENCE = 15.0
"""Seconds a plugin has to finish what it was saying when the call ends."""


class Lanes:
    """Every plugin of a call, and whom each was told of."""

    def __init__(
        self,
        plan: Plan,
        consent: Consent,
        roster: Roster,
        street: Street,
        trying: Trying = nobody_tries,
    ) -> None:
        self._plan = plan
        self._trying = trying
        self._consent = consent
        self._roster = roster
        self._clock = street.clock
        self._announce = street.changed
        self._street = replace(street, changed=self._changed)
        self._lanes = {plugin.name: self._lane(plugin) for plugin, _ in plan.plugins}
        self._seen: dict[str, set[str]] = {name: set() for name in self._lanes}

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes.values())

    def __getitem__(self, plugin: str) -> Lane:
        return self._lanes[plugin]

    @property
    def waiting(self) -> int:
        """Events that wait for all plugins together."""
        return sum(len(lane.gate) for lane in self)

    def offer(self, event: Event) -> None:
        """Let every plugin see ``event`` that may."""
        for lane in self:
            lane.offer(event)

    def revoke(self, now: float) -> list[tuple[str, str]]:
        """What consent no longer covers is gone from every queue, and every plugin that runs is
        told to forget it. Returns the plugin and the person of each withdrawal."""
        gone: list[tuple[str, str]] = []
        for lane in self:
            lane.gate.sweep()
            if not self._consent.enabled(lane.name):
                continue  # it is going to be stopped, with all it knew
            for person in self._seen[lane.name] - self._allowed(lane.name, now):
                self._seen[lane.name].discard(person)
                lane.offer(Revoked(self._roster[person], now))
                gone.append((lane.name, person))
        return gone

    def ask(self, plugin: str) -> bool:
        """Ask ``plugin`` for its result now; False if it does not run."""
        lane = self._lanes.get(plugin)
        if lane is None or lane.state is not LaneState.RUNNING:
            return False
        lane.offer(Requested(self._clock()))
        return True

    def check_in(self, plugin: str, person: str, trial: Trial, language: str) -> bool:
        """Hand ``person``'s try to ``plugin``; False if it does not run, or may not see it."""
        at = trial.began if trial.asked is None else trial.asked
        asked = CheckInAsked(self._roster[person], trial.id, trial.ticket, at, language)
        return self._lanes[plugin].offer(asked)

    async def stop(self, lane: Lane) -> None:
        """Its purpose is off: the plugin ends, with all it knew."""
        self._seen[lane.name].clear()
        await lane.stop()

    def run(self, lane: Lane, now: float, tasks: asyncio.TaskGroup) -> None:
        """Its purpose is on: run it, and tell it who agrees."""
        lane.start(tasks)
        for person in self._allowed(lane.name, now) - self._seen[lane.name]:
            self._seen[lane.name].add(person)
            lane.offer(Joined(self._roster[person], now))

    def check_stuck(self, now: float) -> None:
        """Restart plugins that have stopped taking events."""
        for lane in self:
            lane.check_stuck(now)

    async def finish(self) -> None:
        """End the events: of those who make segments first, so that a summary sees the last ones,
        and of those who read summaries last."""
        groups: dict[int, list[Lane]] = {0: [], 1: [], 2: []}
        for lane in self:
            groups[_turn(lane.wants)].append(lane)
        for group in groups.values():
            await asyncio.gather(*(lane.finish(PATIENCE) for lane in group))

    def _lane(self, plugin: Plugin) -> Lane:
        media = plugin.needs.media
        gate = Gate(plugin.name, media, self._consent, self._clock, CAPACITY, self._trying)
        return Lane(plugin, gate, self._plan.context(plugin.name), self._street)

    def _changed(self, plugin: str, state: LaneState) -> None:
        if state is LaneState.RUNNING:
            now = self._clock()
            self._seen[plugin] = self._allowed(plugin, now)
            for person in self._seen[plugin]:
                self._lanes[plugin].offer(Joined(self._roster[person], now))
        self._announce(plugin, state)

    def _allowed(self, purpose: str, now: float) -> set[str]:
        return {p for p in self._roster.known if self._consent.allows(purpose, p, now)}


def _turn(wants: frozenset[Medium]) -> int:
    return 2 if Medium.SUMMARIES in wants else int(Medium.SEGMENTS in wants)
