"""What a stack is to whoever invites the bot: its addresses, its options, its connector.

Connectors bring heavy libraries; a stack is found by its address before any of them is imported.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

from consentry.connectors.driver import Connector, Setting

if TYPE_CHECKING:
    from consentry.tile.publisher import TileOptions


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where the bot is to go, and as whom."""

    url: str
    name: str = "Consentry"
    token: SecretStr | None = None
    """What the stack lets somebody in by: a room's bot token, a JWT."""
    password: SecretStr | None = None
    """Of the room."""
    tile: TileOptions | None = None
    """The picture the bot sends of itself; None: it sends none."""


class StackOptions(BaseModel):
    """What a self-hoster sets under ``stack:``, besides ``kind``. A stack's own derive from it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Stack(ABC):
    """One conferencing stack. Its module imports no media or network library."""

    name: ClassVar[str]
    """In lower case: ``kind`` in the configuration, and the name of the entry point."""
    title: ClassVar[str]
    """What its makers call it."""
    forms: ClassVar[tuple[str, ...]]
    """What its addresses look like."""
    Options: ClassVar[type[BaseModel]] = StackOptions

    @classmethod
    @abstractmethod
    def recognizes(cls, url: str) -> bool:
        """Whether ``url`` is the address of a call of this stack."""

    @classmethod
    @abstractmethod
    def check(cls, invitation: Invitation, options: Any) -> None:
        """ConfigError where the bot could not even try: a wrong address, no token."""

    @classmethod
    @abstractmethod
    def connector(cls, invitation: Invitation, options: Any, setting: Setting) -> Connector:
        """The connector of one call. ``options`` are of the class ``Options``; what
        :meth:`check` says was said before. SetupError where a library is missing."""
