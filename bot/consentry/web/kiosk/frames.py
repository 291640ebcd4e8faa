"""What the screen and the server tell each other, as JSON. Pictures go as bytes, between these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consentry.meetings.calendar import Meeting
from consentry.people.claims import Claim, LinkClaim, PasskeyClaim, PinClaim

Token = Annotated[str, Field(max_length=64)]
MAX_CLAIM = 16 * 1024
"""Bytes; a passkey's answer has some 2,000."""


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Begin(_Frame):
    """Somebody stands there: for this meeting, or for none of those shown."""

    type: Literal["begin"]
    meeting: Annotated[str, Field(max_length=64)] | None = None


class ByFace(_Frame):
    """Whether they want to be looked at once they have said who they are."""

    type: Literal["face"]
    wanted: bool


class Leave(_Frame):
    """They went, or want to begin again."""

    type: Literal["leave"]


FromScreen = Begin | ByFace | Leave

_FROM_SCREEN: TypeAdapter[FromScreen] = TypeAdapter(
    Annotated[FromScreen, Field(discriminator="type")]
)


def read_frame(text: str) -> FromScreen | None:
    """``None`` for what is no frame."""
    try:
        return _FROM_SCREEN.validate_json(text)
    except ValidationError:
        return None


class Pin(_Frame):
    way: Literal["pin"]
    number: Annotated[str, Field(max_length=64)]
    pin: Annotated[str, Field(max_length=64, repr=False)]


class Link(_Frame):
    way: Literal["link"]
    token: Annotated[str, Field(max_length=2000, repr=False)]


class Passkey(_Frame):
    way: Literal["passkey"]
    challenge: Token
    assertion: Annotated[str, Field(max_length=MAX_CLAIM, repr=False)]


class ClaimBody(_Frame):
    """A claim, and the visit it is made in."""

    visit: Token
    claim: Annotated[Pin | Link | Passkey, Field(discriminator="way")]

    def read(self) -> Claim:
        match self.claim:
            case Pin(number=number, pin=pin):
                return PinClaim(number, pin)
            case Link(token=token):
                return LinkClaim(token)
            case Passkey(challenge=challenge, assertion=assertion):
                return PasskeyClaim(assertion, challenge)


class VisitBody(_Frame):
    """The visit that is asked about."""

    visit: Token


def meeting_frame(meeting: Meeting | None) -> dict[str, Any] | None:
    """A meeting as the screen is told of it."""
    if meeting is None:
        return None
    return {
        "id": meeting.id,
        "title": meeting.title,
        "start": meeting.start,
        "end": meeting.end,
        "all_day": meeting.all_day,
        "place": meeting.place,
    }
