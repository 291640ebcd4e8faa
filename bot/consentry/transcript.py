"""A transcript: the final words of a call, by segment, and its summary. A versioned file format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from consentry.errors import SetupError
from consentry.events import Segment
from consentry.messages import Caption, Message, Retraction, Summary
from consentry.plugin import CallInfo

MAX_BYTES = 64 * 1024 * 1024

Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TranscriptCall(Part):
    """The call it was made in."""

    id: Annotated[str, Field(min_length=1)]
    title: str
    date: date
    language: str | None = None
    """Of the meeting (BCP 47), where it was set."""

    @classmethod
    def of(cls, info: CallInfo) -> Self:
        return cls(id=info.id, title=info.title, date=info.date, language=info.language)


class TranscriptParticipant(Part):
    """Somebody whose words are in it."""

    id: Annotated[str, Field(min_length=1)]
    name: str


class TranscriptSegment(Part):
    """What one participant said in one go."""

    id: Annotated[str, Field(min_length=1)]
    revision: Annotated[int, Field(ge=0)] = 0
    participant: str
    start: Seconds
    """Seconds since the bot joined."""
    end: Seconds
    text: str
    language: str | None = None
    gap: bool = False
    """Words were lost within."""

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end < self.start:
            raise ValueError("ends before it starts")
        return self


class Transcript(Part):
    """The whole of it. Segments are in the order of time."""

    format: Literal["consentry-transcript"] = "consentry-transcript"
    version: Literal[1] = 1
    call: TranscriptCall
    participants: list[TranscriptParticipant]
    segments: list[TranscriptSegment]
    summary: Summary | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        people = {participant.id for participant in self.participants}
        ids = {segment.id for segment in self.segments}
        if len(people) != len(self.participants):
            raise ValueError("two participants have one id")
        if len(ids) != len(self.segments):
            raise ValueError("two segments have one id")
        if not {segment.participant for segment in self.segments} <= people:
            raise ValueError("a segment is of a participant who is not listed")
        return self

    def name_of(self, participant: str) -> str:
        """What the participant with that id is called."""
        return next(p.name for p in self.participants if p.id == participant)

    def without(self, participant: str) -> Transcript:
        """The same with nothing of ``participant`` in it, and no summary that may rest on them."""
        theirs = {s.id for s in self.segments if s.participant == participant}
        people = [p for p in self.participants if p.id != participant]
        if len(people) == len(self.participants):
            return self
        kept = [s for s in self.segments if s.id not in theirs]
        return self.model_copy(update={"participants": people, "segments": kept, "summary": None})


class TranscriptBuilder:
    """Follows a call and holds what its transcript is so far."""

    def __init__(self, call: CallInfo) -> None:
        self._call = TranscriptCall.of(call)
        self._segments: dict[str, TranscriptSegment] = {}
        self._names: dict[str, str] = {}
        self._retracted: set[str] = set()
        self._summary: Message | None = None

    def take(self, message: Message) -> None:
        """Final captions, summaries and retractions count; everything else passes by."""
        match message.body:
            case Caption(final=True) as caption:
                self._put(_of_caption(message, caption), caption.name)
            case Summary() if message.revision >= (self._summary or message).revision:
                self._summary = message
            case Retraction(ids=ids):
                self._retract(frozenset(ids))

    def take_segment(self, segment: Segment) -> None:
        """The same for a segment that came as an event."""
        self._put(_of_segment(segment), segment.participant.name)

    def forget(self, participant: str) -> None:
        """Remove all that was made from ``participant``."""
        for id in [id for id, s in self._segments.items() if s.participant == participant]:
            del self._segments[id]
        self._names.pop(participant, None)
        if self._summary is not None and participant in self._summary.about:
            self._summary = None

    def build(self) -> Transcript:
        """The transcript so far."""
        segments = sorted(self._segments.values(), key=lambda s: (s.start, s.end, s.id))
        people = dict.fromkeys(segment.participant for segment in segments)
        return Transcript(
            call=self._call,
            participants=[TranscriptParticipant(id=p, name=self._names[p]) for p in people],
            segments=segments,
            summary=self._current_summary(),
        )

    def _put(self, segment: TranscriptSegment, name: str) -> None:
        known = self._segments.get(segment.id)
        if segment.id in self._retracted or (known and known.revision > segment.revision):
            return
        self._names[segment.participant] = name
        if segment.text.strip():
            self._segments[segment.id] = segment
        else:
            self._segments.pop(segment.id, None)

    def _retract(self, ids: frozenset[str]) -> None:
        self._retracted |= ids
        for id in ids:
            self._segments.pop(id, None)
        if self._summary is not None and self._summary.id in ids:
            self._summary = None

    def _current_summary(self) -> Summary | None:
        """The summary, less the lines that rest on words taken back since."""
        if self._summary is None or not isinstance(self._summary.body, Summary):
            return None
        body = self._summary.body
        return body.model_copy(
            update={
                "abstract": [i for i in body.abstract if self._stands(i.segments)],
                "decisions": [i for i in body.decisions if self._stands(i.segments)],
                "actions": [i for i in body.actions if self._stands(i.segments)],
                "questions": [i for i in body.questions if self._stands(i.segments)],
            }
        )

    def _stands(self, segments: list[str]) -> bool:
        return all(id in self._segments for id in segments)


def _of_caption(message: Message, caption: Caption) -> TranscriptSegment:
    return TranscriptSegment(
        id=message.id,
        revision=message.revision,
        participant=caption.participant,
        start=max(0.0, caption.start),
        end=max(0.0, caption.start, caption.end),
        text=caption.text,
        language=caption.language,
        gap=caption.gap,
    )


def _of_segment(segment: Segment) -> TranscriptSegment:
    return TranscriptSegment(
        id=segment.id,
        revision=segment.revision,
        participant=segment.participant.id,
        start=max(0.0, segment.at),
        end=max(0.0, segment.at, segment.end),
        text=segment.text,
        language=segment.language,
    )


def read_transcript(path: Path) -> Transcript:
    """The transcript in ``path``; SetupError if it can't be read or is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise SetupError(f"{path}: can't be read ({exc.strerror})") from None
    if len(content) > MAX_BYTES:
        raise SetupError(f"{path}: is larger than 64 MiB, which no transcript is")
    return parse_transcript(content, str(path))


def parse_transcript(content: bytes, name: str) -> Transcript:
    """The transcript in ``content``; SetupError, saying where ``name`` is wrong, if it is none."""
    try:
        return Transcript.model_validate_json(content)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f" at {place}" if place else ""
        text = f"{name}: is no Consentry transcript{where} ({_reason(first['type'])})"
        raise SetupError(f"{text}; export takes the JSON that the storage plugin writes") from None


def _reason(kind: str) -> str:
    reasons: Mapping[str, str] = {
        "json_invalid": "not JSON",
        "missing": "missing",
        "extra_forbidden": "an unknown field",
        "literal_error": "another format, or a version this release does not know",
        "value_error": "it contradicts itself",
    }
    return reasons.get(kind, "a value of the wrong kind")
