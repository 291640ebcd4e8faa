"""The suite for check-ins passes a connector that keeps the contract, and names a broken rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Self

import pytest

from consentry.connectors.driver import Connector, Happening, Subscription
from consentry.consent.erasure import Remains
from consentry.events import Medium
from consentry.messages import CheckInPrompt, Message
from consentry.testing.tries import Sizes, check_tries
from tests.venues.gallery import GalleryVenue

PATIENCE = 0.15
"""Nobody here waits for a browser."""

SMALL, LARGE = (320, 180), (640, 360)


class Around:
    """A connector around a good one; what derives from it has a fault."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def __aenter__(self) -> Self:
        await self._connector.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._connector.__aexit__(*exc)

    def happenings(self) -> AsyncIterator[Happening]:
        return self._connector.happenings()

    async def send(self, message: Message) -> None:
        await self._connector.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._connector.remains(person)

    async def want(self, subscription: Subscription) -> None:
        await self._connector.want(subscription)


class TakesOneSize(Around):
    async def want(self, subscription: Subscription) -> None:
        await self._connector.want(replace(subscription, fine=False))


class StaysLarge(Around):
    large = False

    async def want(self, subscription: Subscription) -> None:
        self.large = self.large or subscription.fine
        await self._connector.want(replace(subscription, fine=self.large))


class MakesEverybodyLarge(Around):
    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._wanted: dict[str, Subscription] = {}

    async def want(self, subscription: Subscription) -> None:
        self._wanted[subscription.participant] = subscription
        fine = any(wanted.fine for wanted in self._wanted.values())
        for wanted in self._wanted.values():
            await self._connector.want(replace(wanted, fine=fine))


class TakesWhoSaidNothing(Around):
    async def want(self, subscription: Subscription) -> None:
        await self._connector.want(subscription)
        video = frozenset({Medium.VIDEO})
        await self._connector.want(Subscription("v-olga", video, fine=subscription.fine))


class KeepsPromptsToItself(Around):
    async def send(self, message: Message) -> None:
        if not isinstance(message.body, CheckInPrompt):
            await self._connector.send(message)


async def test_a_connector_that_keeps_the_contract_passes() -> None:
    assert await check_tries(GalleryVenue(Around)) == Sizes(SMALL, LARGE, SMALL)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (TakesOneSize, "want.. says fine=True of them, and pictures of 640 x 360 come"),
        (StaysLarge, "once Mia's try is over, want.. says fine=False of them"),
        (MakesEverybodyLarge, "the pictures of Sam, who does not, stay as small as they were"),
        (TakesWhoSaidNothing, "no picture comes of Olga, who said nothing yet"),
        (KeepsPromptsToItself, "Mia, who checks in, reads 'Look straight into your camera.'"),
    ],
)
async def test_each_broken_rule_is_named(fault: type[Around], rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        await check_tries(GalleryVenue(fault), patience=PATIENCE)
