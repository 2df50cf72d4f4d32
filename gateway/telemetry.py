"""OpenTelemetry, where it is asked for (`[otel] enabled`, the extra `[otel]`): a span for each request, each command
and each stage of a message's way, under the id that the log has for it.

Where spans go and what they are sampled by is said in OpenTelemetry's own environment variables
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gateway import trace
from gateway.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

REQUEST = "parley.request_id"
SERVICE = "parley"


def set_up(exporter: SpanExporter | None = None) -> Callable[[], None]:
    """From now on spans are told, by OTLP over HTTP unless a test brings another exporter. Returns the way to stop,
    which tells what waits and may take seconds. Raises ConfigError without the extra."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import Status, StatusCode
    except ImportError:
        raise ConfigError(
            '[otel] enabled: install the wheel with it first: pip install "./parley-...whl[otel]"'
        ) from None
    named = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=named, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    tracer = provider.get_tracer(SERVICE)

    @contextmanager
    def span(name: str, facts: Mapping[str, str | int]) -> Iterator[None]:
        # An exception's words may be a customer's: only its class is told.
        with tracer.start_as_current_span(
            name, attributes=_attributes(facts), record_exception=False, set_status_on_exception=False
        ) as opened:
            try:
                yield
            except BaseException as why:
                opened.set_attribute("error.type", type(why).__name__)
                opened.set_status(Status(StatusCode.ERROR))
                raise

    trace.spans_by(span)

    def stop() -> None:
        trace.spans_by(None)
        provider.shutdown()

    return stop


def _attributes(facts: Mapping[str, str | int]) -> dict[str, str | int]:
    named = {f"parley.{name}": fact for name, fact in facts.items()}
    request = trace.current.get()
    return {REQUEST: request, **named} if request else named
