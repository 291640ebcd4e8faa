"""What is counted. Labels are closed sets: no name, no id, nothing anyone said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    make_wsgi_app,
    start_http_server,
)

from consentry.errors import EndReason, SetupError
from consentry.events import Medium

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

ON_THE_WIRE = (Medium.AUDIO, Medium.VIDEO)
CONSENTS = ("granted", "undecided", "declined")
"""Where the owner of a decoded frame stood: the values of connectors.driver.MediaConsent."""
FAULTS = ("missing", "forged", "spent", "expired")
"""What can be wrong with the nonce of a yes."""
CHECKIN_VERDICTS = ("checked_in", "use_code")
"""The values of plugin.Verdict."""
FAILED = "failed"
"""The reason of a call that ended by an error of the bot's own, besides those of EndReason."""

DECODE_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
"""Seconds; a batch that takes more than the 20 to 40 ms it covers can't keep up."""
LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Seconds; a loop that is 100 ms late delays everybody's words by as much."""
MEDIA_BUCKETS = (0.02, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 5.0)
"""Seconds; 80 ms is a block, and as much again is what a lost packet is waited for."""
CONSENT_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)

ERASURE_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds; a "no" is to be at the wire before a person could say another word."""
PLUGIN_BUCKETS = (0.0001, 0.001, 0.005, 0.02, 0.08, 0.25, 1.0, 5.0, 15.0)
"""Seconds; an event of audio is 80 ms long."""


class DropReason(StrEnum):
    """Why a packet went no further: first what is dropped encrypted, then what came after."""

    NOT_WANTED = "not_wanted"
    """Its source is nobody's whose media a purpose may use, or is no source known."""
    NO_CONSENT = "no_consent"
    """It arrived wanted, and was not any more when its turn to be decoded came."""
    FLOOD = "flood"
    """Its source sends more than any codec would."""
    NOT_AUTHENTIC = "not_authentic"
    """SRTP did not vouch for it, or it is a replay."""
    MALFORMED = "malformed"
    """Its RTP header or payload header says what can't be."""
    DUPLICATE = "duplicate"
    LATE = "late"
    """What it was needed for has been given up."""
    SILENT = "silent"
    """Its sender says that nobody speaks in it (RFC 6464)."""
    QUEUE_FULL = "queue_full"
    """More waited than may wait; the oldest went first."""
    NOT_NEEDED = "not_needed"
    """Video beyond the pictures asked for: never decoded."""
    UNDECODABLE = "undecodable"


class Silence(StrEnum):
    """What was missing when a new connection was asked for."""

    NO_RTP = "no_rtp"
    """Media that is wanted and negotiated; the path itself is alive."""
    NOTHING = "nothing"
    """Everything: no media, no reports, no connectivity checks."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the bot does its work now."""

    alive: bool
    """The event loop ran within the last seconds."""
    calls: int
    """It is in."""
    loop_lag: float
    """Seconds by which the loop was late last."""


def _always_well() -> Health:
    return Health(alive=True, calls=0, loop_lag=0.0)


class Metrics:
    """The figures of one process, on a registry of their own.

    What is counted for each packet has its labels bound beforehand: ``dropped[reason].inc()``
    costs a quarter of ``packets_dropped.labels(reason).inc()``.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count_packets()
        self._count_decoding()
        self._count_calls()
        self._count_plugins()
        self._count_checkins()

    def _count_packets(self) -> None:
        self.packets_received = self._counter("packets_received", "RTP packets taken", "medium")
        self.received: Mapping[Medium, Counter] = {
            medium: self.packets_received.labels(medium) for medium in ON_THE_WIRE
        }
        self.packets_dropped = self._counter(
            "packets_dropped", "RTP packets that went no further", "reason"
        )
        self.dropped: Mapping[DropReason, Counter] = {
            reason: self.packets_dropped.labels(reason) for reason in DropReason
        }
        self.retransmissions_requested = self._counter(
            "retransmissions_requested", "Lost packets asked for again (NACK)"
        )
        self.key_frames_requested = self._counter(
            "key_frames_requested", "Key frames asked for (PLI)"
        )
        self.reconnects_requested = self._counter(
            "reconnects_requested", "New connections asked for by the watchdog", "silence"
        )
        self.reconnects: Mapping[Silence, Counter] = {
            silence: self.reconnects_requested.labels(silence) for silence in Silence
        }

    def _count_decoding(self) -> None:
        self.decoded_frames = self._counter(
            "decoded_frames", "Audio and video frames decoded", "medium", "consent"
        )
        # Each is there at 0 from the start: an alert sees a change, not a first appearance.
        self.decoded: Mapping[tuple[Medium, str], Counter] = {
            (medium, consent): self.decoded_frames.labels(medium, consent)
            for medium in ON_THE_WIRE
            for consent in CONSENTS
        }
        self.frames_concealed = self._counter(
            "frames_concealed", "Lost audio frames that were guessed from those before"
        )
        self.frames_recovered = self._counter(
            "frames_recovered", "Lost audio frames restored from the next one's redundancy (FEC)"
        )
        self.decoder_failures = self._counter(
            "decoder_failures", "Times a decoder failed and was made anew", "codec"
        )
        self.worker_dropped = self._counter(
            "worker_dropped", "Packets let go because the decode worker was behind"
        )
        self.decode_seconds = self._histogram(
            "decode_seconds", "Time to decode a batch of packets", DECODE_BUCKETS
        )
        self.media_lag_seconds = self._histogram(
            "media_lag_seconds", "From a packet's arrival to the block it is in", MEDIA_BUCKETS
        )

    def _count_calls(self) -> None:
        self.calls = self._gauge("calls", "Calls the bot is in now")
        self.participants = self._gauge("participants", "People in calls now")
        self.connections = self._gauge("connections", "Peer connections now")
        self.tracks = self._gauge("tracks", "Tracks received now")
        self.decoders = self._gauge("decoders", "Decoders alive now")
        self.events_waiting = self._gauge("events_waiting", "Events that wait for plugins now")
        self.calls_ended = self._counter("calls_ended", "Calls that are over", "reason")
        for reason in (*EndReason, FAILED):
            self.calls_ended.labels(reason)
        self.input_refused = self._counter(
            "input_refused", "Malformed or forged input, ignored", "source"
        )
        self.grants_refused = self._counter(
            "grants_refused", "Answers of yes that did not prove to be their person's", "fault"
        )
        for fault in FAULTS:
            self.grants_refused.labels(fault)
        self.messages_sent = self._counter("messages_sent", "Messages put into calls", "kind")
        self.consent_seconds = self._histogram(
            "consent_seconds",
            "From an act of consent being heard to its effect at the wire",
            CONSENT_BUCKETS,
            "act",
        )
        self.erasure_seconds = self._histogram(
            "erasure_seconds",
            "From somebody being erased until that part of it was done",
            ERASURE_BUCKETS,
            "part",
        )
        self.loop_lag_seconds = self._histogram(
            "loop_lag_seconds", "How late the event loop woke a task", LAG_BUCKETS
        )

    def _count_plugins(self) -> None:
        self.events_dropped = self._counter(
            "events_dropped", "Events a full queue let go, oldest first", "plugin"
        )
        self.messages_blocked = self._counter(
            "messages_blocked", "Plugin messages the gate held back", "plugin"
        )
        self.items_blocked = self._counter(
            "items_blocked", "What a vault did not take: somebody in it does not agree", "plugin"
        )
        self.plugin_failures = self._counter("plugin_failures", "Plugin crashes", "plugin")
        self.plugin_seconds = self._histogram(
            "plugin_seconds", "Time a plugin took with one event", PLUGIN_BUCKETS, "plugin"
        )

    def _count_checkins(self) -> None:
        self.face_embeddings = self._counter(
            "face_embeddings", "Embeddings of faces computed to check somebody in"
        )
        self.checkins = self._counter("checkins", "Tries to check in by face", "verdict")
        for verdict in CHECKIN_VERDICTS:
            self.checkins.labels(verdict)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"consentry_{name}_total", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"consentry_{name}", text, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"consentry_{name}", text, labels, buckets=buckets, registry=self.registry)

    @contextmanager
    def serving(
        self, host: str, port: int, health: Callable[[], Health] = _always_well
    ) -> Iterator[None]:
        """Answer Prometheus at ``http://host:port/metrics`` while the block runs, and whoever
        looks after the process at ``/healthz``: 200, or 503 where it is to be restarted.

        A thread answers, so that a loop that is stuck can be told. SetupError if the port is taken.
        """
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as exc:
            raise SetupError(
                f"metrics: port {port} on {host} can't be had ({exc.strerror}): "
                "stop what uses it, or change metrics.port"
            ) from exc
        server.set_app(_pages(make_wsgi_app(self.registry), health))
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def value(self, name: str, **labels: str) -> float:
        """One figure, 0 if it was never counted: ``value("decoded_frames", consent="declined")``.

        Labels left out are summed over. A histogram's figure is how many it observed.
        """
        wanted = {f"consentry_{name}{suffix}" for suffix in ("", "_total", "_count")}
        return sum(
            sample.value
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name in wanted and labels.items() <= sample.labels.items()
        )


def _pages(metrics: WSGIApplication, health: Callable[[], Health]) -> WSGIApplication:
    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                return metrics(environ, start_response)
            case "/healthz":
                found = health()
                status, page = "200 OK" if found.alive else "503 Service Unavailable", _page(found)
            case _:
                status, page = "404 Not Found", b"{}"
        start_response(status, [("Content-Type", "application/json")])
        return [page]

    return answer


def _page(health: Health) -> bytes:
    page = {
        "status": "ok" if health.alive else "stalled",
        "calls": health.calls,
        "loop_lag_seconds": round(health.loop_lag, 4),
    }
    return json.dumps(page).encode()
