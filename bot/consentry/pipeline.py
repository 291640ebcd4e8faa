"""Run each plugin behind its own gate, so that its failure stays its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum

from consentry.events import Event, Medium
from consentry.gate import Clock, Gate
from consentry.guarded_vault import GuardedVault
from consentry.messages import Message, Retraction
from consentry.metrics import Metrics
from consentry.plugin import Context, Plugin
from consentry.rate_limit import RateLimit

log = logging.getLogger(__name__)

Send = Callable[[str, Message], Awaitable[None]]
"""Takes a plugin's name and a message that has passed its gate."""

BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before each restart of a plugin that failed; after the last one it stays down."""
STUCK_AFTER = 30.0
"""Seconds without taking anything that waits, after which a plugin counts as hung."""
STOP_WITHIN = 3.0
"""Seconds a plugin has to end when it is cancelled. One that does not is left behind: its gate is
shut, and the call does not wait for it."""
RATE, BURST = 50.0, 200.0
"""Messages per second, and at once, that a plugin may say; the rest is dropped and counted."""


class LaneState(StrEnum):
    OFF = "off"
    RUNNING = "running"
    RESTARTING = "restarting"
    FAILED = "failed"


@dataclass(frozen=True)
class Street:
    """What all lanes of a call share."""

    clock: Clock
    send: Send
    changed: Callable[[str, LaneState], None]
    """Called when a lane's state changes."""
    metrics: Metrics


class Lane:
    """One plugin, its gate, and the task that runs it while its purpose is on."""

    def __init__(self, plugin: Plugin, gate: Gate, ctx: Context, street: Street) -> None:
        self.plugin = plugin
        self.name = plugin.name
        self.state = LaneState.OFF
        self.gate = gate
        self._ctx = _guarded(ctx, gate, street.metrics.items_blocked.labels(plugin.name).inc)
        self._street = street
        self._limit = RateLimit(RATE, BURST, now=0.0)
        self._handling = street.metrics.plugin_seconds.labels(plugin.name)
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._ending = False
        self._task: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._taken_at = 0.0

    @property
    def wants(self) -> frozenset[Medium]:
        return self.plugin.needs.media

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Run the plugin from a clean state; nothing it knew before is left."""
        if self._task is None:
            self._ending = False
            self._set(LaneState.RUNNING)
            self._task = tasks.create_task(self._supervise(), name=f"lane {self.name}")

    async def stop(self) -> None:
        """Cancel the plugin and forget what waits: the owner turned the purpose off."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._discard_waiting()
        self._set(LaneState.OFF)

    async def finish(self, patience: float) -> None:
        """End the events, so that the plugin says what is left; cancel it after ``patience`` s."""
        self._ending = True
        self._wake.set()
        if self._task is not None and self.state is LaneState.RUNNING:
            await asyncio.wait([self._task], timeout=patience)
        await self.stop()

    def offer(self, event: Event) -> bool:
        """Let ``event`` wait for the plugin; False if it does not run, or may not see it."""
        if self.state is not LaneState.RUNNING:
            return False
        before = self.gate.dropped
        if seen := self.gate.offer(event):
            self._idle.clear()
            self._wake.set()
        lost = self.gate.dropped - before
        if lost:
            self._street.metrics.events_dropped.labels(self.name).inc(lost)
        return seen

    async def drained(self) -> None:
        """Return once the plugin has taken all it was offered and asks for more."""
        await self._idle.wait()

    def check_stuck(self, now: float) -> None:
        """Restart a plugin that has stopped taking events."""
        stuck = len(self.gate) > 0 and now - self._taken_at > STUCK_AFTER
        if stuck and self.state is LaneState.RUNNING and self._running is not None:
            self._running.cancel()

    async def _supervise(self) -> None:
        for delay in (*BACKOFF, None):
            self._set(LaneState.RUNNING)
            if await self._survives():
                return
            self._street.metrics.plugin_failures.labels(self.name).inc()
            self._discard_waiting()
            if delay is None or self._ending:
                break
            self._set(LaneState.RESTARTING)
            await asyncio.sleep(delay)
        self._set(LaneState.FAILED)

    async def _survives(self) -> bool:
        """Run the plugin once; True if it ended by itself after the events did."""
        self._taken_at = self._street.clock()
        self._running = asyncio.create_task(self._run(), name=f"plugin {self.name}")
        try:
            await asyncio.wait([self._running])
        except asyncio.CancelledError:
            self._running.cancel()
            await asyncio.wait([self._running], timeout=STOP_WITHIN)
            if not self._running.done():
                log.error("plugin %s does not end when it is cancelled", self.name)
            raise
        if self._running.cancelled():
            log.error("plugin %s hung and was stopped", self.name)
            return False
        error = self._running.exception()
        if error is not None:
            # The type alone: a text or a traceback can quote what people said.
            log.error("plugin %s failed: %s", self.name, type(error).__name__)
            return False
        if not self._ending:
            log.error("plugin %s ended before its events did", self.name)
        return self._ending

    async def _run(self) -> None:
        async with aclosing(self.plugin.process(self._events(), self._ctx)) as messages:
            async for message in messages:
                await self._say(message)
                del message  # or it would stay here until the next one comes

    async def _say(self, message: Message) -> None:
        await asyncio.sleep(0)  # a plugin that floods still lets the call go on
        if self._limit.allows(self._street.clock()) and self.gate.passes(message):
            await self._street.send(self.name, qualify(self.name, message))
        else:
            self._street.metrics.messages_blocked.labels(self.name).inc()

    async def _events(self) -> AsyncGenerator[Event, None]:
        while True:
            while (event := self.gate.take()) is not None:
                self._taken_at = self._street.clock()
                with self._handling.time():
                    yield event
            if self._ending:
                return
            self._wake.clear()
            self._idle.set()
            await self._wake.wait()

    def _discard_waiting(self) -> None:
        self.gate.clear()
        self._idle.set()

    def _set(self, state: LaneState) -> None:
        if state is not self.state:
            self.state = state
            if state is not LaneState.RUNNING:
                self._idle.set()
            self._street.changed(self.name, state)


def _guarded(ctx: Context, gate: Gate, blocked: Callable[[], None]) -> Context:
    """``ctx`` with a vault that takes nothing the gate would not let out."""
    if ctx.vault is None:
        return ctx
    return replace(ctx, vault=GuardedVault(ctx.vault, gate.agreed, blocked))


def qualify(plugin: str, message: Message) -> Message:
    """``message`` with its ids under its plugin's name: no plugin revises another's words."""
    body = message.body
    if isinstance(body, Retraction):
        body = body.model_copy(update={"ids": [_under(plugin, i) for i in body.ids]})
    return replace(message, id=_under(plugin, message.id), body=body)


def _under(plugin: str, name: str) -> str:
    return name if name == plugin or name.startswith(f"{plugin}/") else f"{plugin}/{name}"
