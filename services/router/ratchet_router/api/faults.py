"""A fault of ours, in the shape that its caller speaks: further out nobody knows that shape."""

import logging

from fastapi import Request

from ratchet_common.background import described
from ratchet_common.edge import route_of
from ratchet_common.errors import RefusedError

log = logging.getLogger(__name__)


class FaultError(RefusedError):
    status = 500
    type = "internal"
    title = "The service failed"


def fault(request: Request, error: Exception) -> FaultError:
    """Logs where it happened. Its text stays out of the answer and of the log: it may quote what people wrote."""
    log.error("%s %s failed: %s", request.method, route_of(request.scope), described(error))
    return FaultError("This is a fault of the service; it has been logged.")
