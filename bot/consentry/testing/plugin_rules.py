"""What every plugin must keep, whatever it does: the conformance test."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consentry.events import (
    SAMPLE_RATE,
    AudioFrame,
    ChatReceived,
    Participant,
    Requested,
    Segment,
    Summarized,
    SummaryItem,
    VideoFrame,
)
from consentry.messages import Message
from consentry.plugin import Context, Plugin
from consentry.testing.call import BLOCK, FakeCall, FakeVault, fake_context
from consentry.testing.picture import StillPicture

BLOCKED = 0.25
"""Seconds a plugin may hold the event loop over one event (CPU time)."""


@dataclass(frozen=True)
class _Case:
    plugin: Callable[[], Plugin]
    ctx: Callable[[], Context]

    def call(self, *, enabled: bool = True) -> FakeCall:
        return FakeCall(self.plugin(), ctx=self.ctx(), enabled=enabled)


async def check_plugin(
    plugin: Callable[[], Plugin], ctx: Callable[[], Context] | None = None
) -> None:
    """Raise AssertionError, saying which rule, unless the plugin made by ``plugin`` keeps them all.

    It stays silent until its purpose is on; speaks only of people who agreed; forgets who
    withdraws, and holds no picture of theirs; ends when its events end; and does not block the
    event loop. ``ctx`` makes the context for each call; by default one whose engines are scripted
    to hear "I will send the report by Friday.".
    """
    case = _Case(plugin, ctx or (lambda: fake_context("I will send the report by Friday.")))
    _describes_itself(plugin())
    await _is_silent_until_enabled(case)
    await _speaks_only_of_those_who_agreed(case)
    await _forgets_who_withdraws(case)
    await _holds_no_picture_of_who_withdrew(case)
    await _ends_when_its_events_end(case)
    await _does_not_block(case)


def _describes_itself(plugin: Plugin) -> None:
    purpose = plugin.purpose
    for field in ("title", "sentence", "data", "why", "retention", "recipients"):
        assert getattr(purpose, field).strip(), f"its purpose says nothing under {field!r}"
    assert plugin.name.isidentifier(), "its name is no identifier"


async def _scene(call: FakeCall, *people: Participant) -> None:
    """Everybody speaks, checks in, is seen and captioned, and writes; then somebody asks for
    results, and there is a summary."""
    for who in people:
        await call.speak(who, 2.0)
        await call.check_in(who)
        await call.show(who, StillPicture.gray(0.5), 2.0)
        await call.show(who, StillPicture.gray(0.0), 2.0)
        await call.silence(who, 1.2)
        await call.segment(who, "I will send the report by Friday.")
        await call.chat(who, "I will send the report by Friday.")
    await call.request()
    await call.summarize({f"{who.name} sends the report by Friday.": [who] for who in people})
    await call.summarize({"They send it by Friday: " + ", ".join(w.name for w in people): people})
    await call.wait(61)


async def _is_silent_until_enabled(case: _Case) -> None:
    async with case.call(enabled=False) as call:
        await _scene(call, call.join("Ana"))
    assert not call.said, "it spoke although its purpose was off"


async def _speaks_only_of_those_who_agreed(case: _Case) -> None:
    async with case.call() as call:
        ana, bob = call.join("Ana"), call.join("Bob", consents=False)
        await _scene(call, ana, bob)
    _assert_silent_about(bob, call.said, "who had not agreed")
    blocked = call.metrics.value("messages_blocked", plugin=call.plugin.name)
    assert not blocked, "it tried to say what the gate had to hold back"


async def _forgets_who_withdraws(case: _Case) -> None:
    async with case.call() as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await _scene(call, ana, bob)
        await call.speak(bob, 0.4)
        await call.revoke(bob)
        before = len(call.said)
        await call.request()
        await call.wait(61)
        await _scene(call, ana)
    _assert_silent_about(bob, call.said[before:], "who had withdrawn")
    blocked = call.metrics.value("messages_blocked", plugin=call.plugin.name)
    assert not blocked, "it went on to speak of somebody who withdrew, and was held back"
    _keeps_nothing_unnamed(call, bob)


def _keeps_nothing_unnamed(call: FakeCall, who: Participant) -> None:
    """What is kept of somebody says so, or they could not have it erased."""
    blocked = call.metrics.value("items_blocked", plugin=call.plugin.name)
    assert not blocked, "it wanted to keep something of somebody who withdrew"
    if not isinstance(vault := call.ctx.vault, FakeVault):
        return
    for name, content in vault.files.items():
        named = who.name.encode() in content or who.id.encode() in content
        assert not named or who.id in vault.about[name], "it kept something of somebody unnamed"


async def _holds_no_picture_of_who_withdrew(case: _Case) -> None:
    async with case.call() as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        picture = StillPicture.gray(0.0)
        held = weakref.ref(picture.pixels)
        await call.check_in(bob)
        await call.show(bob, picture, 4.0)
        del picture
        await call.revoke(bob)
        await _scene(call, ana)
        gc.collect()
        assert held() is None, "it still held a picture of somebody who had withdrawn"


async def _ends_when_its_events_end(case: _Case) -> None:
    async with case.call() as call:
        await _scene(call, call.join("Ana"))
        await call.lane.finish(patience=60.0)
        failures = call.metrics.value("plugin_failures", plugin=call.plugin.name)
    assert not failures, "it failed, or did not end when its events did"


async def _does_not_block(case: _Case) -> None:
    async with case.call() as call:
        ana = call.join("Ana")
        speech = np.full(int(BLOCK * SAMPLE_RATE), 0.5, np.float32)
        line = SummaryItem("action", "Send it.", ("captions/1",), frozenset({ana.id}), call.now)
        for event in (
            AudioFrame(ana, speech, call.now),
            VideoFrame(ana, StillPicture.gray(0.5, 1280, 720), call.now),
            Segment(ana, "captions/1", 0, "I will send it by Friday.", call.now, call.now + 2),
            ChatReceived(ana, "chat-1", "I will send it by Friday.", call.now),
            Requested(call.now),
            Summarized(call.now, "summary", 0, (line,), final=False),
        ):
            before = time.thread_time()
            await call.offer(event)
            held = time.thread_time() - before
            assert held < BLOCKED, f"it held the event loop for {held:.2f} s; use ctx.run"


def _assert_silent_about(who: Participant, said: list[Message], why: str) -> None:
    for message in said:
        text = message.body.model_dump_json()
        named = who.id in message.about or f'"{who.name}"' in text or who.name in text
        assert not named, f"it spoke of somebody {why} ({message.kind})"
