"""A collector that is away is told of once, and once when it is back; the library has a line for each try."""

import logging
import threading
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk import _shared_internal
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

log = logging.getLogger(__name__)


class Delivery(SpanExporter):
    """Of one service's spans."""

    def __init__(self, service: str, exporter: SpanExporter) -> None:
        self._service, self._exporter = service, exporter
        _TRIES.be_heard_here()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        _TRIES.forget()
        result = self._exporter.export(spans)
        taken, away = result is SpanExportResult.SUCCESS, self in _TRIES.away
        if taken and away:
            _TRIES.away.discard(self)
            log.warning("The collector of traces takes the spans of %s again.", self._service)
        elif not taken and not away:
            _TRIES.away.add(self)
            log.warning(
                "The collector of traces takes no spans of %s (%s): they are lost until it does. "
                "See whether it answers at OTEL_EXPORTER_OTLP_ENDPOINT.",
                self._service,
                _TRIES.why or "no answer in time",
            )
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class _Tries(logging.Filter):
    """Takes the library's lines, and keeps what the first one of a delivery names: a status, or a kind of error. Never
    an error's text, which has the URL: a key may be in it. `away`: those whose collector is."""

    def __init__(self) -> None:
        super().__init__()
        self.away: set[Delivery] = set()
        self._heard = threading.local()

    def be_heard_here(self) -> None:
        for name in (OTLPSpanExporter.__module__, _shared_internal.__name__):
            logging.getLogger(name).addFilter(self)

    def forget(self) -> None:
        self._heard.why = ""

    @property
    def why(self) -> str:
        return getattr(self._heard, "why", "")

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == _shared_internal.__name__:
            return not self.away  # that its queue is full; where nobody is away it comes too fast, and that is news
        if not self.why and isinstance(record.args, tuple):
            self._heard.why = ", ".join(_named(one) for one in record.args if isinstance(one, _TELLING))
        return False


_TELLING: Final = (int, Exception)
_TRIES: Final = _Tries()


def _named(said: object) -> str:
    return type(said).__name__ if isinstance(said, Exception) else str(said)
