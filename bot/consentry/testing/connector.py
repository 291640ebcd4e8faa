"""A connector without a stack: the test says what happens, and reads what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Literal, Self, TypeVar

from consentry.connectors.driver import (
    Ended,
    Happening,
    Reachable,
    Said,
    Setting,
    Subscription,
)
from consentry.consent.erasure import Remains
from consentry.controls import Decide, Heard
from consentry.errors import EndReason, JoinRefused
from consentry.events import Joined, Left, Medium, Participant
from consentry.messages import AnyBody, Message, Notice

B = TypeVar("B", bound=AnyBody)
T = TypeVar("T")


class ScriptedConnector:
    """Implements ``Connector``; ``sent`` and ``subscriptions`` are what the session did.

    Make the session with :meth:`joins`. With ``refusal`` the room does not let the bot in.
    """

    def __init__(self, refusal: EndReason | None = None) -> None:
        self.sent: list[Message] = []
        self.subscriptions: dict[str, Subscription] = {}
        """The last of each participant, by id."""
        self.places: frozenset[Remains] = frozenset()
        """Where what is said can't be taken back."""
        self._refusal = refusal
        self._waiting: asyncio.Queue[Happening] = asyncio.Queue()
        self._news = asyncio.Event()

    @property
    def wanted(self) -> dict[str, frozenset[Medium]]:
        """The media last subscribed to, by the participant's id."""
        return {who: subscription.media for who, subscription in self.subscriptions.items()}

    def joins(self, setting: Setting) -> Self:
        """What a session calls to make its connector."""
        self.setting = setting
        return self

    async def __aenter__(self) -> Self:
        if self._refusal is not None:
            raise JoinRefused(self._refusal, "the room said no")
        return self

    async def __aexit__(self, *exc: object) -> None:
        pass

    async def happenings(self) -> AsyncIterator[Happening]:
        while True:
            happening = await self._waiting.get()
            yield happening
            self._waiting.task_done()
            if isinstance(happening, Ended):
                return

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        self._news.set()

    def remains(self, person: str) -> frozenset[Remains]:
        return self.places

    async def want(self, subscription: Subscription) -> None:
        self.subscriptions[subscription.participant] = subscription

    async def happen(self, *happenings: Happening) -> None:
        """Let these happen, and return once the session has taken them."""
        for happening in happenings:
            self._waiting.put_nowait(happening)
        await self._waiting.join()

    async def until(self, true: Callable[[], T | None]) -> T:
        """What ``true`` gives, once something was sent that makes it give anything."""
        while (found := true()) is None:
            self._news.clear()
            await self._news.wait()
        return found

    async def join(self, who: Participant) -> None:
        """``who`` comes in and can be reached."""
        await self.happen(Joined(who, self.setting.clock()), Reachable(who))

    async def leave(self, who: Participant) -> None:
        await self.happen(Left(who, self.setting.clock()))

    async def say(self, who: Participant, control: Heard) -> None:
        """``who`` tells the bot something, privately."""
        await self.happen(Said(who, control))

    async def answer(self, who: Participant, purpose: str, answer: Literal["yes", "no"]) -> None:
        """``who`` answers the notice they have, as their client would."""
        shown = [t for notice in self.told(who, Notice)[-1:] for t in notice.available]
        asked = [t for notice in self.told(who, Notice)[-1:] for t in notice.purposes]
        terms = next(t for t in (*asked, *shown) if t.name == purpose)
        nonce = terms.nonce if answer == "yes" else None
        decision = Decide(
            type="decide", purpose=purpose, answer=answer, version=terms.version, nonce=nonce
        )
        await self.say(who, decision)

    def end(self, reason: EndReason = EndReason.ROOM_CLOSED) -> None:
        """The call is over."""
        self._waiting.put_nowait(Ended(reason))

    def told(self, who: Participant, body: type[B]) -> list[B]:
        """The bodies of this kind that reached ``who``, oldest first."""
        return [
            m.body
            for m in self.sent
            if isinstance(m.body, body) and (m.to is None or who.id in m.to)
        ]
