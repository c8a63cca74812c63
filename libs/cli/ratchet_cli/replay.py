"""`ratchet replay`: dead letters go back to the topic that they came from, for the group that had buried them."""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord
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


def replay(topics: list[str], data_dir: Path, *, dry_run: bool, as_json: bool) -> None:
    unknown = sorted(set(topics) - BY_NAME.keys())
    if unknown:
        raise CannotStartError(f"There is no topic {unknown[0]}: take one of {', '.join(BY_NAME)}.")
    letters = [BY_NAME[name].dead_letters for name in topics or BY_NAME]
    counts = asyncio.run(_replay(letters, _settings(data_dir), dry_run=dry_run))
    if as_json:
        rows = [{"topic": t, "group": g, "reason": r, "letters": n} for (t, g, r), n in counts.items()]
        sys.stdout.write(json.dumps({"sent": not dry_run, "letters": rows}, indent=2) + "\n")
    else:
        _show(counts, dry_run=dry_run)


def _settings(data_dir: Path) -> BusSettings:
    """The bus that the environment names, or that of a running `ratchet up`."""
    running = data_dir / "stack.json"
    if "KAFKA_BOOTSTRAP_SERVERS" in os.environ or not running.exists():
        return load(BusSettings)
    servers = json.loads(running.read_text())["kafka"]
    plain = {"kafka_idempotence": False, "kafka_security_protocol": "PLAINTEXT"}
    return load(BusSettings, kafka_bootstrap_servers=servers, **plain)


async def _replay(letters: list[str], settings: BusSettings, *, dry_run: bool) -> Counter[tuple[str, str, str]]:
    """Commits what it has sent: a letter goes back once, however often this is run."""
    counts: Counter[tuple[str, str, str]] = Counter()
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
                for record in records:
                    counts[_what(record)] += 1
                if not dry_run:
                    await asyncio.gather(*(bring_back(record, bus.publish) for record in records))
                    await consumer.commit()
        finally:
            await consumer.stop()
    return counts


async def _some(consumer: AIOKafkaConsumer) -> list[ConsumerRecord]:
    parts = await consumer.getmany(timeout_ms=QUIET_MS, max_records=BATCH)
    return [record for records in parts.values() for record in records]


def _what(record: ConsumerRecord) -> tuple[str, str, str]:
    headers = dict(record.headers)
    topic, group, reason = (str(headers.get(f"ratchet-{name}", b"?"), "utf-8") for name in ("topic", "group", "reason"))
    return topic, group, reason


def _show(counts: Counter[tuple[str, str, str]], *, dry_run: bool) -> None:
    if not counts:
        Console().print("There are no dead letters that have not been sent again.")
        return
    table = Table("topic", "group", "reason", "letters", title="would be sent again" if dry_run else "sent again")
    for (topic, group, reason), count in counts.most_common():
        table.add_row(topic, group, reason, str(count))
    Console().print(table)
