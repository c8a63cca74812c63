"""Looks in turn, and streams fed from marked hours: what becomes of them, whoever does it and however often."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import pytest

from ratchet_monitor.alerts.condition import Condition
from ratchet_monitor.buckets import Build
from ratchet_monitor.drift.finding import Finding, Side
from ratchet_monitor.drift.looking import COST, FAILURES, INPUTS, LATENCY, Looked
from ratchet_monitor.drift.streams import Change, StreamKey, Streams
from ratchet_monitor.drift.telling import STAYS, now_held, of_changes, of_gone, of_looked
from ratchet_monitor.drift.windows import Lengths, begins, window_of
from ratchet_monitor.drifting import DriftRules, Turn, look_once
from ratchet_monitor.hours import HOUR as AN_HOUR
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey, hour_of
from ratchet_monitor.intake import Intake
from ratchet_monitor.scores import Scored
from ratchet_monitor.spreads import Speaker
from ratchet_monitor.streaming import Streaming
from tests.unit.monitor.make import HOUR, NOW, joined, observation, prediction
from tests.unit.monitor.memory import InMemoryBuckets, InMemoryFacts, InMemoryMarks

TASK = TaskKey("acme", "summary")
RULES = DriftRules(2.0, timedelta(hours=6), allowed=0.05, tolerance=0.0, lengths=Lengths())
KEEPING = Keeping(timedelta(days=30), timedelta(days=400))


class InMemoryAlerts:
    def __init__(self) -> None:
        self.said: list[Condition] = []

    async def tell(self, conditions: Sequence[Condition]) -> None:
        self.said += conditions

    def holding(self) -> set[str]:
        return {subject for subject, holds in {one.subject: one.holds for one in self.said}.items() if holds}


class InMemoryLooks:
    def __init__(self, *tasks: TaskKey) -> None:
        self.due = dict.fromkeys(tasks, NOW)
        self.held: dict[TaskKey, dict[str, datetime]] = {}

    async def take(self, now: datetime) -> Turn | None:
        task = next((task for task, at in self.due.items() if at <= now), None)
        return Turn(task, self.held.get(task, {}), None) if task else None

    async def of_tenant(self, tenant: str) -> int:
        return sum(task.tenant == tenant for task in self.due)

    async def done(self, turn: Turn, held: dict[str, datetime], due_at: datetime) -> None:
        self.due[turn.task], self.held[turn.task] = due_at, held

    async def drop(self, turn: Turn, due_at: datetime) -> None:  # noqa: ARG002  nothing is heard of meanwhile
        del self.due[turn.task]


class InMemoryStreams:
    def __init__(self) -> None:
        self.kept: dict[TaskKey, tuple[Streams, int]] = {}

    async def load(self, task: TaskKey) -> tuple[Streams, int]:
        streams, revision = self.kept.get(task, (Streams(), 0))
        return msgspec.msgpack.decode(msgspec.msgpack.encode(streams), type=Streams), revision

    async def save(self, task: TaskKey, streams: Streams, *, after: int) -> bool:
        if self.kept.get(task, (None, 0))[1] != after:
            return False
        self.kept[task] = (streams, after + 1)
        return True

    async def detectors_of_others(self, task: TaskKey) -> int:
        return sum(streams.detectors for key, (streams, _) in self.kept.items() if key != task)

    async def changes(self, task: TaskKey) -> Sequence[Change]:
        return (await self.load(task))[0].changes


async def of_hours(accuracy: dict[int, float], n: int = 40) -> InMemoryBuckets:
    """By the days before now, how good the answers of some hours were."""
    draw, buckets = random.Random(1), InMemoryBuckets()
    for days, good in accuracy.items():
        for hour in range(4):
            start = hour_of(NOW) - timedelta(days=days, hours=hour)
            answers = [observation(1000 * days + 100 * hour + number, confidence=0.8) for number in range(n)]
            scored = {one.result_id: Scored(10**6 * (draw.random() < good), 0, 1) for one in answers}
            build = Build(scored, {})
            for one in answers:
                build.add(one)
            await buckets.write(BucketKey("acme", "summary", start), build.contents(), after=0)
    return buckets


async def test_a_fall_of_accuracy_is_told_once_for_its_task_and_ends_when_it_is_over() -> None:
    fallen, alerts = await of_hours({30: 0.9, 20: 0.9, 2: 0.5, 1: 0.5}), InMemoryAlerts()
    looks, streams = InMemoryLooks(TASK), InMemoryStreams()
    assert await look_once(looks, fallen, streams, alerts, RULES, NOW)
    assert alerts.holding() == {"summary, base/small-model, accuracy"}
    (said,) = alerts.said
    assert (said.kind, said.task_type, said.severity) == ("drift", "summary", "critical")
    assert said.numbers["reference"] > said.numbers["current"]
    assert "That is drift" in said.sentence
    assert not await look_once(looks, fallen, streams, alerts, RULES, NOW)
    well = await of_hours({30: 0.9, 20: 0.9, 2: 0.9, 1: 0.9})
    assert await look_once(looks, well, streams, alerts, RULES, NOW + RULES.look_every)
    assert alerts.holding() == set()


async def test_the_mix_of_tasks_is_looked_at_for_the_tenant_and_nothing_else() -> None:
    buckets, alerts = await of_hours({30: 0.9, 1: 0.5}), InMemoryAlerts()
    for key, contents in list(buckets.written.items()):
        if key.hour > NOW - timedelta(days=5):
            await buckets.write(key._replace(task_type="qa"), contents, after=0)
    await look_once(InMemoryLooks(TaskKey("acme", "")), buckets, InMemoryStreams(), alerts, RULES, NOW)
    assert alerts.holding() == {"all tasks, inputs, tasks"}
    assert alerts.said[0].task_type is None


async def test_a_task_of_which_nothing_is_heard_takes_no_turns() -> None:
    looks = InMemoryLooks(TASK)
    await look_once(looks, InMemoryBuckets(), InMemoryStreams(), InMemoryAlerts(), RULES, NOW)
    assert not looks.due


def test_the_level_of_a_look_is_its_share_of_half_the_budget() -> None:
    assert RULES.level(4) == pytest.approx(1.0 / (4 * 30 * 24 / 6))
    assert RULES.level(0) == RULES.level(1)


def test_windows_begin_with_whole_hours_and_meet_without_a_gap() -> None:
    since, cut = begins(NOW, Lengths())
    hours = [since + n * AN_HOUR for n in range(-1, (NOW - since) // AN_HOUR + 1)]
    windows = [window_of(hour, NOW, Lengths()) for hour in hours]
    assert windows[0] is None
    assert windows.index("reference") == 1
    assert hours[windows.index("current")] == cut


def test_what_held_and_is_not_looked_at_any_more_is_said_to_be_over_until_it_is_long_ago() -> None:
    finding = Finding(
        feature="refusals",
        what="x",
        reference=Side(9, 0.1),
        current=Side(9, 0.3),
        effect=1,
        least=0,
        drifted=True,
        why="",
    )
    told = of_looked(TASK, [Looked(Speaker("v1", "m"), finding)], NOW)
    held = now_held({}, told, NOW)
    assert list(held) == ["summary, v1/m, refusals"]
    (gone,) = of_gone(TASK, held, of_looked(TASK, [Looked(INPUTS, finding)], NOW), NOW)
    assert (gone.subject, gone.holds) == ("summary, v1/m, refusals", False)
    assert now_held(held, [], NOW + timedelta(days=4)) == {}


def test_a_change_of_a_stream_holds_for_a_week_unless_it_falls_again() -> None:
    key = StreamKey("base", "m", "t_v1")
    rose = Change(key=key, signal="failures", at=NOW, before=0.1, after=0.4, since=60)
    fell = Change(key=key, signal="failures", at=NOW + AN_HOUR, before=0.4, after=0.1, since=80)
    assert [one.holds for one in of_changes(TASK, [rose], NOW)] == [True]
    assert [one.holds for one in of_changes(TASK, [fell, rose], NOW + 2 * AN_HOUR)] == [False]
    assert [one.holds for one in of_changes(TASK, [rose], NOW + STAYS)] == [False]
    (said,) = of_changes(TASK, [rose], NOW)
    assert said.labels == {
        "task_type": "summary",
        "feature": "failures",
        "template": "t_v1",
        "version": "base",
        "model": "m",
    }


def test_what_no_training_mends_is_not_told_as_drift_that_trains_anew() -> None:
    side = Side(90, 1.0)

    def drifted(feature: str) -> Looked:
        its = Finding(feature=feature, what="x", reference=side, current=side, effect=1, least=0, drifted=True, why="")
        return Looked(Speaker("v1", "m"), its)

    told = of_looked(TASK, map(drifted, ("accuracy", "refusals", LATENCY, COST, FAILURES)), NOW)
    kinds = {one.subject: one.kind for one in told}
    assert list(kinds.values()) == ["drift", "drift", "operations", "operations", "operations"]
    assert {one.subject: one.kind for one in of_gone(TASK, now_held({}, told, NOW), [], NOW)} == kinds
    rose = [
        Change(key=StreamKey("base", "m", ""), signal=signal, at=NOW, before=0.1, after=0.4, since=60)
        for signal in ("discontent", "slowness")
    ]
    assert [one.kind for one in of_changes(TASK, rose, NOW)] == ["drift", "operations"]


class Site:
    """Intake and streams; the clock is where the test puts it."""

    def __init__(self) -> None:
        self.now = NOW - timedelta(hours=1)
        self.facts, self.alerts, self.streams = InMemoryFacts(), InMemoryAlerts(), InMemoryStreams()
        self.marked = InMemoryMarks[BucketKey]()
        self.intake = Intake(self.facts, InMemoryMarks[BucketKey](), KEEPING, lambda: self.now, streams=self.marked)

    def worker(self) -> Streaming:
        return Streaming(self.marked, self.facts, self.streams, self.alerts, RULES, KEEPING)

    async def hear(self, first: int, n: int, failing: float, *, draw: random.Random, again: bool = False) -> None:
        made = [
            prediction(number, at=HOUR, outcome="failed" if draw.random() < failing else "ok")
            for number in range(first, first + n)
        ]
        for part in range(0, n, 10):
            self.now += timedelta(minutes=2)
            await self.intake.predictions(made[part : part + 10])
        if again:
            self.now += timedelta(minutes=2)
            await self.intake.predictions(made)

    def seen(self) -> int:
        streams, _ = self.streams.kept[TASK]
        return streams.streams[0].signals["failures"].state.seen


async def test_events_that_come_again_are_taken_once_and_any_replica_goes_on() -> None:
    site, draw = Site(), random.Random(2)
    for round_ in range(4):
        await site.hear(100 * round_, 50, 0.1, draw=draw, again=True)
        await site.worker().once(site.now + timedelta(minutes=2))
        await site.worker().once(site.now + timedelta(minutes=2))
    assert site.seen() == 200
    assert not site.marked.marks


async def test_a_worker_that_was_overtaken_saves_nothing_and_its_hour_stays_marked() -> None:
    site, draw = Site(), random.Random(3)
    await site.hear(0, 50, 0.1, draw=draw)
    streams, revision = await site.streams.load(TASK)
    await site.worker().once(site.now + timedelta(minutes=2))
    assert not await site.streams.save(TASK, streams, after=revision)
    assert site.seen() == 50


async def test_what_has_just_come_waits_and_its_hour_stays_marked() -> None:
    site = Site()
    await site.hear(0, 10, 0.1, draw=random.Random(4))
    await site.worker().once(site.now)
    assert site.marked.marks
    await site.worker().once(site.now + timedelta(minutes=2))
    assert site.seen() == 10
    assert not site.marked.marks


async def test_a_rise_of_failures_is_told_with_its_stream() -> None:
    site, draw = Site(), random.Random(5)
    await site.hear(0, 900, 0.05, draw=draw)
    await site.worker().once(site.now + timedelta(minutes=2))
    assert not site.alerts.said
    await site.hear(1000, 450, 0.6, draw=draw)
    await site.worker().once(site.now + timedelta(minutes=2))
    assert site.alerts.holding() == {"summary, base/small-model, no template, failures"}


async def test_people_are_heard_whichever_came_first_the_answer_or_their_word() -> None:
    site = Site()
    await site.intake.feedback([joined(1, 0.2, at=HOUR)])
    await site.intake.predictions([prediction(1, at=HOUR)])
    await site.worker().once(site.now + timedelta(minutes=2))
    streams, _ = site.streams.kept[TASK]
    assert streams.streams[0].signals["discontent"].state.seen == 1
