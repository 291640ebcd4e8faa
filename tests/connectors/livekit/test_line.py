"""A line reports until it is closed, whatever the SDK has to say of it later."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from livekit import rtc

from consentry.connectors.livekit.line import Line, Reports
from tests.connectors.livekit.call import UNDROPPED, attending
from tests.venues.livekit import BOT, LiveKitServer, token

pytestmark = [pytest.mark.e2e, UNDROPPED]


async def test_a_server_that_answers_again_ends_no_line_but_the_old_one(
    server: LiveKitServer,
) -> None:
    said: list[Any] = []

    def say(*what: Any) -> None:
        said.append(what)

    async with attending(server), asyncio.TaskGroup() as tasks:
        line = Line(Reports(say, say, say, say, tasks.create_task))
        await line.connect(server.url, token(BOT))
        server.freeze()
        await line.close()
        heard = len(said)
        server.thaw()
        assert line._room._task is not None
        await line._room._task  # the SDK has said all that it has to say
        line._room.emit("disconnected", rtc.DisconnectReason.CLIENT_INITIATED)
        assert len(said) == heard
