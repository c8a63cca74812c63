"""One port in front of the four services, by the same path table as nginx and the Kubernetes routes."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import Receive, Scope, Send

from ratchet_common import asyncapi
from ratchet_common.background import described
from ratchet_common.edge import Edge
from ratchet_common.http import CANNOT_START, VERSION, readiness_of
from ratchet_common.paths import OWN, service_of
from ratchet_common.problems import Trouble, as_problem

OWN_BODY_LIMIT = 64 * 1024  # nothing of the gateway's own reads a body
log = logging.getLogger(__name__)


class Gateway:
    """An ASGI app: each request goes to the service whose path it is; their lifespans start and end with its own."""

    def __init__(self, apps: Mapping[str, FastAPI]) -> None:
        self._apps = apps
        self._edge = Edge(self._answer_own, "gateway", OWN_BODY_LIMIT)
        self.failure = ""  # the sentence of the service that could not start

    @property
    def apps(self) -> Sequence[FastAPI]:
        return list(self._apps.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        name = service_of(path)
        if name is None and path.startswith(OWN + "/"):
            name, _, rest = path.removeprefix(OWN + "/").partition("/")
            scope = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        if name is not None and name in self._apps:
            await self._apps[name](scope, receive, send)
        else:
            await self._edge(scope, receive, send)

    async def _answer_own(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._own(scope))(scope, receive, send)

    async def _own(self, scope: Scope) -> Response:
        path = scope["path"]
        if path == "/healthz":
            return JSONResponse({"status": "ok"})
        if path == "/readyz":
            return await self._ready()
        if path == "/openapi.json":
            return JSONResponse(merged({name: app.openapi() for name, app in self._apps.items()}))
        if path == "/metrics":  # of the whole process: all services count in one registry
            await asyncio.gather(*(app.state.measures.look() for app in self._apps.values()))
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
        if path == "/asyncapi":
            return JSONResponse({name: asyncapi.document(name) for name in self._apps})
        pages = ", ".join(f"{OWN}/{name}/metrics" for name in self._apps)
        detail = f"No service has this path. A service's own pages: {pages}."
        return as_problem(scope, Trouble(404, "not-found", "Not Found", detail))

    async def _ready(self) -> JSONResponse:
        states = await asyncio.gather(*(readiness_of(app) for app in self._apps.values()))
        found = dict(zip(self._apps, states, strict=True))
        well = all(state == "ok" for checks in found.values() for state in checks.values())
        return JSONResponse(found, 200 if well else 503)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The ASGI lifespan protocol. The services start side by side; one that cannot ends the start of all."""
        await receive()
        lives = [_Life(name, app) for name, app in self._apps.items()]
        try:
            await asyncio.gather(*(life.begun for life in lives))
        except CANNOT_START as error:
            self.failure = str(error)
            await _end(lives)
            await send({"type": "lifespan.startup.failed", "message": ""})
            return
        except BaseException:  # only to leave nothing running: it goes on
            await _end(lives)
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await _end(lives)
        await send({"type": "lifespan.shutdown.complete"})


class _Life:
    """One service's lifespan, in a task of its own: what it opens is closed by the task that opened it."""

    def __init__(self, name: str, app: FastAPI) -> None:
        self.name = name
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.end = asyncio.Event()
        self.task = asyncio.create_task(self._live(app))

    async def _live(self, app: FastAPI) -> None:
        try:
            async with app.router.lifespan_context(app):
                self.begun.set_result(None)
                await self.end.wait()
        except Exception as error:  # of its start: whoever waits for that gets it
            if self.begun.done():
                raise
            self.begun.set_exception(error)


async def _end(lives: Sequence[_Life]) -> None:
    for life in lives:
        life.end.set()
        if not life.begun.done():
            life.task.cancel()
    ended = await asyncio.gather(*(life.task for life in lives), return_exceptions=True)
    for life, failure in zip(lives, ended, strict=True):
        if isinstance(failure, Exception):  # the others end all the same
            log.error("The service %s failed while it ended: %s", life.name, described(failure))


def merged(documents: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One OpenAPI document of several; each service's schemas carry its name, so that equal names do not collide."""
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for name, document in documents.items():
        text = json.dumps(document).replace('"#/components/schemas/', f'"#/components/schemas/{name}.')
        renamed = json.loads(text)
        paths |= renamed.get("paths", {})
        for kind, parts in renamed.get("components", {}).items():
            named = {f"{name}.{key}": part for key, part in parts.items()} if kind == "schemas" else parts
            components.setdefault(kind, {}).update(named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ratchet", "version": VERSION},
        "paths": paths,
        "components": components,
    }
