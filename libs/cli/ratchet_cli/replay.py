"""`ratchet replay`: dead letters go back to the topic that they came from, for the group that had buried them."""

import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from rich.console import Console
from rich.table import Table

from ratchet_common.bus import Bus
from ratchet_common.dead_letters import bring_back
from ratchet_common.errors import CannotStartError
from ratchet_common.kafka_access import access
from ratchet_common.settings import BusSettings, load
from ratchet_common.topics import BY_NAME

GROUP = "replay"
QUIET_MS = 3_000  # no more letters for so long: all are read
BATCH = 200


@dataclass(slots=True)
class Found:
    letters: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by topic, group and reason
    buried_again: int = 0


def replay(topics: list[str], data_dir: Path, *, dry_run: bool, as_json: bool) -> None:
    unknown = sorted(set(topics) - BY_NAME.keys())
    if unknown:
        raise CannotStartError(f"There is no topic {unknown[0]}: take one of {', '.join(BY_NAME)}.")
    letters = [BY_NAME[name].dead_letters for name in topics or BY_NAME]
    found = asyncio.run(_replay(letters, _settings(data_dir), dry_run=dry_run))
    if as_json:
        rows = [{"topic": t, "group": g, "reason": r, "letters": n} for (t, g, r), n in found.letters.items()]
        said = {"sent": not dry_run, "letters": rows, "buried_again": found.buried_again}
        sys.stdout.write(json.dumps(said, indent=2) + "\n")
    else:
        _show(found, dry_run=dry_run)


def _settings(data_dir: Path) -> BusSettings:
    """The bus that the environment names, or that of a running `ratchet up`."""
    running = data_dir / "stack.json"
    if "KAFKA_BOOTSTRAP_SERVERS" in os.environ or not running.exists():
        return load(BusSettings)
    servers = json.loads(running.read_text())["kafka"]
    plain = {"kafka_idempotence": False, "kafka_security_protocol": "PLAINTEXT"}
    return load(BusSettings, kafka_bootstrap_servers=servers, **plain)


async def _replay(letters: list[str], settings: BusSettings, *, dry_run: bool) -> Found:
    """Commits what it has sent: a letter goes back once, however often this is run.

    What is buried after the start stays for the next time: else a letter whose cause is still there would go round.
    """
    found, started = Found(), datetime.now(UTC)
    async with Bus(settings) as bus:
        consumer = AIOKafkaConsumer(
            *letters,
            **access(settings),
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            while records := await _some(consumer):
                due = _due(records, started)
                found.letters.update(map(_what, due))
                found.buried_again += len(records) - len(due)
                consumer.pause(*{TopicPartition(r.topic, r.partition) for r in records if r not in due})
                if due and not dry_run:
                    await asyncio.gather(*(bring_back(record, bus.publish) for record in due))
                    await consumer.commit(_after(due))
        finally:
            await consumer.stop()
    return found


def _due(records: list[ConsumerRecord], started: datetime) -> list[ConsumerRecord]:
    """Of each topic those before the first that was buried after the start: nothing is passed over and forgotten."""
    due: list[ConsumerRecord] = []
    over: set[str] = set()
    for record in sorted(records, key=lambda r: int(r.offset)):
        if record.topic not in over and _buried_at(record) <= started:
            due.append(record)
        else:
            over.add(record.topic)
    return due


def _buried_at(record: ConsumerRecord) -> datetime:
    told = dict(record.headers).get("ratchet-time")
    return datetime.fromisoformat(told.decode()) if told else datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _after(records: list[ConsumerRecord]) -> dict[TopicPartition, int]:
    """Where to go on; each topic of letters has one partition."""
    return {TopicPartition(r.topic, r.partition): r.offset + 1 for r in sorted(records, key=lambda r: int(r.offset))}


async def _some(consumer: AIOKafkaConsumer) -> list[ConsumerRecord]:
    parts = await consumer.getmany(timeout_ms=QUIET_MS, max_records=BATCH)
    return [record for records in parts.values() for record in records]


def _what(record: ConsumerRecord) -> tuple[str, str, str]:
    headers = dict(record.headers)
    topic, group, reason = (str(headers.get(f"ratchet-{name}", b"?"), "utf-8") for name in ("topic", "group", "reason"))
    return topic, group, reason


def _show(found: Found, *, dry_run: bool) -> None:
    if not found.letters:
        Console().print("There are no dead letters from before this start that have not been sent again.")
        return
    table = Table("topic", "group", "reason", "letters", title="would be sent again" if dry_run else "sent again")
    for (topic, group, reason), count in found.letters.most_common():
        table.add_row(topic, group, reason, str(count))
    Console().print(table)
    if found.buried_again:
        Console().print(f"{found.buried_again} letters were buried meanwhile: what is wrong with them is still there.")
