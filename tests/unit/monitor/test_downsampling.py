"""Hours become days: the same numbers, whatever the order, and anew when an hour has changed."""

from datetime import timedelta

from ratchet_monitor.buckets import MAX_SPREADS, OTHERS, Build, Contents
from ratchet_monitor.downsampling import sum_up_once
from ratchet_monitor.hours import BucketKey, day_of
from ratchet_monitor.observations import Observation
from tests.unit.monitor.make import HOUR, NOW, observation
from tests.unit.monitor.memory import InMemoryBuckets, InMemoryMarks

TOMORROW = NOW + timedelta(days=1)


def contents_of(observations: list[Observation]) -> Contents:
    build = Build({}, {})
    for one in observations:
        build.add(one)
    return build.contents()


SEEN = [
    observation(n, latency_ms=3.0 * n, model=f"m{n % 3}", confidence=n / 60, output="x" * n, document_type="email")
    for n in range(60)
]


class Site:
    def __init__(self) -> None:
        self.hours, self.days, self.changed = InMemoryBuckets(), InMemoryBuckets(), InMemoryMarks[BucketKey]()

    async def write(self, hour: int, observations: list[Observation]) -> None:
        key = BucketKey("acme", "summary", day_of(NOW) + timedelta(hours=hour))
        times, _ = await self.hours.built(key)
        await self.hours.write(key, contents_of(observations), after=times)
        await self.changed.set({key.of_day})

    async def summed_up(self) -> Contents:
        while await sum_up_once(self.changed, self.hours, self.days, TOMORROW):
            pass
        return self.days.written[BucketKey("acme", "summary", day_of(NOW))]


async def test_a_day_is_what_its_hours_are_together() -> None:
    site = Site()
    for hour, start in enumerate(range(0, 60, 15)):
        await site.write(5 * hour, SEEN[start : start + 15])
    assert await site.summed_up() == contents_of(SEEN)
    assert not site.changed.marks


async def test_an_hour_that_changes_later_changes_its_day_and_counts_once() -> None:
    site = Site()
    await site.write(3, SEEN[:30])
    await site.write(4, SEEN[40:])
    await site.summed_up()
    await site.write(3, SEEN[:40])
    assert await site.summed_up() == contents_of(SEEN)


async def test_the_day_that_goes_on_is_not_summed_up() -> None:
    site = Site()
    await site.write(3, SEEN)
    assert not await sum_up_once(site.changed, site.hours, site.days, NOW)
    assert site.changed.marks


async def test_a_day_whose_hours_are_gone_stays_as_it_is() -> None:
    site = Site()
    await site.write(3, SEEN[:30])
    await site.write(4, SEEN[30:])
    before = await site.summed_up()
    del site.hours.written[BucketKey("acme", "summary", day_of(HOUR) + timedelta(hours=3))]
    await site.changed.set({BucketKey("acme", "summary", day_of(NOW))})
    assert await site.summed_up() == before


def test_the_spread_of_versions_beyond_the_limit_is_counted_as_one() -> None:
    found = contents_of([observation(n, model=f"model-{n:04}") for n in range(MAX_SPREADS + 20)])
    assert len(found.spreads) == MAX_SPREADS + 1
    (others,) = (one for one in found.spreads if one.speaker.model == OTHERS)
    assert others.spread.answered == 20
    assert sum(one.spread.answered for one in found.spreads) == MAX_SPREADS + 20


def test_only_answers_that_were_made_have_a_spread() -> None:
    failed, cached = observation(1, outcome="failed"), observation(2, cached_from=SEEN[0].result_id)
    assert contents_of([failed, cached]).spreads == ()
