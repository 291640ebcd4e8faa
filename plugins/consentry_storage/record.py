"""What the file says: the transcript format of docs/exports.md, as JSON."""

from __future__ import annotations

import json

from consentry.api import CallInfo, Segment

FORMAT, VERSION = "consentry-transcript", 1


class Record:
    """The latest revision of each segment, by id."""

    def __init__(self, call: CallInfo) -> None:
        self._call = call
        self._segments: dict[str, Segment] = {}
        self._revoked: dict[str, float] = {}

    @property
    def empty(self) -> bool:
        return not self._segments

    def add(self, segment: Segment) -> bool:
        """Take ``segment`` unless it is outdated; whether anything changed."""
        known = self._segments.get(segment.id)
        if known is not None and segment.revision <= known.revision:
            return False
        if segment.at < self._revoked.get(segment.participant.id, segment.at):
            return False  # begun before they withdrew: a later yes does not reach back
        if segment.text.strip():
            self._segments[segment.id] = segment
            return True
        return self._segments.pop(segment.id, None) is not None

    def forget(self, participant: str, at: float) -> bool:
        """Remove all words of ``participant``; whether there were any."""
        self._revoked[participant] = at
        theirs = [id for id, s in self._segments.items() if s.participant.id == participant]
        for id in theirs:
            del self._segments[id]
        return bool(theirs)

    def content(self) -> bytes:
        """The file."""
        segments = sorted(self._segments.values(), key=lambda s: (s.at, s.end, s.id))
        names = {s.participant.id: s.participant.name for s in segments}
        document = {
            "format": FORMAT,
            "version": VERSION,
            "call": {
                "id": self._call.id,
                "title": self._call.title,
                "date": self._call.date.isoformat(),
                "language": self._call.language,
            },
            "participants": [{"id": id, "name": name} for id, name in names.items()],
            "segments": [_segment(segment) for segment in segments],
            "summary": None,
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _segment(segment: Segment) -> dict[str, str | int | float | None]:
    return {
        "id": segment.id,
        "revision": segment.revision,
        "participant": segment.participant.id,
        "start": round(max(0.0, segment.at), 3),
        "end": round(max(0.0, segment.at, segment.end), 3),
        "text": segment.text,
        "language": segment.language,
    }
