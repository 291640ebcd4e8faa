"""A language model over HTTP: what it is sent, and what is done with a hostile answer."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from consentry.engines.language import MAX_BYTES, MAX_TOKENS, OpenAILanguageModel
from consentry.errors import SetupError

Endpoint = Callable[[Request], Awaitable[Response]]


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[str]:
    """A real server on a free port of this machine; gives the base URL."""
    app = Starlette(routes=[Route("/v1/chat/completions", endpoint, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def completion(content: object, **message: object) -> JSONResponse:
    return JSONResponse({"choices": [{"message": {"content": content, **message}}]})


def answering(response: Response) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return response

    return endpoint


async def ask(endpoint: Endpoint, *, timeout: float = 10.0) -> dict[str, object]:
    with serving(endpoint) as url:
        model = OpenAILanguageModel(url, "tiny", api_key="sk-secret", timeout=timeout)
        return await model.complete("Summarize.", "what was said")


async def fails(endpoint: Endpoint, why: str, *, timeout: float = 10.0) -> None:
    with pytest.raises(SetupError, match=why) as caught:
        await ask(endpoint, timeout=timeout)
    text = str(caught.value)
    assert "127.0.0.1" in text
    assert "sk-secret" not in text
    assert "what was said" not in text
    assert caught.value.__cause__ is None


async def test_the_answer_is_the_object_the_model_wrote() -> None:
    assert await ask(answering(completion('{"actions": []}'))) == {"actions": []}


async def test_an_answer_in_a_code_fence_is_read() -> None:
    assert await ask(answering(completion('```json\n{"actions": []}\n```'))) == {"actions": []}


async def test_the_question_bounds_the_answer_and_offers_no_tools() -> None:
    asked: list[tuple[str | None, dict[str, object]]] = []

    async def endpoint(request: Request) -> Response:
        asked.append((request.headers.get("authorization"), await request.json()))
        return completion("{}")

    await ask(endpoint)
    [(key, question)] = asked
    assert key == "Bearer sk-secret"
    assert question["messages"] == [
        {"role": "system", "content": "Summarize."},
        {"role": "user", "content": "what was said"},
    ]
    assert question["response_format"] == {"type": "json_object"}
    assert question["temperature"] == 0
    assert question["max_tokens"] == MAX_TOKENS
    assert "tools" not in question


async def test_without_a_key_none_is_sent() -> None:
    asked: list[str | None] = []

    async def endpoint(request: Request) -> Response:
        asked.append(request.headers.get("authorization"))
        return completion("{}")

    with serving(endpoint) as url:
        await OpenAILanguageModel(url, "tiny").complete("Summarize.", "data")
    assert asked == [None]


async def test_a_client_of_ones_own_is_used() -> None:
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, json={"choices": [{"message": {"content": "{}"}}]})
    )
    async with httpx.AsyncClient(transport=transport) as client:
        model = OpenAILanguageModel("https://models.example/v1", "tiny", client=client)
        assert await model.complete("Summarize.", "data") == {}
        assert not client.is_closed


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (HTMLResponse("<html>Sign in</html>"), "no JSON"),
        (JSONResponse([1, 2]), "no object"),
        (JSONResponse({"error": "x"}), "no chat completion"),
        (JSONResponse({"choices": []}), "no chat completion"),
        (JSONResponse({"choices": "none"}), "no chat completion"),
        (completion(None), "no chat completion"),
        (completion(["a"]), "no chat completion"),
        (completion("certainly! here is your summary"), "no JSON"),
        (completion('["a list"]'), "no object"),
        (completion('{"actions": ['), "no JSON"),
        (completion("[" * 200_000), "no JSON"),
        (completion("{}", tool_calls=[{"function": {"name": "send"}}]), "call of tools"),
        (Response("[" * 200_000, media_type="application/json"), "no JSON"),
        (Response(b"\xff\xfe\x00", media_type="application/json"), "no JSON"),
        (Response("what was said", status_code=500), "status 500"),
        (Response("no", status_code=401), "status 401"),
        (RedirectResponse("http://elsewhere.example/"), "status 307"),
        (Response("x" * (MAX_BYTES + 1)), "more than"),
    ],
)
async def test_a_hostile_answer_is_a_setup_error(response: Response, why: str) -> None:
    await fails(answering(response), why)


async def test_an_answer_that_grows_and_grows_is_cut_off() -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    await fails(answering(StreamingResponse(flood())), "more than")


async def test_an_answer_that_trickles_is_given_up_in_time() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    await fails(answering(StreamingResponse(trickle())), "within 0.2 s", timeout=0.2)


async def test_nobody_listening_is_a_setup_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model = OpenAILanguageModel(f"http://user:pw@127.0.0.1:{port}/v1", "tiny", api_key="sk-secret")
    with pytest.raises(SetupError, match="can't be reached") as caught:
        await model.complete("Summarize.", "what was said")
    assert "pw" not in str(caught.value)


async def test_the_question_is_json_that_keeps_every_letter() -> None:
    asked: list[str] = []

    async def endpoint(request: Request) -> Response:
        asked.append(json.loads(await request.body())["messages"][1]["content"])
        return completion("{}")

    with serving(endpoint) as url:
        await OpenAILanguageModel(f"{url}/", "tiny").complete("Fasse zusammen.", "Grüße, 東京")
    assert asked == ["Grüße, 東京"]
