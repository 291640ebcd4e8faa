"""Shows who speaks now. The name is that of the track's owner, never a guess."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from consentry.api import (
    AudioFrame,
    Context,
    Event,
    Gap,
    Joined,
    Left,
    Medium,
    Message,
    Messages,
    Needs,
    Participant,
    Plugin,
    PluginError,
    Purpose,
    Revoked,
    Speaker,
    Speaking,
    Tick,
    VoiceActivity,
    hookimpl,
)
from consentry_names.activity import Activity, Thresholds
from consentry_names.translations import TRANSLATIONS


class NamesOptions(BaseModel):
    """When somebody counts as speaking."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Speech probability from which a 32 ms window counts as speech."""
    onset: Annotated[float, Field(ge=0, le=2)] = 0.2
    """Seconds of speech before the name shows; shorter noises don't."""
    hangover: Annotated[float, Field(ge=0.1, le=5)] = 0.6
    """Seconds of silence before the name goes."""


class Names(Plugin):
    """Says who speaks, on every change."""

    name = "names"
    purpose = Purpose(
        title="Who is speaking",
        sentence=(
            "Notices when sound from your microphone is speech and shows your name to the call "
            "while you speak; it does not record your voice or recognize you by it."
        ),
        data="whether there is speech on your microphone, and the name you joined with",
        why="everyone can see who is speaking",
        retention="about one second; nothing is kept",
        translations=TRANSLATIONS,
    )
    needs = Needs(media=frozenset({Medium.AUDIO}), engines=frozenset({"voice_activity"}))
    Options = NamesOptions

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        if ctx.voice_activity is None:
            raise PluginError(self.name, "needs a voice_activity engine")
        floor = _Floor(ctx.voice_activity, _thresholds(self.options))
        shown: tuple[Speaker, ...] = ()
        revision = 0
        async for event in events:
            floor.take(event)
            speakers = floor.speakers()
            if speakers == shown:
                continue
            shown, revision = speakers, revision + 1
            yield Message(
                Speaking(speakers=list(speakers)),
                id="names/speaking",
                at=event.at,
                about=frozenset(speaker.id for speaker in speakers),
                revision=revision,
            )


def _thresholds(options: BaseModel) -> Thresholds:
    assert isinstance(options, NamesOptions)
    return Thresholds(options.threshold, options.onset, options.hangover)


@dataclass(slots=True)
class _Track:
    name: str
    voice: VoiceActivity
    activity: Activity


class _Floor:
    """Who has the floor: one track per participant, each judged by itself."""

    def __init__(self, voice: Callable[[], VoiceActivity], thresholds: Thresholds) -> None:
        self._voice = voice
        self._thresholds = thresholds
        self._tracks: dict[str, _Track] = {}
        self._gone: dict[str, float] = {}

    def speakers(self) -> tuple[Speaker, ...]:
        """Those who speak now, whoever began first in front."""
        turns = [
            (track.activity.since, who, track.name)
            for who, track in self._tracks.items()
            if track.activity.since is not None
        ]
        return tuple(Speaker(id=who, name=name) for _, who, name in sorted(turns))

    def take(self, event: Event) -> None:
        match event:
            case AudioFrame():
                # Audio from before a withdrawal may still be on its way.
                if event.at >= self._gone.get(event.participant.id, event.at):
                    track = self._track(event.participant)
                    track.activity.feed(track.voice.feed(event.samples), event.end)
            case Gap(participant=who) if who.id in self._tracks:
                self._tracks[who.id].voice.reset()
            case Joined(participant=who) if who.id in self._tracks:
                self._tracks[who.id].name = who.name
            case Left(participant=who) | Revoked(participant=who):
                self._tracks.pop(who.id, None)
                self._gone[who.id] = event.at
            case Tick():
                for track in self._tracks.values():
                    track.activity.tick(event.at)

    def _track(self, who: Participant) -> _Track:
        track = self._tracks.get(who.id)
        if track is None:
            track = _Track(who.name, self._voice(), Activity(self._thresholds))
            self._tracks[who.id] = track
        track.name = who.name
        return track


@hookimpl
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Offer the one plugin of this package."""
    register(Names)
