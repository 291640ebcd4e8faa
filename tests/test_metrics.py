"""What is counted, and how Prometheus reads it."""

from __future__ import annotations

import socket

import httpx
import pytest

from consentry.errors import SetupError
from consentry.events import Medium
from consentry.metrics import DropReason, Health, Metrics


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


def test_counters_are_served_while_the_block_runs() -> None:
    metrics, port = Metrics(), free_port()
    metrics.input_refused.labels(source="signaling").inc()
    with metrics.serving("127.0.0.1", port):
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert 'consentry_input_refused_total{source="signaling"} 1.0' in text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(SetupError, match=f"port {port}"), Metrics().serving("127.0.0.1", port):
            pass


def test_a_value_sums_over_the_labels_left_out() -> None:
    metrics = Metrics()
    metrics.decoded_frames.labels("audio", "granted").inc(3)
    metrics.decoded_frames.labels("video", "granted").inc(4)
    metrics.decoded_frames.labels("audio", "declined").inc(5)
    assert metrics.value("decoded_frames", consent="granted") == 7
    assert metrics.value("decoded_frames", medium="audio") == 8
    assert metrics.value("decoded_frames", consent="undecided") == 0
    assert metrics.value("nothing") == 0


def test_two_sets_of_counters_do_not_meet() -> None:
    one, other = Metrics(), Metrics()
    one.packets_dropped.labels("late").inc()
    assert other.value("packets_dropped") == 0


def test_a_figure_is_read_whatever_kind_it_is() -> None:
    metrics = Metrics()
    metrics.connections.set(3)
    metrics.loop_lag_seconds.observe(0.2)
    metrics.loop_lag_seconds.observe(0.001)
    metrics.plugin_seconds.labels("captions").observe(0.01)
    assert metrics.value("connections") == 3
    assert metrics.value("loop_lag_seconds") == 2
    assert metrics.value("plugin_seconds", plugin="captions") == 1
    assert metrics.value("plugin_seconds", plugin="summary") == 0


def test_what_is_bound_beforehand_is_what_is_counted() -> None:
    metrics = Metrics()
    metrics.dropped[DropReason.LATE].inc(2)
    metrics.received[Medium.VIDEO].inc()
    assert metrics.value("packets_dropped", reason="late") == 2
    assert metrics.value("packets_received", medium="video") == 1


@pytest.mark.parametrize(("alive", "status", "word"), [(True, 200, "ok"), (False, 503, "stalled")])
def test_whoever_restarts_processes_can_ask_how_it_is(alive: bool, status: int, word: str) -> None:
    port = free_port()
    with Metrics().serving("127.0.0.1", port, lambda: Health(alive, 3, 0.0123456)):
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
    assert answer.status_code == status
    assert answer.json() == {"status": word, "calls": 3, "loop_lag_seconds": 0.0123}


def test_nothing_else_is_served() -> None:
    port = free_port()
    with Metrics().serving("127.0.0.1", port):
        answer = httpx.get(f"http://127.0.0.1:{port}/favicon.ico", trust_env=False)
    assert answer.status_code == 404
