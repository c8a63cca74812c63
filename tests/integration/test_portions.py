"""How much a handler is given at once, on the real broker."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
from aiokafka import ConsumerRecord

from ratchet_common.bus import Bus
from ratchet_common.events import PredictionMade
from ratchet_common.messaging import LARGE, SMALL, Handle, Portion, consumer, start_side_by_side, subscribe
from ratchet_common.service import Connections, connections
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import DOCUMENTS, ERASURES, FEEDBACK, FORGOTTEN, PREDICTIONS, SHADOWS, Topic
from ratchet_trainer.data import data_of
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import SettingsFor
from tests.patience import PATIENCE_S
from tests.unit.feedback.said import prediction

MANY = 300
OUTSIZE = SMALL.fetched_bytes + 200_000


async def bury(record: ConsumerRecord, reason: str) -> None:
    """Of other tests' topics nothing is asked."""


async def test_portions_are_small_and_what_is_larger_than_one_comes_through(settings_for: SettingsFor) -> None:
    settings, tenant = settings_for(CommonSettings), f"portions-{uuid4().hex[:8]}"
    made = [prediction(tenant) for _ in range(MANY)]
    made[MANY // 2] = prediction(tenant, output="x" * OUTSIZE)
    portions: dict[Portion, list[int]] = {LARGE: [], SMALL: []}
    heard: dict[Portion, set[Any]] = {LARGE: set(), SMALL: set()}

    def hear(broker: Any, portion: Portion) -> None:
        async def handle(events: Sequence[PredictionMade]) -> None:
            portions[portion].append(len(events))
            heard[portion] |= {event.result_id for event in events if event.tenant == tenant}

        group = f"{tenant}.{portion.records}"
        session = settings.kafka_session_timeout_ms
        how: Any = {"bury": bury, "portion": portion, "session_timeout_ms": session}
        subscribe(broker, PREDICTIONS, group=group, handle=handle, **how)

    async with asyncio.timeout(PATIENCE_S), Bus(settings) as bus:
        for event in made:
            await bus.publish(PREDICTIONS.name, PREDICTIONS.key(event).encode(), msgspec.json.encode(event))
        listening = consumer(settings)
        for portion in heard:
            hear(listening, portion)
        await start_side_by_side(listening)
        for ids in heard.values():
            await _until_all(ids, made)
        await listening.stop()
    assert max(portions[SMALL]) <= SMALL.records < max(portions[LARGE])


async def _until_all(heard: set[Any], made: list[PredictionMade]) -> None:
    wanted = {event.result_id for event in made}
    while True:
        if heard >= wanted:
            return
        await asyncio.sleep(0.1)


@dataclass(frozen=True)
class Listed(Connections):
    """Notes what is heard instead of hearing it."""

    portions: dict[str, Portion] = field(default_factory=dict)

    def hear(self, topic: Topic, _handle: Handle, portion: Portion = LARGE) -> None:
        self.portions[topic.name] = portion


async def test_the_trainer_scrubs_in_small_portions(settings_for: SettingsFor) -> None:
    settings = settings_for(TrainerSettings)
    assert isinstance(settings, TrainerSettings)
    async with connections(f"trainer-{uuid4().hex[:8]}", settings) as its:
        listed = Listed(**vars(its))
        await data_of(listed, settings)
        await its.database.client.drop_database(its.name)
    with_texts = {topic.name: SMALL for topic in (PREDICTIONS, SHADOWS, FEEDBACK)}
    without = dict.fromkeys((DOCUMENTS.name, ERASURES.name, FORGOTTEN.name), LARGE)
    assert listed.portions == with_texts | without
