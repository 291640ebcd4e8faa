"""What a plugin is, and all it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, ParamSpec, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from consentry.consent.purpose import Mode as Mode
from consentry.consent.purpose import Purpose as Purpose
from consentry.consent.purpose import PurposeWords as PurposeWords
from consentry.events import Event, Medium, Picture, Samples
from consentry.messages import Message, PromptKind

P = ParamSpec("P")
T = TypeVar("T")

Messages = AsyncGenerator[Message, None]


class NoOptions(BaseModel):
    """The options of a plugin that has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Word:
    """One recognized word, in seconds from the start of the audio given."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a speech engine heard in one utterance; empty text when it heard no speech."""

    text: str
    language: str
    words: tuple[Word, ...] = ()
    confidence: float = 1.0
    """Mean probability of the words, 0 to 1."""
    heard: str | None = None
    """The language it sounds like, whichever ``language`` was asked for; ``None``: not known."""
    heard_probability: float = 0.0
    """How sure the engine is of ``heard``, 0 to 1."""


class SpeechEngine(Protocol):
    """Turns one utterance into text. Runs in the workers; never on the event loop."""

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription | None:
        """Recognize ``samples``; ``None`` if it was not urgent and the workers are busy."""
        ...


class VoiceActivity(Protocol):
    """Speech probability of one track, fed in order. One per track; cheap (0.1 ms per 32 ms)."""

    def feed(self, samples: Samples) -> list[float]:
        """Probabilities of the 32 ms windows that ``samples`` completed, 0 to 1 each."""
        ...

    def reset(self) -> None:
        """Forget all that was heard."""
        ...


class LanguageModel(Protocol):
    """Answers with JSON. No tools, no memory, no network of its own."""

    async def complete(self, instructions: str, data: str) -> dict[str, object]:
        """The model's answer as a JSON object; SetupError when the endpoint fails."""
        ...


class Verdict(StrEnum):
    """All that is ever said of a try to check in by face: no score and no reason exist."""

    CHECKED_IN = "checked_in"
    USE_CODE = "use_code"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What somebody is asked to do before their camera now; left and right are their own."""

    kind: PromptKind
    number: str | None = None
    """The digits to read aloud, of ``say`` alone."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a try stands: with a prompt it goes on, with a verdict it is over."""

    prompt: Prompt | None
    verdict: Verdict | None


class FaceCheck(Protocol):
    """One person's one try. Times are capture times, in seconds of the caller's clock.

    It raises nothing: whatever goes wrong, the verdict is ``USE_CODE``. Once there is a verdict it
    stays, and nothing of the try is kept but that.
    """

    async def see(self, picture: Picture, at: float) -> Progress:
        """Take a picture of the person's own camera. Where the one before is still being looked
        at, this one is let go."""
        ...

    def hear(self, text: str, at: float) -> None:
        """Take what a speech engine heard the person say until ``at``."""
        ...

    def unheard(self, at: float) -> Progress:
        """Nothing comes from their microphone: where they were asked for a number, they are asked
        for something else."""
        ...

    def tick(self, at: float) -> Progress:
        """Where the try stands at ``at``; this is what ends one whose camera shows nothing."""
        ...

    async def close(self) -> None:
        """Forget the try. What had no verdict has ``USE_CODE`` now."""
        ...


class FaceChecks(Protocol):
    """Where tries to check in by face begin."""

    def begin(self, ticket: str, at: float, *, listens: bool = False) -> FaceCheck | None:
        """A try of the person whose claim got ``ticket``. ``None``: they are to use their code,
        because there is no such ticket or no template, they declared a twin or look-alike, or
        their tries are used up. The try counts from here on. Only who ``listens`` to the person,
        and says what was heard, is given a number for them to read aloud."""
        ...


class Run(Protocol):
    """Run a blocking module-level function in the workers."""

    def __call__(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]: ...


class Vault(Protocol):
    """A plugin's own shelf. What is put in carries the people it was made from."""

    async def put(self, name: str, content: bytes, about: frozenset[str]) -> None:
        """Replace ``name`` with ``content``, durably, or raise SetupError. ``about`` are the ids
        of everybody it was made from, one at least; once any of them erases what there is of
        them, nobody can read it. What is about somebody who does not agree now is dropped."""
        ...

    async def delete(self, name: str) -> None:
        """Remove ``name`` if it is there."""
        ...


@dataclass(frozen=True, slots=True)
class CallInfo:
    """What a plugin may know of the call as a whole."""

    id: str
    title: str
    date: date
    language: str | None = None
    """Of the meeting, where the self-hoster or owner set it (BCP 47)."""
    vocabulary: tuple[str, ...] = ()
    """Names and product words worth a hint to a recognizer."""


@dataclass(frozen=True)
class Context:
    """All a plugin gets besides events: no room, no track, no socket."""

    call: CallInfo
    run: Run
    speech: SpeechEngine | None = None
    voice_activity: Callable[[], VoiceActivity] | None = None
    language_model: LanguageModel | None = None
    vault: Vault | None = None
    faces: FaceChecks | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The media a plugin wants from each participant who agreed."""

    media: frozenset[Medium] = field(default_factory=frozenset)
    engines: frozenset[str] = field(default_factory=frozenset)
    """Roles that must be present: ``speech``, ``voice_activity``, ``language_model``, ``vault``,
    ``face``."""
    optional_engines: frozenset[str] = field(default_factory=frozenset)
    frames_per_second: float = 1.0
    """How many pictures of each participant, where ``media`` has VIDEO; more may come where
    another plugin asks for more."""
    checks_in: bool = False
    """Whether people can check in to the call while its purpose is on: by code and passkey; by
    face besides, where ``media`` has CHECK_INS."""
    tells_assurance: bool = False
    """Whether the owner of the call sees by what each person was checked in; its purpose's words
    have to say so."""


class Plugin(ABC):
    """One purpose, and the code that serves it."""

    name: ClassVar[str]
    purpose: Purpose
    """Of the class; an instance whose options change its words has one of its own."""
    needs: Needs = Needs()
    """Of the class; an instance whose options change it has one of its own."""
    Options: ClassVar[type[BaseModel]] = NoOptions
    """Its part of the configuration, validated before the plugin is made."""
    without: ClassVar[Mapping[str, type[Plugin]]] = {}
    """By role, what runs in its place where the self-hoster chose to do without that engine: under
    its name and with its options, with fewer needs and with words that say so."""

    def __init__(self, options: BaseModel | None = None) -> None:
        self.options = self.Options() if options is None else options

    @abstractmethod
    def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        """Turn events into messages until ``events`` ends; then say what is left to say."""
