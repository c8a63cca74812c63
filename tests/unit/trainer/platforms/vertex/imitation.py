"""A Google on a socket: tokens, tuning jobs and Cloud Storage, each message held against Google's own description."""

import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import web

from tests.unit.trainer.platforms.vertex.discovery import Discovery, Method, objects, tuning_jobs
from tests.unit.trainer.platforms.vertex.storage import ImitatedStorage, RefusalError

PROJECT, NUMBER, LOCATION = "acme", "4711", "us-central1"
PARENTS: Final = (f"projects/{PROJECT}/locations/{LOCATION}", f"projects/{NUMBER}/locations/{LOCATION}")
MODELS: Final = ("gemini-2.5-flash",)
ENDED: Final = ("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED")
Job = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """`after`: what was asked for is done, and only its answer is another. `status` 0: none comes at all."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False


@dataclass
class ImitatedGoogle:
    """`calls`: Google's ids of its methods, in their order; parts of a file are `part`."""

    url: str = ""
    calls: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    storage: ImitatedStorage = field(default_factory=ImitatedStorage)
    tokens: int = 0
    token_status: int = 200
    good_tokens: set[str] = field(default_factory=set)
    _troubles: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))

    def trouble(self, call: str, status: int, message: str = "", *, name: str = "", retry_after: str = "") -> None:
        """The next such call gets it; a call is named by the end of its id."""
        told = {"error": {"code": status, "message": message, "status": name}}
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._troubles[call].append(Trouble(status, json.dumps(told).encode(), headers))

    def says(self, call: str, body: bytes, status: int = 200) -> None:
        self._troubles[call].append(Trouble(status, body))

    def loses_answer(self, call: str) -> None:
        self._troubles[call].append(Trouble(0, after=True))

    def asked(self, call: str) -> int:
        return sum(one.endswith(call) for one in self.calls)

    def hours_pass(self) -> None:
        for job in self.jobs.values():
            NEXT.get(job["state"], _nothing)(job)

    def fails(self, name: str, why: str) -> None:
        self.jobs[name] |= {"state": "JOB_STATE_FAILED", "endTime": _now(), "error": {"code": 3, "message": why}}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            return self._token()
        call, work = await self._understood(request)
        self.calls.append(call)
        trouble = next((each.popleft() for name, each in self._troubles.items() if call.endswith(name) and each), None)
        if trouble is None or trouble.after:
            answer = self._let_in(request, work)
            if trouble is None:
                return answer
        if not trouble.status:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=trouble.status or 500, body=trouble.body, headers=trouble.headers)

    def _token(self) -> web.Response:
        self.tokens += 1
        self.good_tokens.add(f"token-{self.tokens}")
        told = {"access_token": f"token-{self.tokens}", "expires_in": 3600, "token_type": "Bearer"}
        return web.json_response(told, status=self.token_status)

    def _let_in(self, request: web.Request, work: Callable[[], web.Response]) -> web.Response:
        try:
            if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.good_tokens:
                raise RefusalError(401, "The token is not known.", "UNAUTHENTICATED")
            return work()
        except RefusalError as refusal:
            told = {"error": {"code": refusal.code, "message": refusal.said, "status": refusal.name}}
            return web.json_response(told, status=refusal.code)

    async def _understood(self, request: web.Request) -> tuple[str, Callable[[], web.Response]]:
        content, query = await request.read(), dict(request.query)
        if request.method == "PUT":
            part = request.headers["Content-Range"]
            return "part", lambda: self.storage.take(query["upload_id"], content, part)
        verb, path, body = request.method, request.rel_url.raw_path, json.loads(content) if content else None
        discovery = objects() if "/storage/v1/" in path else tuning_jobs()
        method = discovery.method(verb, path)
        if method is None:
            return f"{verb} {path}", lambda: web.Response(status=404, text="There is no such page.")
        return method.name, lambda: self._checked(discovery, method, request, query, body)

    def _checked(
        self, discovery: Discovery, method: Method, request: web.Request, query: dict[str, str], body: Any
    ) -> web.Response:
        if wrong := discovery.wrong_request(method, query, body):
            raise RefusalError(400, wrong, "INVALID_ARGUMENT")
        found = method.path.fullmatch(request.rel_url.raw_path)
        assert found is not None
        if method.name.startswith("storage"):
            answer = self.storage.do(method.name, found.groupdict(), query, body)
        else:
            answer = self._do(method.name.rpartition(".")[2], request.path, query, body)
        if isinstance(answer, web.Response):
            return answer
        wrong = discovery.wrong_answer(method, answer)
        assert not wrong, wrong
        return web.json_response(answer)

    def _do(self, what: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        name = path.removeprefix("/v1/")
        if not name.startswith(PARENTS):
            raise RefusalError(403, f"Permission denied on {name}.", "PERMISSION_DENIED")
        if what == "create":
            return self._create(body)
        if what == "list":
            return self._list(query)
        job = self.jobs.get(name.removesuffix(":cancel"))
        if job is None:
            raise RefusalError(404, f"There is no {name}.", "NOT_FOUND")
        return job if what == "get" else _cancel(job)

    def _create(self, body: Job) -> Job:
        if body["baseModel"] not in MODELS:
            raise RefusalError(400, f"Base model {body['baseModel']} is not supported.", "INVALID_ARGUMENT")
        spec = body["supervisedTuningSpec"]
        for uri in (spec["trainingDatasetUri"], spec.get("validationDatasetUri")):
            if uri is not None and not self.storage.has(uri):
                raise RefusalError(400, f"There is no {uri}.", "INVALID_ARGUMENT")
        parameters = spec.get("hyperParameters", {})
        parameters["epochCount"] = str(parameters.get("epochCount", 10))
        name = f"{PARENTS[1]}/tuningJobs/{1000 + len(self.jobs)}"
        told = {"name": name, "state": "JOB_STATE_PENDING", "createTime": _now(), "updateTime": _now()}
        self.jobs[name] = body | told | {"supervisedTuningSpec": spec | {"hyperParameters": parameters}}
        return self.jobs[name]

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        newest, begin = list(self.jobs.values())[::-1], int(query.get("pageToken", 0))
        end = begin + int(query["pageSize"])
        more = {"nextPageToken": str(end)} if end < len(newest) else {}
        return {"tuningJobs": newest[begin:end]} | more


def _cancel(job: Job) -> dict[str, Any]:
    if job["state"] in ENDED:
        raise RefusalError(400, f"The job is {job['state']}.", "FAILED_PRECONDITION")
    job["state"] = "JOB_STATE_CANCELLING"
    return {}


def _begins(job: Job) -> None:
    stats = {"totalBillableTokenCount": "1200", "totalTruncatedExampleCount": "2", "tuningStepCount": "36"}
    told = {"tuningDataStats": {"supervisedTuningDataStats": stats}, "startTime": _now()}
    job |= told | {"state": "JOB_STATE_RUNNING"}


def _succeeds(job: Job) -> None:
    where = job["name"].rpartition("/tuningJobs/")
    made = {"model": f"{where[0]}/models/{where[2]}@1", "endpoint": f"{where[0]}/endpoints/{where[2]}"}
    job |= {"state": "JOB_STATE_SUCCEEDED", "endTime": _now(1), "tunedModel": made}


def _is_cancelled(job: Job) -> None:
    job |= {"state": "JOB_STATE_CANCELLED", "endTime": _now(), "error": {"code": 1, "message": "cancelled"}}


def _nothing(job: Job) -> None:
    """It has ended."""


NEXT: Final[Mapping[str, Callable[[Job], None]]] = {
    "JOB_STATE_PENDING": _begins,
    "JOB_STATE_RUNNING": _succeeds,
    "JOB_STATE_CANCELLING": _is_cancelled,
}


def _now(hours: int = 0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


@asynccontextmanager
async def imitated_google() -> AsyncIterator[ImitatedGoogle]:
    imitation = ImitatedGoogle()
    app = web.Application(client_max_size=64 * 1024**2)
    app.router.add_route("*", "/{tail:.*}", imitation.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    imitation.url = imitation.storage.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield imitation
    finally:
        await runner.cleanup()
