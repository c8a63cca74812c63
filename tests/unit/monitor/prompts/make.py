"""Days of answers by templates."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import Build, Cell, Contents, Kind, Period, Tally
from ratchet_monitor.counted import Counted
from ratchet_monitor.histogram import bin_of
from ratchet_monitor.prompts.grouping import uses_of
from ratchet_monitor.prompts.uses import Uses
from ratchet_monitor.scores import Scored
from tests.unit.monitor.make import observation, result_id

DAY = timedelta(days=1)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 20
OfDay = Callable[[random.Random], float]


@dataclass(frozen=True)
class Made:
    """`scored`: as many of the answers of each day have a score."""

    template: str
    each_day: int = 20
    scored: int = 5
    good: float = 0.8
    document_type: str = "email"
    task_type: str = "summary"
    model: str = "small-model"
    usd: float = 0.002
    failing: float = 0.0
    days: Sequence[int] = range(DAYS)
    cached: bool = False


def periods(made: Iterable[Made], seed: int = 1, of_day: OfDay = lambda _: 1.0) -> list[Period]:
    """`of_day`: drawn once a day, a factor of all its costs."""
    drawn, number, found = random.Random(seed), 0, []
    factors = [of_day(drawn) for _ in range(DAYS)]
    for one in made:
        for day in one.days:
            at, scores, seen = SINCE + day * DAY + timedelta(hours=9), {}, []
            for place in range(one.each_day):
                number += 1
                usd = max(0.0, one.usd * factors[day] * drawn.uniform(0.5, 1.5))
                failed = drawn.random() < one.failing
                seen.append(
                    observation(
                        number,
                        seen_at=at,
                        at=at,
                        template=one.template,
                        document_type=one.document_type,
                        task_type=one.task_type,
                        model=one.model,
                        cost_usd=Decimal(f"{usd:.9f}"),
                        outcome="failed" if failed else "ok",
                        cached_from=result_id(1) if one.cached else None,
                    )
                )
                if place < one.scored and not failed:
                    score = drawn.random() < one.good
                    scores[result_id(number, at)] = Scored(int(score) * 1_000_000, 0, 1)
            build = Build(scores, {})
            for observed in seen:
                build.add(observed)
            found.append(Period(one.task_type, SINCE + day * DAY, build.contents()))
    return found


def uses(*made: Made, seed: int = 1, of_day: OfDay = lambda _: 1.0) -> dict[str, Uses]:
    return uses_in(periods(made, seed, of_day))


def uses_in(found: Iterable[Period]) -> dict[str, Uses]:
    counted = Counted(Blocks(SINCE, SINCE + DAYS * DAY))
    for period in found:
        include(counted, period)
    return uses_of(counted)


def include(counted: Counted, period: Period) -> None:
    counted.add(period.task_type, period.start, period.contents.cells)


def summed_uses(
    *made: Made, seed: int = 1, of_day: Callable[[random.Random], float] = lambda _: 1.0
) -> dict[str, Uses]:
    """As `uses`, of sums that are drawn and not of single answers: for many runs."""
    return uses_in(summed_periods(*made, seed=seed, of_day=of_day))


def summed_periods(*made: Made, seed: int = 1, of_day: OfDay = lambda _: 1.0) -> list[Period]:
    drawn = random.Random(seed)
    factors = [of_day(drawn) for _ in range(DAYS)]
    return [_summed(one, day, factors[day], drawn) for one in made for day in one.days]


def _summed(made: Made, day: int, factor: float, drawn: random.Random) -> Period:
    failed = sum(drawn.random() < made.failing for _ in range(made.each_day))
    good = sum(drawn.random() < made.good for _ in range(made.scored))
    answered = made.each_day - failed
    tally = Tally(
        predictions=made.each_day,
        failed=failed,
        answered=answered,
        cost=sum(round(made.usd * factor * drawn.uniform(0.5, 1.5) * 1e9) for _ in range(made.each_day)),
        latency=sum(drawn.randrange(100_000, 300_000) for _ in range(answered)),
        latencies={bin_of(200_000): answered} if answered else {},
        scored=made.scored,
        score=good * 1_000_000,
        strata={0: (answered, made.scored, good * 1_000_000, good * 1_000_000)},
    )
    kind = Kind("base", made.model, "fast", made.template, "direct", made.document_type, made.cached)
    return Period(made.task_type, SINCE + day * DAY, Contents((Cell(kind, tally),)))
