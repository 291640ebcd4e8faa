"""What a person takes along: their data as JSON, their words as WebVTT, or both in a ZIP."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from consentry.exports.subtitles import to_webvtt
from consentry.receipts.building import payload
from consentry.receipts.call import Issued
from consentry.store.archive import Held
from consentry.store.transcripts import NAME, SEGMENT
from consentry.transcript import (
    Transcript,
    TranscriptCall,
    TranscriptParticipant,
    TranscriptSegment,
)

FORMS = {"zip": "application/zip", "json": "application/json", "vtt": "text/vtt"}
"""What can be taken along, and its media type (RFC 6713, RFC 8259; WebVTT section 8.1)."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time a ZIP can tell: the same data make the same file."""


@dataclass(frozen=True, slots=True)
class OwnData:
    """All there is of one person in one call."""

    call: str
    person: str
    held: Sequence[Held]
    receipt: Issued | None

    def own(self) -> list[Held]:
        """What is about them and nobody else."""
        return [item for item in self.held if item.about == {self.person}]

    def words(self) -> list[TranscriptSegment]:
        """What they said, in order."""
        found = (_segment(item) for item in self.own() if item.name.startswith(SEGMENT))
        theirs = {s.id: s for s in found if s is not None and s.participant == self.person}
        return sorted(theirs.values(), key=lambda segment: segment.start)

    def name(self) -> str:
        """What they were called, where that is kept."""
        for item in self.own():
            if item.name.startswith(NAME) and isinstance(content := _read(item.content), dict):
                return str(content.get("name", ""))
        return ""

    def as_json(self) -> bytes:
        """Everything (GDPR art. 20): structured, commonly used and machine-readable."""
        whole = {
            "format": "consentry-own-data",
            "version": 1,
            "call": self.call,
            "person": self.person,
            "items": list(self._items()),
            "receipt": self.receipt and json.loads(payload(self.receipt.record)),
            "receipt_jws": self.receipt and self.receipt.jws,
        }
        return json.dumps(whole, ensure_ascii=False, indent=1).encode()

    def _items(self) -> Iterable[dict[str, object]]:
        for item in self.held:
            mine = item.about == {self.person}
            fields = {"plugin": item.plugin, "name": item.name, "expires": item.expires}
            # What rests on others' words too is named, and its content is left with them.
            yield {**fields, "about_others_too": not mine} | (
                {"content": _read(item.content)} if mine else {}
            )

    def as_webvtt(self) -> bytes:
        """Their own words; a file without cues where there are none."""
        transcript = Transcript(
            call=TranscriptCall(id=self.call, title="", date=date(1970, 1, 1)),
            participants=[TranscriptParticipant(id=self.person, name=self.name() or "-")],
            segments=self.words(),
        )
        return to_webvtt(transcript).encode()

    def as_zip(self) -> bytes:
        """Both, and the signed receipt as a file of its own."""
        files = {"my-data.json": self.as_json(), "my-words.vtt": self.as_webvtt()}
        if self.receipt is not None:
            files["receipt.jws"] = self.receipt.jws.encode()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
        return buffer.getvalue()

    def form(self, form: str) -> bytes:
        """The content of a file in one of :data:`FORMS`."""
        match form:
            case "zip":
                return self.as_zip()
            case "json":
                return self.as_json()
            case _:
                return self.as_webvtt()


def _segment(item: Held) -> TranscriptSegment | None:
    try:
        return TranscriptSegment.model_validate_json(item.content)
    except ValidationError:
        return None


def _read(content: bytes) -> object:
    """JSON where it is JSON, else text where it is text, else base64."""
    try:
        return json.loads(content)
    except ValueError:
        pass
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
