"""Are costs exact to the cent over a million answers, through what is kept of hours and days, and asked for quickly?

A million answers over 30 days, five tasks and thousands of users become observations, sheets of hours, sheets of days
in the embedded store; the sums are compared with those of the events' exact decimals.
"""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from ratchet_cli.stack.start import start_stack
from ratchet_common import mongo
from ratchet_common.events import Attempt, Decision, PredictionMade, Savings, Usage
from ratchet_monitor.held import Held
from ratchet_monitor.hours import BucketKey, Keeping
from ratchet_monitor.ledger.asking import broken_down
from ratchet_monitor.ledger.breakdown import Breakdown
from ratchet_monitor.ledger.sheet import DIMENSIONS, Sheet, Summing
from ratchet_monitor.observations import NANO, observation_of
from ratchet_monitor.store.ledger import MongoLedger
from tests.bench.figure import Figure

ANSWERS: Final = 1_000_000
DAYS: Final = 30
TASKS: Final = ("summary", "qa", "classification", "entities", "chat")
MODELS: Final = tuple(f"model-{n}" for n in range(8))
USERS: Final = 5_000
QUESTIONS: Final = 40
START: Final = datetime(2026, 10, 1, tzinfo=UTC)
END: Final = START + timedelta(days=DAYS)
TENANT: Final = "bench"
KEEPING: Final = Keeping(timedelta(days=4_000), timedelta(days=4_000), timedelta(days=4_000))
CENT: Final = Decimal("0.01")


def run() -> list[Figure]:
    exact: dict[str, Decimal] = defaultdict(Decimal)
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder, start_stack(Path(folder) / "data") as stack:
        by_model, slowest, p95 = asyncio.run(_measured(stack.mongodb_url, exact))
    told = {one.key: Decimal(str(one.billed)) for one in by_model.items}
    off = max(abs(told[name] - cost) for name, cost in exact.items())
    total = abs(Decimal(str(by_model.total.billed)) - sum(exact.values()))
    print(
        f"costs: off by {total:.9f} USD of {sum(exact.values()):.2f}, by model {off:.9f}; p95 {p95:.0f} ms ({slowest})"
    )
    return [
        Figure(
            name="costs: furthest off exact decimal sums",
            value=float(max(off, total)),
            unit=f"USD (of {ANSWERS:,} answers; in all, and of each of {len(exact)} models)",
            goal="< .01",
            met=max(off, total) < CENT and told.keys() == exact.keys(),
        ),
        Figure(
            name="costs: p95 of a question by one dimension",
            value=round(p95, 1),
            unit=f"ms (30 days of {ANSWERS:,} answers, {USERS:,} users, embedded store; the slowest: {slowest})",
            goal="≤ 200 ms",
            met=p95 <= 200,
        ),
    ]


async def _measured(url: str, exact: dict[str, Decimal]) -> tuple[Breakdown, str, float]:
    client = mongo.connect(url)
    ledger = MongoLedger(mongo.database(client, "monitor"), KEEPING, Held())
    await ledger.create_indexes()
    for day in range(DAYS):
        for task in TASKS:
            await _keep(ledger, task, START + timedelta(days=day), exact)
    by_model = await _asked(ledger, "model")
    times: dict[str, list[float]] = {}
    for dimension in (*DIMENSIONS, "task"):
        for _ in range(QUESTIONS):
            started = time.perf_counter()
            await _asked(ledger, dimension)
            times.setdefault(dimension, []).append(1_000 * (time.perf_counter() - started))
    await client.close()
    p95 = {dimension: sorted(its)[int(0.95 * len(its))] for dimension, its in times.items()}
    slowest = max(p95, key=lambda dimension: p95[dimension])
    return by_model, slowest, p95[slowest]


async def _asked(ledger: MongoLedger, dimension: str) -> Breakdown:
    return await broken_down(ledger, TENANT, dimension, START, DAYS, "", 20, {})


async def _keep(ledger: MongoLedger, task: str, day: datetime, exact: dict[str, Decimal]) -> None:
    """A day's hours, each built of its events, then the day of its hours."""
    rng = random.Random(f"{task}/{day}")
    each = ANSWERS // (DAYS * len(TASKS) * 24) + 1
    left = ANSWERS // (DAYS * len(TASKS))
    key = BucketKey(TENANT, task, day)
    for hour in range(24):
        sheet = _sheet(_events(rng, task, day + timedelta(hours=hour), min(each, left)), exact)
        await ledger.of_hours.write(key._replace(hour=day + timedelta(hours=hour)), sheet, built=1)
        left -= min(each, left)
    await _extra(ledger, key, left, rng, exact)
    summing = Summing()
    async for sheet in ledger.hours_of(key):
        summing.include(sheet)
    await ledger.of_days.write(key, summing.sheet(), built=1)


async def _extra(ledger: MongoLedger, key: BucketKey, left: int, rng: random.Random, exact: dict[str, Decimal]) -> None:
    """Those that the hours did not take, so that there are as many as is said."""
    if left:
        sheet = _sheet(_events(rng, key.task_type, key.hour, left), exact)
        await ledger.of_hours.write(key._replace(hour=key.hour + timedelta(minutes=30)), sheet, built=1)


def _sheet(events: Iterator[PredictionMade], exact: dict[str, Decimal]) -> Sheet:
    summing = Summing()
    for event in events:
        exact[event.model] += event.cost_usd
        for attempt in event.attempts:
            exact[attempt.model] += attempt.cost_usd
        summing.observe(observation_of(event, END), 0)
    return summing.sheet()


def _events(rng: random.Random, task: str, hour: datetime, count: int) -> Iterator[PredictionMade]:
    """Prices of nine places: no cost of an answer is a whole number of what is counted in."""
    for number in range(count):
        usage = Usage(input_tokens=rng.randrange(50, 20_000), output_tokens=rng.randrange(1, 2_000))
        price = Decimal(rng.randrange(1, 10**10)) / NANO
        cost = (usage.input_tokens + 4 * usage.output_tokens) * price / 1_000_000
        at = hour + timedelta(seconds=rng.randrange(3_600))
        yield PredictionMade(
            tenant=TENANT,
            event_id=UUID(int=number),
            occurred_at=at,
            result_id=UUID(int=(int(at.timestamp() * 1_000) << 80) | (7 << 76) | (2 << 62) | rng.getrandbits(60)),
            task_type=task,
            unit="u",
            user=f"user-{int(USERS * rng.random() ** 2)}",
            document=f"document-{rng.randrange(20_000)}",
            template=f"{task}_v{rng.randrange(1, 4)}",
            model=rng.choice(MODELS),
            version_id="base",
            tier="fast",
            decision=Decision(assigned_by="routed"),
            outcome="ok",
            usage=usage,
            cost_usd=cost,
            premium_cost_usd=cost * 2,
            savings=Savings(batch_usd=cost / 3, reference_model="model-0", reference_usd=cost * 3),
            attempts=(Attempt(model=rng.choice(MODELS), latency_ms=1.0, error="timeout", cost_usd=cost / 7),)
            if rng.random() < 0.05
            else (),
            latency_ms=5.0,
        )
