"""Says whose camera shows nothing: its shutter is closed, or something hangs over it."""

from collections.abc import AsyncIterator

from consentry.api import (
    Context, Event, Left, Medium, Message, Messages, Needs, Note, Plugin, Purpose, Revoked,
    VideoFrame, hookimpl,
)  # fmt: skip

DARK = 16  # mean brightness, of 255


class CoveredCameras(Plugin):
    name = "covered_cameras"
    purpose = Purpose(
        title="Covered cameras",
        sentence="Measures how bright your picture is, and tells everybody when it is black.",
        data="your camera's picture; none is kept",
        why="so that nobody waves at a closed shutter",
        retention="until the call ends",
    )
    needs = Needs(media=frozenset({Medium.VIDEO}), frames_per_second=0.5)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        covered: dict[str, str] = {}
        async for event in events:
            before = set(covered)
            match event:
                case VideoFrame(participant=who, picture=picture) if picture.rgb().mean() < DARK:
                    covered[who.id] = who.name
                case VideoFrame(participant=who) | Revoked(participant=who) | Left(participant=who):
                    covered.pop(who.id, None)
            if set(covered) != before:
                text = ", ".join(covered.values()) or "none"
                note = Note(plugin=self.name, title="Covered cameras", text=text)
                yield Message(note, "covered_cameras", event.at, about=frozenset(covered))


@hookimpl
def register_plugins(register) -> None:
    register(CoveredCameras)
