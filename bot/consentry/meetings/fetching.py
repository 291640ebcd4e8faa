"""The bytes of a calendar feed: of a file, or of what an address answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx

from consentry.errors import SetupError
from consentry.meetings.feed import MAX_BYTES, Feed, fault_of, redirect_of

PATIENCE = 10.0
"""Seconds for a whole answer."""
MAX_REDIRECTS = 3


async def fetch(feed: Feed, patience: float = PATIENCE) -> bytes:
    """What is there now; SetupError, which quotes no address, where it can't be had."""
    try:
        if feed.file is not None:
            return _in_file(feed.file)
        async with asyncio.timeout(patience):
            return await _at(feed.url or "")
    except TimeoutError:
        raise SetupError(f"{feed.name}: did not answer within {patience:g} s") from None
    except SetupError as exc:
        raise SetupError(f"{feed.name}: {exc}") from None


def _in_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise SetupError(f"{path} can't be read ({exc.strerror})") from None


async def _at(url: str) -> bytes:
    # None of httpx's own texts goes into an error: they may hold the address with a secret in it.
    async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
        if fault := fault_of(url):
            raise SetupError(fault)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = await _get(client, url)
            except (httpx.HTTPError, httpx.InvalidURL):
                raise SetupError("can't be reached") from None
            if isinstance(answer, bytes):
                return answer
            url = answer.url
    raise SetupError("sends from one address to the next, and never answers")


@dataclass(frozen=True, slots=True)
class _Moved:
    """The content is elsewhere."""

    url: str


async def _get(client: httpx.AsyncClient, url: str) -> bytes | _Moved:
    """The content, or where it is instead."""
    # Unpacked, a small answer could be a very large one.
    headers = {"Accept": "text/calendar", "Accept-Encoding": "identity"}
    async with client.stream("GET", url, headers=headers) as response:
        if response.has_redirect_location:
            to = redirect_of(url, response.headers["location"])
            if to is None:
                raise SetupError("sends to an address that is not to be read")
            return _Moved(to)
        if response.status_code != httpx.codes.OK:
            raise SetupError(f"answered with status {response.status_code}")
        content = bytearray()
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > MAX_BYTES:
                raise SetupError(f"holds more than {MAX_BYTES // 1024**2} MiB")
    return bytes(content)
