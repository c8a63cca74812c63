"""Requests that come one by one and share a batch."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_router.main import build
from tests.integration.batch_site import settings_in
from tests.integration.batch_upstream import BatchUpstream, batch_upstream
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import until
from tests.integration.test_batch_callbacks import SECRET, listener
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOGETHER = 5


class Posting:
    """A router that puts five together, or whatever is a second old."""

    def __init__(self, app: Running, up: BatchUpstream, other: dict[str, str]) -> None:
        self.app, self.up, self.other = app, up, other

    async def post(self, custom_id: str = "", *, how: dict[str, Any] | None = None, **extra: Any) -> dict[str, Any]:
        status, said = await self.app.post("/api/batches/items", body(custom_id) | extra, **(how or {}))
        assert status == 202, said
        found: dict[str, Any] = said
        return found

    async def ended(self, id_: str) -> dict[str, Any]:
        async def over() -> dict[str, Any] | None:
            _, found = await self.app.get(f"/api/batches/items/{id_}")
            return found if found["status"] in ("completed", "failed") else None

        found: dict[str, Any] = await until(over)
        return found


def body(custom_id: str = "", **how: Any) -> dict[str, Any]:
    text = f"Please send draft {uuid4().hex} by Monday."
    request = {"task_type": "classification", "document_text": text, "labels": ["request"], "model": "cheap"}
    return {"custom_id": custom_id, "request": request | how}


@asynccontextmanager
async def posting_to(stack: Ground, folder: Path, **how: Any) -> AsyncIterator[Posting]:
    name = f"tenant-{uuid4().hex[:8]}"
    (token, row), (theirs, their_row) = (new_token(n, frozenset(Scope)) for n in (name, f"{name}-other"))
    write_tokens(folder / "tokens.json", [row, their_row])
    (folder / "secret").write_text(SECRET)
    async with batch_upstream() as up:
        settings = settings_in(
            folder,
            stack,
            up,
            batch_callback_secret=f"file:{folder / 'secret'}",
            batch_callback_private=True,
            **{"batch_group_items": TOGETHER, "batch_group_s": 1.0} | how,
        )
        async with running_app(build(settings), Tenant(name, token, folder / "tokens.json")) as app:
            yield Posting(app, up, {"Authorization": f"Bearer {theirs}"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posting(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Posting]:
    async with posting_to(stack, tmp_path_factory.mktemp("posting")) as its:
        yield its


async def test_enough_of_them_go_out_as_one_batch_at_half_the_price(stack: Ground, tmp_path: Path) -> None:
    async with posting_to(stack, tmp_path, batch_group_s=3_600.0) as posting:  # so that age closes none
        before = len(posting.up.batches)
        made = [await posting.post(f"mine-{n}") for n in range(TOGETHER)]
        assert {one["status"] for one in made} <= {"waiting", "in_progress"}
        ended = [await posting.ended(one["id"]) for one in made]
    assert [(one["custom_id"], one["status"], one["cost_usd"]) for one in ended] == [
        (f"mine-{n}", "completed", 0.01) for n in range(TOGETHER)
    ]
    assert len({one["batch_id"] for one in ended}) == 1
    assert len(posting.up.batches) == before + 1
    assert ended[0]["response"]["body"]["usage"]["input_tokens"] == 1_000


async def test_one_alone_goes_out_when_it_has_waited_long_enough(posting: Posting) -> None:
    ended = await posting.ended((await posting.post())["id"])
    assert (ended["status"], ended["custom_id"]) == ("completed", None)


async def test_size_closes_a_group_too(stack: Ground, tmp_path: Path) -> None:
    how = {"batch_group_items": 100, "batch_group_s": 3_600.0, "batch_group_bytes": 500}
    async with posting_to(stack, tmp_path, **how) as its:
        made = [await its.post() for _ in range(4)]
        ended = [await its.ended(one["id"]) for one in made[:2]]
    assert [one["status"] for one in ended] == ["completed", "completed"]


async def test_the_same_idempotency_key_is_the_same_request(posting: Posting) -> None:
    key = {"headers": {"Idempotency-Key": uuid4().hex}}
    said = body("once")
    first, again = [await posting.app.post("/api/batches/items", said, **key) for _ in range(2)]
    assert first[1]["id"] == again[1]["id"]
    status, problem = await posting.app.post("/api/batches/items", body("other"), **key)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:idempotency-mismatch")
    assert (await posting.ended(first[1]["id"]))["status"] == "completed"


async def test_two_tenants_never_share_a_batch(posting: Posting) -> None:
    before = len(posting.up.batches)
    mine = await posting.post()
    theirs = await posting.post(how={"headers": posting.other})
    status, _ = await posting.app.get(f"/api/batches/items/{theirs['id']}")
    assert status == 404
    await posting.ended(mine["id"])

    async def both() -> bool:
        return len(posting.up.batches) == before + 2

    await until(both)


async def test_what_is_wrong_is_said_at_once(posting: Posting) -> None:
    for said, status in (
        (body(cot="perhaps"), 422),
        (body(model="nobody"), 404),
        (body(stream=True), 400),
        ({"request": {}}, 422),
        (body() | {"endpoint": "/v1/files"}, 422),
        (body() | {"callback_url": "ftp://example.com"}, 400),
    ):
        assert (await posting.app.post("/api/batches/items", said))[0] == status, said
    assert (await posting.app.get(f"/api/batches/items/item_{'0' * 24}"))[0] == 404


async def test_the_result_is_told_with_a_signature(posting: Posting) -> None:
    async with listener() as its:
        made = await posting.post("mine", callback_url=its.url)
        async with asyncio.timeout(PATIENCE_S):
            signed, said = await its.taken.get()
    assert signed.startswith("t=")
    told = json.loads(said)
    assert (told["type"], told["item"]["id"], told["item"]["custom_id"]) == ("batch_item.completed", made["id"], "mine")

    async def noted() -> bool:
        return bool((await posting.app.get(f"/api/batches/items/{made['id']}"))[1]["callback"] == "delivered")

    await until(noted)


async def test_one_that_its_provider_refuses_fails_alone(posting: Posting) -> None:
    posting.up.refuses.add("unlucky")
    said = body("bad")
    said["request"]["document_text"] += " unlucky"
    _, bad = await posting.app.post("/api/batches/items", said)
    good = await posting.post("good")
    ended = await posting.ended(bad["id"])
    assert (ended["status"], ended["response"]["status_code"]) == ("failed", 400)
    assert (await posting.ended(good["id"]))["status"] == "completed"


async def test_whoever_cancels_the_batch_cancels_what_is_in_it(posting: Posting) -> None:
    posting.up.holds_back = True
    try:
        async with listener() as its:
            made = [await posting.post(f"mine-{n}", callback_url=its.url) for n in range(2)]

            async def gone() -> str:
                return str((await posting.app.get(f"/api/batches/items/{made[0]['id']}"))[1]["batch_id"] or "")

            await posting.app.post(f"/api/batches/{await until(gone)}/cancel")
            ended = [await posting.ended(one["id"]) for one in made]
            async with asyncio.timeout(PATIENCE_S):
                told = [json.loads((await its.taken.get())[1]) for _ in made]
    finally:
        posting.up.holds_back = False
    assert sorted(one["status"] for one in ended) in (["completed", "failed"], ["failed", "failed"])
    assert {one["error"]["code"] for one in ended if one["status"] == "failed"} == {"batch_cancelled"}
    assert {one["item"]["id"]: one["item"]["status"] for one in told} == {one["id"]: one["status"] for one in ended}
