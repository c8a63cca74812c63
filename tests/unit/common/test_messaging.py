import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

import msgspec
import pytest
from aiokafka import ConsumerRecord
from faststream.kafka import KafkaBroker

from ratchet_common.dead_letters import FOR_GROUP
from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_common.events import RetrainingFellDue
from ratchet_common.messaging import handle_batch, start_side_by_side
from ratchet_common.topics import RETRAIN_TRIGGERS
from tests.unit.common.records import record

GROUP = "trainer.retrain-triggers"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def due(tenant: str) -> bytes:
    return msgspec.json.encode(RetrainingFellDue(tenant=tenant, occurred_at=NOW, task_type="qa", reasons=("drift",)))


class Seen:
    """What reached the handler, and what was buried."""

    def __init__(self, trouble: Callable[[str], Exception | None] = lambda _: None) -> None:
        self.tenants: list[str] = []
        self.batches: list[int] = []
        self.buried: list[tuple[int, str]] = []
        self._trouble = trouble

    async def handle(self, events: Sequence[RetrainingFellDue]) -> None:
        self.batches.append(len(events))
        for event in events:
            error = self._trouble(event.tenant)
            if error is not None:
                raise error
        self.tenants += [event.tenant for event in events]

    async def bury(self, record: ConsumerRecord, reason: str) -> None:
        self.buried.append((record.offset, reason))

    async def take(self, *records: ConsumerRecord) -> None:
        await handle_batch(records, RETRAIN_TRIGGERS, GROUP, self.handle, self.bury)


async def test_a_batch_reaches_the_handler_as_a_whole() -> None:
    seen = Seen()
    await seen.take(record(due("a")), record(due("b")))
    assert (seen.tenants, seen.batches) == (["a", "b"], [2])


@pytest.mark.parametrize(
    "value",
    [
        b"",
        None,
        b"{",
        b"\xff",
        b"{}",
        b'{"type":"feedback.joined.v1","tenant":"a"}',
        b'{"type":"retraining.fell_due.v1","tenant":"a","task_type":5,"reasons":[]}',
        b'{"type":"retraining.fell_due.v1","tenant":"a","task_type":"\\ud800","reasons":[]}',
    ],
)
async def test_what_cannot_be_decoded_is_buried_and_the_rest_goes_on(value: bytes | None) -> None:
    seen = Seen()
    await seen.take(record(due("a")), record(value, offset=1), record(due("b")))
    assert (seen.tenants, [offset for offset, _ in seen.buried]) == (["a", "b"], [1])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b'{"tenant":"Ann"', "DecodeError"),
        (due("a").replace(b"qa", b"Ann \xff"), "UnicodeDecodeError"),
        (b'{"type":"Ann\'s diagnosis"}', "ValidationError at $.type"),
        (b'{"type":"Ann` - at `$.Ann"}', "ValidationError at $.type"),
        (due("a").replace(b'"drift"', b'"drift",{"Ann":1}'), "ValidationError at $.reasons[1]"),
        (due("a").replace(b"2026", b"Ann "), "ValidationError at $.occurred_at"),
        (b"{}", "ValidationError"),
        (b'{"Ann":' * 100_000, "RecursionError"),
    ],
)
async def test_the_reason_names_the_field_and_quotes_nothing(value: bytes, reason: str) -> None:
    seen = Seen()
    await seen.take(record(value))
    assert seen.buried == [(0, reason)]


async def test_fields_that_are_not_known_are_ignored() -> None:
    seen = Seen()
    await seen.take(record(due("a").replace(b"{", b'{"added":{"later":[1]},', 1)))
    assert (seen.tenants, seen.buried) == (["a"], [])


async def test_an_event_that_fails_alone_is_buried_with_its_kind_and_without_its_text() -> None:
    seen = Seen(lambda tenant: KeyError("Ann's diagnosis") if tenant == "bad" else None)
    await seen.take(record(due("a")), record(due("bad"), offset=1), record(due("b")))
    assert (seen.tenants, seen.buried) == (["a", "b"], [(1, "KeyError in the handler")])


async def test_a_bad_event_costs_its_batch_a_few_rounds_and_keeps_the_order() -> None:
    seen = Seen(lambda tenant: ValueError() if tenant == "bad" else None)
    await seen.take(*(record(due("bad" if n == 317 else f"{n:03}"), offset=n) for n in range(500)))
    assert [offset for offset, _ in seen.buried] == [317]
    assert seen.tenants == [f"{n:03}" for n in range(500) if n != 317]
    assert len(seen.batches) < 25


async def test_while_the_world_is_away_nothing_is_buried() -> None:
    tries = iter([RetryLaterError("away"), RetryLaterError("away")])
    seen = Seen(lambda _: next(tries, None))
    await seen.take(record(due("a")))
    assert (seen.tenants, seen.batches, seen.buried) == (["a"], [1, 1, 1], [])


async def test_a_world_that_stays_away_is_told_to_whoever_fetched_the_batch() -> None:
    seen = Seen(lambda _: RetryLaterError("away"))
    with pytest.raises(RetryLaterError):
        await seen.take(record(due("a")))
    assert (seen.tenants, seen.buried) == ([], [])


async def test_what_was_brought_back_for_another_group_is_passed_over() -> None:
    seen = Seen()
    mine, other = {FOR_GROUP: GROUP.encode()}, {FOR_GROUP: b"monitor.retrain-triggers"}
    await seen.take(record(due("a"), headers=other), record(due("b"), headers=mine))
    await seen.take(record(b"{", headers=other))
    assert (seen.tenants, seen.buried) == (["b"], [])


class Shut:
    """A broker that lets nobody into a group."""

    def __init__(self) -> None:
        self.subscribers = [self]

    async def connect(self) -> None:
        """It answers."""

    async def start(self) -> None:
        await asyncio.Event().wait()


async def test_a_group_that_lets_nobody_in_stops_a_start_in_words() -> None:
    with pytest.raises(CannotStartError, match="no consumer into its group"):
        await start_side_by_side(cast("KafkaBroker", Shut()), patience_s=0.01)
