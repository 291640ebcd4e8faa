"""Spans that hold nothing they should not, and where they go."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from consentry.errors import SetupError
from consentry.tracing import current, exporting, silent, span
from consentry.workers import Workers
from tests.spans import attributes, recording


def test_an_error_shows_by_its_type_alone() -> None:
    with (
        recording() as spans,
        pytest.raises(ValueError),
        span(spans.tracer, "step", call="c-1") as step,
        current(step),
    ):
        raise ValueError("what somebody said")
    found = spans.one("step")
    assert found.status.description == "ValueError"
    assert found.events == ()
    assert "somebody" not in spans.text()
    assert attributes(found) == {"call": "c-1"}


def test_without_an_endpoint_nothing_is_recorded() -> None:
    with exporting(None) as tracer, span(tracer, "call") as call:
        assert not call.is_recording()
    with span(silent(), "call") as call:
        assert not call.is_recording()


def test_a_missing_sdk_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with (
        pytest.raises(SetupError, match=r'pip install "consentry\[tracing\]"'),
        exporting("http://localhost:4318/v1/traces"),
    ):
        pass


def test_spans_arrive_at_the_collector_once_the_block_is_left() -> None:
    bodies: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            bodies.append((self.path, self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        with (
            exporting(f"http://127.0.0.1:{server.server_port}/v1/traces") as tracer,
            span(tracer, "call"),
        ):
            pass
        server.shutdown()
        thread.join()
    ((path, body),) = bodies
    assert path == "/v1/traces"
    assert body


async def test_an_urgent_job_shows_how_long_it_waited_and_how_long_it_took() -> None:
    with recording() as spans:
        async with Workers() as workers:
            workers.tracer = spans.tracer
            assert await workers.run_first(abs, -1) == 1
        assert [found.name for found in spans.all()] == ["wait", "inference"]
