"""Somebody who hums in a room, in a process of their own: `python -m … URL`, until it is ended."""

from __future__ import annotations

import asyncio
import sys

from livekit import rtc

from tests.connectors.livekit.call import Attendee
from tests.venues.livekit import token


async def hum(url: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        attendee = Attendee(rtc.Room(), tasks)
        await attendee.room.connect(url, token("mia", "Mia"))
        await attendee.speak()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(hum(sys.argv[1]))
