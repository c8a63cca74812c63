import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ratchet_common.events import Decision, PredictionMade, Usage
from ratchet_router.recording import NotRecordedError, Recorder, fitting
from tests.unit.router.fakes import FakeBus, FakeStore

EVENT = PredictionMade(
    tenant="acme",
    result_id=uuid4(),
    task_type="chat",
    unit="u",
    model="m",
    version_id="base",
    tier="fast",
    decision=Decision(assigned_by="routed"),
    outcome="ok",
    usage=Usage(),
    cost_usd=Decimal(0),
    latency_ms=1,
)


def recorder(bus: FakeBus, store: FakeStore, **how: Any) -> Recorder:
    given: dict[str, Any] = {"forgets": False, "patience_s": 0.05, "answer_unrecorded": False}
    return Recorder(bus.publish, store.hold, **given | how)


async def test_kafka_has_it_before_the_answer_goes_out() -> None:
    bus, store = FakeBus(), FakeStore()
    assert await recorder(bus, store).record(EVENT)
    ((topic, key, body),) = bus.sent
    assert (topic, key) == ("predictions", f"acme:{EVENT.result_id}".encode())
    assert msgspec.json.decode(body, type=PredictionMade) == EVENT
    assert not store.held


@pytest.mark.parametrize("bus", [FakeBus(away=True), FakeBus(hangs=True)])
async def test_what_kafka_does_not_take_in_time_goes_to_the_own_store(bus: FakeBus) -> None:
    store = FakeStore()
    assert await recorder(bus, store).record(EVENT)
    assert store.held == [EVENT]


async def test_after_a_failure_the_next_do_not_wait_for_kafka() -> None:
    bus, store = FakeBus(away=True), FakeStore()
    recording = recorder(bus, store)
    await recording.record(EVENT)
    bus.away = False
    await recording.record(EVENT)
    assert (len(store.held), len(bus.sent)) == (2, 0)


async def test_where_the_bus_forgets_everything_goes_through_the_store() -> None:
    bus, store = FakeBus(), FakeStore()
    assert await recorder(bus, store, forgets=True).record(EVENT)
    assert (len(store.held), len(bus.sent)) == (1, 0)


async def test_when_both_are_away_it_is_refused_with_a_time_to_come_again() -> None:
    store = FakeStore()
    store.away = True
    with pytest.raises(NotRecordedError) as refused:
        await recorder(FakeBus(away=True), store).record(EVENT)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "2")


async def test_or_a_setting_lets_the_answer_go_unrecorded() -> None:
    store = FakeStore()
    store.away = True
    assert not await recorder(FakeBus(away=True), store, answer_unrecorded=True).record(EVENT)


async def test_a_cancelled_request_is_recorded_behind_its_back() -> None:
    bus, store = FakeBus(hangs=True), FakeStore()
    recording = asyncio.create_task(recorder(bus, store).record_whatever_happens(EVENT))
    await asyncio.sleep(0)
    recording.cancel()
    with pytest.raises(asyncio.CancelledError):
        await recording
    await store.holds.wait()


def test_the_limit_counts_input_and_output_together() -> None:
    raw = msgspec.Raw(b'"12345678"')
    assert fitting(raw, "é" * 5, 20).text_omitted == ""
    assert fitting(raw, "é" * 5 + "x", 20).text_omitted == "too_large"
    assert fitting(raw, None, 10).text_omitted == ""


async def test_a_setting_lets_the_answer_go_before_its_event_is_safe() -> None:
    bus, store = FakeBus(hangs=True), FakeStore()
    recording = recorder(bus, store, first=False)
    assert await recording.record(EVENT)
    assert not store.held
    await recording.settled()
    assert store.held == [EVENT]


async def test_what_fails_behind_an_answer_is_settled_too() -> None:
    store = FakeStore()
    store.away = True
    recording = recorder(FakeBus(away=True), store, first=False)
    assert await recording.record(EVENT)
    await recording.settled()
    assert not store.held
