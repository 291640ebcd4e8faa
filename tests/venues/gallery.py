"""A stack of no network at all, whose people have cameras that are sent in two sizes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from consentry.connectors.delivery import Delivery
from consentry.connectors.driver import (
    Connector,
    Ended,
    Happening,
    Reachable,
    Setting,
    Subscription,
)
from consentry.connectors.hearing import Hearing
from consentry.connectors.inbox import Inbox
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.consent.erasure import Remains
from consentry.errors import EndReason
from consentry.events import Joined, Medium, Participant, Role, VideoFrame
from consentry.messages import Caption, Message
from consentry.testing.picture import StillPicture
from consentry.testing.venue import Feature, Someone

SMALL, LARGE = StillPicture.gray(0.5, 320, 180), StillPicture.gray(0.5, 640, 360)


@dataclass
class Visitor:
    """Somebody with a camera, and eyes that forget nothing."""

    who: Participant
    venue: GalleryVenue
    read: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        return self.who.name

    async def tell_bot(self, text: str) -> None:
        assert self.venue.bot is not None
        self.venue.bot.hearing.typed(self.who, text)

    async def reads(self, words: str) -> None:
        while not any(words in text for text in self.read):
            self.news.clear()
            await self.news.wait()

    async def sees_caption(self, name: str, words: str) -> None:
        raise NotImplementedError

    async def comes_back(self) -> None:
        raise NotImplementedError

    async def leave(self) -> None:
        raise NotImplementedError

    async def screenshot(self, path: Path) -> None:
        path.with_suffix(".txt").write_text("\n".join(self.read))

    def shows(self, text: str) -> None:
        self.read.append(text)
        self.news.set()


class GalleryConnector:
    """The bot there, and the Post of its own Delivery."""

    def __init__(self, visitors: Mapping[str, Visitor], setting: Setting) -> None:
        self._visitors = visitors
        self._setting = setting
        self._inbox = Inbox(setting.metrics)
        self._delivery = Delivery(setting, self, self._inbox.put)
        self.hearing = Hearing(setting, self._inbox.put)
        self._wanted: dict[str, Subscription] = {}

    async def __aenter__(self) -> Self:
        self._filming = asyncio.create_task(self._film(), name="gallery")
        for visitor in self._visitors.values():
            self._inbox.put(Joined(visitor.who, self._setting.clock()))
            self._inbox.put(Reachable(visitor.who))
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        self._filming.cancel()
        await asyncio.wait([self._filming])

    def happenings(self) -> AsyncIterator[Happening]:
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        self._delivery.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._delivery.remains(person)

    async def want(self, subscription: Subscription) -> None:
        self._wanted[subscription.participant] = subscription
        if Medium.VIDEO not in subscription.media:
            self._inbox.forget(subscription.participant, frozenset({Medium.VIDEO}))

    async def _film(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            for person, wanted in self._wanted.items():
                if Medium.VIDEO in wanted.media:
                    picture = LARGE if wanted.fine else SMALL
                    who = self._visitors[person].who
                    self._inbox.put(VideoFrame(who, picture, self._setting.clock()))

    def people(self) -> Mapping[str, Participant]:
        return {id_: visitor.who for id_, visitor in self._visitors.items()}

    def signed(self, person: str, text: str) -> None:
        raise AssertionError("no client here has consentry.js")

    def private(self, person: str, text: str) -> None:
        self._visitors[person].shows(text)

    def public(self, text: str) -> None:
        for visitor in self._visitors.values():
            visitor.shows(text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        return None

    def retract(self, ids: Iterable[str]) -> None:
        pass


Around = Callable[[Connector], Connector]


class GalleryVenue:
    """Where they are; ``around`` is what the connector under test has around it."""

    without: Mapping[Feature, str] = {}

    def __init__(self, around: Around) -> None:
        self.bot: GalleryConnector | None = None
        self._around = around
        self._visitors: dict[str, Visitor] = {}

    def stack(self) -> type[Stack]:
        venue = self

        class Gallery(Stack):
            name = "gallery"
            title = "Gallery"
            forms = ("gallery:",)

            @classmethod
            def recognizes(cls, url: str) -> bool:
                return url == "gallery:"

            @classmethod
            def check(cls, invitation: Invitation, options: Any) -> None:
                pass

            @classmethod
            def connector(cls, invitation: Invitation, options: Any, setting: Setting) -> Connector:
                venue.bot = GalleryConnector(venue._visitors, setting)
                return venue._around(venue.bot)

        return Gallery

    def invitation(self) -> Invitation:
        return Invitation("gallery:")

    def options(self) -> StackOptions:
        return StackOptions()

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        return await self.film(name, owner=owner)

    async def film(self, name: str, *, owner: bool = False) -> Someone:
        role = Role.OWNER if owner else Role.GUEST
        visitor = Visitor(Participant(f"v-{name.lower()}", name, role), self)
        self._visitors[visitor.who.id] = visitor
        return visitor

    async def restart(self) -> None:
        raise NotImplementedError

    async def kick(self) -> None:
        raise NotImplementedError
