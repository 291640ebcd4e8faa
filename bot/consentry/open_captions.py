"""Captions on the screens that are not final yet, so that none is left hanging."""

from __future__ import annotations

from dataclasses import replace

from consentry.messages import Caption, Message, Retraction


class OpenCaptions:
    """Follows each caption from its first words to its final or its retraction."""

    def __init__(self) -> None:
        self._open: dict[str, Message] = {}

    def follow(self, message: Message) -> bool:
        """Take note of what was said; True if ``message`` is a final caption."""
        match message.body:
            case Caption(final=True):
                self._open.pop(message.id, None)
                return True
            case Caption():
                self._open[message.id] = message
            case Retraction(ids=ids):
                for name in ids:
                    self._open.pop(name, None)
        return False

    def abandon(self, plugin: str, person: str | None) -> list[str]:
        """Ids of ``plugin``'s open captions about ``person`` (None: anybody), now forgotten."""
        ids = [
            name
            for name, message in self._open.items()
            if name.startswith(f"{plugin}/") and (person is None or person in message.about)
        ]
        for name in ids:
            del self._open[name]
        return ids

    def break_off(self, plugin: str) -> list[Message]:
        """Finals of ``plugin``'s open captions: what was said so far, marked as broken off."""
        finals = []
        for name, message in self._open.items():
            if name.startswith(f"{plugin}/") and isinstance(message.body, Caption):
                body = message.body.model_copy(update={"final": True, "gap": True})
                finals.append(replace(message, body=body, revision=message.revision + 1))
        return finals
