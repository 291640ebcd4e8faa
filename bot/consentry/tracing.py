"""Traces by OpenTelemetry: where the time of a call goes, and nothing of what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import NoOpTracerProvider, Span, StatusCode, Tracer, use_span

from consentry.errors import SetupError

SCOPE = "consentry"
"""Names the instrumentation, and starts the name of every attribute."""

EXPORT_SECONDS = 5
"""How long the collector is waited for; what it does not take is dropped."""


def silent() -> Tracer:
    """A tracer that records nothing and costs next to nothing."""
    return NoOpTracerProvider().get_tracer(SCOPE)


@contextmanager
def span(
    tracer: Tracer, name: str, context: Context | None = None, **attributes: str
) -> Iterator[Span]:
    """A span for as long as the block runs. Attributes are of closed sets, or random call ids.

    An error shows by its type alone: a text or a traceback can quote what people said. It is
    not made current (:func:`current` does that), as tasks started in the block may outlive it.
    """
    named = {attribute(key): value for key, value in attributes.items()}
    started = tracer.start_span(name, context, attributes=named)
    try:
        yield started
    except Exception as exc:
        started.set_status(StatusCode.ERROR, type(exc).__name__)
        raise
    finally:
        started.end()


def current(parent: Span) -> AbstractContextManager[Span]:
    """Make ``parent`` the parent of spans that are started in the block, and in its tasks."""
    return use_span(parent, record_exception=False, set_status_on_exception=False)


def attribute(name: str) -> str:
    """The full name of an attribute."""
    return f"{SCOPE}.{name}"


@contextmanager
def exporting(endpoint: str | None) -> Iterator[Tracer]:
    """A tracer whose spans go to ``endpoint`` by OTLP over HTTP; a silent one without.

    SetupError where the OpenTelemetry SDK is not installed. Leaving the block waits up to
    :data:`EXPORT_SECONDS` for what was not sent yet.
    """
    if endpoint is None:
        yield silent()
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SetupError(
            "tracing.endpoint is set, and the OpenTelemetry SDK is not installed: "
            'pip install "consentry[tracing]", or leave tracing out'
        ) from None
    # A resource of our own: the default one adds what the environment says.
    resource = Resource({"service.name": SCOPE})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield provider.get_tracer(SCOPE)
    finally:
        provider.shutdown()
