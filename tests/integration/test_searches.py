"""Searches in the store, and over HTTP: what is kept, taken by one worker, cancelled and refused."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from ratchet_common import mongo
from ratchet_common.mongo import Database
from ratchet_trainer.main import build
from ratchet_trainer.search.search import (
    Search,
    SearchEndedError,
    SearchOpenError,
    SearchState,
    Trial,
    UnknownSearchError,
)
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.searches import MongoSearchStore
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers

NOW = datetime.now(UTC)


@pytest.fixture
async def store(stack: Ground) -> AsyncIterator[MongoSearchStore]:
    client = mongo.connect(stack.mongodb_url)
    database: Database = mongo.database(client, f"trainer-{uuid4().hex[:8]}")
    store = MongoSearchStore(database, lease_s=30)
    await store.create_indexes()
    yield store
    await client.close()


def search(tenant: str = "acme") -> Search:
    return Search(
        search_id=uuid7(),
        tenant=tenant,
        task_type="qa",
        platform="openai",
        base_model="m",
        method="supervised",
        dataset_id="qa-0123456789ab",
        strategy="random",
        trials=(
            Trial(
                hyperparameters={"epochs": 3, "learning_rate": 1e-5}, begun=True, loss=0.25, at_rungs={"0.3333": 1.5}
            ),
            Trial(hyperparameters={"epochs": 2}),
        ),
        at_once=2,
        max_cost_usd=None,
        made_by="ann",
        created_at=NOW,
        due_at=NOW,
    )


async def test_a_search_is_what_it_was_and_one_worker_has_it(store: MongoSearchStore) -> None:
    one = search()
    await store.add(one)
    assert await store.get("acme", one.search_id) == one
    held, other = await store.take(NOW), await store.take(NOW)
    assert held is not None
    assert other is None
    assert held.value == one
    assert await store.save(held, replace(one, looks=1))
    assert (await store.get("acme", one.search_id)).looks == 1


async def test_one_search_of_a_task_is_open(store: MongoSearchStore) -> None:
    one = search()
    await store.add(one)
    with pytest.raises(SearchOpenError):
        await store.add(search())
    await store.add(search("another"))
    held = await store.take(NOW)
    assert held is not None
    await store.save(held, replace(held.value, state=SearchState.SUCCEEDED))
    await store.add(search(held.value.tenant))


async def test_a_cancelled_search_is_worked_on_until_its_jobs_have_ended(store: MongoSearchStore) -> None:
    one = search()
    await store.add(one)
    cancelled = await store.cancel("acme", one.search_id, "ann", NOW)
    assert (cancelled.state, cancelled.reason) == (SearchState.CANCELLED, "cancelled by ann")
    with pytest.raises(SearchEndedError):
        await store.cancel("acme", one.search_id, "ann", NOW)
    held = await store.take(NOW)
    assert held is not None
    assert held.value.state is SearchState.CANCELLED
    assert not await store.save(held, one)
    await store.closed(held)
    await store.release(held)
    assert await store.take(NOW) is None


async def test_a_search_of_another_tenant_is_not_there(store: MongoSearchStore) -> None:
    one = search()
    await store.add(one)
    for doing in (store.get("other", one.search_id), store.cancel("other", one.search_id, "bob", NOW)):
        with pytest.raises(UnknownSearchError):
            await doing
    assert (await store.list("other", task_type=None, limit=10, cursor=None))[0] == []


async def learn(app: Running, count: int = 40) -> None:
    for number in range(count):
        text = f"the order number {number} of the shop {number * 17} has not come, {number * 31} days later"
        label = "complaint" if number % 2 else "question"
        labels = ["complaint", "question"]
        body = {"task_type": "classification", "document_text": text, "target": label, "labels": labels}
        await app.post("/api/models/examples", body)


WISH: dict[str, object] = {"task_type": "classification", "platform": "openai"}
REFUSED: list[tuple[dict[str, object], int, str]] = [
    ({"strategy": "halving"}, 422, "cannot end a run early"),
    ({"strategy": "grid", "space": {"epochs": [1, 2, 3]}, "jobs": 2}, 422, "has 3 points, and 2 jobs"),
    ({"space": {"epochs": [1, 99]}}, 422, "from 1 to 50"),
    ({"space": {"rank": [1, 2]}}, 422, "no hyper-parameter rank"),
    ({"platform": "local"}, 422, "no hyper-parameters to search"),
    ({"jobs": 1}, 422, "jobs"),
    ({"space": {"epochs": []}}, 422, "epochs"),
    ({"task_type": "nonsense"}, 404, "There is no such task"),
]


async def test_what_cannot_be_searched_is_refused_and_what_can_be_is_cancelled(
    tenant: Tenant, settings_for: SettingsFor
) -> None:
    settings = settings_for(TrainerSettings, min_examples=20, openai_key="env:NOBODY_HAS_SET_THIS")
    assert isinstance(settings, TrainerSettings)
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings, ready_workers), tenant) as app:
        await learn(app)
        for change, expected, said in REFUSED:
            status, problem = await app.post("/api/models/searches", WISH | change)
            assert (status, said in str(problem)) == (expected, True), problem
        status, made = await app.post("/api/models/searches", WISH | {"jobs": 3})
        assert status == 201, made
        assert len(made["trials"]) == 3
        path = f"/api/models/searches/{made['search_id']}"
        while (found := (await app.get(path))[1])["state"] == "running":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert found["state"] == "failed"
        assert "NOBODY_HAS_SET_THIS" in found["reason"]
        status, _ = await app.post(f"/api/models/searches/{made['search_id']}/cancel")
        assert status == 409
        assert (await app.get("/api/models/searches"))[1]["items"][0]["search_id"] == made["search_id"]
        assert (await app.get(f"/api/models/searches/{uuid4()}"))[0] == 404
