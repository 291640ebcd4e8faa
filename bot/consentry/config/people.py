"""The section `people:` of consentry.yaml."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from consentry.config.types import Section


class Chosen(StrEnum):
    """A way to check in that people may choose."""

    PASSKEY = "passkey"
    PIN = "pin"
    LINK = "link"
    FACE = "face"


def _not_face_alone(ways: list[Chosen] | None) -> list[Chosen] | None:
    if ways is not None and Chosen.FACE in ways and not {Chosen.PASSKEY, Chosen.LINK} & set(ways):
        raise ValueError("with `face` goes `passkey` or `link`: these open the template")
    return ways


class PeopleSection(Section):
    """People who may check in, and enroll themselves for that."""

    organization: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """What people know the organization as; a passkey's device shows it. Without one, the
    controller's name or the bot's."""
    ways: Annotated[
        Annotated[list[Chosen], Field(min_length=1)] | None, AfterValidator(_not_face_alone)
    ] = None
    """What people may choose from; without it, everything. With `face` goes `passkey` or `link`,
    which open the template."""

    @property
    def allowed(self) -> frozenset[Chosen]:
        """What people may choose from."""
        return frozenset(Chosen if self.ways is None else self.ways)
