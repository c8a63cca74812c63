"""The demo's users: they ask over HTTP, look at the answer, and say what it was worth. They know nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from ratchet_cli.demo.corpus import Corpus, Item
from ratchet_scoring.scorers import score_output

SIDE_BY_SIDE = 12
AGAIN = 5
PATIENCE = aiohttp.ClientTimeout(total=60)


class DemoFailedError(Exception):
    """A sentence that says at which step the loop stopped turning."""


@dataclass(frozen=True, slots=True)
class Answer:
    result_id: str
    score: float  # 0 to 1, against what the user knows
    version_id: str
    model: str
    cost_usd: float
    latency_ms: float


class Users:
    def __init__(self, corpus: Corpus, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._corpus, self._http, self._url = corpus, http, url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **params: str) -> Any:
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self._call("POST", path, json=body)

    async def _call(self, method: str, path: str, **how: Any) -> Any:
        status, body, wait_s = await self._once(method, path, **how)
        for times in range(AGAIN):
            if status != 503:
                break
            await asyncio.sleep(wait_s * 2**times)  # as every client does that is told to come again
            status, body, wait_s = await self._once(method, path, **how)
        if status >= 400:
            raise DemoFailedError(f"{method} {path} answered {status}: {body.get('detail')}")
        return body

    async def _once(self, method: str, path: str, **how: Any) -> tuple[int, Any, float]:
        try:
            async with self._http.request(
                method, self._url + path, headers=self._headers, timeout=PATIENCE, **how
            ) as response:
                wait_s = float(response.headers.get("Retry-After", "1"))
                return response.status, await response.json(content_type=None), wait_s
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoFailedError(f"{method} {path} got no answer: {error!r}.") from error

    async def ask(self, item: Item, *, session: str, collect: bool = True) -> Answer:
        request = {
            "task_type": self._corpus.task_type,
            "document_type": self._corpus.document_type,
            "document_text": item.document,
            "session_id": session,
            "cache": "off",
            "collect": collect,
        }
        if item.question:
            request["question"] = item.question
        if self._corpus.labels:
            request["labels"] = list(self._corpus.labels)
        said = await self.post("/api/generate", request)
        score = score_output(self._corpus.task_type, said["output"], item.gold)
        return Answer(
            said["result_id"], score, said["version_id"], said["model"], float(said["cost_usd"]), said["latency_ms"]
        )

    async def judge(self, item: Item, answer: Answer) -> None:
        """A right label is praised, a wrong one corrected; for a summary the user writes his own."""
        field = "label" if self._corpus.labels else "summary"
        right = self._corpus.labels and answer.score == 1.0
        body: dict[str, Any] = {"result_id": answer.result_id, "rating": "positive" if right else "negative"}
        if not right:
            body["corrections"] = {field: item.gold}
        await self.post("/api/models/feedback", body)

    async def ask_and_judge(self, item: Item, *, session: str) -> Answer:
        answer = await self.ask(item, session=session)
        await self.judge(item, answer)
        return answer


async def side_by_side(
    work: Callable[[Item, int], Awaitable[Answer]],
    items: Iterable[Item],
    done: Callable[[Answer], None],
    stop: asyncio.Event,
) -> None:
    """Gives each item to `work(item, number)`, some at a time, until the items end or `stop` is set."""
    queue = enumerate(items)

    async def one_user() -> None:
        for number, item in queue:
            if stop.is_set():
                return
            done(await work(item, number))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(SIDE_BY_SIDE):
                group.create_task(one_user())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
