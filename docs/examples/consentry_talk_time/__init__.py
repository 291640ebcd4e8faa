"""Says, once a minute, how long each person who agreed has spoken."""

from collections import Counter
from collections.abc import AsyncIterator

import numpy as np
from consentry.api import (
    AudioFrame, Context, Event, Medium, Message, Messages, Needs, Note, Plugin, Purpose, Revoked,
    Tick, hookimpl,
)  # fmt: skip


class TalkTime(Plugin):
    name = "talk_time"
    purpose = Purpose(
        title="Talk time",
        sentence="Measures how long you speak, and tells everybody once a minute. Keeps no sound.",
        data="your voice",
        why="so that everybody gets a turn",
        retention="until the call ends",
    )
    needs = Needs(media=frozenset({Medium.AUDIO}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        seconds, names, due = Counter[str](), dict[str, str](), 60.0
        async for event in events:
            match event:
                case AudioFrame(participant=who) if np.abs(event.samples).max() > 0.02:
                    seconds[who.id] += event.duration
                    names[who.id] = who.name
                case Revoked(participant=who):
                    del seconds[who.id]
                    names.pop(who.id, None)
                case Tick(at=now) if now >= due and seconds:
                    text = ", ".join(f"{names[i]}: {s:.0f} s" for i, s in seconds.most_common())
                    note = Note(plugin=self.name, title="Talk time", text=text)
                    yield Message(note, "talk_time", now, about=frozenset(seconds))
                    due = now + 60.0


@hookimpl
def register_plugins(register) -> None:
    register(TalkTime)
