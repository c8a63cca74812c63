"""How far a consumer is behind: events of its partitions that are there and not committed."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition


async def lag_of(consumer: AIOKafkaConsumer | None) -> float | None:
    """None: it has not started, or has no partition now. Raises KafkaError."""
    assigned = list(consumer.assignment()) if consumer is not None else []
    if consumer is None or not assigned:
        return None
    ends = await consumer.end_offsets(assigned)
    begin = await consumer.beginning_offsets(assigned)
    done = await asyncio.gather(*(_committed(consumer, partition, begin[partition]) for partition in assigned))
    return float(sum(max(0, ends[partition] - at) for partition, at in zip(assigned, done, strict=True)))


async def _committed(consumer: AIOKafkaConsumer, partition: TopicPartition, beginning: int) -> int:
    """Where nothing is committed yet all of it waits: its position may be behind a batch that is never done."""
    committed = await consumer.committed(partition)
    return int(committed if committed is not None else beginning)
