"""Ten people talk through a real Janus, and a bot in a process of its own hears them all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib.resources import as_file, files
from pathlib import Path

from consentry.play.recording import load_packets
from tests.bench.connectors.places import GUEST, STARTING
from tests.bench.media.pipe import Child, child
from tests.bench.media.processes import usage
from tests.connectors.janus.people import FRAME_SECONDS, Publisher, attached
from tests.requirements import need
from tests.venues.janus_server import ROOM, SECRET, running

PEOPLE = 10
OPTIONS = {"textroom": False}
"""They write nothing: a VideoRoom alone will do."""
SECONDS = 20.0
"""For how long all are heard before memory is looked at."""
AGREE_WITHIN = 30.0


async def rss_mb(folder: Path, people: int = PEOPLE) -> float:
    """MiB of the bot while it hears all of them; AssertionError if it does not."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(need("janus"), folder))
        edit = {"request": "edit", "room": ROOM, "secret": SECRET, "new_publishers": people}
        async with attached(server.url) as host:
            await host.message(edit)
        publishers = []
        for number in range(people):
            handle = await stack.enter_async_context(attached(server.url))
            publishers.append(Publisher(handle))
            await publishers[-1].publish(f"Person {number}")
            stack.push_async_callback(publishers[-1].close)
        guest = await stack.enter_async_context(child(GUEST))
        url = f"janus+{server.url}/{ROOM}"
        given = {"token": None, "password": None, "options": OPTIONS}
        await guest.ask("invite", STARTING, stack="janus", url=url, name="Bot", **given)
        async with asyncio.TaskGroup() as tasks:
            talking = tasks.create_task(_talk(publishers))
            await guest.ask("stay")
            await _all_heard(guest, people)
            before = (await guest.ask("heard"))["frames"]
            await asyncio.sleep(SECONDS)
            after, used = (await guest.ask("heard"))["frames"], usage(guest.pid)
            talking.cancel()
        await guest.ask("go")
    assert all(after[name] > before[name] for name in before), "somebody was not heard any more"
    return used.rss


async def _all_heard(guest: Child, people: int) -> None:
    async with asyncio.timeout(AGREE_WITHIN):
        while len((await guest.ask("heard"))["frames"]) < people:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)


async def _talk(publishers: Sequence[Publisher]) -> None:
    """Everybody says the same, without end."""
    with as_file(files("consentry.demo") / "mia.ogg") as path:
        payloads = [packet.payload for packet in load_packets(path)]
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        for payload in payloads:
            due += FRAME_SECONDS
            await asyncio.sleep(due - loop.time())
            for publisher in publishers:
                await publisher.send("audio", payload)
