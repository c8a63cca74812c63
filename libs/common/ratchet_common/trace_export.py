"""Spans go out by OTLP, as protobuf over HTTP, from a thread of their own. Off unless an endpoint is set.

A collector that is away, slow or broken holds up nothing: at most `WAITING` spans wait for it, and the oldest go when
more come. Whoever asked never waits for it, and an end does for `LAST_S` at most.
"""

import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import uuid4

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import CommonSettings
from ratchet_common.tracing import Tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.sampling import Sampler

WAITING: Final = 2048  # spans, about 2 KB each
AT_ONCE: Final = 512
EVERY_MS: Final = 1000
PATIENCE_S: Final = 5.0  # with the collector, for one delivery and its retries
LAST_S: Final = 3.0


def tracing_of(service: str, settings: CommonSettings) -> Tracing | None:
    """None: off. Raises CannotStartError."""
    if not settings.otel_exporter_otlp_endpoint or settings.otel_sdk_disabled:
        return None
    # Not before it is wanted: these cost 20 MB and half a second of a start.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from ratchet_common.span_delivery import Delivery

    own = version("ratchet-common")
    who = {
        "service.name": f"ratchet-{service}",
        "service.namespace": "ratchet",
        "service.version": own,
        "service.instance.id": str(uuid4()),
    }
    sampler, headers = _sampler(settings), _headers(settings.otel_exporter_otlp_headers.get_secret_value())
    try:
        resource = Resource.create(who)
        provider = TracerProvider(sampler, resource, shutdown_on_exit=False)  # it would wait for a dead collector
        exporter = OTLPSpanExporter(
            endpoint=f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces",
            headers=headers,
            timeout=PATIENCE_S,
        )
    except ValueError as error:  # of variables that the library reads by itself, such as its limits of a span
        raise CannotStartError(f"OpenTelemetry cannot use a variable of its own (OTEL_…): {error}.") from None
    provider.add_span_processor(
        BatchSpanProcessor(
            Delivery(service, exporter),
            max_queue_size=WAITING,
            schedule_delay_millis=EVERY_MS,
            max_export_batch_size=AT_ONCE,
        )
    )
    return Tracing(provider.get_tracer("ratchet", own), lambda: _end(provider.shutdown, exporter.shutdown))


def _end(send_the_last: Callable[[], None], give_up: Callable[[], None]) -> None:
    """What is not sent by then is lost: it must not hold up the end."""
    thread = threading.Thread(target=send_the_last, name="last spans", daemon=True)
    thread.start()
    thread.join(LAST_S)
    if thread.is_alive():
        give_up()


def _sampler(settings: CommonSettings) -> "Sampler":
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased

    kind = settings.otel_traces_sampler
    own: Sampler = {"always_on": ALWAYS_ON, "always_off": ALWAYS_OFF}.get(
        kind.removeprefix("parentbased_"), TraceIdRatioBased(settings.otel_traces_sampler_arg)
    )
    return ParentBased(own) if kind.startswith("parentbased_") else own


def _headers(given: str) -> dict[str, str]:
    """`name=value,…`, the values as in a URL. Raises CannotStartError."""
    found = {}
    for pair in filter(None, map(str.strip, given.split(","))):
        name, equals, value = pair.partition("=")
        if not (name.strip() and equals):
            raise CannotStartError(
                "The setting OTEL_EXPORTER_OTLP_HEADERS is wrong: write name=value, several by commas."
            )
        found[name.strip().lower()] = unquote(value.strip())
    return found
