"""A scripted connector that somebody else listens to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Self

from consentry.connectors.driver import Happening, Setting, Subscription
from consentry.consent.erasure import Remains
from consentry.messages import Message
from consentry.testing import ScriptedConnector


class Tapped:
    """A scripted connector whose happenings and messages somebody else sees first."""

    def __init__(
        self,
        stack: ScriptedConnector,
        heard: Callable[[Happening], None],
        said: Callable[[Message], None],
    ) -> None:
        self._stack = stack
        self._heard = heard
        self._said = said

    def joins(self, setting: Setting) -> Self:
        self._stack.joins(setting)
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        pass

    async def happenings(self) -> AsyncIterator[Happening]:
        async for happening in self._stack.happenings():
            self._heard(happening)
            yield happening

    async def send(self, message: Message) -> None:
        self._said(message)
        await self._stack.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._stack.remains(person)

    async def want(self, subscription: Subscription) -> None:
        await self._stack.want(subscription)
