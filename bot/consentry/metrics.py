"""What is counted. Labels are closed sets: no name, no id, nothing anyone said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    start_http_server,
)

from consentry.errors import SetupError


class Metrics:
    """The counters of one process, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decoded_frames = self._counter(
            "decoded_frames", "Audio and video frames decoded", "medium", "consent"
        )
        self.packets_received = self._counter("packets_received", "RTP packets taken", "medium")
        self.packets_dropped = self._counter(
            "packets_dropped", "RTP packets dropped before decryption or decoding", "reason"
        )
        self.events_dropped = self._counter(
            "events_dropped", "Events a full lane let go, oldest first", "plugin"
        )
        self.messages_sent = self._counter("messages_sent", "Messages put into calls", "kind")
        self.messages_blocked = self._counter(
            "messages_blocked", "Plugin messages the gate held back", "plugin"
        )
        self.input_refused = self._counter(
            "input_refused", "Malformed or forged input, ignored", "source"
        )
        self.plugin_failures = self._counter("plugin_failures", "Plugin crashes", "plugin")
        self.participants = Gauge(
            "consentry_participants", "People in calls now", registry=self.registry
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"consentry_{name}_total", text, labels, registry=self.registry)

    @contextmanager
    def serving(self, host: str, port: int) -> Iterator[None]:
        """Answer Prometheus at ``http://host:port/metrics`` while the block runs.

        SetupError if the port is taken.
        """
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as exc:
            raise SetupError(
                f"metrics: port {port} on {host} can't be had ({exc.strerror}): "
                "stop what uses it, or change metrics.port"
            ) from exc
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def value(self, name: str, **labels: str) -> float:
        """One figure, 0 if it was never counted: ``value("decoded_frames", consent="declined")``.

        Labels left out are summed over.
        """
        wanted = f"consentry_{name}_total"
        return sum(
            sample.value
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name == wanted and labels.items() <= sample.labels.items()
        )
