"""What participants may tell the bot: decisions, the owner's acts, requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consentry.errors import MessageError

MAX_CONTROL_BYTES = 16 * 1024
"""A longer message is refused unread."""


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Name = Annotated[str, Field(min_length=1, max_length=64)]
Nonce = Annotated[str, Field(min_length=1, max_length=128)]

LANGUAGE_TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
"""What a language is written as (BCP 47, RFC 5646 section 2.1; not every rule of it)."""

Language = Annotated[str, Field(max_length=35, pattern=LANGUAGE_TAG)]


class Hello(Act):
    """The client has consentry.js: it takes signed messages, and shows the notice itself."""

    type: Literal["hello"]
    language: Language | None = None
    """What the person reads, as their browser says it."""


class Noticed(Act):
    """The notice is on the person's screen; starts the grace period of each purpose named."""

    type: Literal["noticed"]
    versions: Annotated[dict[Name, Name], Field(max_length=64)]


class Decide(Act):
    """The person's answer to one purpose, under the terms of ``version``."""

    type: Literal["decide"]
    purpose: Name
    answer: Literal["yes", "no"]
    version: Name
    nonce: Nonce | None = None
    """The one that this person's notice has for these terms. A yes needs it, a no does not."""


class Erase(Act):
    """A no to every purpose, and everything made from the person in this call is erased."""

    type: Literal["erase"]


class SetLanguage(Act):
    """The language that the bot is to speak to the person from now on."""

    type: Literal["language"]
    language: Language


class OwnerCode(Act):
    """Proof that the person owns the call: the code printed where the bot was invited."""

    type: Literal["owner"]
    code: Annotated[str, Field(max_length=128)]


class Enable(Act):
    """Owner: turn a purpose on for the call."""

    type: Literal["enable"]
    purpose: Name


class Disable(Act):
    """Owner: turn a purpose off for the call."""

    type: Literal["disable"]
    purpose: Name


class Request(Act):
    """Ask a plugin for its result now."""

    type: Literal["request"]
    plugin: Name


class Command(Act):
    """What could as well be typed in chat, by a client: ``/no captions``."""

    type: Literal["command"]
    text: Annotated[str, Field(max_length=2000)]


class Line(Act):
    """A line typed to the bot in the stack's own chat: the server says who wrote it.

    No client can send it as a control: a yes in it needs no nonce.
    """

    type: Literal["line"] = "line"
    text: str


Control = (
    Hello
    | Noticed
    | Decide
    | Erase
    | SetLanguage
    | OwnerCode
    | Enable
    | Disable
    | Request
    | Command
)
"""What a client may send as JSON."""

Heard = Control | Line
"""What the bot may hear from somebody."""

_controls: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="type")])


def parse_control(text: str | bytes) -> Control:
    """Read one message from a participant; MessageError if it is none, or too long."""
    if len(text) > MAX_CONTROL_BYTES:
        raise MessageError(f"a control message may hold {MAX_CONTROL_BYTES} bytes")
    try:
        return _controls.validate_json(text)
    except ValidationError as exc:
        # Neither the text nor pydantic's quotation of it goes into the error.
        raise MessageError(f"not a control message ({exc.error_count()} faults)") from None
