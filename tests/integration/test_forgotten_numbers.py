"""The monitor takes a user out of its numbers where there are any, and looks through no day that has none; what it was
told twice it counts once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from bson import Binary
from msgspec.structs import replace

from ratchet_common import mongo
from ratchet_common.forgotten import Person
from ratchet_common.mongo import Database
from ratchet_common.persons import digest
from ratchet_monitor.filing import filed
from ratchet_monitor.hours import Keeping
from ratchet_monitor.observations import Observation, observation_of
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.store.documents import document_of
from tests.integration.conftest import Ground
from tests.unit.trainer.make_data import NOW, made

KEEPING = Keeping(raw=timedelta(days=30), buckets=timedelta(days=365))


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, f"monitor-{uuid4().hex[:8]}")
    await client.close()


async def test_days_without_anything_are_not_looked_through_and_not_made(database: Database) -> None:
    store = MonitorStore(database, KEEPING)
    facts = store.facts
    asked = (("ann", "ann"), ("ann", "session"), ("bob", "bob"))
    events = [made(user=user, unit=unit, result_id=uuid4()) for user, unit in asked]
    observations = [seen for seen in (observation_of(event, NOW) for event in events) if isinstance(seen, Observation)]
    await facts.add_observations(filed(observations))
    before = set(await database.list_collection_names())
    person = Person("acme", digest("acme", "ann"), observations[0].at + timedelta(minutes=5))
    removed = {kind: [count async for count in step(person)] for kind, step in store.traces.steps.items()}
    assert sum(removed["unlinked_observations"]) == 2
    assert removed["unlinked_scores"] == []
    assert len(removed["unlinked_observations"]) <= 24
    assert set(await database.list_collection_names()) - before == {"changed_hours"}


async def test_what_came_twice_counts_once_and_as_it_came_first(database: Database) -> None:
    facts = MonitorStore(database, KEEPING).facts
    seen = [observation_of(made(result_id=uuid4()), NOW) for _ in range(4)]
    await facts.add_observations(filed(seen[:3]))
    await facts.add_observations(filed(seen[:3]))
    later = [replace(one, seen_at=NOW + timedelta(minutes=1)) for one in seen[1:]]
    await facts.add_observations(filed(later))
    found = {one.result_id: one async for one in facts.observations([seen[0].bucket])}
    assert found == {one.result_id: one for one in [*seen[:3], later[-1]]}
    assert len([one async for one in facts.observations([seen[0].bucket])]) == 4


async def test_what_lies_there_again_in_whatever_cut_is_removed_by_who_reads_it(database: Database) -> None:
    facts = MonitorStore(database, KEEPING).facts
    seen = [observation_of(made(result_id=uuid4()), NOW) for _ in range(9)]
    await facts.add_observations(filed(seen))
    for start in range(0, 9, 2):
        later = [replace(one, seen_at=NOW + timedelta(1)) for one in seen[start : start + 2]]
        await facts.add_observations(filed(later))
    (day,) = [name for name in await database.list_collection_names() if name.startswith("seen_")]
    assert await database[day].count_documents({}) == 6
    for _ in range(2):
        read = [one async for one in facts.observations([seen[0].bucket])]
        assert sorted(read, key=lambda one: one.result_id) == sorted(seen, key=lambda one: one.result_id)
        assert await database[day].count_documents({}) == 1


async def test_what_an_earlier_release_stored_comes_over_and_a_person_is_found_in_it(database: Database) -> None:
    store = MonitorStore(database, KEEPING)
    seen = [observation_of(made(user=user, unit=user, result_id=uuid4()), NOW) for user in ("ann", "bob", "bob")]
    earlier = [{"_id": Binary.from_uuid(one.result_id), "bucket": one.bucket.text, **document_of(one)} for one in seen]
    day = database[f"observations_{seen[0].at:%Y%m%d}"]
    await day.insert_many(earlier)
    await store.facts.add_observations(filed(seen[2:]))
    person = Person("acme", digest("acme", "ann"), seen[0].at + timedelta(minutes=5))
    unlinked = [count async for count in store.traces.steps["unlinked_observations"](person)]
    assert sum(unlinked) == 1
    assert await day.count_documents({}) == 0
    found = [one async for one in store.facts.observations([seen[0].bucket])]
    assert {one.result_id for one in found} == {one.result_id for one in seen}
    assert person.name not in {one.user for one in found}
    assert await store.changed.count() == 1


async def test_two_who_are_forgotten_at_once_are_both_gone_from_what_they_share(database: Database) -> None:
    facts = MonitorStore(database, KEEPING).facts
    people = [f"user-{number}" for number in range(6)]
    seen = [observation_of(made(user=one, unit=one, result_id=uuid4()), NOW) for one in people]
    await facts.add_observations(filed(seen))
    bucket = [seen[0].bucket]

    async def unlinked(user: str) -> int:
        return sum([len(some) async for some in facts.unlink_observations(bucket, user, f"x{user}")])

    assert await asyncio.gather(*(unlinked(one.user) for one in seen)) == [1] * len(people)
    assert {one.user async for one in facts.observations(bucket)} == {f"x{one.user}" for one in seen}


async def test_an_erasure_that_breaks_off_within_an_hour_has_marked_what_it_rewrote(database: Database) -> None:
    store = MonitorStore(database, KEEPING)
    seen = [
        observation_of(made(user="ann", unit="ann", task_type=task, result_id=uuid4()), NOW)
        for task in ("summary", "classification")
    ]
    await store.facts.add_observations(filed(seen))
    person = Person("acme", digest("acme", "ann"), seen[0].at + timedelta(minutes=5))
    assert await anext(store.traces.steps["unlinked_observations"](person)) == 1
    still = [
        one.task_type async for one in store.facts.observations([one.bucket for one in seen]) if one.user == person.name
    ]
    mark = await store.changed.take()
    assert mark is not None
    assert {mark.key.task_type, *still} == {"summary", "classification"}
    assert await store.changed.count() == 1
