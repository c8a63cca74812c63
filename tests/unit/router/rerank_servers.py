"""Imitations of servers that rerank, as their makers' references have them: strict about what they are sent.

Relevance is how often the question's words stand in a text, for its length: any order that is not ours will do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "a-key-that-no-log-may-show"
MOST_DOCUMENTS = 1_000


@dataclass
class RerankServer:
    """`fails`: the statuses of its first answers; `takes_s`: until it answers; `says`: in place of an answer."""

    fails: list[int] = field(default_factory=list)
    takes_s: float = 0.0
    says: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def cohere(self, request: web.Request) -> web.Response:
        body = await self._read(request, {"model", "query", "documents"}, {"top_n", "max_tokens_per_doc"})
        if isinstance(body, web.Response):
            return body
        ranked = self._ranked(body["query"], body["documents"])[: body.get("top_n")]
        results = [{"index": index, "relevance_score": score} for index, score in ranked]
        billed = {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}}
        return web.json_response({"id": "0", "results": results, "meta": billed})

    async def jina(self, request: web.Request) -> web.Response:
        body = await self._read(request, {"model", "query", "documents"}, {"top_n", "return_documents"})
        if isinstance(body, web.Response):
            return body
        results = [
            {"index": index, "relevance_score": score, "document": {"text": body["documents"][index]}}
            for index, score in self._ranked(body["query"], body["documents"])[: body.get("top_n")]
        ]
        return web.json_response({"model": body["model"], "usage": {"total_tokens": 815}, "results": results})

    async def voyage(self, request: web.Request) -> web.Response:
        body = await self._read(request, {"model", "query", "documents"}, {"top_k", "return_documents", "truncation"})
        if isinstance(body, web.Response):
            return body
        ranked = self._ranked(body["query"], body["documents"])[: body.get("top_k")]
        data = [{"relevance_score": score, "index": index} for index, score in ranked]
        told = {"object": "list", "data": data, "model": body["model"], "usage": {"total_tokens": 26}}
        return web.json_response(told)

    async def tei(self, request: web.Request) -> web.Response:
        body = await self._read(request, {"query", "texts"}, {"raw_scores", "return_text", "truncate"})
        if isinstance(body, web.Response):
            return body
        ranked = self._ranked(body["query"], body["texts"])
        return web.json_response([{"index": index, "score": score} for index, score in ranked])

    async def _read(self, request: web.Request, needs: set[str], may: set[str]) -> dict[str, Any] | web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"message": f"invalid api token {KEY}"}, status=401)
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        if self.takes_s:
            await asyncio.sleep(self.takes_s)
        if self.fails:
            return web.json_response({"message": f"no, not for {body['query']}"}, status=self.fails.pop(0))
        if not needs <= body.keys() <= needs | may:
            return web.json_response({"message": f"fields: {sorted(body)}"}, status=422)
        texts = body.get("documents", body.get("texts"))
        if not isinstance(texts, list) or not 0 < len(texts) <= MOST_DOCUMENTS or not all(texts):
            return web.json_response({"message": "documents: none, too many, or an empty one"}, status=400)
        if self.says is not None:
            return web.Response(body=self.says, content_type="application/json")
        return body

    def _ranked(self, query: str, texts: list[str]) -> list[tuple[int, float]]:
        wanted = query.lower().split()
        scores = [sum(text.lower().count(word) for word in wanted) / (1 + len(text)) for text in texts]
        return sorted(enumerate(scores), key=lambda pair: -pair[1])


@asynccontextmanager
async def running(server: RerankServer) -> AsyncIterator[RerankServer]:
    app = web.Application()
    for name in ("cohere", "jina", "voyage", "tei"):
        app.router.add_post(f"/{name}/rerank", getattr(server, name))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
