"""What a Galene server says of a group to whoever asks, and whether there is one."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from consentry.connectors.galene.address import Address
from consentry.errors import EndReason, JoinRefused

STATUS_SECONDS = 10.0
MAX_STATUS_BYTES = 64 * 1024


class Status(BaseModel):
    """What ``.status`` below a group's page tells (galene-protocol.md, *Before connecting*)."""

    model_config = ConfigDict(frozen=True, strict=True)

    name: str
    endpoint: str = ""
    redirect: str = ""
    locked: bool = False


async def ask_status(address: Address) -> Status:
    """What the server says of the group; JoinRefused where there is none, or no server."""
    host = urlsplit(address.page).netloc
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=STATUS_SECONDS) as client:
            code, body = await _get(client, address.page + ".status")
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise JoinRefused(
            EndReason.UNREACHABLE,
            f"{host} can't be reached ({type(exc).__name__}): check the address, and that Galene "
            "runs there",
        ) from exc
    if code == httpx.codes.NOT_FOUND:
        raise JoinRefused(EndReason.NO_SUCH_ROOM)
    return _read(body, code, address)


async def _get(client: httpx.AsyncClient, url: str) -> tuple[int, bytes]:
    body = b""
    async with client.stream("GET", url) as answer:
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > MAX_STATUS_BYTES:
                break
        return answer.status_code, body


def _read(body: bytes, code: int, address: Address) -> Status:
    try:
        status = Status.model_validate_json(body)
    except ValidationError:
        raise JoinRefused(
            EndReason.UNREACHABLE, f"no Galene answers at this address (HTTP status {code})"
        ) from None
    if status.redirect:
        raise JoinRefused(
            EndReason.NO_SUCH_ROOM,
            "the group has moved: open its page in a browser, and invite the bot to where it leads",
        )
    secured = urlsplit(address.page).scheme == "https"
    if urlsplit(status.endpoint).scheme not in (("wss",) if secured else ("ws", "wss")):
        raise JoinRefused(
            EndReason.UNREACHABLE,
            "the server names an endpoint that is not encrypted; its `proxyURL` is wrong",
        )
    return status
