"""What a videobridge says to whoever takes a call's sound from it, and a client that plays one."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

RECORDED = Path(__file__).parents[1] / "recorded" / "media.jsonl"
"""What a real videobridge said of two people."""

RED = {"encoding": "red", "sampleRate": 48000, "channels": 2}
OPUS = RED | {"encoding": "opus"}


def recorded() -> list[str]:
    return RECORDED.read_text().splitlines()


def start(endpoint: str, *, tag: str = "", form: dict[str, Any] | None = None) -> str:
    said = {
        "tag": tag or f"{endpoint}-a0",
        "mediaFormat": form or OPUS,
        "customParameters": {"endpointId": endpoint},
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": said})


def sound(endpoint: str, number: int, payload: bytes, /, *, tag: str = "", **more: Any) -> str:
    said = {
        "tag": tag or f"{endpoint}-a0",
        "chunk": str(number),
        "timestamp": str(960 * number),
        "payload": base64.b64encode(payload).decode(),
    }
    return json.dumps({"event": "media", "sequenceNumber": "1", "media": said | more})


@asynccontextmanager
async def bridge(
    port: int, meeting: str, token: str | None, said: Iterable[str] = ()
) -> AsyncIterator[ClientConnection]:
    """A bridge that came for ``meeting`` and has said ``said``."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    url = f"ws://127.0.0.1:{port}/consentry/{meeting}"
    async with connect(url, additional_headers=headers, proxy=None, compression=None) as socket:
        for text in said:
            await socket.send(text)
        yield socket
