"""The relay between the SDK and a server: what passes, who may pass, and what it says itself."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.http11 import Request, Response

from consentry.connectors.livekit import reach
from consentry.connectors.livekit.relay import Relay, stands_aside

QUIET = logging.Logger("quiet", logging.CRITICAL)
TOKEN = {"Authorization": "Bearer a.very.secret"}
PEOPLE = [("PA_mia", "mia"), ("PA_sam", "sam")]
ALL_LEFT = bytes.fromhex(
    "2a22 0a0f0a0650415f6d696112036d69611803 0a0f0a0650415f73616d120373616d1803"
)
"""``update { participants { sid identity state: DISCONNECTED } … }``, as protobuf has it."""


@dataclass
class Server:
    """Keeps what it is asked, sends what it is told, and sends back what it gets."""

    asked: list[Request] = field(default_factory=list)
    refusal: tuple[int, str] | None = None
    there: ServerConnection | None = None
    url: str = ""

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request)
        if request.path == "/":
            return Response(200, "OK", Headers({"Content-Length": "0"}))
        if self.refusal is None:
            return None
        status, text = self.refusal
        headers = Headers({"Content-Length": str(len(text)), "Connection": "close"})
        return Response(status, "as told", headers, text.encode())

    async def echo(self, connection: ServerConnection) -> None:
        self.there = connection
        async for message in connection:
            await connection.send(message)

    def requests(self) -> list[Request]:
        """Without those that only ask whether there is somebody."""
        return [request for request in self.asked if request.path != "/"]


@asynccontextmanager
async def relayed() -> AsyncIterator[tuple[Server, Relay, str]]:
    server = Server()
    async with serve(
        server.echo, "127.0.0.1", 0, process_request=server.answer, compression=None, logger=QUIET
    ) as listening:
        server.url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        relay = Relay(server.url)
        url = await relay.open()
        try:
            yield server, relay, url
        finally:
            await relay.close()


def own_certificate(folder: Path) -> Path:
    """A certificate of localhost that nobody vouches for, and its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    began = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "localhost.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return path


def signaling(url: str, seconds: float = 5.0) -> connect:
    """As the SDK opens it."""
    return connect(
        url + "/rtc/v1?join_request=abc",
        open_timeout=seconds,
        additional_headers=TOKEN,
        compression=None,
        proxy=None,
        logger=QUIET,
    )


async def received(sdk: ClientConnection) -> list[str | bytes]:
    """All that is still said, to the end."""
    messages = []
    with suppress(ConnectionClosed):
        while True:
            messages.append(await sdk.recv())
    return messages


async def test_signaling_passes_in_both_directions() -> None:
    async with relayed() as (server, _, url), signaling(url) as sdk:
        for message in (b"a", b"b" * 300, b"c" * 100_000):
            await sdk.send(message)
            assert await sdk.recv() == message
        (request,) = server.requests()
        assert request.path == "/rtc/v1?join_request=abc"
        assert request.headers["Host"] == server.url.removeprefix("ws://")
        assert request.headers["Authorization"] == TOKEN["Authorization"]


@pytest.mark.parametrize("status", [401, 404, 500, 503])
async def test_a_refusal_is_the_servers_own(status: int) -> None:
    async with relayed() as (server, _, url):
        server.refusal = status, "why"
        with pytest.raises(InvalidStatus) as refused:
            async with signaling(url):
                pass
        assert refused.value.response.status_code == status
        assert refused.value.response.body == b"why"


@pytest.mark.parametrize("path", ["/rtc/validate", "/rtc/v1/validate?join_request=abc"])
async def test_the_question_why_is_passed_on_and_the_answer_back(path: str) -> None:
    async with relayed() as (server, _, url), httpx.AsyncClient(trust_env=False) as sdk:
        server.refusal = 401, "token is expired"
        for _ in range(2):
            answer = await sdk.get(url.replace("ws", "http", 1) + path, headers=TOKEN)
            assert (answer.status_code, answer.text) == (401, "token is expired")
        assert [request.path for request in server.requests()] == [path, path]


async def test_who_does_not_know_the_address_gets_nowhere() -> None:
    async with relayed() as (server, _, url), httpx.AsyncClient(trust_env=False) as other:
        base = url.replace("ws", "http", 1).rpartition("/")[0]
        for path in ("", "/", "/rtc/v1", "/x" * 22 + "/rtc/v1"):
            with pytest.raises(httpx.RemoteProtocolError):
                await other.get(base + path)
        assert not server.asked


async def test_another_websocket_is_a_connection_of_its_own() -> None:
    async with relayed() as (server, relay, url):
        async with signaling(url):
            pass
        async with signaling(url) as sdk:
            await sdk.send(b"again")
            assert await sdk.recv() == b"again"
            assert relay.everybody_left(PEOPLE)
            assert await sdk.recv() == ALL_LEFT


async def test_that_everybody_left_is_the_last_that_the_sdk_hears() -> None:
    async with relayed() as (server, relay, url), signaling(url) as sdk:
        await sdk.send(b"first")
        assert await sdk.recv() == b"first"
        assert relay.everybody_left(PEOPLE)
        await sdk.send(b"an echo that does not come")
        assert server.there is not None
        await server.there.send([b"in ", b"pieces"])
        await server.there.close(4001)
        assert await received(sdk) == [ALL_LEFT]
        assert sdk.close_code == 4001


async def test_it_is_not_said_in_the_middle_of_a_message() -> None:
    async with relayed() as (server, relay, url), signaling(url) as sdk:
        middle, over = asyncio.Event(), asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            yield b"a mes"
            middle.set()
            await over.wait()
            yield b"sage"

        await sdk.send(b"there?")
        await sdk.recv()
        assert server.there is not None
        sending = asyncio.create_task(server.there.send(pieces()))
        await middle.wait()
        reading = sdk.recv_streaming()
        assert await anext(reading) == b"a mes"
        assert not relay.everybody_left(PEOPLE)
        over.set()
        assert [piece async for piece in reading] == [b"sage", b""]
        await sending
        assert relay.everybody_left(PEOPLE)


async def test_nobody_is_told_where_there_is_no_websocket() -> None:
    async with relayed() as (_, relay, url):
        assert not relay.everybody_left(PEOPLE)
        async with signaling(url) as sdk:
            await sdk.close()
            await sdk.wait_closed()


async def test_the_end_of_the_relay_is_the_end_of_what_passes() -> None:
    async with relayed() as (server, relay, url), signaling(url) as sdk:
        await sdk.send(b"there?")
        await sdk.recv()
        await relay.close()
        with pytest.raises(ConnectionClosed):
            await sdk.recv()
        assert server.there is not None
        await server.there.wait_closed()
        with pytest.raises(OSError, match="refused|Connect call failed"):
            async with signaling(url):
                pass


async def test_a_server_that_says_nothing_is_not_asked_again_to_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reach, "ANSWER_SECONDS", 0.2)
    asked: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n")).split(b" ")[1])
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        relay = Relay(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        url = await relay.open()
        with pytest.raises(TimeoutError):
            async with signaling(url, seconds=0.2):
                pass
        with pytest.raises(InvalidMessage):
            async with signaling(url):
                pass
        await relay.close()
    assert asked == [b"/rtc/v1?join_request=abc", b"/"]


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_server_shows_a_certificate_that_this_machine_trusts(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, tls = Server(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = own_certificate(tmp_path)
    tls.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with serve(
        server.echo, "localhost", 0, process_request=server.answer, ssl=tls, logger=QUIET
    ) as listening:
        relay = Relay(f"wss://localhost:{listening.sockets[0].getsockname()[1]}")
        url = await relay.open()
        with nullcontext() if trusted else pytest.raises(InvalidMessage):
            async with signaling(url) as sdk:
                await sdk.send(b"a")
                assert await sdk.recv() == b"a"
        await relay.close()
    assert len(server.asked) == trusted


async def test_no_token_is_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with relayed() as (_, _, url), signaling(url) as sdk:
        await sdk.send(b"a message")
        await sdk.recv()
    secret = url.rpartition("/")[2]
    for word in ("a.very.secret", "join_request", "a message", secret):
        assert word not in caplog.text


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_where_there_is_a_proxy_the_sdk_goes_by_itself(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(each, raising=False)
        monkeypatch.delenv(each.upper(), raising=False)
    assert not stands_aside("wss://meet.example")
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert stands_aside("wss://meet.example")


def test_to_livekits_own_cloud_the_sdk_goes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(each, raising=False)
        monkeypatch.delenv(each.upper(), raising=False)
    assert stands_aside("wss://planning-abc.livekit.cloud")
    assert not stands_aside("wss://livekit.cloud.example")
