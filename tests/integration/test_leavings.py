"""What ended jobs have left at their platforms, over the real store."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.mongo import Database
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.leavings import MongoLeavingStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.tuning.jobs import JobState
from ratchet_trainer.tuning.new_jobs import asked_for
from tests.integration.conftest import Ground
from tests.unit.trainer.decision_fakes import NOW, version


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, f"trainer-{uuid4().hex[:8]}")
    await client.close()


async def test_what_is_left_at_platforms_is_looked_at_when_it_is_due_and_gone_once(database: Database) -> None:
    jobs, leavings = MongoJobStore(database, lease_s=30), MongoLeavingStore(database)
    await jobs.create_indexes()
    made = [asked_for("acme", task, "bedrock", "ann", "", NOW) for task in ("qa", "summary", "report")]
    ended = replace(made[0], state=JobState.FAILED, run_id="ratchet-1")
    for one in (ended, replace(made[1], run_id="ratchet-2"), replace(made[2], state=JobState.FAILED)):
        await jobs.add(one)

    async def due(at: datetime) -> list[tuple[str, datetime | None]]:
        return [(one.job.run_id, one.unused_since) for one in await leavings.due(at, ["bedrock", "lora"], 10)]

    day = timedelta(days=1)
    assert await due(NOW) == [("ratchet-1", None)]
    assert await leavings.due(NOW, ["lora"], 10) == []
    await leavings.look_again(ended, NOW + day, unused_since=NOW)
    assert (await due(NOW), await due(NOW + day)) == ([], [("ratchet-1", NOW)])
    await leavings.look_again(ended, NOW + 2 * day, unused_since=None)
    assert await due(NOW + 2 * day) == [("ratchet-1", None)]
    await leavings.gone(ended, NOW)
    assert await due(NOW + 9 * day) == []


async def test_a_version_says_since_when_nothing_serves_it(database: Database) -> None:
    store, made = MongoVersionStore(database, lease_s=30), version()
    await store.create_indexes()
    await store.add(made)
    assert (await store.get("acme", made.version_id)).taken_down_at is None
    await store.taken_down("acme", made.version_id, NOW)
    assert (await store.get("acme", made.version_id)).taken_down_at == NOW
