"""What is told out of hours and days is what the pieces say, whatever happens to these, and whenever."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ratchet_feedback.groups import GroupedBy
from ratchet_feedback.opportunities import Rated, Touched, opportunities
from ratchet_feedback.rollups import telling
from ratchet_feedback.rollups.hearing import Heard
from ratchet_feedback.rollups.pieces import OTHERS, Kind, Piece
from ratchet_feedback.rollups.spans import HOUR, as_one, hour_at, hour_of, parts
from ratchet_feedback.rollups.sums import Rollup
from ratchet_feedback.rollups.sweeping import BETWEEN
from ratchet_feedback.store.documents import place
from ratchet_feedback.store.rollups import decoded, encoded
from ratchet_feedback.summary import Scope, figures
from tests.unit.feedback import counted_one_by_one as one_by_one
from tests.unit.feedback.pieces_in_memory import TENANT, InMemory, in_time, result_of
from tests.unit.feedback.sweeps_in_memory import Sweeping

BEGAN = datetime(2026, 11, 20, 22, 17, tzinfo=UTC)
ISSUES = ("wrong_facts", "too_long", "other")
USERS = ("ann", "bob", "eve")
SCOPES = (Scope(), Scope("qa"), Scope(document_type="email"), Scope("summary", model="large"), Scope(template="t2"))


def kind_of(about: bytes) -> Kind:
    """As an answer has it, whoever speaks of it."""
    chance = random.Random(about)
    task, type_ = chance.choice(("qa", "summary")), chance.choice((None, "email"))
    return Kind(task, type_, chance.choice(("small", "large")), "base", chance.choice((None, "t1", "t2")))


def piece(chance: random.Random, about: bytes, at: datetime, **fields: Any) -> Piece:
    where = f"{place(at)}{chance.getrandbits(80):020x}"
    given: dict[str, Any] = {
        "about": about,
        "result_id": result_of(about),
        "place": where,
        "state": "pending",
        "kind": Kind(),
    }
    return Piece(**given | fields)


def saying(chance: random.Random, about: bytes, at: datetime) -> Piece:
    issues = tuple(chance.sample(ISSUES, chance.choice((0, 0, 1, 2))))
    rating = "negative" if issues else chance.choice(("positive", "neutral", "negative", None))
    stars = chance.choice((None, 2)) if rating == "negative" else None
    return piece(chance, about, at, rating=rating, stars=stars, issues=issues, corrected=chance.random() < 0.2)


def voice(chance: random.Random) -> dict[str, Any]:
    """What else than a word it may be."""
    if chance.random() < 0.5:
        return {"signal": chance.choice(("copied", "kept"))}
    return {"of_session": True, "weight": chance.choice((1.0, 0.5, 0.25))}


class Life:
    """Of a tenant's feedback, step by step."""

    def __init__(self, seed: int) -> None:
        self.chance, self.now, self.store = random.Random(seed), BEGAN, InMemory()
        self.answers = [UUID(int=self.chance.getrandbits(128)).bytes for _ in range(40)]

    async def goes_on(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((1, 7, 40, 150)))
        await self.chance.choice([self._say, self._say, self._say, self._join, self._join, self._change])()
        if self.chance.random() < 0.02:
            await self.store.erase(self.chance.choice(USERS), self.now)
        if self.chance.random() < 0.5:
            await self.store.mark(self.now)
        if self.chance.random() < 0.2:
            await self.store.add_up(self.now)

    async def _say(self) -> None:
        about, user = self.chance.choice(self.answers), self.chance.choice(USERS)
        said = saying(self.chance, about, self.now)
        self.store.say(about + user.encode(), user, said)
        if self.chance.random() < 0.7:
            await self._joins(about + user.encode())
        if self.chance.random() < 0.3:
            weak = piece(self.chance, about, self.now, state="joined", kind=kind_of(about), rating="positive")
            fields = voice(self.chance)
            key = about + user.encode() + next(iter(fields)).encode()
            self.store.say(key, user, replace(weak, **fields))

    async def _join(self) -> None:
        waiting = [key for key, its in self.store.kept.items() if its.piece.state == "pending"]
        if waiting:
            await self._joins(self.chance.choice(waiting))

    async def _joins(self, key: bytes) -> None:
        score = self.chance.choice((None, 0.0, 0.25, 0.5, 0.75, 1.0))
        self.store.change(key, state="joined", kind=kind_of(key[:16]), score=score)

    async def _change(self) -> None:
        """An earlier one expires, or counts less."""
        if self.store.kept:
            key = self.chance.choice(list(self.store.kept))
            its = self.store.kept[key].piece
            fields = {"weight": its.weight / 2} if its.of_session else {"state": "expired"}
            if its.of_session or its.state == "pending":
                self.store.change(key, **fields)


@pytest.mark.parametrize("seed", range(6))
async def test_hours_and_days_tell_what_the_pieces_say(seed: int) -> None:
    life = Life(seed)
    for step in range(260):
        await life.goes_on()
        if step % 20 == 19:
            if life.chance.random() < 0.3:
                await life.store.share(await life.store.changed(500))  # and a crash before their hours are marked
            await life.store.mark(life.now)  # answers are known to be spoken of by several once this has seen them
            await compare(life)
    life.now += timedelta(days=1)
    await all_added_up(life)
    life.store.reads.clear()
    await compare(life, since=BEGAN - timedelta(days=2), until=None)
    assert (life.store.reads["pieces"], life.store.reads["day"] > 2, life.store.reads["hour"]) == (0, True, 0)


async def all_added_up(life: Life) -> None:
    await life.store.mark(life.now)
    await life.store.add_up(life.now)  # the hours
    life.now += timedelta(minutes=1)
    await life.store.add_up(life.now)  # their days
    assert not life.store.due


@pytest.mark.parametrize("seed", range(6))
async def test_a_sweep_finds_whatever_an_earlier_release_has_changed(seed: int) -> None:
    """Beside this one or in its place for a while, whenever; and nothing else is added up anew by it."""
    life, beside = Life(seed), random.Random(seed)
    for _ in range(260):
        life.store.by_an_earlier_release = beside.random() < 0.4
        await life.goes_on()
    life.store.by_an_earlier_release = True
    await life.store.erase("eve", life.now)
    life.now += timedelta(days=40)
    sweeping = Sweeping(life.store)
    await sweeping.go_on(life.now)
    life.now += timedelta(minutes=1)
    await all_added_up(life)
    life.store.reads.clear()
    await compare(life, since=BEGAN - timedelta(days=2), until=None)
    assert (life.store.reads["pieces"], life.store.reads["day"] > 2, life.store.reads["hour"]) == (0, True, 0)

    await sweeping.go_on(life.now + BETWEEN / 2)
    assert len(sweeping.looks) == sweeping.rests - 25  # one round; it rests after each hour and each thirty days
    await sweeping.go_on(life.now + BETWEEN)
    assert not life.store.due


async def test_who_takes_over_a_round_goes_on_where_it_stands() -> None:
    life = Life(5)
    life.store.has_begun = False
    for _ in range(120):
        await life.goes_on()
    sweeping = Sweeping(life.store, dies_after=3)
    await sweeping.go_on(life.now)
    assert (len(sweeping.looks), life.store.has_begun) == (3, False)
    sweeping.dies_after = None
    await sweeping.go_on(life.now)
    assert (life.store.has_begun, sweeping.turn, sweeping.rests) == (True, None, 0)
    assert sweeping.looks == sorted(set(sweeping.looks), reverse=True)
    assert {hour_at(piece.place) for piece in life.store.pieces} <= set(sweeping.looks)


async def compare(life: Life, **time: datetime | None) -> None:
    since = life.now - life.chance.random() * (life.now - BEGAN + HOUR)
    until = life.chance.choice((None, None, since + (life.now - since) / 2))
    since, until = time.get("since") or since, time["until"] if time else until
    scope = life.chance.choice(SCOPES)
    heard = await life.store.hearing.heard(TENANT, since, until, now=life.now, daily=True)
    pieces = in_time(life.store.pieces, (since, until))
    assert (telling.complete(heard, scope), telling.complete_of_answers(heard, scope)) == (True, True)
    _words_are_equal(heard, pieces, scope)
    _answers_are_equal(heard, pieces, scope)


def _words_are_equal(heard: Heard, pieces: list[Piece], scope: Scope) -> None:
    found = figures(telling.said(heard, scope), telling.raised(heard, scope), scope)
    wanted = one_by_one.figures(pieces, scope)
    assert found.sessions.words == wanted.pop("sessions")
    assert {name: getattr(found, name) for name in wanted} == wanted
    for by in (GroupedBy.TASK, GroupedBy.MODEL, GroupedBy.TEMPLATE, GroupedBy.DAY):
        groups = {
            one.name: (one.words, one.corrections, (one.scores.n, one.scores.total, one.scores.squares), one.by_rating)
            for one in telling.grouped(heard, scope, by)
        }
        assert groups == one_by_one.groups(pieces, scope, by.value)


def _answers_are_equal(heard: Heard, pieces: list[Piece], scope: Scope) -> None:
    rated, touched = telling.rated(heard, scope), telling.touched(heard, scope)
    both: tuple[tuple[dict[Any, Rated | Touched], dict[Any, tuple[Any, ...]]], ...] = (
        ({one.task_type: one for one in rated}, one_by_one.rated(pieces, scope)),
        ({(one.task_type, one.issue): one for one in touched}, one_by_one.touched(pieces, scope)),
    )
    for found, wanted in both:
        assert found.keys() == wanted.keys()
        for name, one in found.items():
            (n, total, squares), words = wanted[name]
            assert (one.scores.n, one.words) == (n, words)
            assert (one.scores.total, one.scores.squares) == pytest.approx((total, squares))
    judged = Counter((one.positive, one.neutral, one.negative) for one in telling.judged(heard, scope))
    assert judged == one_by_one.judged(pieces, scope)
    shown = {
        (one.task_type, one.issue): one.evidence for one in opportunities(touched, rated, telling.named(heard, scope))
    }
    assert {key: its for key, its in shown.items() if its} == one_by_one.worst(pieces, scope)


async def test_more_than_is_read_is_said_and_the_latest_is_read() -> None:
    life = Life(3)
    for _ in range(200):
        await life.goes_on()
    life.store.due.clear()
    life.store.rollups.clear()
    life.store.has_begun = False
    few = await replace(life.store.hearing, most=10).heard(TENANT, BEGAN, now=life.now)
    assert (few.complete, few.all_answers) == (False, False)
    latest = in_time(life.store.pieces, (BEGAN, None))[-10:]
    found = figures(telling.said(few, Scope()), [], Scope())
    assert (found.total, found.pending) == (
        len(one_by_one.words(latest, Scope())),
        sum(one.state == "pending" for one in latest),
    )
    whole = await life.store.hearing.heard(TENANT, BEGAN, now=life.now, daily=True)
    assert whole.complete
    _words_are_equal(whole, life.store.pieces, Scope())


def test_of_very_many_kinds_the_rest_of_a_task_is_told_together_and_said() -> None:
    chance, whole = random.Random(7), Rollup()
    for model in range(300):
        for _ in range(1 if model >= 5 else 3):
            about = chance.randbytes(16)
            kind = Kind(chance.choice(("qa", "summary")), None, f"model {model}", "base", None)
            one = piece(
                chance, about, BEGAN, state="joined", kind=kind, score=0.5, issues=("other",), rating="negative"
            )
            whole.add(one, alone=True)
    few = decoded(encoded(whole.bounded(most=5)))
    told, everything = Heard(few), Heard(whole)
    for scope in (Scope(), Scope("qa")):
        assert figures(telling.said(told, scope), telling.raised(told, scope), scope) == figures(
            telling.said(everything, scope), telling.raised(everything, scope), scope
        )
        assert sorted(map(repr, telling.touched(told, scope))) == sorted(map(repr, telling.touched(everything, scope)))
    assert telling.complete(told, Scope("qa"))
    assert not telling.complete(told, Scope(model="model 1"))
    names = [group.name for group in telling.grouped(told, Scope(), GroupedBy.MODEL)]
    assert len(names) <= 11
    assert names[0] == OTHERS
    assert few.bounded(most=5) is few


def test_parts_of_a_time_are_told_once_each() -> None:
    now = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
    since = now - timedelta(days=3)
    changed = datetime(2026, 11, 24, 3, tzinfo=UTC)
    its = parts(since, None, now, {changed}, {datetime(2026, 11, 23, tzinfo=UTC)})
    assert its.pieces == [
        (since, hour_of(since) + HOUR),
        (changed, changed + HOUR),
        (hour_of(now), hour_of(now) + HOUR),
    ]
    assert {day.day for day in its.apart} == {22, 23, 24, 25}
    assert len(its.open) == 3
    whole = parts(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC), now, set(), set())
    assert (whole.apart, whole.open, whole.pieces) == (frozenset(), frozenset(), [])


def test_many_ranges_become_few_across_the_shortest_gaps() -> None:
    starts = [BEGAN + HOUR * n for n in (0, 2, 10, 30, 31)]
    ranges = [(start, start + HOUR / 2) for start in starts]
    assert as_one(ranges, 5) == ranges
    assert as_one(ranges, 3) == [(starts[0], ranges[1][1]), ranges[2], (starts[3], ranges[4][1])]
