import pytest

from ratchet_common.events import QualityMeasured
from ratchet_monitor.buckets import Build, Tally
from ratchet_monitor.hours import BucketKey, TaskKey
from ratchet_monitor.intervals import wilson
from ratchet_monitor.quality import Quality, event_of, measure_once, qualities_of, worth_telling
from ratchet_monitor.scores import Scored
from ratchet_monitor.totals import Subject
from tests.unit.monitor.make import HOUR, NOW, observation, result_id
from tests.unit.monitor.memory import InMemoryBuckets, InMemoryMarks, InMemoryQualities


def measured(score: float, n: int, revision: int = 0) -> Quality:
    return Quality(model="m", score=score, n=n, interval=wilson(score, n), revision=revision)


@pytest.mark.parametrize(
    ("before", "now", "worth"),
    [
        (None, measured(0.5, 1), True),
        (measured(0.5, 100, 4), measured(0.505, 150), False),
        (measured(0.5, 100, 4), measured(0.52, 101), True),
        (measured(0.5, 100, 4), measured(0.48, 101), True),
        (measured(0.5, 100, 4), measured(0.5, 200), True),
    ],
)
def test_quality_is_told_when_it_changed_enough(before: Quality | None, now: Quality, worth: bool) -> None:
    told = worth_telling({"m": before} if before else {}, {"m": now})
    assert bool(told) is worth
    assert all(quality.revision == (before.revision if before else 0) + 1 for quality in told)


def test_only_answers_of_base_models_are_measured() -> None:
    def tally() -> Tally:
        return Tally(predictions=4, scored=4, score=3_000_000)

    found = qualities_of(
        {
            Subject("summary", "base", "m", False): tally(),
            Subject("summary", "base", "m", True): tally(),
            Subject("summary", "summary-1", "own", False): tally(),
            Subject("summary", "base", "unscored", False): Tally(predictions=9),
        }
    )
    assert {model: (quality.score, quality.n) for model, quality in found.items()} == {"m": (0.75, 4)}


def test_the_interval_holds_the_score_and_stays_in_range() -> None:
    for score, n in ((0.0, 1), (1.0, 1), (0.5, 10), (0.99, 1000)):
        low, high = wilson(score, n)
        assert 0 <= low <= score <= high <= 1


def test_one_revision_is_one_event() -> None:
    task, quality = TaskKey("acme", "summary"), measured(0.5, 3, revision=2)
    assert event_of(task, quality).event_id == event_of(task, quality).event_id
    assert event_of(task, quality).event_id != event_of(TaskKey("globex", "summary"), quality).event_id


async def test_what_did_not_change_is_told_once() -> None:
    marks, buckets, qualities = InMemoryMarks[TaskKey](), InMemoryBuckets(), InMemoryQualities()
    build = Build({result_id(1): Scored(500_000, 1, 1)}, {})
    build.add(observation(1))
    await buckets.write(BucketKey("acme", "summary", HOUR), build.contents(), after=0)
    for _ in range(3):
        await marks.set({TaskKey("acme", "summary")})
        await measure_once(marks, buckets, qualities, NOW)
    (event,) = qualities.events
    assert (event.tenant, event.task_type, event.model, event.score, event.n) == (
        "acme",
        "summary",
        "small-model",
        0.5,
        1,
    )


class Overtaken(InMemoryQualities):
    """Where another replica tells of less at the same moment."""

    def __init__(self, first: Quality) -> None:
        super().__init__()
        self.first: Quality | None = first

    async def tell(self, task: TaskKey, quality: Quality, event: QualityMeasured) -> None:
        first, self.first = self.first, None
        if first:
            await super().tell(task, first, event_of(task, first))
        await super().tell(task, quality, event)


async def test_what_another_replica_told_from_less_is_measured_again() -> None:
    task, marks, buckets = TaskKey("acme", "summary"), InMemoryMarks[TaskKey](), InMemoryBuckets()
    build = Build({result_id(1): Scored(500_000, 1, 1)}, {})
    build.add(observation(1))
    await buckets.write(BucketKey(*task, HOUR), build.contents(), after=0)
    less = Quality(model="small-model", score=0.9, n=1, interval=wilson(0.9, 1), revision=1)
    qualities = Overtaken(less)
    await marks.set({task})
    while await measure_once(marks, buckets, qualities, NOW):
        pass
    assert [(event.score, qualities.last[task, "small-model"].score) for event in qualities.events] == [
        (0.9, 0.5),
        (0.5, 0.5),
    ]
