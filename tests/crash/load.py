"""Requests and feedback over HTTP while things are killed: remembers what was acknowledged, and only that."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.patience import PATIENCE_S

PAUSE_S = 0.25
SIDE_BY_SIDE = 24
LABELS = ["request", "status", "risk"]
WORDS = ("plan", "budget", "review", "release", "login", "search", "export", "audit", "pilot", "board", "team", "note")


@dataclass
class Acknowledged:
    results: list[str] = field(default_factory=list)  # in the order of the answers: a list, so that twice would show
    feedback: set[str] = field(default_factory=set)  # result ids
    tried_again: int = 0

    @property
    def requests(self) -> int:
        return len(self.results)


async def load(
    urls: Mapping[str, str],
    token: str,
    requests: int,
    *,
    feedback_share: float,
    seed: int,
    on_request: Callable[[int], None],
) -> Acknowledged:
    """Sends `requests` requests, each until it is acknowledged. `urls`: by service. `on_request(count so far)`."""
    found = Acknowledged()
    numbers = iter(range(requests))
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}, timeout=timeout) as http:

        async def user() -> None:
            for number in numbers:
                rng = random.Random(seed * 1_000_003 + number)
                answer = await _until_acknowledged(http, f"{urls['router']}/api/generate", _request(number, rng), found)
                found.results.append(answer["result_id"])
                if rng.random() < feedback_share:
                    said = {"result_id": answer["result_id"], "rating": "negative"}
                    body = said | {"corrections": {"label": rng.choice(LABELS)}}
                    await _until_acknowledged(http, f"{urls['feedback']}/api/models/feedback", body, found)
                    found.feedback.add(answer["result_id"])
                on_request(found.requests)

        async with asyncio.TaskGroup() as group:
            for _ in range(SIDE_BY_SIDE):
                group.create_task(user())
    return found


def _request(number: int, rng: random.Random) -> dict[str, Any]:
    text = " ".join(rng.choices(WORDS, k=12))
    return {
        "task_type": "classification",
        "labels": LABELS,
        "document_text": f"Note {number}: {text}.",
        "session_id": f"session-{number}",
        "cache": "off",
    }


async def _until_acknowledged(http: aiohttp.ClientSession, url: str, body: Any, found: Acknowledged) -> Any:
    """A client that does what the answers ask of it: tries again on 503 and when the connection breaks."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            async with http.post(url, json=body) as response:
                said = await response.json(content_type=None)
                if response.status < 300:
                    return said
                assert response.status == 503, f"{url} answered {response.status}: {said}"
        except (aiohttp.ClientError, TimeoutError):
            pass
        found.tried_again += 1
        await asyncio.sleep(PAUSE_S)
    raise AssertionError(f"{url} acknowledged nothing in {PATIENCE_S:.0f} s")
