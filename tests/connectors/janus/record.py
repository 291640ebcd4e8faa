"""Records what a real Janus says to the bot's cores: ``python -m tests.connectors.janus.record``.

A tape has one JSON object a line: ``do`` (a command of the core's, and its arguments), ``say``
(what the core sends), ``hear`` (what it is told). Addresses and secrets of the connections are
replaced.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiortc import RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect

from consentry.connectors.janus.happenings import TEXT, Entry, Gone, Happening, Offered, Seen
from consentry.connectors.janus.signaling import JanusClient
from tests.connectors.janus.people import (
    Publisher,
    Texter,
    attached,
    configuration,
)
from tests.venues.janus_server import ROOM, SECRET, SUBPROTOCOL, JanusServer, own_address, running

TAPES = Path(__file__).parent / "recorded"
_SCRUBBED = (
    (r"a=ice-(ufrag|pwd):\S+?(\\r)", r"a=ice-\1:scrubbed\2"),
    (r"sha-256 [0-9A-F:]{95}", "sha-256 " + ":".join(["00"] * 32)),
)


def scrubbed(text: str) -> str:
    for pattern, instead in _SCRUBBED:
        text = re.sub(pattern, instead, text)
    return text.replace(own_address(), "192.0.2.1")


@dataclass
class Tape:
    """A core that speaks to a real Janus, and every word of it."""

    socket: ClientConnection
    client: JanusClient
    lines: list[dict[str, Any]] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, command: str, *args: Any) -> Any:
        self.lines.append({"do": command, "args": list(args)})
        result = getattr(self.client, command)(*args)
        await self._write()
        return result

    async def read(self) -> None:
        async for text in self.socket:
            self.lines.append({"hear": json.loads(text)})
            self.happened += self.client.receive(text)
            await self._write()
            self._news.set()

    async def until(self, kind: type, count: int = 1) -> Any:
        """The so-many-th happening of this kind."""
        while True:
            found = [h for h in self.happened if isinstance(h, kind)]
            if len(found) >= count:
                return found[count - 1]
            self._news.clear()
            await self._news.wait()

    async def _write(self) -> None:
        for text in self.client.data_to_send():
            self.lines.append({"say": json.loads(text)})
            await self.socket.send(text)

    def save(self, name: str) -> None:
        text = "".join(f"{json.dumps(line)}\n" for line in self.lines)
        (TAPES / f"{name}.jsonl").write_text(scrubbed(text), encoding="utf-8")


@asynccontextmanager
async def taping(janus: JanusServer, entry: Entry) -> AsyncIterator[Tape]:
    async with connect(janus.url, subprotocols=[SUBPROTOCOL]) as socket:
        tape = Tape(socket, JanusClient(entry))
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(tape.read())
            yield tape
            reading.cancel()


async def answered(tape: Tape, offered: Offered) -> RTCPeerConnection:
    """Takes what is offered, whatever it is."""
    pc = RTCPeerConnection(configuration())
    await pc.setRemoteDescription(RTCSessionDescription(sdp=offered.sdp, type="offer"))
    await pc.setLocalDescription()
    await tape.do("answer", offered.connection, pc.localDescription.sdp)
    return pc


async def a_call(janus: JanusServer) -> None:
    """Mia is there, says her name anew, is heard, leaves; the bot is put out."""
    async with attached(janus.url) as one, attached(janus.url) as two, attached(janus.url) as three:
        mia = Publisher(one)
        await mia.publish("Mia")
        async with taping(janus, Entry(ROOM, "Consentry", text_room=ROOM)) as tape:
            await tape.do("open")
            text = await tape.until(Offered)
            pcs = [await answered(tape, text)]
            seen: Seen = await tape.until(Seen)
            await one.request({"request": "configure", "display": "Mia Maier"})
            await tape.until(Seen, 2)
            join = {"request": "join", "ptype": "publisher", "room": ROOM, "display": "Sam"}
            sam = await two.request(join)
            await tape.do("handle_timeout", 0.0)
            await tape.until(Seen, 3)
            connection = await tape.do("take", seen.person.id, seen.person.streams[0].mid)
            pcs.append(await answered(tape, await tape.until(Offered, 2)))
            await asyncio.sleep(0.5)
            await tape.do("drop", connection)
            await two.request({"request": "leave"})
            await one.request({"request": "unpublish"})
            await tape.until(Seen, 4)
            await one.request({"request": "leave"})
            await tape.until(Gone, 2)
            own = next(
                line["hear"]["plugindata"]["data"]["id"]
                for line in tape.lines
                if line.get("hear", {}).get("plugindata", {}).get("data", {}).get("videoroom")
                == "joined"
            )
            kick = {"request": "kick", "room": ROOM, "id": own, "secret": SECRET}
            assert sam and text.connection == TEXT
            await three.message(kick)
            await asyncio.sleep(0.5)
            tape.save("call")
            for pc in pcs:
                await pc.close()
        await mia.close()


async def a_refusal(janus: JanusServer, name: str, entry: Entry) -> None:
    async with taping(janus, entry) as tape:
        await tape.do("open")
        await asyncio.sleep(0.5)
        tape.save(name)


async def a_text_room(janus: JanusServer) -> None:
    """What a text room says to Mia."""
    async with attached(janus.url, "textroom") as one, attached(janus.url, "textroom") as two:
        mia, sam = Texter(one, "u1", "Mia"), Texter(two, "u2", "Sam")
        await mia.join()
        await sam.join()
        sam.write("Hello, everybody")
        await mia.line("Hello")
        sam.write("A secret", "u1")
        await mia.line("A secret")
        sam.leave()
        await mia.until(lambda: mia.read[-1]["textroom"] == "leave")
        kick = {"request": "kick", "room": ROOM, "username": "u1", "secret": SECRET}
        await one.message(kick)
        await mia.until(lambda: any(f["textroom"] == "kicked" for f in mia.read))
        lines = "".join(f"{json.dumps(frame)}\n" for frame in mia.read)
        (TAPES / "textroom.jsonl").write_text(lines, encoding="utf-8")
        await mia.close()
        await sam.close()


async def main() -> None:
    program = Path("/usr/bin/janus")
    plain = Entry(ROOM, "Consentry")
    with tempfile.TemporaryDirectory() as folder:
        async with running(program, Path(folder)) as janus:
            await a_call(janus)
            await a_text_room(janus)
            await a_refusal(janus, "no-such-room", Entry(99, "Consentry"))
    with tempfile.TemporaryDirectory() as folder:
        async with running(program, Path(folder), room='pin = "1234"') as janus:
            await a_refusal(janus, "pin-needed", plain)
            await a_refusal(janus, "pin-wrong", Entry(ROOM, "Consentry", pin="4321"))
    with tempfile.TemporaryDirectory() as folder:
        async with running(program, Path(folder), general='api_secret = "s3cret"') as janus:
            await a_refusal(janus, "api-secret-needed", plain)


if __name__ == "__main__":
    asyncio.run(main())
