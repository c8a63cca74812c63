"""The HTTP app that every service is built on: its routes behind the edge, health, readiness, metrics."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import product
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ratchet_common import problems, telemetry
from ratchet_common.asyncapi import document
from ratchet_common.auth import read_tokens
from ratchet_common.draining import Draining
from ratchet_common.edge import NO_UPLOADS, Edge, Uploads
from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_common.inbound import Inbound
from ratchet_common.measures import Measures
from ratchet_common.reloading import Reloads, Swap
from ratchet_common.settings import CommonSettings
from ratchet_common.trace_export import tracing_of

Check = Callable[[], Awaitable[None]]  # returns, or raises RetryLaterError
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Endpoint = Callable[[Request], Awaitable[Response]]
Front = Mapping[tuple[str, str], Endpoint]  # hot paths by method and path


VERSION = "0.1.0"
READY_PATIENCE_S = 3.0
CANNOT_START = (CannotStartError, RetryLaterError)  # what is away at a start is said in a sentence as well
FAULTS = (500, 502, 503, 504)
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

    def __init__(self, front: Front, service: str, body_limit: int, **how: Any) -> None:
        """`how`: as `Edge` takes it."""
        self._routes = {(method, path): (Route(path, endpoint), endpoint) for (method, path), endpoint in front.items()}
        self.edge = Edge(self._answer, service, body_limit, **how)
        for (method, path), status in product(front, FAULTS):
            for sent in (status, 200):  # there from the start: a rate sees no step from none to one
                telemetry.HTTP_SECONDS.labels(service, method, path, str(sent), str(status))

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
    API of the path does; a router of such an API has `responses` of its own.
    """
    pages: dict[str, Any] = {"docs_url": None, "redoc_url": None, "redirect_slashes": False}  # no such path is an error
    app = App(title=f"Ratchet {name}", version=VERSION, lifespan=partial(_traced, lifespan), **pages)
    disable_created_metrics()  # type: ignore[no-untyped-call]  # else each counter is two series
    tracing = tracing_of(name, settings)
    how: dict[str, Any] = {"render": render, "logs": settings.request_log, "uploads": uploads or NO_UPLOADS}
    how |= {"tracing": tracing}
    app.front = Hot(front, name, settings.body_limit_bytes, **how) if front else None
    app.state.tokens = read_tokens(settings.tokens_file)
    app.state.ready, app.state.failure = {}, ""
    app.state.tracing, app.state.measures = tracing, Measures(name)
    app.state.draining = Draining(settings.drain_seconds)
    app.state.reloads = Reloads()
    app.state.reloads.add(lambda: _tokens_anew(app, settings))
    problems.install(app, render)
    for router in routers:
        app.include_router(router, responses=router.responses or EVERYWHERE)
    app.include_router(_pages(app, name), include_in_schema=False)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # the way FastAPI documents
    app.add_middleware(Edge, service=name, body_limit=settings.body_limit_bytes, **how)
    return app


@asynccontextmanager
async def _traced(lifespan: Lifespan, app: FastAPI) -> AsyncIterator[None]:
    try:
        async with lifespan(app):
            yield
    finally:
        if app.state.tracing is not None:
            await asyncio.to_thread(app.state.tracing.close)


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
        await app.state.measures.look()
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
