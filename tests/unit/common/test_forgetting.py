"""A service forgets: what goes, what is turned away afterwards, and what is not touched."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import ErasureAsked, FeedbackJoined, PredictionMade
from ratchet_common.forgetting import Forgetting
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest, mentions
from tests.unit.trainer.make_data import made, said

THEN = datetime(2026, 11, 26, 12, tzinfo=UTC)
BEFORE, AFTER = THEN - timedelta(hours=1), THEN + timedelta(hours=1)
ANN = Person("acme", digest("acme", "ann"), THEN)


@dataclass
class Notes:
    """Who is forgotten, in memory."""

    until: dict[tuple[str, str], datetime] = field(default_factory=dict)
    done: dict[UUID, dict[str, int]] = field(default_factory=dict)
    counts: dict[UUID, dict[str, int]] = field(default_factory=dict)

    async def begin(self, person: Person, erasure_id: UUID) -> bool:
        known = self.until.get((person.tenant, person.name), person.asked_at)
        self.until[person.tenant, person.name] = max(known, person.asked_at)
        return erasure_id not in self.done

    async def count(self, _: Person, erasure_id: UUID, kind: str, removed: int) -> None:
        counts = self.counts.setdefault(erasure_id, {})
        counts[kind] = counts.get(kind, 0) + removed

    async def end(self, _: Person, erasure_id: UUID) -> None:
        self.done[erasure_id] = self.counts.pop(erasure_id, {})

    async def among(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
        return {name: self.until[name] for name in names if name in self.until}


@dataclass
class Shelf:
    """Things of people, which go two at a time. `breaks`: so often in the middle."""

    things: list[str] = field(default_factory=list)
    breaks: int = 0

    async def remove(self, person: Person) -> AsyncIterator[int]:
        while person.name in self.things:
            mine = [one for one in self.things if one == person.name][:2]
            for one in mine:
                self.things.remove(one)
            yield len(mine)
            if self.breaks:
                self.breaks -= 1
                raise ConnectionError


def asked(name: str = "ann", tenant: str = "acme", at: datetime = THEN) -> ErasureAsked:
    return ErasureAsked(tenant=tenant, occurred_at=at, erasure_id=uuid4(), user=digest(tenant, name))


def forgetting(shelf: Shelf | None = None) -> tuple[Forgetting, Notes]:
    notes = Notes()
    return Forgetting(notes, {"things": (shelf or Shelf()).remove}), notes


async def test_all_that_is_his_goes_and_is_counted() -> None:
    shelf = Shelf([ANN.name] * 5 + ["bob"])
    forgets, notes = forgetting(shelf)
    erasure = asked()
    await forgets.on_erasures([erasure])
    assert shelf.things == ["bob"]
    assert notes.done == {erasure.erasure_id: {"things": 5}}


async def test_the_same_erasure_again_leaves_alone_what_came_since() -> None:
    shelf = Shelf([ANN.name])
    forgets, notes = forgetting(shelf)
    erasure = asked()
    await forgets.on_erasures([erasure])
    shelf.things.append(ANN.name)
    await forgets.on_erasures([erasure])
    assert shelf.things == [ANN.name]
    await forgets.on_erasures([asked(at=AFTER)])
    assert shelf.things == []
    assert [*notes.done.values()] == [{"things": 1}, {"things": 1}]


async def test_one_that_broke_off_goes_on_where_it_was_and_is_done_once() -> None:
    shelf = Shelf([ANN.name] * 7, breaks=2)
    forgets, notes = forgetting(shelf)
    erasure = asked()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await forgets.on_erasures([erasure])
        assert notes.done == {}
    await forgets.on_erasures([erasure])
    assert notes.done == {erasure.erasure_id: {"things": 7}}


async def taken(events: Sequence[Any]) -> list[Any]:
    """What a handler gets of them once ann of acme is forgotten."""
    forgets, _ = forgetting()
    await forgets.on_erasures([asked()])
    got: list[Any] = []

    async def handle(some: Sequence[Any]) -> None:
        got.extend(some)

    await forgets.sparing(handle)(events)
    return got


async def test_old_answers_are_turned_away_and_new_ones_and_those_of_others_are_not() -> None:
    stay = [
        made(user="ann", occurred_at=AFTER),
        made(user="bob", occurred_at=BEFORE),
        made(user=None, occurred_at=BEFORE),
        made(user="ann", tenant="globex", occurred_at=BEFORE),
    ]
    assert await taken([made(user="ann", occurred_at=BEFORE), made(user="ann", occurred_at=THEN), *stay]) == stay
    assert await taken([made(user="ann", occurred_at=BEFORE)]) == []


async def test_feedback_goes_with_who_said_it_and_with_who_had_asked() -> None:
    """By when it was said, and when it was answered: it may have been joined after the erasure."""
    joined = {"occurred_at": AFTER, "answered_at": BEFORE}
    stays = [
        said(user_id="ann", said_at=AFTER, user="bob", **joined),
        said(user_id="bob", said_at=AFTER, user="ann", occurred_at=AFTER, answered_at=AFTER),
    ]
    goes = [
        said(user_id="ann", said_at=BEFORE, user="bob", **joined),
        said(user_id="bob", said_at=AFTER, user="ann", **joined),
    ]
    assert await taken([*goes, *stays]) == stays


async def test_what_comes_in_while_somebody_is_being_forgotten_is_looked_for_once_more() -> None:
    shelf = Shelf()
    forgets, _ = forgetting(shelf)

    async def slow(events: Sequence[PredictionMade]) -> None:
        await forgets.on_erasures([asked()])  # by another replica, after this one had looked
        shelf.things += [ANN.name for _ in events]

    await forgets.sparing(slow)([made(user="ann", occurred_at=BEFORE)])
    assert shelf.things == []


async def test_what_an_attempt_has_written_that_failed_is_looked_for_by_the_next_one() -> None:
    """Which turns the event away: another replica has forgotten its user in between."""
    shelf = Shelf()
    forgets, _ = forgetting(shelf)

    async def fails(events: Sequence[PredictionMade]) -> None:
        await forgets.on_erasures([asked()])
        shelf.things += [ANN.name for _ in events]
        raise RetryLaterError("The store broke off.")

    event, mine = made(user="ann", occurred_at=BEFORE), forgets.sparing(fails)
    with pytest.raises(RetryLaterError):
        await mine([event])
    assert shelf.things == [ANN.name]
    await mine([event])
    assert shelf.things == []


async def test_where_everything_counts_it_is_handled_as_of_nobody() -> None:
    forgets, _ = forgetting()
    await forgets.on_erasures([asked()])
    got: list[PredictionMade] = []

    async def handle(events: Sequence[PredictionMade]) -> None:
        got.extend(events)

    nobody = forgets.sparing(handle, instead=lambda event: msgspec.structs.replace(event, user=None))
    await nobody([made(user="ann", occurred_at=BEFORE), made(user="bob", occurred_at=BEFORE)])
    assert [event.user for event in got] == [None, "bob"]


async def test_an_erasure_that_the_service_does_not_know_is_passed_over() -> None:
    async def unknown(_: ErasureAsked) -> None:
        return None

    notes, shelf = Notes(), Shelf([ANN.name])
    await Forgetting(notes, {"things": shelf.remove}, name_in=unknown).on_erasures([asked()])
    assert (shelf.things, notes.done) == ([ANN.name], {})


@given(st.text(), st.text(), st.text(), st.text())
def test_a_digest_is_of_one_tenants_user_alone(tenant: str, user: str, other_tenant: str, other: str) -> None:
    assert (digest(tenant, user) == digest(other_tenant, other)) == ((tenant, user) == (other_tenant, other))


def test_of_an_event_without_times_of_its_own_its_own_time_counts() -> None:
    event: FeedbackJoined = said(user_id="bob", user="ann", occurred_at=THEN)
    assert mentions(event) == [("acme", "bob", THEN), ("acme", "ann", THEN)]
    assert mentions(made(user=None)) == []
