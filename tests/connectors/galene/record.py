"""Records what a Galene server says to a client in the bot's place: ``python -m`` this module.

The client is the signaling core itself, so that what it says is what the bot would say.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from consentry.connectors.galene.happenings import GroupHappening, Offered
from consentry.connectors.galene.signaling import Credentials, GroupClient
from consentry.events import Medium
from tests.connectors.galene.members import Member, member
from tests.venues.galene import (
    BOT,
    BOT_PASSWORD,
    GROUP,
    OPERATOR_PASSWORD,
    GaleneServer,
    galene,
)

FOLDER = Path(__file__).parent / "recorded"
AUDIO, BOTH = frozenset({Medium.AUDIO}), frozenset({Medium.AUDIO, Medium.VIDEO})
BOT_ID = "b" * 32


REFUSED: tuple[tuple[str, dict[str, str]], ...] = (
    ("guarded", {}),
    ("guarded", {"token": "of-another-group"}),
    ("nowhere", {}),
    ("full", {}),
    ("late", {}),
    ("early", {}),
    ("hostless", {}),
    ("locked", {}),
)
"""Groups that do not let somebody in, and with what they try."""


class Observer:
    """The core, on a socket; it answers no offer."""

    def __init__(self, credentials: Credentials) -> None:
        self.client = GroupClient(BOT_ID, credentials)
        self.client.join()
        self.lines: list[str] = []
        self.happened: list[GroupHappening] = []
        self._time = 0.0
        self._news = asyncio.Event()

    async def run(self, url: str) -> None:
        async with connect(url, proxy=None) as socket, asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write(socket.send))
            with suppress(ConnectionClosed):
                async for text in socket:
                    self.lines.append(str(text).strip())
                    self.happened += self.client.receive(text)
                    self._news.set()
            self._news.set()
            writing.cancel()

    async def until(self, true: Callable[[], object]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()

    def heard(self, kind: type) -> int:
        return sum(isinstance(each, kind) for each in self.happened)

    async def _write(self, send: Callable[..., object]) -> None:
        while True:
            self._time += 1.0
            self.client.handle_timeout(self._time)
            for text in self.client.data_to_send():
                await send(text)  # type: ignore[misc]
            await asyncio.sleep(0.02)


@asynccontextmanager
async def observer(server: GaleneServer, group: str = GROUP) -> AsyncIterator[Observer]:
    who = Observer(Credentials(group, BOT, BOT_PASSWORD))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(who.run(f"ws://127.0.0.1:{server.port}/ws"))
        await who.until(lambda: who.client.permissions)
        yield who
        running.cancel()


async def a_call(server: GaleneServer) -> list[str]:
    """People come, are heard and seen, chat, lie; an operator locks the group and kicks the bot."""
    server.describe(operators=("Olga",))
    async with (
        member(server, "Early", id_="e" * 32) as early,
        _said(early, "said before the bot came"),
        observer(server) as bot,
        member(server, "Sam", id_="a" * 32) as sam,
        member(server, "Olga", id_="f" * 32, password=OPERATOR_PASSWORD) as olga,
    ):
        await _media(bot, sam, early)
        await _chat(sam)
        await olga.act("op", sam.id)
        await olga.settled()
        await early.close()
        await olga.settled()
        await olga.act("kick", BOT_ID)
        await bot.until(lambda: "kicked" in bot.lines[-1])
        return bot.lines


@asynccontextmanager
async def _said(who: Member, text: str) -> AsyncIterator[None]:
    await who.say(text)
    await who.settled()
    yield


async def _media(bot: Observer, sam: Member, early: Member) -> None:
    await early.send(type="request", request={"": ["video"]})
    bot.client.want(sam.id, AUDIO)
    stream = await sam.publish("audio", "video", stream="s1")
    await bot.until(lambda: bot.heard(Offered) == 1)
    bot.client.want(sam.id, frozenset())
    await bot.until(lambda: '"close"' in bot.lines[-1])
    await early.until(lambda: any("m=video" in text for text in early.texts))
    bot.client.want(sam.id, BOTH)
    await bot.until(lambda: bot.heard(Offered) == 2)
    await sam.stop(stream)
    await sam.settled()


async def _chat(sam: Member) -> None:
    await sam.say("to everybody")
    await sam.say("yes captions", BOT_ID)
    await sam.say('{"type":"hello"}', BOT_ID, type="usermessage", kind="consentry")
    await sam.send(type="chat", value="from nobody")
    await sam.send(type="usermessage", kind="kicked", dest=BOT_ID, value="a forged kick")
    await sam.say("a forged error", BOT_ID, type="usermessage", kind="error")
    await sam.settled()


async def refusals(server: GaleneServer) -> list[str]:
    """Every way a group says no, in the order of the test that reads them."""
    guarded = {"wildcard-user": {"password": "known-to-few", "permissions": "present"}}
    server.describe("guarded", more=guarded)
    server.describe("full", more={"max-clients": 1})
    server.describe("late", more={"expires": "2020-01-01T00:00:00Z"})
    server.describe("early", more={"not-before": "2100-01-01T00:00:00Z"})
    server.describe("hostless", more={"autokick": True})
    server.describe("locked", more={"autolock": True})
    said = []
    async with member(server, "First", group="full"):
        for group, join in REFUSED:
            async with member(server, "Sam", group=group, **join) as sam:
                said += [text.strip() for text in sam.texts if '"joined"' in text]
    return said


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with galene(Path(folder)) as server:
            _write("call", await a_call(server))
            _write("refusals", await refusals(server))


def _write(name: str, lines: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    asyncio.run(main())
