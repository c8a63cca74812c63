"""The outermost layer of every service's HTTP: body limits, request ids, the last resort for what failed, durations."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid4

from ratchet_common import breaking_off, problems, request_log, telemetry
from ratchet_common.bounded_http import CONNECTION
from ratchet_common.inbound import at_once
from ratchet_common.request_log import UNNOTICED
from ratchet_common.tracing import Tracing, method_of
from ratchet_common.whole_answers import CYCLE, WholeAnswers


@dataclass(frozen=True, slots=True)
class Upload:
    """What a request may bring that carries a file: `limit` bytes within `patience_s`. `setting`: names the limit."""

    limit: int
    patience_s: float
    setting: str = "BODY_LIMIT_BYTES"


Uploads = Mapping[tuple[str, str], Upload]  # by method and path


REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
BODY_PATIENCE_S = 60.0  # for all of a request's body: one that never ends would be waited for without end
PASSED_OVER_BYTES, PASSED_OVER_S = 64 * 1024 * 1024, 5.0  # of what is refused, before its sender is told
NO_UPLOADS: Uploads = {}
HUNG_UP = 499  # nobody hears it; it is counted


class BrokenOffError(Exception):
    """The answer had begun: the server can only close the connection."""


class Edge:
    """The outermost ASGI layer: body limit, X-Request-ID, the last resort for what failed, duration by route.

    No thread, no copy of a body.
    """

    def __init__(
        self,
        app: ASGIApp,
        service: str,
        body_limit: int,
        *,
        render: problems.Render = problems.as_problem,
        logs: bool = False,
        body_patience_s: float = BODY_PATIENCE_S,
        uploads: Uploads = NO_UPLOADS,
        tracing: Tracing | None = None,
    ) -> None:
        self._tracing = tracing
        self._app, self._service, self._logs = app, service, logs
        self._render = render
        self._usual, self._uploads = Upload(body_limit, body_patience_s), uploads
        self._durations: dict[
            tuple[str, str, int, str], Any
        ] = {}  # cached children: `labels()` costs three times as much

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex.encode()
        line = self._line(scope, request_id, given=request_id is given)
        tracing = self._tracing
        traced = tracing.request(scope["method"], headers) if tracing and scope["path"] not in UNNOTICED else None
        broken = breaking_off.begin()
        started, status, answering = time.perf_counter(), 500, False
        cycle = scope.pop(CYCLE, None)  # it holds the scope: both would wait for the collector
        send = send if cycle is None else WholeAnswers(cycle, send).send

        async def send_on(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                status, answering = message["status"], True
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id)]
            await send(message)

        length = headers.get(b"content-length", b"0")
        may = self._uploads.get((scope["method"], scope["path"]), self._usual) if self._uploads else self._usual
        try:
            if length.isdigit() and int(length) > may.limit:
                await _passed_over(scope, receive)
                await self._render(scope, _too_large(may))(scope, receive, send_on)
            else:
                await self._app(scope, self._limited(scope, receive, may), send_on)
        except ClientDisconnect:
            status = HUNG_UP
        except Exception as error:  # noqa: BLE001  the edge: further out its text would be logged
            failure = self._render(scope, problems.failed(scope["method"], route_of(scope), error))
            if answering:
                broken.append(500)
                raise BrokenOffError("An answer broke off half-way; what happened has been logged.") from None
            await failure(scope, receive, send_on)
        finally:
            seconds = time.perf_counter() - started
            ended = broken[0] if broken else status
            self._observe(scope, status, ended, seconds)
            if traced is not None:
                traced.end(scope["method"], route_of(scope), status, ended)
            if line is not None:
                request_log.end(line, route=route_of(scope), status=status, seconds=seconds)

    def _line(self, scope: Scope, request_id: bytes, *, given: bool) -> request_log.Line | None:
        if not (self._logs and request_log.is_heard()):
            return None
        return request_log.begin(self._service, scope["method"], request_id, given=given)

    def _limited(self, scope: Scope, receive: Receive, may: Upload) -> Receive:
        seen, ended, ours = 0, False, CONNECTION in scope
        until = time.monotonic() + may.patience_s

        async def counted() -> Message:
            nonlocal seen, ended
            if ended:
                return await receive()
            message = (at_once(receive) if ours else None) or await _by(until, receive)
            ended = not message.get("more_body", False)
            seen += len(message.get("body", b""))
            if seen > may.limit:
                await _passed_over(scope, receive)
                raise HTTPException(413, _sentence(may))
            return message

        return counted

    def _observe(self, scope: Scope, status: int, ended: int, seconds: float) -> None:
        """`ended`: the status that it would have had, where it broke off."""
        error = str(ended) if ended != status or ended >= 500 else ""
        key = (method_of(scope["method"]), route_of(scope), status, error)
        child = self._durations.get(key)
        if child is None:
            child = telemetry.HTTP_SECONDS.labels(self._service, *map(str, key))
            self._durations[key] = child
        child.observe(seconds)


async def _passed_over(scope: Scope, receive: Receive) -> None:
    """What is left of a body that is refused, where the connection closes with the answer: who still sends then never
    hears it. Within bounds.
    """
    if (b"connection", b"close") not in [(name, value.lower()) for name, value in scope["headers"]]:
        return
    left = PASSED_OVER_BYTES
    try:
        async with asyncio.timeout(PASSED_OVER_S):
            while left > 0 and (message := await receive()).get("more_body", False):
                left -= len(message.get("body", b""))
    except TimeoutError:
        return  # he will not hear it


async def _by(until: float, receive: Receive) -> Message:
    try:
        async with asyncio.timeout(until - time.monotonic()):
            return await receive()
    except TimeoutError:
        raise HTTPException(408, "The body did not come to its end in time: send it at once.") from None


def _sentence(may: Upload) -> str:
    return f"The body is larger than {may.limit} bytes: send less, or raise {may.setting}."


def _too_large(may: Upload) -> problems.Trouble:
    return problems.of_error(HTTPException(413, _sentence(may)))


def route_of(scope: Scope) -> str:
    """Its pattern: a path may hold what people wrote."""
    return getattr(scope.get("route"), "path", "unmatched")
