"""Events into the monitor at volume: what one costs without the store, from the bytes of a record to the documents that
would be inserted; and from a real Kafka by three of one group into the embedded store (volume/three_of_a_group.py).

Where Java, Maven or the public data are missing, what needs them is left out, and the bench says so.
RATCHET_BENCH_EVENTS makes the events fewer; what is promised of memory is promised of a million.
"""

import asyncio
import json
import os
import statistics
import time
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from ratchet_cli.importing import progress_bar
from ratchet_common.collecting import settle
from ratchet_common.errors import CannotStartError
from ratchet_common.forgetting import Forgetting
from ratchet_common.messaging import LARGE, handle_batch
from ratchet_common.topics import PREDICTIONS
from ratchet_monitor.intake import Intake
from ratchet_monitor.measuring import Measuring
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.unlinking import of_nobody
from tests.bench.cores import resident_mb
from tests.bench.figure import Figure
from tests.bench.public_data import DataMissingError
from tests.bench.volume.events import event
from tests.bench.volume.nowhere import Nobody, Nowhere, Unmarked
from tests.bench.volume.three_of_a_group import GROUP, from_kafka

MILLION: Final = 1_000_000
EVENTS: Final = int(os.environ.get("RATCHET_BENCH_EVENTS", MILLION))
GOAL_A_CORE: Final = 20_000
GROWTH_MB: Final = 16.0


def run() -> list[Figure]:
    figures = asyncio.run(_without_the_store())
    try:
        figures += from_kafka(EVENTS)
    except (CannotStartError, DataMissingError) as error:
        print(f"Left out, events from a real Kafka: {error}")
    return figures


async def _without_the_store() -> list[Figure]:
    """As the consumer of a replica handles its batches; what they say of time is told of this process alone."""
    settings = MonitorSettings.model_construct()
    measuring = Measuring(bytes(32), settings.measured_at_once)
    intake = Intake(Nowhere(), Unmarked(), settings.keeping, measuring=measuring, streams=Unmarked())
    handle = Forgetting(Nobody(), {}).sparing(intake.predictions, instead=of_nobody)
    settle()  # as a service does after its start
    wall, early, took, read = 0.0, 0.0, list[float](), list[float]()  # CPU of each batch, for an event
    with progress_bar() as progress:
        bar = progress.add_task("events without the store", total=EVENTS)
        for start in range(0, EVENTS, LARGE.records):
            batch = [_record(number) for number in range(start, min(start + LARGE.records, EVENTS))]
            began, at = time.thread_time(), time.perf_counter()  # the bar has a thread of its own
            await handle_batch(batch, PREDICTIONS, GROUP, handle, _bury)
            took.append((time.thread_time() - began) / len(batch))
            wall += time.perf_counter() - at
            began = time.thread_time()
            for record in batch:
                json.loads(record.value or b"")
            read.append((time.thread_time() - began) / len(batch))
            progress.advance(bar, len(batch))
            if not early and start >= EVENTS // 10:
                early = resident_mb(os.getpid())
    rate, grown, of_all = 1 / statistics.fmean(took), resident_mb(os.getpid()) - early, EVENTS >= MILLION
    undisturbed = 1 / sorted(took)[len(took) // 10]  # others on the machine make a core slower, never faster
    return [
        Figure(
            "monitor: events a core without the store",
            rate,
            f"events/s of CPU ({EVENTS / wall:,.0f} by the clock; the fastest tenth of batches {undisturbed:,.0f})",
            f"≥ {GOAL_A_CORE:,}",
            rate >= GOAL_A_CORE,
            f"json.loads of the same records, and nothing more: {1 / statistics.fmean(read):,.0f}/s in the same run",
        ),
        Figure(
            "monitor: memory grown over nine tenths of the events without the store",
            grown,
            f"MB resident, from event {EVENTS // 10:,} to {EVENTS:,}",
            f"≤ {GROWTH_MB:g}" if of_all else "",
            grown <= GROWTH_MB if of_all else None,
        ),
    ]


def _record(number: int) -> "ConsumerRecord[bytes, bytes]":
    made = event(number)
    key, value = PREDICTIONS.key(made).encode(), msgspec.json.encode(made)
    return ConsumerRecord(PREDICTIONS.name, 0, number, 0, 0, key, value, None, len(key), len(value), ())


async def _bury(record: ConsumerRecord, reason: str) -> None:
    raise RuntimeError(f"Event {record.offset} of the bench cannot be handled: {reason}")
