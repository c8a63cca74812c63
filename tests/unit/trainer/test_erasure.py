"""An erasure: who has reported, what is still on the bus, and what travels when it is asked for."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ratchet_common.events import ErasureAsked
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_common.topics import BY_NAME, EVERY_SERVICE
from ratchet_trainer.privacy.erasing import Erasing
from ratchet_trainer.privacy.erasure import SEGMENT, Erasure, ErasureState, HeldBy, LearnedBy, UsedBy, still_on_the_bus
from ratchet_trainer.privacy.hashing import Hashes
from tests.unit.trainer.make_data import NOW

HASHES = Hashes(b"salt" * 8)
ASKED = Erasure(uuid4(), "acme", "h", "ops", "", NOW, {})


def test_it_is_done_once_every_service_has_said_so() -> None:
    reported: dict[str, dict[str, int]] = {}
    for service in reversed(EVERY_SERVICE):
        assert replace(ASKED, removed=dict(reported)).state is ErasureState.ASKED
        assert service in replace(ASKED, removed=dict(reported)).waits_for
        reported[service] = {}
    assert replace(ASKED, removed=reported).state is ErasureState.DONE


def test_until_when_kafka_holds_something_is_told_by_how_long_topics_are_kept() -> None:
    lasting = {one.topic: one for one in still_on_the_bus(NOW)}
    assert lasting["predictions"].until == NOW + timedelta(days=7) + SEGMENT
    assert lasting["feedback"].until == NOW + timedelta(days=30) + SEGMENT
    assert lasting["predictions.dlq"].until == lasting["predictions"].until + timedelta(days=30) + SEGMENT
    assert all(one.holds for one in lasting.values())


def test_every_topic_whose_events_name_a_user_is_told_of() -> None:
    told = {one.topic.removesuffix(".dlq") for one in still_on_the_bus(NOW)}
    naming = {
        name
        for name, topic in BY_NAME.items()
        if {"user", "user_id"} & {field.name for field in msgspec.structs.fields(topic.event)}
    }
    assert told == naming


@dataclass
class Around:
    """The stores of the use case, in memory."""

    ids: set[bytes] = field(default_factory=set)
    added: list[tuple[Erasure, ErasureAsked]] = field(default_factory=list)
    marked: list[tuple[str, UUID, set[bytes]]] = field(default_factory=list)

    async def add(self, erasure: Erasure, event: ErasureAsked) -> None:
        self.added.append((erasure, event))

    async def find(self, tenant: str, erasure_id: UUID) -> Erasure | None:
        return next((e for e, _ in self.added if (e.tenant, e.erasure_id) == (tenant, erasure_id)), None)

    async def example_ids(self, person: Person) -> set[bytes]:
        return self.ids if person.name == HASHES.of("user", "acme", "ann") else set()

    async def mark(self, tenant: str, erasure_id: UUID, _: datetime, example_ids: set[bytes]) -> None:
        self.marked.append((tenant, erasure_id, example_ids))

    async def held_by(self, *_: object) -> list[HeldBy]:
        return [HeldBy("qa-0", 1)] if self.marked else []

    async def learned_by(self, *_: object) -> list[LearnedBy]:
        return []

    async def used_by(self, *_: object) -> list[UsedBy]:
        return []


def erasing(around: Any) -> Erasing:
    return Erasing(around, around, around, HASHES)


async def test_the_name_is_neither_kept_nor_sent() -> None:
    around = Around()
    await erasing(around).ask("acme", "ann@example.com", who="ops", why="", now=NOW)
    ((erasure, event),) = around.added
    assert erasure.user_hash == HASHES.of("user", "acme", "ann@example.com")
    assert (event.user, event.occurred_at) == (digest("acme", "ann@example.com"), NOW)
    assert "ann@" not in repr(around.added)
    assert erasure.user_hash not in repr(event)


async def test_what_held_the_user_is_marked_before_anything_goes_and_once_more_before_it_does() -> None:
    around = Around(ids={b"1"})
    uses = erasing(around)
    found = await uses.ask("acme", "ann", who="ops", why="", now=NOW)
    assert [held.dataset_id for held in found.datasets] == ["qa-0"]
    ((erasure, event),) = around.added
    assert await uses.name_in(event) == erasure.user_hash
    assert around.marked == [("acme", erasure.erasure_id, {b"1"})] * 2


async def test_of_nobody_nothing_is_marked_and_another_tenants_erasure_is_not_ours() -> None:
    around = Around(ids={b"1"})
    uses = erasing(around)
    assert not (await uses.ask("acme", "nobody", who="ops", why="", now=NOW)).datasets
    assert not around.marked
    ((_, event),) = around.added
    assert await uses.name_in(msgspec.structs.replace(event, tenant="globex")) is None
