"""A provider's files and batches in OpenAI's shape, over real sockets: remembers what it was sent."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

USED = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}


@dataclass
class BatchUpstream:
    """`holds_back`: batches stay in progress. `drops_submissions`: so many are taken, and the connection then breaks.

    `no_room`: so many batches fail, since too much waits there. `refuses`: texts whose requests fail. `asked`: requests
    that were asked one by one.
    """

    url: str = ""
    holds_back: bool = False
    drops_submissions: int = 0
    no_room: int = 0
    refuses: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["purpose"] == "batch"
        name = f"file-{uuid4().hex}"
        self.files[name] = form["file"].file.read()  # type: ignore[union-attr]
        return web.json_response({"id": name, "object": "file"})

    async def create(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        urls = {json.loads(line)["url"] for line in self.files[asked["input_file_id"]].splitlines()}
        assert urls == {asked["endpoint"]} <= ANSWERS.keys()
        batch = {
            "id": f"batch_{uuid4().hex}",
            "object": "batch",
            "status": "in_progress",
            "created_at": int(time.time()),
            **asked,
        }
        self.batches[batch["id"]] = batch
        if self.drops_submissions:
            self.drops_submissions -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(batch)

    async def listed(self, request: web.Request) -> web.Response:
        newest = list(reversed(self.batches.values()))
        after = request.query.get("after")
        start = next((n + 1 for n, one in enumerate(newest) if one["id"] == after), 0)
        page = newest[start : start + int(request.query.get("limit", "20"))]
        return web.json_response({"data": page, "has_more": start + len(page) < len(newest)})

    async def get(self, request: web.Request) -> web.Response:
        batch = self.batches[request.match_info["id"]]
        if batch["status"] == "in_progress" and self.no_room:
            self.no_room -= 1
            why = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached.", "line": None}
            batch |= {"status": "failed", "errors": {"object": "list", "data": [why]}}
        if batch["status"] == "in_progress" and not self.holds_back:
            self._end(batch, "completed")
        return web.json_response(batch)

    async def cancel(self, request: web.Request) -> web.Response:
        batch = self.batches[request.match_info["id"]]
        self._end(batch, "cancelled", answered=1)
        return web.json_response(batch)

    async def content(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["id"]])

    async def alone(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(asked)
        return web.json_response(ANSWERS[request.path](asked))

    def _end(self, batch: dict[str, Any], status: str, answered: int | None = None) -> None:
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        ok, failed = [], []
        for line in reversed(lines[:answered]):  # in no order that anybody may rely on
            text = json.dumps(line["body"])
            said = {"id": "req", "custom_id": line["custom_id"], "error": None}
            if any(word in text for word in self.refuses):
                error = {"error": {"message": "It was refused.", "type": "invalid_request_error", "code": "no"}}
                failed.append(said | {"response": {"status_code": 400, "request_id": "r", "body": error}})
            else:
                answer = ANSWERS[line["url"]](line["body"])
                ok.append(said | {"response": {"status_code": 200, "request_id": "r", "body": answer}})
        batch["status"] = status
        for name, found in (("output_file_id", ok), ("error_file_id", failed)):
            batch[name] = f"file-{uuid4().hex}" if found else None
            if found:
                self.files[batch[name]] = b"".join(json.dumps(one).encode() + b"\n" for one in found)


def _completion(asked: dict[str, Any]) -> dict[str, Any]:
    text = f"Answer to {asked['messages'][-1]['content']}"
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    frame = {"id": "up-1", "object": "chat.completion", "created": 7, "model": asked["model"]}
    return frame | {"choices": [choice], "usage": USED}


def _response(asked: dict[str, Any]) -> dict[str, Any]:
    said = {"type": "output_text", "text": "From responses.", "annotations": []}
    return {
        "id": "resp_up",
        "object": "response",
        "created_at": 7,
        "status": "completed",
        "model": asked["model"],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "output": [{"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [said]}],
        "usage": {
            "input_tokens": 1_000,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 100,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 1_100,
        },
    }


def _embeddings(asked: dict[str, Any]) -> dict[str, Any]:
    inputs = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    data = [{"object": "embedding", "index": n, "embedding": [0.5, float(n)]} for n in range(len(inputs))]
    used = {"prompt_tokens": 1_000, "total_tokens": 1_000}
    return {"object": "list", "data": data, "model": asked["model"], "usage": used}


ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "/v1/chat/completions": _completion,
    "/v1/responses": _response,
    "/v1/embeddings": _embeddings,
}


@asynccontextmanager
async def batch_upstream(which: BatchUpstream | None = None) -> AsyncIterator[BatchUpstream]:
    its = which or BatchUpstream()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/files", its.upload)
    app.router.add_get("/v1/files/{id}/content", its.content)
    app.router.add_post("/v1/batches", its.create)
    app.router.add_get("/v1/batches", its.listed)
    app.router.add_get("/v1/batches/{id}", its.get)
    app.router.add_post("/v1/batches/{id}/cancel", its.cancel)
    for path in ANSWERS:
        app.router.add_post(path, its.alone)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield its
    finally:
        await runner.cleanup()
