"""A model API of OpenAI's shape that does as it is told, good or bad, over real sockets."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

Does = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]
Says = Callable[[web.Request, dict[str, Any]], web.Response]
USED = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}


def saying(text: str, *, usage: bool = True, finish: str = "stop", **message: Any) -> Does:
    """The text, whole or streamed, as the request asks; `message` holds further fields of it."""

    async def does(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        if asked.get("stream"):
            return await _streamed(request, asked, chunks(asked, text, usage=usage, finish=finish, **message))
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": finish,
                **({"logprobs": LOGPROBS} if asked.get("logprobs") else {}),
            }
            for index in range(asked.get("n") or 1)
        ]
        body = {"id": "up-1", "object": "chat.completion", "created": 7, "model": asked["model"], "choices": choices}
        return web.json_response(body | ({"usage": USED} if usage else {}) | {"unknown_field": [1]})

    return does


LOGPROBS = {"content": [{"token": "On", "logprob": -0.1, "bytes": [79, 110], "top_logprobs": []}], "refusal": None}


def chunks(asked: dict[str, Any], text: str, *, usage: bool, finish: str, **message: Any) -> list[bytes]:
    def chunk(delta: dict[str, Any], index: int = 0, reason: str | None = None, **how: Any) -> bytes:
        choice = {"index": index, "delta": delta, "finish_reason": reason}
        frame = {"id": "up-1", "object": "chat.completion.chunk", "created": 7, "model": asked["model"]}
        return b"data: " + json.dumps(frame | {"choices": [choice]} | how).encode() + b"\n\n"

    found = []
    for index in range(asked.get("n") or 1):
        found.append(chunk({"role": "assistant", "content": ""}, index))
        found += [chunk({"content": word}, index, unknown_field=1) for word in text.split(" ") if word]
        for number, call in enumerate(message.get("tool_calls", ())):
            head, said = call | {"index": number}, call["function"]["arguments"]
            found.append(chunk({"tool_calls": [head | {"function": call["function"] | {"arguments": ""}}]}, index))
            found += [chunk({"tool_calls": [{"index": number, "function": {"arguments": bit}}]}, index) for bit in said]
        found.append(chunk({}, index, finish))
    if usage and (asked.get("stream_options") or {}).get("include_usage"):
        frame = {"id": "up-1", "object": "chat.completion.chunk", "created": 7, "model": asked["model"]}
        found.append(b"data: " + json.dumps(frame | {"choices": [], "usage": USED}).encode() + b"\n\n")
    return [*found, b"data: [DONE]\n\n"]


def failing(status: int, error: Any = None, **headers: str) -> Does:
    async def does(_: web.Request, __: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({"error": error or {"message": "no"}}, status=status, headers=headers)

    return does


def cut_after(words: int, text: str) -> Does:
    """Streams so many words of the text, and breaks the connection."""

    async def does(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        found = chunks(asked, text, usage=False, finish="stop")[: words + 1]
        response = await _begun(request)
        for chunk in found:
            await response.write(chunk)
        await asyncio.sleep(0.02)
        if request.transport is not None:
            request.transport.abort()
        return response

    return does


def silent(after: Sequence[bytes] = ()) -> Does:
    async def does(request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
        response = await _begun(request)
        for chunk in after:
            await response.write(chunk)
        await asyncio.sleep(30)
        return response

    return does


async def _begun(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


async def _streamed(request: web.Request, _: dict[str, Any], found: Sequence[bytes]) -> web.StreamResponse:
    response = await _begun(request)
    for chunk in found:
        await response.write(chunk)
    return response


@dataclass
class Upstream:
    """`does[model]`: what it does at the first call, the second, …; the last for all that follow."""

    does: defaultdict[str, list[Does]] = field(default_factory=lambda: defaultdict(lambda: [saying("Yes.")]))
    asked: list[dict[str, Any]] = field(default_factory=list)
    calls: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def will(self, model: str, *does: Does) -> None:
        self.does[model], self.calls[model] = list(does), 0

    async def met(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.asked.append(asked)
        number, script = self.calls[asked["model"]], self.does[asked["model"]]
        self.calls[asked["model"]] += 1
        try:
            return await script[min(number, len(script) - 1)](request, asked)
        except (asyncio.CancelledError, ConnectionError):
            self.cancelled.set()
            raise


async def _to_anthropics(says: Says, request: web.Request) -> web.Response:
    return says(request, await request.json())


@asynccontextmanager
async def upstream(anthropics: Says | None = None) -> AsyncIterator[Upstream]:
    """`anthropics`: what it says to Anthropic's messages."""
    its = Upstream()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/chat/completions", its.met)
    if anthropics is not None:
        app.router.add_post("/v1/messages", partial(_to_anthropics, anthropics))
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield its
    finally:
        await runner.cleanup()
