"""The bot in a parlor."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np
from consentry.connectors.delivery import Delivery
from consentry.connectors.driver import (
    Ended, Happening, Reachable, Setting, Subscription, Wait,
)  # fmt: skip
from consentry.connectors.hearing import Hearing
from consentry.connectors.inbox import Inbox
from consentry.connectors.rejoin import Rejoin
from consentry.connectors.stack import Invitation
from consentry.consent.erasure import Remains
from consentry.errors import EndReason, JoinRefused
from consentry.events import SAMPLE_RATE, AudioFrame, Gap, Joined, Left, Medium, Participant, Role
from consentry.messages import Caption, Message


class ParlorConnector:
    """A Connector, and the Post of its own Delivery."""

    def __init__(self, invitation: Invitation, setting: Setting) -> None:
        parts = urlsplit(invitation.url)
        self._address = parts.hostname, parts.port
        self._name = invitation.name
        self._setting = setting
        self._inbox = Inbox(setting.metrics)
        self._hearing = Hearing(setting, self._inbox.put)
        self._delivery = Delivery(setting, self, self._inbox.put)
        self._people: dict[str, Participant] = {}
        self._listening: set[str] = set()
        self._heard_until: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        try:
            await self._join()
        except OSError as exc:
            raise JoinRefused(EndReason.UNREACHABLE) from exc
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._staying = self._tasks.create_task(self._stay(), name="parlor")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        self._staying.cancel()
        await self._tasks.__aexit__(None, None, None)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    def happenings(self) -> AsyncIterator[Happening]:
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        self._delivery.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._delivery.remains(person)

    async def want(self, subscription: Subscription) -> None:
        """Before anything is awaited: told to the server, and what waits of theirs is gone."""
        who, wanted = subscription.participant, Medium.AUDIO in subscription.media
        if wanted:
            self._listening.add(who)
        else:
            self._listening.discard(who)
            self._heard_until.pop(who, None)
            self._inbox.forget(who, frozenset({Medium.AUDIO}))
        self._write(listen=sorted(self._listening))

    # The server's lines.

    async def _join(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        self._write(join=self._name)
        self._write(listen=sorted(self._listening & self._people.keys()))

    async def _stay(self) -> None:
        rejoin = Rejoin()
        while not self._inbox.ended:
            with suppress(OSError, ValueError):  # ValueError: a line longer than the reader's limit
                while line := await self._reader.readline():
                    self._received(line)
            self._writer.close()
            rejoin.lost(self._setting.clock())
            while not self._inbox.ended:
                delay = rejoin.delay(self._setting.clock())
                if delay is None:
                    self._inbox.put(Ended(EndReason.LOST))
                    break
                self._setting.waiting(Wait.RECONNECTING)
                await asyncio.sleep(delay)
                with suppress(OSError):
                    await self._join()
                    rejoin.joined()
                    self._setting.waiting(None)
                    break

    def _received(self, line: bytes) -> None:
        try:
            match json.loads(line):
                case {"people": list(people)}:
                    self._here([Participant(p["id"], p["name"], Role(p["role"])) for p in people])
                case {"from": str(who), "text": str(text)} if who in self._people:
                    self._hearing.typed(self._people[who], text)
                case {"from": str(who), "sound": str(sound)} if who in self._listening:
                    self._sound(self._people[who], b64decode(sound))
                case {"kicked": True}:
                    self._inbox.put(Ended(EndReason.KICKED))
        except (ValueError, KeyError, TypeError):
            self._setting.metrics.input_refused.labels(source="signaling").inc()

    def _here(self, people: list[Participant]) -> None:
        """Everybody who is here now; who was and is not any more has left."""
        now, before = self._setting.clock(), self._people
        self._people = {person.id: person for person in people}
        for person in before.values():
            if person.id not in self._people:
                self._listening.discard(person.id)
                self._delivery.forget(person.id)
                self._hearing.forget(person.id)
                self._inbox.put(Left(person, now))
        for person in people:
            if before.get(person.id) != person:
                self._inbox.put(Joined(person, now))
                self._inbox.put(Reachable(person))

    def _sound(self, who: Participant, sound: bytes) -> None:
        """Sound of 16 bits. Had it lain on the way for long, the clock would be the wrong one."""
        samples = np.frombuffer(sound, "<i2").astype(np.float32) / np.float32(32768)
        at = self._setting.clock() - len(samples) / SAMPLE_RATE
        end = self._heard_until.get(who.id, at)
        if at - end > 0.5:
            self._inbox.put(Gap(who, end, at - end))
        frame = AudioFrame(who, samples, max(at, end) if at - end < 0.5 else at)
        self._heard_until[who.id] = frame.end
        self._inbox.put(frame)

    # The Post: how a parlor carries what the bot says.

    def people(self) -> Mapping[str, Participant]:
        return self._people

    def signed(self, person: str, text: str) -> None:
        pass  # no client here has consentry.js

    def private(self, person: str, text: str) -> None:
        self._write(to=person, text=text)

    def public(self, text: str) -> None:
        self._write(text=text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        self._write(caption=message.id, of=caption.name, text=caption.text)
        return None  # a parlor takes off what is retracted

    def retract(self, ids: Iterable[str]) -> None:
        self._write(retract=list(ids))

    def _write(self, **line: Any) -> None:
        if not self._writer.is_closing():
            self._writer.write(json.dumps(line).encode() + b"\n")
