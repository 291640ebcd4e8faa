"""A bot on a script: says what a test wants said, and keeps what pages send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from consentry.controls import Control, parse_control
from consentry.messages import AnyBody, Message, Notice, PurposeState, PurposeTerms, Status, Want
from consentry.signing import Signer, b64url


@dataclass(eq=False)
class Person:
    """One page, as the bot sees it."""

    id: str
    name: str
    connection: RTCPeerConnection
    channel: RTCDataChannel | None = None
    controls: list[Control] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    """The SDP of each offer, the latest last."""

    @property
    def direction(self) -> str:
        """Of the audio m-line in the latest offer."""
        return self._direction("audio")

    @property
    def camera(self) -> str:
        """The direction of the video m-line in the latest offer."""
        return self._direction("video")

    async def packets(self, kind: str = "audio") -> int:
        """RTP packets of this person's microphone, or camera, that arrived so far."""
        report = (s for s in (await self.connection.getStats()).values() if s.type == "inbound-rtp")
        return sum(s.packetsReceived for s in report if s.kind == kind)

    def _direction(self, kind: str) -> str:
        lines = self.offers[-1].splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith(f"m={kind}"))
        words = ("sendrecv", "sendonly", "recvonly", "inactive")
        return next(line[2:] for line in lines[start:] if line[2:] in words)


class ScriptedBot:
    """Joins a room as its bot. Used as an async context manager."""

    def __init__(self, url: str, token: str, signer: Signer | None = None) -> None:
        self._url = url.replace("http", "ws", 1) + "/ws"
        self._token = token
        self.signer = signer or Signer("c-scripted")
        self.people: dict[str, Person] = {}
        self._names: dict[str, str] = {}
        self._changed = asyncio.Condition()
        self._tasks = asyncio.TaskGroup()
        self._socket: ClientConnection | None = None
        self._revisions: dict[str, int] = {}
        self.answers = asyncio.Event()
        """Cleared: offers are kept waiting for their answer."""
        self.answers.set()

    async def __aenter__(self) -> Self:
        self._socket = await connect(self._url, proxy=None)
        card = {"token": self._token, "key": b64url(self.signer.public_key)}
        await self._socket.send(json.dumps({"type": "join", "name": "Clark", "bot": card}))
        await self._tasks.__aenter__()
        self._reading = self._tasks.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._socket is not None
        await self._socket.close()
        for person in self.people.values():
            await person.connection.close()
        self._reading.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    async def leave(self) -> None:
        """Hang up, and stay away."""
        assert self._socket is not None
        await self._socket.close()

    # What a test waits for.

    async def until(self, true: Callable[[], bool], seconds: float = 15) -> None:
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(true)

    async def person(self, name: str) -> Person:
        """The page of that name, once its data channel is open."""

        def found() -> Person | None:
            people = (p for p in self.people.values() if p.name == name and p.channel is not None)
            return next(people, None)

        await self.until(lambda: found() is not None)
        person = found()
        assert person is not None
        return person

    async def heard(self, person: Person, kind: type[Control], count: int = 1) -> list[Any]:
        """Controls of ``kind`` from ``person``, once there are ``count`` of them."""
        found: list[Any] = []

        def enough() -> bool:
            found[:] = [c for c in person.controls if isinstance(c, kind)]
            return len(found) >= count

        await self.until(enough)
        return found

    # What it says.

    def say(self, body: AnyBody, id: str, to: Person | None = None, **fields: Any) -> str:
        """Sign ``body`` and send it to ``to`` or everybody; the text that went out."""
        fields.setdefault("revision", self._revisions.get(id, -1) + 1)
        self._revisions[id] = fields["revision"]
        fields.setdefault("at", getattr(body, "end", 0.0))
        audience = None if to is None else frozenset({to.id})
        text = self.signer.sign(Message(body, id=id, to=audience, **fields))
        self.send(text, to)
        return text

    def send(self, text: str, to: Person | None = None) -> None:
        """Send ``text`` as it is, signed or not."""
        for person in [to] if to else list(self.people.values()):
            if person.channel is not None:
                person.channel.send(text)

    def ask(self, person: Person, *terms: PurposeTerms, **fields: Any) -> None:
        """Send a notice of these terms, and a status by which each waits for an answer."""
        self.notice(person, *terms, **fields)
        self.status(person, {t.name: "asked" for t in terms})

    def notice(self, person: Person, *terms: PurposeTerms, **fields: Any) -> None:
        defaults: dict[str, Any] = {
            "bot": "Clark",
            "fingerprint": self.signer.fingerprint,
            "available": [],
            "link": "https://example.org/p/7Kq",
            "commands": ["/yes captions", "/no captions"],
        }
        notice = Notice(purposes=list(terms), **(defaults | fields))
        self.say(notice, f"notice/{person.id}", person)

    def status(
        self, person: Person, purposes: Mapping[str, PurposeState], owner: bool = False
    ) -> None:
        status = Status(purposes=dict(purposes), owner=owner, owner_confirmed=True)
        self.say(status, f"status/{person.id}", person)

    def want(self, person: Person, audio: bool, video: bool = False) -> None:
        self.say(Want(audio=audio, video=video), f"want/{person.id}", person)

    async def reconnect(self, person: Person) -> Person:
        """Ask ``person`` for a new connection; them on it, once its data channel is open."""
        del self.people[person.id]
        await self._send({"type": "reconnect", "to": person.id})
        await self.until(lambda: person.id in self.people)
        again = await self.person(person.name)
        await person.connection.close()
        return again

    # The room.

    async def _send(self, frame: dict[str, Any]) -> None:
        assert self._socket is not None
        await self._socket.send(json.dumps(frame))

    async def _read(self) -> None:
        assert self._socket is not None
        with suppress(ConnectionClosed):
            async for text in self._socket:
                await self._frame(json.loads(text))

    async def _frame(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                self._names |= {p["id"]: p["name"] for p in frame["peers"]}
            case "joined":
                self._names[frame["peer"]["id"]] = frame["peer"]["name"]
            case "left":
                await self._left(frame["id"])
            case "signal" if frame.get("description"):
                await self._offered(frame["from"], frame["description"])
            case "signal" if frame["from"] in self.people:
                await self._candidate(self.people[frame["from"]], frame.get("candidate"))

    async def _left(self, id: str) -> None:
        if person := self.people.pop(id, None):
            await person.connection.close()
            await self._tell()

    async def _offered(self, sender: str, description: dict[str, str]) -> None:
        person = self.people.get(sender) or self._meet(sender)
        person.offers.append(description["sdp"])
        await self._tell()
        await self.answers.wait()
        connection = person.connection
        await connection.setRemoteDescription(RTCSessionDescription(**description))
        await connection.setLocalDescription(await connection.createAnswer())
        local = connection.localDescription
        answer = {"type": local.type, "sdp": local.sdp}
        if self.people.get(sender) is person:  # else it was asked for another connection
            await self._send({"type": "signal", "to": sender, "description": answer})
        await self._tell()

    def _meet(self, id: str) -> Person:
        connection = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        person = Person(id, self._names[id], connection)
        self.people[id] = person

        @connection.on("datachannel")
        def opened(channel: RTCDataChannel) -> None:
            person.channel = channel
            channel.on("message", lambda text: self._said(person, text))
            self._tasks.create_task(self._tell())

        @connection.on("track")
        def heard(track: Any) -> None:
            self._tasks.create_task(self._drain(track))

        return person

    def _said(self, person: Person, text: str) -> None:
        person.controls.append(parse_control(text))
        self._tasks.create_task(self._tell())

    async def _drain(self, track: Any) -> None:
        from aiortc.mediastreams import MediaStreamError

        with suppress(MediaStreamError):
            while True:
                await track.recv()

    async def _candidate(self, person: Person, said: dict[str, Any] | None) -> None:
        if said is None or not said["candidate"]:
            return
        candidate = candidate_from_sdp(said["candidate"].split(":", 1)[1])
        candidate.sdpMid, candidate.sdpMLineIndex = said["sdpMid"], said["sdpMLineIndex"]
        await person.connection.addIceCandidate(candidate)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
