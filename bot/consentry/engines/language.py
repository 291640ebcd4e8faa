"""A language model behind an OpenAI-compatible endpoint (llama.cpp, Ollama, vLLM and others)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx

from consentry.errors import SetupError

MAX_TOKENS = 2048
"""Of an answer; a longer one is cut by the endpoint, and is then no JSON."""
MAX_BYTES = 1024 * 1024
"""Of a response; a longer one is refused unread."""

_FENCE = re.compile(r"^\s*```(?:json)?\s*(?P<inner>.*?)\s*```\s*$", re.DOTALL)


class OpenAILanguageModel:
    """Chat completions (https://platform.openai.com/docs/api-reference/chat) without tools.

    ``base_url`` reaches up to and including the version ("http://localhost:11434/v1"); ``timeout``
    is seconds for the whole answer. Without a ``client`` of one's own each question opens a
    connection, takes no proxy or password from the environment, and follows no redirect: what
    people said goes to the configured endpoint and nowhere else.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        timeout: float = 60.0,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._host = urlsplit(base_url).hostname or "the endpoint"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout = timeout
        self._given = client

    async def complete(self, instructions: str, data: str) -> dict[str, object]:
        """The model's answer as a JSON object; SetupError when the endpoint fails or gives none."""
        question = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": data},
            ],
            "response_format": {"type": "json_object"},
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
            "stream": False,
        }
        return self._answer(self._object(await self._post(question)))

    async def _post(self, question: dict[str, object]) -> bytes:
        # None of httpx's own texts goes into an error: they may hold the address with a key in it.
        try:
            async with asyncio.timeout(self._timeout), self._client() as client:
                return await self._read(client, question)
        except TimeoutError:
            raise self._failed(f"did not answer within {self._timeout:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise self._failed("can't be reached") from None

    async def _read(self, client: httpx.AsyncClient, question: dict[str, object]) -> bytes:
        content = bytearray()
        request = client.stream("POST", self._url, json=question, headers=self._headers)
        async with request as response:
            if response.status_code != httpx.codes.OK:
                raise self._failed(f"answered with status {response.status_code}")
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise self._failed(f"sent more than {MAX_BYTES} bytes")
        return bytes(content)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        if self._given is not None:
            yield self._given
            return
        async with httpx.AsyncClient(
            timeout=self._timeout, trust_env=False, follow_redirects=False
        ) as client:
            yield client

    def _answer(self, response: dict[str, object]) -> dict[str, object]:
        match response:
            case {"choices": [{"message": {"tool_calls": [_, *_]}}, *_]}:
                raise self._failed("answered with a call of tools, and has none")
            case {"choices": [{"message": {"content": str(content)}}, *_]}:
                fenced = _FENCE.match(content)
                return self._object(fenced["inner"] if fenced else content)
            case _:
                raise self._failed("answered with something that is no chat completion")

    def _object(self, text: bytes | str) -> dict[str, object]:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise self._failed("answered with something that is no JSON") from None
        if not isinstance(value, dict):
            raise self._failed("answered with JSON that is no object")
        return value

    def _failed(self, what: str) -> SetupError:
        return SetupError(
            f"the language model at {self._host} {what}; check language_model in the configuration"
        )
