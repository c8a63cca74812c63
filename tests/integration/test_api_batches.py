"""Batches of tasks over Ratchet's own paths."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.batch_site import Batching, batching
from tests.integration.router_site import until

__all__ = ["batching"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def item(custom_id: str, **how: Any) -> dict[str, Any]:
    text = f"Please send draft {uuid4().hex} by Monday."
    request = {"task_type": "classification", "document_text": text, "labels": ["request"], "model": "cheap"}
    return {"custom_id": custom_id, "request": request | how}


async def ended(batching: Batching, id_: str) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        _, found = await batching.app.get(f"/api/batches/{id_}")
        return found if found["status"] in ("completed", "failed", "cancelled") else None

    found: dict[str, Any] = await until(over)
    return found


async def test_tasks_are_answered_and_one_that_is_wrong_fails_alone(batching: Batching) -> None:
    items = [item("a"), item("b", cot="perhaps"), item("c")]
    status, batch = await batching.app.post("/api/batches", {"items": items, "metadata": {"of": "mine"}})
    assert (status, batch["status"], batch["counts"]["total"]) == (201, "validating", 3)
    batch = await ended(batching, batch["id"])
    assert (batch["status"], batch["price"], batch["cost_usd"]) == ("completed", "batch", 0.02)
    _, first = await batching.app.get(f"/api/batches/{batch['id']}/results?limit=2")
    assert [(one["custom_id"], one["state"]) for one in first["items"]] == [("a", "ok"), ("b", "failed")]
    assert first["items"][1]["error"]["param"] == "cot"
    assert first["items"][0]["response"]["body"]["usage"]["input_tokens"] == 1_000
    _, rest = await batching.app.get(f"/api/batches/{batch['id']}/results?after={first['next']}")
    assert ([one["custom_id"] for one in rest["items"]], rest["next"]) == (["c"], None)


async def test_they_are_listed_newest_first(batching: Batching) -> None:
    made = [(await batching.app.post("/api/batches", {"items": [item("a")]}))[1]["id"] for _ in range(3)]
    _, page = await batching.app.get("/api/batches?limit=2")
    assert [one["id"] for one in page["items"]] == [made[2], made[1]]
    _, page = await batching.app.get(f"/api/batches?limit=2&cursor={page['next']}")
    assert page["items"][0]["id"] == made[0]


async def test_what_is_not_there_or_wrong_is_said(batching: Batching) -> None:
    status, problem = await batching.app.get(f"/api/batches/batch_{'0' * 24}")
    assert (status, problem["detail"]) == (404, "There is no such batch.")
    status, problem = await batching.app.post("/api/batches", {"items": []})
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:invalid")


async def test_the_same_idempotency_key_makes_one_batch(batching: Batching) -> None:
    how = {"headers": {"Idempotency-Key": uuid4().hex}}
    said = {"items": [item("a")]}
    first, again = [await batching.app.post("/api/batches", said, **how) for _ in range(2)]
    assert (first[0], again[0], again[1]["id"]) == (201, 201, first[1]["id"])
    await ended(batching, first[1]["id"])
    assert (await batching.app.post("/api/batches", said, **how))[1]["status"] == "completed"
    status, problem = await batching.app.post("/api/batches", {"items": [item("b")]}, **how)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:idempotency-mismatch")
    files = [file async for file in batching.client.files.list() if file.filename == "items.jsonl"]
    assert len({file.id for file in files}) == len(files)
