"""Kafka records for the tests."""

from aiokafka import ConsumerRecord


def record(
    value: bytes | None = b"{}",
    *,
    topic: str = "predictions",
    partition: int = 0,
    offset: int = 0,
    key: bytes | None = b"acme:1",
    headers: dict[str, bytes] | None = None,
) -> ConsumerRecord:
    sizes = len(key or b""), len(value or b"")
    return ConsumerRecord(topic, partition, offset, 0, 0, key, value, None, *sizes, tuple((headers or {}).items()))
