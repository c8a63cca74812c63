"""Events in: whole batches, committed after the handler's write; what cannot be handled goes to the dead letters."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from ratchet_common import telemetry
from ratchet_common.background import described
from ratchet_common.dead_letters import FOR_GROUP
from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_common.events import Event
from ratchet_common.kafka_access import security_of
from ratchet_common.settings import BusSettings
from ratchet_common.topics import Topic
from ratchet_common.tracing import Tracing, buried

Handle = Callable[[Sequence[Any]], Awaitable[None]]
Bury = Callable[[ConsumerRecord, str], Awaitable[None]]  # (record, reason) to the dead letters
Pair = tuple[ConsumerRecord, Any]

PARTITION_BYTES = 2 * 1024 * 1024
# For handlers that burn CPU: with the client's own 5 minutes a slow batch would lose its partitions, and another member
# start it anew. Heartbeats go on beside the handler, so a process that died is missed within its session all the same.
POLL_INTERVAL_MS = 15 * 60 * 1000
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
PLACE = re.compile(r" - at `((?:key in )?\$[\w.\[\]]*)`\Z")  # names of our own fields; keys stand as [...]
HANDLER_PATIENCE_S = 5.0  # at a stop; then a handler is cancelled, and its batch comes again
STOP_PATIENCE_S = 15.0
JOIN_PATIENCE_S = 180.0
log = logging.getLogger(__name__)


class Reading(Protocol):
    """A subscriber of FastStream."""

    consumer: AIOKafkaConsumer | None


@dataclass(frozen=True, slots=True)
class Portion:
    """How much a handler is given at once. A single record that is larger than `fetched_bytes` comes alone."""

    records: int
    fetched_bytes: int  # in one answer of a broker


LARGE = Portion(500, 8 * 1024 * 1024)
SMALL = Portion(50, 512 * 1024)  # for handlers that take their time over each text


def consumer(settings: BusSettings) -> KafkaBroker:
    """A FastStream broker to subscribe with; `running` starts and stops it."""
    servers = settings.kafka_bootstrap_servers.split(",")
    return KafkaBroker(
        servers,
        security=security_of(settings),
        logger=None,
        enable_idempotence=False,
        graceful_timeout=HANDLER_PATIENCE_S,
    )


async def start_side_by_side(broker: KafkaBroker, patience_s: float = JOIN_PATIENCE_S) -> None:
    """Joins all groups at once. One after another they would wait for each other: Tansu takes half a session over each.

    Raises CannotStartError: Tansu lets nobody in any more where the leader of a group left within seconds of another
    member, and a start would wait for ever.
    """
    await broker.connect()
    try:
        async with asyncio.timeout(patience_s):
            await asyncio.gather(*(subscriber.start() for subscriber in broker.subscribers))
    except TimeoutError:
        raise CannotStartError(
            f"The broker has let no consumer into its group within {patience_s:.0f} s: start again, "
            "and look at the group's members there if that does not help."
        ) from None


async def stop_listening(broker: KafkaBroker) -> None:
    """Within some seconds: what was not committed is delivered again, so nothing is lost by leaving in a hurry."""
    try:
        async with asyncio.timeout(STOP_PATIENCE_S):
            await broker.stop()
    except TimeoutError:
        log.warning("The consumers did not leave their groups within %.0f s.", STOP_PATIENCE_S)


def subscribe(
    broker: KafkaBroker,
    topic: Topic,
    *,
    group: str,
    handle: Handle,
    bury: Bury,
    portion: Portion = LARGE,
    session_timeout_ms: int = 10_000,
    tracing: Tracing | None = None,
) -> Reading:
    """Feeds `handle` at least once with every event; it must not mind seeing one twice.

    Returns what holds the client's consumer, once it has started.
    """
    for counter in (telemetry.EVENTS_HANDLED, telemetry.EVENTS_BURIED):
        counter.labels(topic.name, group)  # there from the start: a rate sees no step that begins with one
    reading = broker.subscriber(
        topic.name,
        group_id=group,
        batch=True,
        max_records=portion.records,
        batch_timeout_ms=200,
        fetch_max_bytes=portion.fetched_bytes,
        max_partition_fetch_bytes=min(portion.fetched_bytes, PARTITION_BYTES),
        max_poll_interval_ms=POLL_INTERVAL_MS,
        session_timeout_ms=session_timeout_ms,
        heartbeat_interval_ms=session_timeout_ms * 3 // 10,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
        decoder=_as_it_came,
        title=f"{group}: {topic.name}",
    )

    @reading
    async def on_batch(message: KafkaMessage) -> None:
        try:
            await handle_batch(message.raw_message, topic, group, handle, bury, tracing)
        except RetryLaterError as error:
            log.warning("%s waits with a batch of %s: %s", group, topic.name, error)
            await message.nack()
        except Exception:  # the edge: whatever it was, the batch is not done
            await message.nack()  # back to its start: the next batch's ack would commit past it
            raise
        else:
            await message.ack()

    return reading


async def _as_it_came(message: KafkaMessage) -> Any:
    """FastStream would read each record as JSON once more: a quarter of what a batch costs."""
    return message.body


async def handle_batch(
    records: Sequence[ConsumerRecord],
    topic: Topic,
    group: str,
    handle: Handle,
    bury: Bury,
    tracing: Tracing | None = None,
) -> None:
    started, failed = time.perf_counter(), ""
    try:
        with tracing.processing(records, topic.name, group) if tracing is not None else nullcontext():
            await _handle_all(records, topic, group, handle, bury)
    except BaseException as error:
        failed = type(error).__name__
        raise
    finally:
        telemetry.PROCESS_SECONDS.labels(group, topic.name, failed).observe(time.perf_counter() - started)


async def _handle_all(records: Sequence[ConsumerRecord], topic: Topic, group: str, handle: Handle, bury: Bury) -> None:
    batch: list[Pair] = []
    decode = _decoder(topic.event).decode
    for record in records:
        if record.headers and not _is_for(record, group):
            continue
        try:
            batch.append((record, decode(record.value or b"")))
        except UNREADABLE as error:  # malformed or invalid: it will not get better
            await _bury(record, _unreadable(error), topic, group, bury)
    if batch:
        await _handle(batch, topic, group, handle, bury)
        telemetry.EVENTS_HANDLED.labels(topic.name, group).inc(len(batch))


def _is_for(record: ConsumerRecord, group: str) -> bool:
    """A replayed dead letter is for the group that buried it; the others have had it."""
    return all(value == group.encode() for name, value in record.headers if name == FOR_GROUP)


@cache
def _decoder(kind: type[Event]) -> "msgspec.json.Decoder[Event]":
    return msgspec.json.Decoder(kind)


def _unreadable(error: Exception) -> str:
    """Its kind, and the field where the event is not valid. The rest of its text may quote what people wrote."""
    field = PLACE.search(str(error)) if isinstance(error, msgspec.ValidationError) else None
    return type(error).__name__ + (f" at {field[1]}" if field else "")


async def _handle(batch: Sequence[Pair], topic: Topic, group: str, handle: Handle, bury: Bury) -> None:
    """One event that nobody foresaw must not stop the others: what fails is halved until it is alone."""
    try:
        await _patiently(handle, [event for _, event in batch])
    except RetryLaterError:
        raise
    except Exception as error:  # noqa: BLE001  buried with its kind: its text may be private
        middle = len(batch) // 2
        if middle:
            await _handle(batch[:middle], topic, group, handle, bury)
            await _handle(batch[middle:], topic, group, handle, bury)
            return
        log.error("%s cannot handle an event of %s: %s", group, topic.name, described(error))
        await _bury(batch[0][0], f"{type(error).__name__} in the handler", topic, group, bury)


async def _bury(record: ConsumerRecord, reason: str, topic: Topic, group: str, bury: Bury) -> None:
    buried(record, reason)
    await bury(record, reason)
    telemetry.EVENTS_BURIED.labels(topic.name, group).inc()


async def _patiently(handle: Handle, events: Sequence[Any], attempts: int = 5, pause: float = 0.25) -> None:
    """Pauses 4 s at most in all. What the handler itself takes, five times over, must stay below the poll interval."""
    for attempt in range(attempts):
        try:
            return await handle(events)
        except RetryLaterError:
            if attempt == attempts - 1:
                raise
        await asyncio.sleep(pause * 2**attempt)
    return None
