"""What a trial waits for: more answers of which somebody said something, or more time."""

from datetime import timedelta

import msgspec
import pytest

from ratchet_monitor.comparison import Rules, conclude, last_scored
from ratchet_monitor.experiments import Experiment, State, verdict_of
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.scores import score_of
from ratchet_monitor.waiting import is_short_of_traffic, told, waits_for
from ratchet_monitor.watching import Watching
from ratchet_scoring.advance import Limits
from ratchet_scoring.sequential import Comparison
from tests.unit.monitor.make import experiment, joined
from tests.unit.monitor.memory import InMemoryExperiments, InMemoryMarks

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = Rules(Limits(), min_observations=200, min_step=4 * HOUR)
UNKNOWN = Comparison(0, 0, 0, 0.0, 0.0, -1.0, 1.0)
START = experiment().started_at


def seen(
    canary: int,
    control: int,
    *,
    low: float = -1.0,
    high: float = 1.0,
    after: timedelta = HOUR,
    last: timedelta | None = None,
) -> Experiment:
    """A trial that was looked at so long after its start. `last`: after the start, of each arm's scored answers."""
    scores = Comparison(canary, control, canary, 0.8, 0.7, low, high)
    spoken = {} if last is None else dict.fromkeys((experiment().canary, experiment().control), START + last)
    finding = conclude(experiment(), (), scores, UNKNOWN, (), RULES, START + after, last=spoken)
    return msgspec.structs.replace(experiment(), finding=finding)


def test_it_says_how_long_the_verdict_takes_at_this_pace() -> None:
    said = waits_for(seen(40, 900), RULES, START + 3 * DAY)
    assert said == (
        "40 of 200 scored answers of the canary in 3 days; at this pace the verdict takes about 12 days more."
    )


def test_the_arm_counts_that_has_the_longest_way_to_go() -> None:
    assert waits_for(seen(300, 20), RULES, START + DAY).startswith("20 of 200 scored answers of the control")


@pytest.mark.parametrize("trial", [experiment(), seen(0, 0)], ids=["never looked at", "nothing scored"])
def test_without_any_word_it_says_that_there_is_no_verdict_so(trial: Experiment) -> None:
    assert waits_for(trial, RULES, START + 3 * DAY) == (
        "0 of 200 scored answers of the canary in 3 days: as long as nobody says what its answers are worth there is "
        "no verdict."
    )


def test_with_enough_answers_it_waits_for_the_end_of_the_step_alone() -> None:
    trial = seen(300, 300)
    assert waits_for(trial, RULES, START + HOUR) == "The step lasts for 3 hours more before the canary may get more."
    assert waits_for(trial, RULES, START + 4 * HOUR) == ""


def test_what_guards_what_serves_waits_for_nothing_and_is_never_short_of_traffic() -> None:
    guard = msgspec.structs.replace(seen(3, 3), guard=True)
    assert waits_for(guard, RULES, START + 3 * DAY) == ""
    assert not is_short_of_traffic(guard, RULES, START + 3 * DAY)


def test_what_is_decided_waits_for_nothing() -> None:
    assert waits_for(msgspec.structs.replace(seen(3, 3), state=State.DECIDED), RULES, START + DAY) == ""


@pytest.mark.parametrize(
    ("scored", "passed", "short"),
    [(0, 2 * DAY, True), (0, HOUR, False), (10, DAY, True), (100, 2 * DAY, False), (200, 30 * DAY, False)],
)
def test_traffic_is_short_where_the_verdict_is_more_than_a_week_away(
    scored: int, passed: timedelta, *, short: bool
) -> None:
    assert is_short_of_traffic(seen(scored, 900), RULES, START + passed) is short


@pytest.mark.parametrize(
    ("now", "short", "said"),
    [
        (20 * DAY, False, "in 20 days; at this pace the verdict takes about 2 hours more."),
        (22 * DAY, False, "in 22 days; at this pace the verdict takes about 3 hours more."),  # a weekend
        (24 * DAY, False, "in 24 days, and none for 4 days; at this pace the verdict takes about 4 days more."),
        (50 * DAY, True, "in 50 days, and none for 30 days; at this pace the verdict takes about 30 days more."),
    ],
)
def test_traffic_that_dries_up_is_short_though_much_came_before(now: timedelta, said: str, *, short: bool) -> None:
    trial = seen(199, 900, last=20 * DAY)
    assert waits_for(trial, RULES, START + now).endswith(said)
    assert is_short_of_traffic(trial, RULES, START + now) is short


def test_a_pause_as_long_as_others_before_it_changes_no_pace() -> None:
    rare = seen(10, 900, last=50 * DAY)
    assert waits_for(rare, RULES, START + 60 * DAY) == waits_for(seen(10, 900), RULES, START + 60 * DAY)
    assert "none for 25 days" in waits_for(rare, RULES, START + 75 * DAY)


def test_the_last_word_is_told_by_arm() -> None:
    words = [score_of(joined(n, 0.5), START + n * HOUR) for n in (2, 1)]
    words = [msgspec.structs.replace(word, arm="summary-2") for word in words]
    assert last_scored(words) == {"summary-2": START + 2 * HOUR}
    assert last_scored([]) == {}


@pytest.mark.parametrize(
    ("duration", "words"),
    [(3 * DAY, "3 days"), (36 * HOUR, "36 hours"), (HOUR, "60 minutes"), (timedelta(seconds=9), "less than 2 minutes")],
)
def test_durations_are_told_in_a_unit_that_fits(duration: timedelta, words: str) -> None:
    assert told(duration) == words


def test_a_good_canary_waits_until_the_step_has_lasted_long_enough() -> None:
    early, late = seen(300, 300, low=0.1, high=0.2), seen(300, 300, low=0.1, high=0.2, after=4 * HOUR)
    assert early.finding is not None
    assert early.finding.conclusion == "hold"
    assert "lasts until" in early.finding.why
    assert verdict_of(early, early.finding) is None
    assert late.finding is not None
    assert late.finding.conclusion == "advance"


@pytest.mark.parametrize("scored", [12, 300])
def test_a_bad_canary_is_taken_back_however_young_its_step_is(scored: int) -> None:
    failing = Comparison(scored, 300, scored, 0.5, 0.1, 0.05, 0.5)
    found = conclude(experiment(), (), UNKNOWN, failing, (), RULES, START)
    assert found.conclusion == "roll_back"
    worse = seen(300, 300, low=-0.3, high=-0.1, after=timedelta(0))
    assert worse.finding is not None
    assert worse.finding.conclusion == "roll_back"


async def watched(trial: Experiment, after: timedelta) -> InMemoryMarks[TaskKey]:
    experiments, marks = InMemoryExperiments(), InMemoryMarks[TaskKey]()
    experiments.known[trial.experiment_id] = trial
    await Watching(experiments, marks, RULES).once(START + after)
    return marks


async def test_a_trial_is_looked_at_again_when_its_step_may_end_though_nothing_else_comes() -> None:
    good = seen(300, 300, low=0.1, high=0.2)
    assert await (await watched(good, 3 * HOUR)).take() is None
    mark = await (await watched(good, 5 * HOUR)).take()
    assert mark is not None
    assert mark.key == good.task


async def test_what_is_short_of_traffic_is_said_once_and_nothing_is_decided(caplog: pytest.LogCaptureFixture) -> None:
    experiments, marks = InMemoryExperiments(), InMemoryMarks[TaskKey]()
    trial = seen(10, 900, after=5 * HOUR)
    experiments.known[trial.experiment_id] = trial
    watching = Watching(experiments, marks, RULES)
    for days in (2, 2, 3, 4):
        await watching.once(START + days * DAY)
    said = [record.getMessage() for record in caplog.records if "short of traffic" in record.getMessage()]
    assert len(said) == 1
    assert "10 of 200 scored answers of the canary" in said[0]
    assert experiments.verdicts == []
    assert [(one.conclusion, one.revision) for one in experiments.held] == [("hold", trial.revision)] * 3
    assert experiments.held[0].why == said[0].partition("traffic: ")[2]
    assert await marks.take() is None
