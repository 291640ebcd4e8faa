"""Whether a LiveKit server answers, asked before it is asked to let the bot in."""

from __future__ import annotations

import ssl
from urllib.request import getproxies_environment

import httpx

ANSWER_SECONDS = 3.0


async def answers(server: str) -> bool:
    """Whether ``server`` (``ws://…`` or ``wss://…``) says anything at all to a plain request.

    One that is frozen, or on the way to which nothing is delivered for a while, takes a join that
    nobody waits for any more as soon as it goes on. That one and the next bear the same identity,
    and the server has each of them throw the other out, whichever it gets to first. What can be
    told only by a join, as whose certificate is not trusted, is left for that to find out.
    """
    if proxied():
        return True
    trust = ssl.create_default_context() if server.startswith("wss:") else False
    try:
        async with (
            httpx.AsyncClient(verify=trust, trust_env=False, timeout=ANSWER_SECONDS) as client,
            client.stream("GET", server.replace("ws", "http", 1)),
        ):
            return True
    except httpx.TimeoutException:
        return False
    except (httpx.HTTPError, httpx.InvalidURL):
        return True


def proxied() -> bool:
    """Whether the environment names a proxy, by which the SDK goes to every host then."""
    return not getproxies_environment().keys().isdisjoint(("http", "https", "all"))
