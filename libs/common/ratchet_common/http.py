"""The HTTP app that every service is built on: problem details, health, readiness, metrics, body limit, request ids."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid4

from ratchet_common import problems, request_log, telemetry
from ratchet_common.asyncapi import document
from ratchet_common.auth import read_tokens
from ratchet_common.bounded_http import CONNECTION
from ratchet_common.draining import Draining
from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_common.inbound import Inbound, at_once
from ratchet_common.reloading import Reloads, Swap
from ratchet_common.settings import CommonSettings

Check = Callable[[], Awaitable[None]]  # returns, or raises RetryLaterError
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Endpoint = Callable[[Request], Awaitable[Response]]
Front = Mapping[tuple[str, str], Endpoint]  # hot paths by method and path


@dataclass(frozen=True, slots=True)
class Upload:
    """What a request may bring that carries a file: `limit` bytes within `patience_s`. `setting`: names the limit."""

    limit: int
    patience_s: float
    setting: str = "BODY_LIMIT_BYTES"


Uploads = Mapping[tuple[str, str], Upload]  # by method and path

VERSION = "0.1.0"
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
READY_PATIENCE_S = 3.0
BODY_PATIENCE_S = 60.0  # for all of a request's body: one that never ends would be waited for without end
NO_UPLOADS: Uploads = {}
HUNG_UP = 499  # nobody hears it; it is counted
CANNOT_START = (CannotStartError, RetryLaterError)  # what is away at a start is said in a sentence as well
EVERYWHERE = problems.documented(400, 401, 403, 413, 422, 503)


class App(FastAPI):
    """Hot paths are answered in front of FastAPI's layers, which cost a fifth of the CPU of a whole request.

    A start that fails leaves its sentence in `app.state.failure`.
    """

    front: "Hot | None" = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self.front is not None and self.front.knows(scope):
            scope["app"] = self
            await self.front.edge(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The ASGI lifespan protocol, without the traceback of what is said in a sentence."""
        await receive()
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.router.lifespan_context(self))
            except CANNOT_START as error:
                self.state.failure = str(error)
                await send({"type": "lifespan.startup.failed", "message": ""})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


class Hot:
    """An endpoint here declares no parameters and renders its own errors; a route of the same path documents it."""

    def __init__(self, front: Front, service: str, body_limit: int, *, render: problems.Render, logs: bool) -> None:
        self._routes = {(method, path): (Route(path, endpoint), endpoint) for (method, path), endpoint in front.items()}
        self.edge = Edge(self._answer, service, body_limit, render=render, logs=logs)

    def knows(self, scope: Scope) -> bool:
        return scope["type"] == "http" and (scope["method"], scope["path"]) in self._routes

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"], endpoint = self._routes[scope["method"], scope["path"]]
        response = await endpoint(Inbound(scope, receive, send))
        await response(scope, receive, send)


def create_app(
    name: str,
    settings: CommonSettings,
    *,
    routers: Sequence[APIRouter],
    lifespan: Lifespan,
    front: Front | None = None,
    render: problems.Render = problems.as_problem,
    uploads: Uploads | None = None,
) -> FastAPI:
    """`lifespan` sets `app.state.ready`: the named checks that `/readyz` makes. `render` words what went wrong, as the
    API of the path does.
    """
    app = App(title=f"Ratchet {name}", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    how: dict[str, Any] = {"render": render, "logs": settings.request_log}
    app.front = Hot(front, name, settings.body_limit_bytes, **how) if front else None
    app.state.tokens = read_tokens(settings.tokens_file)
    app.state.ready, app.state.failure = {}, ""
    app.state.draining = Draining(settings.drain_seconds)
    app.state.reloads = Reloads()
    app.state.reloads.add(lambda: _tokens_anew(app, settings))
    problems.install(app, render)
    for router in routers:
        app.include_router(router, responses=EVERYWHERE)
    app.include_router(_pages(app, name), include_in_schema=False)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # the way FastAPI documents
    app.add_middleware(Edge, service=name, body_limit=settings.body_limit_bytes, uploads=uploads or NO_UPLOADS, **how)
    return app


async def _tokens_anew(app: FastAPI, settings: CommonSettings) -> Swap:
    tokens = await asyncio.to_thread(read_tokens, settings.tokens_file)

    def swap() -> None:
        app.state.tokens = tokens

    return swap


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problems.Problem.model_json_schema()
        app.openapi_schema = schema
    return app.openapi_schema


def _pages(app: FastAPI, name: str) -> APIRouter:
    pages = APIRouter()

    @pages.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @pages.get("/readyz")
    async def ready() -> JSONResponse:
        found = await readiness_of(app)
        return JSONResponse(found, 200 if all(state == "ok" for state in found.values()) else 503)

    @pages.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @pages.get("/asyncapi")
    async def asyncapi() -> dict[str, Any]:
        return document(name)

    return pages


async def readiness_of(app: FastAPI) -> dict[str, str]:
    """One that is about to stop is not ready, however well all is."""
    if app.state.draining.begun:
        return {"start": "it is stopping: requests under way finish, no more shall come"}
    return await readiness(app.state.ready)


async def readiness(checks: Mapping[str, Check]) -> dict[str, str]:
    """Each check's name with "ok" or what is wrong. No checks yet: the start is not through."""
    if not checks:
        return {"start": "not finished yet"}
    states = await asyncio.gather(*(_state(check) for check in checks.values()))
    return dict(zip(checks, states, strict=True))


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(READY_PATIENCE_S):
            await check()
    except (RetryLaterError, TimeoutError) as error:
        return str(error) or "no answer in time"
    return "ok"


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
    ) -> None:
        self._app, self._service, self._logs = app, service, logs
        self._render = render
        self._usual, self._uploads = Upload(body_limit, body_patience_s), uploads
        self._durations: dict[tuple[str, str, int], Any] = {}  # cached children: `labels()` costs three times as much

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex.encode()
        line = self._line(scope, request_id, given=request_id is given)
        started, status, answering = time.perf_counter(), 500, False

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
                await self._render(scope, _too_large(may))(scope, receive, send_on)
            else:
                await self._app(scope, self._limited(scope, receive, may), send_on)
        except ClientDisconnect:
            status = HUNG_UP
        except Exception as error:  # noqa: BLE001  the edge: further out its text would be logged
            failure = self._render(scope, problems.failed(scope["method"], scope["path"], error))
            if answering:
                raise BrokenOffError("An answer broke off half-way; what happened has been logged.") from None
            await failure(scope, receive, send_on)
        finally:
            seconds = time.perf_counter() - started
            self._observe(scope, status, seconds)
            if line is not None:
                request_log.end(line, route=_route(scope), status=status, seconds=seconds)

    def _line(self, scope: Scope, request_id: bytes, *, given: bool) -> request_log.Line | None:
        if not (self._logs and request_log.is_heard()):
            return None
        return request_log.begin(self._service, scope["method"], request_id, given=given)

    def _limited(self, scope: Scope, receive: Receive, may: Upload) -> Receive:
        seen, ended, ours = 0, False, CONNECTION in scope
        until = asyncio.get_running_loop().time() + may.patience_s

        async def counted() -> Message:
            nonlocal seen, ended
            if ended:
                return await receive()
            message = (at_once(receive) if ours else None) or await _by(until, receive)
            ended = not message.get("more_body", False)
            seen += len(message.get("body", b""))
            if seen > may.limit:
                raise HTTPException(413, _sentence(may))
            return message

        return counted

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        key = (scope["method"], _route(scope), status)
        child = self._durations.get(key)
        if child is None:
            child = telemetry.HTTP_SECONDS.labels(self._service, *map(str, key))
            self._durations[key] = child
        child.observe(seconds)


async def _by(until: float, receive: Receive) -> Message:
    try:
        async with asyncio.timeout_at(until):
            return await receive()
    except TimeoutError:
        raise HTTPException(408, "The body did not come to its end in time: send it at once.") from None


def _sentence(may: Upload) -> str:
    return f"The body is larger than {may.limit} bytes: send less, or raise {may.setting}."


def _too_large(may: Upload) -> problems.Trouble:
    return problems.of_error(HTTPException(413, _sentence(may)))


def _route(scope: Scope) -> str:
    """Its pattern: a path may hold what people wrote."""
    return getattr(scope.get("route"), "path", "unmatched")
