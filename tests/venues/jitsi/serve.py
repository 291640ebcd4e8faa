"""The focus and its bridge in a process of their own.

``python -m tests.venues.jitsi.serve URL TAKEN TOLD``, with the ports of :class:`SocketPorts`.

Says ``ready`` once it is logged in. Each line it reads is a command, answered with one line of
JSON: ``restart-bridge`` begins all sessions anew, ``kick NAME`` throws somebody out, ``report``
tells what was refused and what endpoints asked for. It ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from .channel import AudioSubscription
from .focus import Focus, focus_at
from .sockets import SocketPorts


async def serve(url: str, ports: SocketPorts) -> None:
    """Until the input ends."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with focus_at(url, ports=ports) as focus:
        _say("ready")
        async for line in lines:
            _say(await _obey(focus, line.decode().strip()))


async def _obey(focus: Focus, command: str) -> Any:
    match command.split(maxsplit=1):
        case ["restart-bridge"]:
            for conference in focus.conferences.values():
                await conference.restart_bridge()
            return "restarted"
        case ["kick", name]:
            for conference in focus.conferences.values():
                await conference.kick(name)
            return "kicked"
        case ["report"]:
            return report(focus)
        case _:
            return f"no command: {command}"


def report(focus: Focus) -> dict[str, Any]:
    """What was refused, and of each endpoint how it takes sound and how much it was sent."""
    endpoints = {}
    for conference in focus.conferences.values():
        for endpoint in conference.bridge.endpoints.values():
            asked = [m for m in endpoint.said if isinstance(m, AudioSubscription)]
            endpoints[endpoint.name] = {
                "subscriptions": [[m.all, sorted(m.include), sorted(m.exclude)] for m in asked],
                "sent_to": endpoint.sent_to,
            }
    return {"refused": focus.refused, "endpoints": endpoints}


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], SocketPorts(*map(int, sys.argv[2:]))))
