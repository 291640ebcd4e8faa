"""What one call shows of itself to whoever runs the bot: figures and spans, never content."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Literal

from opentelemetry.trace import Span, StatusCode, Tracer, set_span_in_context

from consentry.controls import Decide, Disable, Enable, Erase, Heard
from consentry.errors import EndReason, JoinRefused
from consentry.messages import Caption, Message, Reply, Summary
from consentry.metrics import FAILED, Metrics
from consentry.tracing import attribute, current, span

UNKNOWN = "unknown"
"""Stands for a purpose that there is not: participants write its name."""


@dataclass(slots=True, eq=False)
class Acting:
    """One act of consent while it is dealt with."""

    began: float
    effect: float | None = None
    """When what it took away was off the wire."""
    replies: list[Reply] = field(default_factory=list)


class Telemetry:
    """Told by the session of a call what happens in it, on the call's clock."""

    def __init__(
        self, metrics: Metrics, tracer: Tracer, call: str, clock: Callable[[], float]
    ) -> None:
        self._metrics = metrics
        self._tracer = tracer
        self._call = call
        self._clock = clock
        self._span: Span | None = None
        self._epoch = 0
        """Unix time of second 0 of the call, in nanoseconds."""
        self._present = 0
        self._waiting = 0
        self._acts: list[Acting] = []
        self._requested_at: float | None = None

    @contextmanager
    def lasting(self) -> Iterator[None]:
        """The call, from joining to the last word of the last plugin."""
        self._epoch = time.time_ns() - round(self._clock() * 1e9)
        self._metrics.calls.inc()
        with span(self._tracer, "call", call=self._call) as self._span, current(self._span):
            try:
                yield
            except JoinRefused as exc:
                self.ended(exc.reason)
                raise
            except Exception:
                self._count_end(FAILED)
                raise
            finally:
                self._metrics.calls.dec()
                self._metrics.participants.dec(self._present)
                self.waits(0)

    def ended(self, reason: EndReason) -> None:
        """The call is over, or was never joined."""
        self._count_end(reason.value)

    def arrived(self) -> None:
        """Somebody is there."""
        self._present += 1
        self._metrics.participants.inc()

    def departed(self) -> None:
        self._present -= 1
        self._metrics.participants.dec()

    def waits(self, events: int) -> None:
        """So many events wait for all plugins of the call together."""
        self._metrics.events_waiting.inc(events - self._waiting)
        self._waiting = events

    @contextmanager
    def acting(self, control: Heard, purposes: Collection[str]) -> Iterator[Acting]:
        """An act of consent, from being heard to being answered; its replies are put into it."""
        act = Acting(self._clock())
        self._acts.append(act)
        purpose = getattr(control, "purpose", None)
        named = {"purpose": purpose if purpose in purposes else UNKNOWN} if purpose else {}
        try:
            with self._part("consent", act=_kind(control), **named) as part:
                yield act
                verdict = ",".join(dict.fromkeys(reply.code for reply in act.replies))
                part.set_attribute(attribute("verdict"), verdict or "none")
            self._observe(act, _direction(control))
        finally:
            self._acts.remove(act)

    def covered(self) -> None:
        """No more is taken now than consent covers."""
        for act in self._acts:
            act.effect = self._clock() if act.effect is None else act.effect

    def not_taken(self, fault: str) -> None:
        """A yes did not prove that it answers its person's notice; ``fault`` is a label."""
        self._metrics.grants_refused.labels(fault).inc()

    def requested(self) -> None:
        """Results are asked for, by somebody or by the end of the call."""
        self._requested_at = self._clock()

    def said(self, message: Message) -> None:
        """``message`` went into the call."""
        self._metrics.messages_sent.labels(message.kind).inc()
        match message.body:
            case Caption(final=True, start=start):
                self._past("utterance", start)
            case Summary():
                asked, self._requested_at = self._requested_at, None
                self._past("summary", self._clock() if asked is None else asked)

    def erased(self, part: Literal["shown", "kept"], seconds: float) -> None:
        """What was shown of somebody is taken back, or what was kept is deleted."""
        self._metrics.erasure_seconds.labels(part).observe(seconds)

    def blocked(self, plugin: str) -> None:
        """A message of ``plugin`` could not be carried."""
        self._metrics.messages_blocked.labels(plugin).inc()

    def _observe(self, act: Acting, direction: str | None) -> None:
        if direction is None or all(reply.code != "ok" for reply in act.replies):
            return
        # A "no" is in force before it is written down, and before it is answered.
        effect = act.effect if direction == "refuse" and act.effect else self._clock()
        self._metrics.consent_seconds.labels(direction).observe(effect - act.began)

    def _part(self, name: str, **attributes: str) -> AbstractContextManager[Span]:
        context = None if self._span is None else set_span_in_context(self._span)
        return span(self._tracer, name, context, **attributes)

    def _past(self, name: str, start: float) -> None:
        """A part of the call that began at second ``start`` and ends now."""
        context = None if self._span is None else set_span_in_context(self._span)
        began = self._epoch + round(start * 1e9)
        ends = self._epoch + round(self._clock() * 1e9)
        self._tracer.start_span(name, context, start_time=began).end(ends)

    def _count_end(self, reason: str) -> None:
        self._metrics.calls_ended.labels(reason).inc()
        if self._span is not None:
            self._span.set_attribute(attribute("end_reason"), reason)
            if reason == FAILED:
                self._span.set_status(StatusCode.ERROR)


def _kind(control: Heard) -> str:
    return f"{control.type}_{control.answer}" if isinstance(control, Decide) else control.type


def _direction(control: Heard) -> str | None:
    match control:
        case Decide(answer="yes") | Enable():
            return "grant"
        case Decide() | Disable() | Erase():
            return "refuse"
        case _:
            return None
