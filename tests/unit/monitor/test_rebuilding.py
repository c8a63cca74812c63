"""Promises 4 and 5: what comes twice counts once, and the order does not matter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_common.events import FeedbackJoined, PredictionMade
from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import Contents
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.intake import Intake
from ratchet_monitor.observations import ImplausibleError
from ratchet_monitor.rebuild import Rebuild
from tests.unit.monitor.make import EARLIER, EVENTS, HOUR, NOW, Said, joined, prediction, result_id
from tests.unit.monitor.memory import InMemoryBuckets, InMemoryFacts, InMemoryHours, InMemoryMarks

KEEPING = Keeping(timedelta(days=30), timedelta(days=400))
KEY = BucketKey("acme", "summary", HOUR)


class Monitor:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.facts, self.buckets = InMemoryFacts(), InMemoryBuckets()
        self.changed, self.to_compare = InMemoryHours(), InMemoryMarks[TaskKey]()
        self.intake = Intake(self.facts, self.changed, KEEPING, lambda: self.now)
        self.changed_days = InMemoryMarks[BucketKey]()
        self.rebuild = Rebuild(
            self.facts, self.buckets, KEEPING, self.changed, then=[self.to_compare], days=self.changed_days
        )

    async def hear(self, events: Sequence[Said]) -> None:
        await self.intake.predictions([event for event in events if isinstance(event, PredictionMade)])
        await self.intake.feedback([event for event in events if isinstance(event, FeedbackJoined)])

    async def built(self) -> dict[BucketKey, Contents]:
        while await self.rebuild.once(self.now):
            pass
        return self.buckets.written


@settings(deadline=None, max_examples=60)
@given(
    order=st.permutations(range(len(EVENTS))),
    again=st.lists(st.sampled_from(range(len(EVENTS))), max_size=20),
    size=st.integers(1, 12),
    rebuilt_between=st.booleans(),
)
async def test_any_order_and_any_repetition_gives_the_same_numbers(
    order: list[int], again: list[int], size: int, rebuilt_between: bool
) -> None:
    expected, monitor = Monitor(), Monitor()
    await expected.hear(EVENTS)
    deliveries = [EVENTS[n] for n in [*order, *again]]
    for start in range(0, len(deliveries), size):
        await monitor.hear(deliveries[start : start + size])
        if rebuilt_between:
            await monitor.rebuild.once(NOW)
    assert await monitor.built() == await expected.built()


async def test_feedback_before_its_prediction_counts_when_that_comes() -> None:
    monitor = Monitor()
    await monitor.hear([joined(1, 0.5)])
    assert await monitor.built() == {KEY: Contents()}
    await monitor.hear([prediction(1)])
    (cell,) = (await monitor.built())[KEY].cells
    assert (cell.tally.scored, cell.tally.score) == (1, 500_000)


async def test_a_hit_before_its_origin_saves_what_that_will_have_cost() -> None:
    monitor = Monitor()
    await monitor.hear([prediction(2, cached_from=result_id(1, EARLIER), cost_usd=Decimal(0))])
    await monitor.built()
    await monitor.hear([prediction(1, at=EARLIER)])
    (cell,) = (await monitor.built())[KEY._replace(hour=HOUR - timedelta(hours=3))].cells
    assert cell.tally.caching_saved == 2_000_000


async def test_a_mark_set_while_an_hour_is_built_stays() -> None:
    monitor = Monitor()
    await monitor.hear([prediction(1)])
    mark = await monitor.changed.take()
    assert mark is not None
    await monitor.hear([prediction(2)])
    await monitor.changed.done(mark)
    (cell,) = (await monitor.built())[KEY].cells
    assert cell.tally.predictions == 2


async def test_a_worker_that_was_overtaken_writes_nothing_and_the_hour_stays_marked() -> None:
    monitor = Monitor()
    await monitor.hear([prediction(1)])
    times, _ = await monitor.buckets.built(KEY)
    await monitor.rebuild.once(NOW)
    assert not await monitor.buckets.write(KEY, Contents(), after=times)
    assert (await monitor.built())[KEY].cells


async def test_what_comes_after_its_hour_was_sealed_is_counted_apart_and_once() -> None:
    long_ago = NOW - timedelta(days=31)
    monitor = Monitor()
    for _ in range(2):
        await monitor.hear([prediction(1, at=long_ago), joined(1, 0.5, at=long_ago), prediction(2)])
    assert len(monitor.facts.late) == 2
    assert set(await monitor.built()) == {KEY}


async def test_an_hour_whose_raw_data_are_gone_keeps_its_numbers() -> None:
    monitor = Monitor()
    await monitor.hear([prediction(1), prediction(2)])
    before = dict(await monitor.built())
    del monitor.facts.observed[result_id(1)]
    await monitor.changed.set({KEY})
    assert await monitor.built() == before


async def test_new_numbers_of_an_hour_are_a_reason_to_compare_again() -> None:
    monitor = Monitor()
    await monitor.hear([prediction(1)])
    await monitor.built()
    assert set(monitor.to_compare.marks) == {TaskKey("acme", "summary")}


async def test_there_is_nothing_to_compare_in_vectors() -> None:
    monitor = Monitor()
    await monitor.hear([prediction(1, task_type=EMBEDDING)])
    assert set(await monitor.built()) == {KEY._replace(task_type=EMBEDDING)}
    assert not monitor.to_compare.marks


async def test_a_batch_with_an_implausible_event_writes_nothing_of_it() -> None:
    monitor = Monitor()
    with pytest.raises(ImplausibleError):
        await monitor.hear([prediction(1), prediction(2, confidence=7.0)])
    assert not monitor.facts.observed
