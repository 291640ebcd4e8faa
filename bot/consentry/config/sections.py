"""The sections of consentry.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, SerializeAsAny

from consentry.config.faces import FaceSection
from consentry.config.kiosk import KioskSection
from consentry.config.people import Chosen, PeopleSection
from consentry.config.types import (
    Address,
    Country,
    Host,
    Language,
    Port,
    Section,
    Term,
    WebUrl,
)
from consentry.consent.notice import MIN_GRACE
from consentry.consent.purpose import DEFAULT_GRACE
from consentry.plugin import Mode


class CallSection(Section):
    """The meeting, as far as it is known before it starts."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = "Meeting"
    """What exports and summaries are headed with."""
    language: Language | None = None
    """The language spoken (BCP 47); without one it is detected for each speaker."""
    vocabulary: Annotated[list[Term], Field(max_length=200)] = []
    """Names and product words that a recognizer would not guess."""
    minors: bool = False
    """Under-age people take part: biometric plugins are refused."""


class BotSection(Section):
    """Who the bot says it is."""

    name: Annotated[str, Field(min_length=1, max_length=64)] = "Consentry"
    """Its name in the list of participants and in the notice."""


class ControllerSection(Section):
    """Who answers for the processing: the controller (GDPR art. 4(7))."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Of the organisation or person."""
    contact: Address | None = None
    """An address that people can write to."""
    data_protection_officer: Address | None = None
    """Where there is one."""
    jurisdiction: Country | None = None
    """The country whose law applies, such as NL; people's receipts name it."""
    storage_location: Country | None = None
    """The country in which what is kept is kept; likewise."""


class RoomSection(Section):
    """The small room server of Consentry's own."""

    host: Host = "127.0.0.1"
    """Address to listen on; 0.0.0.0 is every address of this machine."""
    port: Port = 8080
    """Port to listen on; 0 takes a free one."""
    public_url: WebUrl | None = None
    """Where people reach it, when a proxy stands in front (browsers give no microphone
    without https, except on localhost)."""


class WebSection(Section):
    """Each participant's personal page."""

    host: Host = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8081
    """Port to listen on; 0 takes a free one."""
    public_url: WebUrl | None = None
    """Where people reach it; the personal link in the notice starts with this."""


class SpeechSection(Section):
    """Speech recognition, for every plugin that uses it."""

    model: Literal["base", "tiny.en"] = "base"
    """`base` knows some hundred languages; `tiny.en` is faster and knows English."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Threads of each worker process."""
    processes: Annotated[int, Field(ge=1, le=64)] = 2
    """Worker processes; each holds the model in memory (`base`: about 400 MB). With two, a
    first guess need not wait for somebody else's last words."""


class LanguageModelSection(Section):
    """An OpenAI-compatible endpoint, for plugins that can use one."""

    base_url: WebUrl
    """Up to and including the version: http://localhost:11434/v1"""
    model: Annotated[str, Field(min_length=1, max_length=200)]
    """The model's name at that endpoint."""
    api_key: SecretStr | None = None
    """By reference: ${env:NAME}, ${file:/path} or ${keyring:service/user}."""
    timeout: Annotated[float, Field(gt=0, le=600)] = 60.0
    """Seconds to wait for an answer."""


class StorageSection(Section):
    """Where plugins that keep something keep it."""

    directory: Path = Path("consentry-data")
    """A folder; a relative path starts at the folder of this file."""
    database: SecretStr | None = None
    """URL of a PostgreSQL database, by reference; without one it is SQLite in that folder."""
    keys: SecretStr | None = None
    """URL of another PostgreSQL database for people's keys, by reference; without one they are in
    `keys.db` in that folder. Back it up without history: a key that is erased must be gone."""
    key: SecretStr | None = None
    """What everything kept is encrypted under, by reference: 32 bytes in hex, or a long text.
    Without one it is made once, in `store.key` in that folder; a backup of the folder then
    holds both."""


class LedgerSection(Section):
    """The log of who agreed to what: it holds no content and names nobody."""

    enabled: bool = True
    """Whether it is kept. Without it nobody can prove afterwards what they were asked, or that
    they said no."""


class MetricsSection(Section):
    """Figures for Prometheus."""

    enabled: bool = False
    """Whether they are served."""
    host: Host = "127.0.0.1"
    """Address to listen on."""
    port: Port = 9464
    """Port to listen on; 0 takes a free one."""


class TracingSection(Section):
    """Traces of where the time of a call goes, without names, words or links."""

    endpoint: WebUrl | None = None
    """Where an OpenTelemetry collector takes OTLP over HTTP; without one there are no traces."""


class TileSection(Section):
    """The bot's own picture in the call: what runs, who speaks, and where to say no."""

    enabled: bool = False
    """Whether the bot sends a picture. Whoever records the call records it too, captions
    included."""
    frames_per_second: Annotated[float, Field(ge=1, le=5)] = 2.0
    """How often it may change."""
    font: Path | None = None
    """A TrueType or OpenType font that is tried first, for scripts that the fonts of this machine
    lack; a relative path starts at the folder of this file."""


class PluginSwitch(Section):
    """What every plugin takes, besides its own options."""

    mode: Mode | None = None
    """`opt_in` waits for a yes; `notice` starts after a notice and a grace period. Without
    one, what the plugin itself proposes."""
    grace: Annotated[float, Field(ge=MIN_GRACE, le=3600)] = DEFAULT_GRACE
    """Seconds between a delivered notice and the start; `opt_in` has no use for it."""


class EnabledPlugin(Section):
    """A plugin that is turned on, ready to be made."""

    mode: Mode
    grace: float
    options: SerializeAsAny[BaseModel]


class NamedStack(Section):
    """The conferencing stack that calls are on, where their address does not say it."""

    kind: str
    options: SerializeAsAny[BaseModel]


class Sections(Section):
    """Everything but the plugins and the stack."""

    call: CallSection = CallSection()
    bot: BotSection = BotSection()
    controller: ControllerSection = ControllerSection()
    room: RoomSection = RoomSection()
    web: WebSection = WebSection()
    speech: SpeechSection = SpeechSection()
    language_model: LanguageModelSection | None = None
    storage: StorageSection = StorageSection()
    ledger: LedgerSection = LedgerSection()
    metrics: MetricsSection = MetricsSection()
    tracing: TracingSection = TracingSection()
    tile: TileSection = TileSection()
    people: PeopleSection | None = None
    face: FaceSection = FaceSection()
    kiosk: KioskSection | None = None

    @property
    def chosen(self) -> frozenset[Chosen]:
        """What people may choose from to check in; where under-age people take part, no face."""
        if self.people is None:
            return frozenset()
        return self.people.allowed - ({Chosen.FACE} if self.call.minors else set())

    @property
    def left_out(self) -> frozenset[str]:
        """Roles of engines that this configuration chose to do without."""
        without = self.call.minors or (self.people is not None and Chosen.FACE not in self.chosen)
        return frozenset({"face"} if without else ())


class Config(Sections):
    """A checked configuration. ``plugins`` is in the order of the file."""

    stack: NamedStack | None = None
    plugins: dict[str, EnabledPlugin] = {}
