"""Captions on the screens that are not final yet, so that none is left hanging."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from consentry.events import Participant, Segment
from consentry.messages import Caption, Message, Retraction


class OpenCaptions:
    """Follows each caption from its first words to its final or its retraction."""

    def __init__(self) -> None:
        self._open: dict[str, Message] = {}

    def follow(self, message: Message) -> Caption | None:
        """Take note of what was said; the caption in ``message``, if it is a final one."""
        match message.body:
            case Caption(final=True) as final:
                self._open.pop(message.id, None)
                return final
            case Caption():
                self._open[message.id] = message
            case Retraction(ids=ids):
                self.forget(ids)
        return None

    def forget(self, ids: Iterable[str]) -> None:
        """These were taken back."""
        for name in ids:
            self._open.pop(name, None)

    def abandon(self, plugin: str, person: str | None) -> list[str]:
        """Ids of ``plugin``'s open captions about ``person`` (None: anybody), now forgotten."""
        ids = [
            name
            for name, message in self._open.items()
            if name.startswith(f"{plugin}/") and (person is None or person in message.about)
        ]
        self.forget(ids)
        return ids

    def break_off(self, plugin: str) -> list[Message]:
        """Finals of ``plugin``'s open captions: what was said so far, marked as broken off."""
        finals = []
        for name, message in self._open.items():
            if name.startswith(f"{plugin}/") and isinstance(message.body, Caption):
                body = message.body.model_copy(update={"final": True, "gap": True})
                finals.append(replace(message, body=body, revision=message.revision + 1))
        return finals


def segment(message: Message, caption: Caption, speaker: Participant) -> Segment:
    """A final caption as what it is from then on: a piece of transcript."""
    return Segment(
        speaker,
        message.id,
        message.revision,
        caption.text,
        caption.start,
        caption.end,
        caption.language,
    )
