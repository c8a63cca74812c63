"""One line a request, as JSON: who asked, what became of it, at what cost. Never what people wrote.

A request id that the caller made up may be anything: it is logged as its hash (`sha256sum` of the id begins alike).
"""

import asyncio
import hashlib
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

import msgspec

log = logging.getLogger("ratchet.requests")
FLUSH_AFTER_S: Final = 0.1
UNNOTICED: Final = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds


class Line(msgspec.Struct, omit_defaults=True):
    """`key`: the name that the operator gave to the token. `attempts`: `model:kind of error` of those that failed."""

    service: str
    request_id: str
    method: str
    time: str = ""
    route: str = ""
    status: int = 0
    latency_ms: float = 0.0
    tenant: str = ""
    key: str = ""
    result_id: str = ""
    model: str = ""
    version: str = ""
    outcome: str = ""
    cached: bool | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    attempts: tuple[str, ...] = ()


_line: ContextVar[Line | None] = ContextVar("line of this request", default=None)
_waiting: list[bytes] = []
_encode = msgspec.json.Encoder().encode


def is_heard() -> bool:
    """Else nothing need be said: LOG_LEVEL is above INFO."""
    return log.isEnabledFor(logging.INFO)


def begin(service: str, method: str, request_id: bytes, *, given: bool) -> Line:
    """`given`: by the caller."""
    said = hashlib.sha256(request_id).hexdigest()[:16] if given else request_id.decode()
    line = Line(service, said, method)
    _line.set(line)
    return line


def current() -> Line | None:
    """That of the request under way, for what is learned of it on the way; None where it gets none."""
    return _line.get()


def end(line: Line, *, route: str, status: int, seconds: float) -> None:
    if route in UNNOTICED:
        return
    line.route, line.status, line.latency_ms = route, status, round(seconds * 1000, 3)
    line.time = datetime.now(UTC).isoformat(timespec="milliseconds")
    if not _waiting:
        asyncio.get_running_loop().call_later(FLUSH_AFTER_S, flush)
    _waiting.append(_encode(line))


def flush() -> None:
    """Several lines at once: written one by one they would cost more than all else of a request."""
    if _waiting:
        lines = b"\n".join(_waiting).decode()
        _waiting.clear()
        log.info("%s", lines)
