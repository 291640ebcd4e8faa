"""What the bot says into a call: kinds, revisions, and a signed wire form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

WIRE_VERSION = 1
"""Of the JSON below; a reader refuses a version it does not know."""


class Body(BaseModel):
    """What one kind of message holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PurposeTerms(Body):
    """A purpose as a participant reads it in the notice."""

    name: str
    title: str
    sentence: str
    data: str
    why: str
    retention: str
    recipients: str
    biometric: bool
    mode: Literal["opt_in", "notice"]
    grace_seconds: float
    media: list[Literal["audio", "video"]]
    """What it takes from my device; my client sends it nothing else. Empty: nothing directly."""
    version: str
    """Changes with any word of the terms; an answer quotes it."""
    language: str = "en"
    """Of these words, as a BCP 47 tag: English where there are none in the notice's."""
    nonce: str | None = None
    """In a person's own notice: a yes to these terms quotes it, once."""


class Notice(Body):
    """Who the bot is and what it asks. To one person; replaces the notice before it."""

    kind: Literal["notice"] = "notice"
    bot: str
    fingerprint: str
    purposes: list[PurposeTerms]
    """Those the owner has turned on; empty while nothing runs."""
    available: list[PurposeTerms]
    """Those the owner could turn on."""
    link: str | None = None
    """The personal page, where there is one."""
    check_in: str | None = None
    """The page where I can check in, while people can."""
    commands: list[str]
    """What can be typed to the bot in chat."""
    language: str = "en"
    """Of the words above, as a BCP 47 tag."""


ConsentState = Literal[
    "consent_requested", "consent_given", "consent_refused", "consent_withdrawn", "informed"
]
"""Of an event in a receipt. `consent_refused` is ours: ISO/IEC TS 27560 has no word for it.
`informed`: a purpose that starts by itself unless the person says no was announced to them."""

PurposeState = Literal["off", "asked", "grace", "running", "refused", "paused"]


class Status(Body):
    """What runs on me now. To one person, revised on every change."""

    kind: Literal["status"] = "status"
    purposes: dict[str, PurposeState]
    owner: bool
    owner_confirmed: bool
    """Whether the call has a confirmed owner at all."""


class Want(Body):
    """What the bot would take from my device now; my client sends no more than this."""

    kind: Literal["want"] = "want"
    audio: bool
    video: bool
    fine: bool = False
    """Pictures are to be as large as a face needs that is to be known again; else small ones do."""


class Caption(Body):
    """Words of one participant. The same id is revised until it is final."""

    kind: Literal["caption"] = "caption"
    participant: str
    name: str
    text: str
    start: float
    end: float
    final: bool
    language: str | None = None
    gap: bool = False
    """Words were lost within; the text shows where with an ellipsis in brackets."""


class Speaker(Body):
    id: str
    name: str


class Speaking(Body):
    """Who speaks now; revised on every change."""

    kind: Literal["speaking"] = "speaking"
    speakers: list[Speaker]


class SummaryLine(Body):
    """One statement and the segments it rests on."""

    text: str
    segments: Annotated[list[str], Field(min_length=1)]


class ActionItem(SummaryLine):
    owner: str | None = None
    """Participant id; blank on any doubt."""
    owner_name: str | None = None
    due: str | None = None
    """As it was said."""
    due_date: str | None = None
    """ISO 8601, worked out from the day of the call."""


class Summary(Body):
    kind: Literal["summary"] = "summary"
    abstract: list[SummaryLine]
    decisions: list[SummaryLine]
    actions: list[ActionItem]
    questions: list[SummaryLine]
    final: bool = False
    """Made when the call ended, not on request."""


class Retraction(Body):
    """Take back the messages named; whoever shows them removes them."""

    kind: Literal["retraction"] = "retraction"
    ids: list[str]
    reason: Literal["withdrawn", "nothing_said", "disabled", "erased"]


class Note(Body):
    """A card of a plugin of one's own: a title, text, and data for a client that knows it."""

    kind: Literal["note"] = "note"
    plugin: str
    title: str
    text: str = ""
    data: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class Reply(Body):
    """The bot's answer to a command of one person's."""

    kind: Literal["reply"] = "reply"
    code: str
    text: str


class Receipt(Body):
    """What a person did in this call, and the proof that it was written down. To that person."""

    kind: Literal["receipt"] = "receipt"
    jws: str
    """The receipt, signed with the ledger's key: a JWS in compact form."""
    states: dict[str, ConsentState] = Field(default_factory=dict)
    """What was written last, by purpose."""
    text: str = ""
    """The same in words, for a client that shows lines alone; empty where they answered nothing."""
    link: str | None = None
    """Where a person can read it, if there is a page."""


PromptKind = Literal[
    "look",
    "turn_left",
    "turn_right",
    "look_up",
    "look_down",
    "tilt_left",
    "tilt_right",
    "blink",
    "open_mouth",
    "say",
]
"""``look``: straight into the camera. A turned head goes on looking the other way, a tilted one
comes closer to that shoulder. ``blink``: close both eyes for a moment."""


class CheckInPrompt(Body):
    """What I am to do before my camera now. To one person; revised with every step."""

    kind: Literal["check_in_prompt"] = "check_in_prompt"
    prompt: PromptKind
    """Left and right are my own."""
    number: str | None = None
    """The digits to read aloud, of ``say`` alone."""
    text: str = ""
    """The same in words, in the language I am spoken to in."""


class CheckIn(Body):
    """What became of my claim. To one person; there is no score, and no reason is given."""

    kind: Literal["check_in"] = "check_in"
    verdict: Literal["checked_in", "use_code"]
    text: str = ""
    """The same in words."""
    link: str | None = None
    """With ``use_code``, where I can, if there is a page for it."""


Assurance = Literal["code", "passkey", "face"]
"""What somebody proved by who they are. ``code``: a PIN, or a link that is theirs."""


class CheckedInPerson(Body):
    """Somebody who is checked in."""

    participant: str
    name: str
    """The one they are enrolled under."""
    assurance: Assurance | None = None
    """In the copy of the call's owner, where the self-hoster set it so."""


class InRoomPerson(Body):
    """Somebody who checked in at the kiosk: they are in the meeting's room, and it is not said of
    any participant of the call that it is them."""

    name: str
    """The one they are enrolled under."""
    assurance: Assurance | None = None
    """As that of :class:`CheckedInPerson`."""


class CheckedIn(Body):
    """Who is checked in. Everybody has a copy of their own; revised on every change."""

    kind: Literal["checked_in"] = "checked_in"
    people: list[CheckedInPerson]
    """In the order they were checked in."""
    in_room: list[InRoomPerson] = []
    """Likewise."""
    text: str = ""
    """The same in one line; empty where nobody is."""


class PluginState(Body):
    """A plugin stopped, or runs again."""

    kind: Literal["plugin_state"] = "plugin_state"
    plugin: str
    title: str
    state: Literal["running", "restarting", "failed"]


AnyBody = (
    Notice
    | Status
    | Want
    | Caption
    | Speaking
    | Summary
    | Retraction
    | Note
    | Reply
    | Receipt
    | CheckInPrompt
    | CheckIn
    | CheckedIn
    | PluginState
)


@dataclass(frozen=True, slots=True)
class Message:
    """Something said into the call."""

    body: AnyBody
    id: str
    """A revision replaces what has the same id; it never appends."""
    at: float
    """Seconds since the bot joined."""
    about: frozenset[str] = field(default_factory=frozenset)
    """Ids of the participants whose data it was made from."""
    to: frozenset[str] | None = None
    """Ids of who gets it; ``None`` is everybody in the call."""
    revision: int = 0

    @property
    def kind(self) -> str:
        return self.body.kind
