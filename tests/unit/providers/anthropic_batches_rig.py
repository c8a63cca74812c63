"""Somebody who takes batches of messages as Anthropic documents it, over real sockets.

`test_anthropic_batches.py` has Anthropic's own client speak with it; what it is sent is checked by the SDK's types.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.unit.providers.anthropic_types import wrong_in_request

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
PATH = "/v1/messages/batches"
COUNTED = ("processing", "succeeded", "errored", "canceled", "expired")
FAILURES = {429: "rate_limit_error", 500: "api_error", 529: "overloaded_error"}
USED = {"input_tokens": 1_000, "output_tokens": 100}


@dataclass
class Made:
    """One batch. `answered`: how many get an answer before it ends."""

    id: str
    requests: list[dict[str, Any]]
    created_at: datetime
    answered: int | None = None
    rest: str = "expired"  # what becomes of the others
    ended: bool = False
    canceling: bool = False


@dataclass
class AnthropicUpstream:
    """`holds_back`: batches stay in progress. `drops_submissions`: so many are taken, and the connection then breaks.

    `refuses`: texts whose requests are errored. `expires_after`: so many are answered, and the others expire.
    `before`: lines that stand before its results.
    """

    key: str = ""
    url: str = ""
    holds_back: bool = False
    drops_submissions: int = 0
    fails_with: int = 0
    expires_after: int | None = None
    refuses: set[str] = field(default_factory=set)
    before: list[str] = field(default_factory=list)
    batches: dict[str, Made] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  # what the SDK would not have sent
    cancelled: list[str] = field(default_factory=list)

    async def create(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._refused(request)) is not None:
            return refused
        asked = (await request.json())["requests"]
        names = [one["custom_id"] for one in asked]
        if not asked or len(set(names)) < len(names) or not all(map(CUSTOM_ID.fullmatch, names)):
            return failed(400, "invalid_request_error", "requests: each needs a custom_id of its own")
        self.wrong += [wrong for one in asked for wrong in wrong_in_request(one["params"])]
        made = Made(f"msgbatch_{uuid4().hex[:24]}", asked, datetime.now(UTC), self.expires_after)
        self.batches[made.id] = made
        if self.drops_submissions:
            self.drops_submissions -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(self._said(made))

    async def listed(self, request: web.Request) -> web.Response:
        newest = list(reversed(self.batches.values()))
        after = request.query.get("after_id")
        start = next((n + 1 for n, one in enumerate(newest) if one.id == after), 0)
        page = newest[start : start + int(request.query.get("limit", "20"))]
        said = [self._said(one) for one in page]
        for one in page:
            self._goes_on(one)
        return web.json_response(
            {
                "data": said,
                "has_more": start + len(page) < len(newest),
                "first_id": page[0].id if page else None,
                "last_id": page[-1].id if page else None,
            }
        )

    async def get(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        made = self.batches.get(request.match_info["id"])
        if made is None:
            return failed(404, "not_found_error", "There is no such batch.")
        self._goes_on(made)
        return web.json_response(self._said(made))

    async def cancel(self, request: web.Request) -> web.Response:
        made = self.batches[request.match_info["id"]]
        if made.ended:
            return failed(400, "invalid_request_error", "Batch has already ended.")
        made.canceling, made.answered, made.rest = True, 1, "canceled"
        self.cancelled.append(made.id)
        return web.json_response(self._said(made))

    async def results(self, request: web.Request) -> web.Response:
        made = self.batches[request.match_info["id"]]
        if not made.ended:
            return failed(404, "not_found_error", "The results are not there yet.")
        lines = [json.dumps(self._result(made, number)) for number in range(len(made.requests))]
        return web.Response(
            text="\n".join([*self.before, *reversed(lines)]) + "\n"
        )  # in no order that anybody may rely on

    def _goes_on(self, made: Made) -> None:
        made.ended = made.ended or made.canceling or not self.holds_back

    def _refused(self, request: web.Request) -> web.Response | None:
        if self.fails_with:
            return failed(self.fails_with, FAILURES[self.fails_with], "Not now.")
        keys = {request.headers.get("x-api-key"), request.headers.get("authorization", "").removeprefix("Bearer ")}
        if self.key and self.key not in keys:
            return failed(401, "authentication_error", "invalid x-api-key")
        if not request.headers.get("anthropic-version"):
            return failed(400, "invalid_request_error", "anthropic-version: header is required")
        return None

    def _result(self, made: Made, number: int) -> dict[str, Any]:
        asked = made.requests[number]
        return {"custom_id": asked["custom_id"], "result": self._outcome(made, number, asked["params"])}

    def _outcome(self, made: Made, number: int, params: dict[str, Any]) -> dict[str, Any]:
        if made.answered is not None and number >= made.answered:
            return {"type": made.rest}
        if any(word in json.dumps(params) for word in self.refuses):
            error = {"type": "invalid_request_error", "message": "It was refused."}
            return {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}
        return {"type": "succeeded", "message": message(params)}

    def _said(self, made: Made) -> dict[str, Any]:
        kinds = [self._outcome(made, number, one["params"])["type"] for number, one in enumerate(made.requests)]
        counts = dict.fromkeys(COUNTED, 0)
        for kind in kinds if made.ended else ["processing"] * len(kinds):
            counts[kind] += 1
        return {
            "id": made.id,
            "type": "message_batch",
            "processing_status": "ended" if made.ended else "canceling" if made.canceling else "in_progress",
            "request_counts": counts,
            "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
            "expires_at": (made.created_at + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
            "ended_at": datetime.now(UTC).isoformat() if made.ended else None,
            "cancel_initiated_at": datetime.now(UTC).isoformat() if made.canceling else None,
            "archived_at": None,
            "results_url": f"{self.url}{PATH}/{made.id}/results" if made.ended else None,
        }


def message(params: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": params["model"],
        "content": [{"type": "text", "text": "On Monday."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USED,
    }


def failed(status: int, kind: str, said: str) -> web.Response:
    return web.json_response({"type": "error", "error": {"type": kind, "message": said}}, status=status)


@asynccontextmanager
async def anthropic_upstream(key: str = "") -> AsyncIterator[AnthropicUpstream]:
    its = AnthropicUpstream(key)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post(PATH, its.create)
    app.router.add_get(PATH, its.listed)
    app.router.add_get(f"{PATH}/{{id}}", its.get)
    app.router.add_post(f"{PATH}/{{id}}/cancel", its.cancel)
    app.router.add_get(f"{PATH}/{{id}}/results", its.results)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield its
    finally:
        await runner.cleanup()
