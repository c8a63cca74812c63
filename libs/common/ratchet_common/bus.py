"""Events out: one producer a process, topics made at the start."""

import asyncio
import random
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAlreadyExistsError, for_code

from ratchet_common import telemetry
from ratchet_common.errors import CannotStartError, RetryLaterError, TooLargeForTheBusError
from ratchet_common.kafka_access import access
from ratchet_common.settings import BusSettings
from ratchet_common.topics import DEAD_LETTERS_KEPT, TABLE, Topic
from ratchet_common.tracing import Tracing

IN_FLIGHT = 5_000  # 20,000 awaited at once end in time-outs
PATIENCE_AT_START_S = 60.0
BATCH_BYTES = 256 * 1024  # large batches cut p99 at high concurrency from 105-164 to 41-46 ms
LARGEST_EVENT_BYTES = 1024 * 1024  # Kafka's own default limit for a record batch


class Bus:
    """Publishes with acks=all. Start and stop it with `async with`."""

    def __init__(
        self, settings: BusSettings, *, patience_s: float = PATIENCE_AT_START_S, tracing: Tracing | None = None
    ) -> None:
        """`patience_s`: with a broker that does not answer yet."""
        self._settings, self._patience_s, self._tracing = settings, patience_s, tracing
        self._seconds: dict[tuple[str, str], Any] = {}  # cached children: `labels()` costs three times as much
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        await create_topics(self._settings, self._patience_s)
        self._producer = AIOKafkaProducer(
            **access(self._settings),
            acks="all",
            enable_idempotence=self._settings.kafka_idempotence,
            linger_ms=0,  # what comes while a request is on its way goes out with the next one as it is
            partitioner=by_crc32,
            max_batch_size=BATCH_BYTES,
            max_request_size=LARGEST_EVENT_BYTES + 64 * 1024,
            request_timeout_ms=10_000,
        )
        await self._producer.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._producer is not None:
            await self._producer.stop()

    async def publish(self, topic: str, key: bytes, body: bytes, headers: dict[str, bytes] | None = None) -> None:
        """Returns once the broker has it. Raises TooLargeForTheBusError, or RetryLaterError: it was not delivered."""
        sending = self._tracing.sending(topic, key, headers) if self._tracing is not None else None
        started, failed = time.perf_counter(), None
        try:
            await self._publish(topic, key, body, sending.headers if sending is not None else headers)
        except BaseException as error:
            failed = error
            raise
        finally:
            self._observe(topic, type(failed).__name__ if failed is not None else "", time.perf_counter() - started)
            if sending is not None:
                sending.end(failed)

    def _observe(self, topic: str, error: str, seconds: float) -> None:
        child = self._seconds.get((topic, error))
        if child is None:
            child = self._seconds[topic, error] = telemetry.SENT_SECONDS.labels("send", topic, error)
        child.observe(seconds)

    async def _publish(self, topic: str, key: bytes, body: bytes, headers: dict[str, bytes] | None) -> None:
        if self._producer is None:
            raise RetryLaterError("The connection to Kafka is not open.")
        async with self._places:
            try:
                acknowledged = await self._producer.send(
                    topic, body, key=key, headers=list(headers.items()) if headers else None
                )
                await acknowledged
            except MessageSizeTooLargeError as error:
                raise TooLargeForTheBusError(f"An event of {len(body):,} bytes is too large for {topic}.") from error
            except KafkaError as error:
                raise RetryLaterError(f"Kafka did not take an event for {topic}: {error!r}") from error

    async def reachable(self) -> None:
        """Raises RetryLaterError when no broker answers within 2 s."""
        if self._producer is None:
            raise RetryLaterError("The connection to Kafka is not open.")
        try:
            async with asyncio.timeout(2):
                if not await self._producer.client.force_metadata_update():
                    raise RetryLaterError("No Kafka broker answers.")
        except TimeoutError as error:
            raise RetryLaterError("No Kafka broker answered within 2 s.") from error


def by_crc32(key: bytes | None, partitions: Sequence[int], available: Sequence[int]) -> int:
    """As librdkafka does it. The murmur2 of Java's client takes, in Python, a third of what sending an event costs."""
    if key is None:
        return random.choice(available or partitions)  # noqa: S311  spreads load, hides nothing
    return partitions[crc32(key) % len(partitions)]


async def create_topics(settings: BusSettings, patience_s: float = PATIENCE_AT_START_S) -> None:
    """Makes every topic of the table that is not there yet, and its dead letters; waits a while for the broker."""
    admin = await _admin(settings, patience_s)
    try:
        wanted = {t.name: t for topic in TABLE for t in _rows(topic, settings)}
        there = set(await admin.list_topics())
        missing = [topic for name, topic in wanted.items() if name not in there]
        if missing:
            answer = await admin.create_topics(missing)
            _insist(answer.topic_errors)
    finally:
        await admin.close()


def _insist(errors: list[tuple[object, ...]]) -> None:
    for name, code, *_ in errors:
        kind = for_code(code)
        if code and kind is not TopicAlreadyExistsError:  # another replica was quicker
            raise CannotStartError(f"The Kafka topic {name} could not be made: {kind.__name__}. Make it by hand.")


async def _admin(settings: BusSettings, patience_s: float) -> AIOKafkaAdminClient:
    loop, way_in = asyncio.get_running_loop(), access(settings)
    end = loop.time() + patience_s
    while True:
        admin = AIOKafkaAdminClient(**way_in, request_timeout_ms=10_000)
        try:
            await admin.start()
        except KafkaError as error:
            await admin.close()
            if loop.time() > end:
                raise CannotStartError(
                    f"No Kafka broker lets us in at {settings.kafka_bootstrap_servers} ({type(error).__name__}): start "
                    "one there, or set KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL and what belongs to it."
                ) from error
            await asyncio.sleep(0.5)
        else:
            return admin


def _rows(topic: Topic, settings: BusSettings) -> tuple[NewTopic, NewTopic]:
    kept = {"cleanup.policy": "compact"} if topic.kept is None else {"retention.ms": _ms(topic.kept.total_seconds())}
    buried = {"retention.ms": _ms(DEAD_LETTERS_KEPT.total_seconds())}
    partitions, replication = settings.kafka_partitions, settings.kafka_replication
    if replication > 1:  # else acks=all would be content with one copy
        enough = {"min.insync.replicas": str(replication - 1 if replication > 2 else replication)}
        kept, buried = kept | enough, buried | enough
    return (
        NewTopic(topic.name, partitions, replication, topic_configs=kept),
        NewTopic(topic.dead_letters, 1, replication, topic_configs=buried),
    )


def _ms(seconds: float) -> str:
    return str(int(seconds * 1000))
