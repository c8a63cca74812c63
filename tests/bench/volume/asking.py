"""Every query of the service's own API, found in its OpenAPI document, asked one after the other over HTTP."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from ratchet_monitor.ledger.sheet import DIMENSIONS
from tests.bench.cores import cpu_s

ROUNDS: Final = 60  # the 95th percentile is the fourth longest of them: no single stall decides it
WARM_UP: Final = 2
# What narrows a query, each asked besides the query without it. A path that is not here is asked as it is.
BESIDES: Final[Mapping[str, Sequence[str]]] = {
    "/api/models/performance": ("task_type=summary", "model_version=base", "days=7"),
    "/api/models/performance/accuracy": ("task_type=summary", "template=classification_v1", "document_type=email"),
    "/api/models/performance/drift": ("task_type=summary", "model_version=base"),
    "/api/models/costs/summary": ("days=7",),
    "/api/models/metrics/summary": ("days=7",),
    "/api/models/reports/{rhythm}": (f"at={datetime.now(UTC).date()}",),  # the one before may lie before the data
}
# What a query cannot be without: it is asked with this alone, and with what narrows it beside.
NEEDED: Final[Mapping[str, str]] = {
    "/api/models/prompts/compare": "template_ids=classification_v1,executive_summary_short_v1",
}
# Where a path names one of a few words: each of them is asked for.
WORDS: Final[Mapping[str, Sequence[str]]] = {
    "rhythm": ("daily", "weekly", "monthly", "quarterly"),
    "dimension": (*DIMENSIONS, "task", "tenant"),
}
# Where a path names one of a list: the list, and the field of its items that the path names.
LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "experiment_id": ("/api/models/experiments", "experiment_id"),
    "alert_id": ("/api/models/alerts", "alert_id"),
    "rule_id": ("/api/models/alerts/rules", "rule_id"),
    "receiver_id": ("/api/models/alerts/receivers", "receiver_id"),
    "silence_id": ("/api/models/alerts/silences", "silence_id"),
}


@dataclass
class Asked:
    path: str
    status: int
    cpu_ms: float = 0.0  # of the service, for one: its loops' own work included
    first_ms: float = 0.0  # of the first time that it was asked
    ms: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """By nearest rank."""
        return sorted(self.ms)[max(0, math.ceil(share * len(self.ms)) - 1)]


async def paths(client: aiohttp.ClientSession) -> tuple[list[str], list[str]]:
    """All that can be asked for, with what narrows it; and those that name something of which there is none here."""
    async with client.get("/openapi.json") as answer:
        described: dict[str, Any] = (await answer.json())["paths"]
    found: list[str] = []
    nothing: list[str] = []
    for path, methods in sorted(described.items()):
        if "get" not in methods or not path.startswith("/api/models/"):
            continue
        for full in worded(await _named(client, path)):
            if "{" in full:
                nothing.append(full)
            else:
                found += narrowed(path, full)
    return found, nothing


def worded(path: str) -> list[str]:
    for name, words in WORDS.items():
        if f"{{{name}}}" in path:
            return [path.replace(f"{{{name}}}", word) for word in words]
    return [path]


def narrowed(path: str, full: str) -> list[str]:
    """`path`: as it is described."""
    needed = NEEDED.get(path, "")
    asked = [needed, *("&".join(filter(None, (needed, narrow))) for narrow in BESIDES.get(path, ()))]
    return [f"{full}?{one}" if one else full for one in asked]


async def ask(client: aiohttp.ClientSession, path: str, pid: int, rounds: int = ROUNDS) -> Asked:
    """Whatever it answers, it is timed to its last byte. `pid`: of the service."""
    asked, before = Asked(path, 0), cpu_s(pid)
    for number in range(WARM_UP + rounds):
        started = time.perf_counter()
        async with client.get(path) as answer:
            await answer.read()
            asked.status = answer.status
        took = 1000 * (time.perf_counter() - started)
        if number >= WARM_UP:
            asked.ms.append(took)
        elif not number:
            asked.first_ms = took
    asked.cpu_ms = 1000 * (cpu_s(pid) - before) / (WARM_UP + rounds)
    return asked


async def _named(client: aiohttp.ClientSession, path: str) -> str:
    for name, (where, its) in LISTS.items():
        if f"{{{name}}}" in path:
            async with client.get(where) as answer:
                items = (await answer.json())["items"]
            if items:
                path = path.replace(f"{{{name}}}", str(items[0][its]))
    return path
