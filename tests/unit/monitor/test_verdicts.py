import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from ratchet_common.events import Holdout
from ratchet_monitor.comparison import Rules
from ratchet_monitor.experiments import State
from ratchet_monitor.filing import filed
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.intake import on_traffic
from ratchet_monitor.observations import observation_of
from ratchet_monitor.scores import score_of
from ratchet_monitor.verdicts import compare_once
from ratchet_scoring.advance import Limits
from tests.unit.monitor.make import NOW, joined, prediction, traffic
from tests.unit.monitor.memory import InMemoryExperiments, InMemoryFacts, InMemoryMarks

RULES = Rules(Limits(), min_observations=30)
TASK = TaskKey("acme", "summary")
CANARY = "summary-00000001"


class Trial:
    def __init__(self) -> None:
        self.experiments, self.facts, self.marks = InMemoryExperiments(), InMemoryFacts(), InMemoryMarks[TaskKey]()

    async def assign(self, revision: int, canary: str = CANARY) -> None:
        await on_traffic([traffic(revision, canary=canary)], self.experiments, self.marks, lambda: NOW)

    async def answer(
        self, number: int, version: str, score: float | None, *, at: datetime = NOW, said: Any = (), **changes: Any
    ) -> None:
        """`version`: what the share gave. `said`: changes of the feedback."""
        seen_at = at + timedelta(milliseconds=number)
        event = prediction(number, at=at, **{"version_id": version, "arm": version} | changes)
        await self.facts.add_observations(filed([observation_of(event, seen_at)]))
        if score is not None:
            word = joined(number, score, at=at, version_id=version, **dict(said))
            traffic_revision = event.decision.revision
            known = msgspec.structs.replace(word, traffic_revision=traffic_revision)
            await self.facts.add_scores(filed([score_of(known, seen_at)]))

    async def compare(self, now: datetime = NOW + timedelta(minutes=5)) -> None:
        await self.marks.set({TASK})
        await compare_once(self.marks, self.experiments, self.facts, RULES, now)


async def played(
    canary: float, control: float, *, failing: float = 0.0, scored: bool = True, revision: int = 1
) -> Trial:
    """400 answers, 30 % of them the canary's; the numbers are the chances of a good one, or of a failure."""
    trial, chance = Trial(), random.Random(5)
    await trial.assign(1)
    for number in range(400):
        is_canary = chance.random() < 0.3
        score = float(chance.random() < (canary if is_canary else control)) if scored else None
        outcome = "failed" if is_canary and chance.random() < failing else "ok"
        version = CANARY if is_canary else "base"
        await trial.answer(number, version, score, outcome=outcome, revision=revision)
    await trial.compare()
    return trial


async def test_a_better_canary_advances_once() -> None:
    trial = await played(0.95, 0.5)
    await trial.compare()
    (verdict,) = trial.experiments.verdicts
    assert (verdict.conclusion, verdict.version_id, verdict.revision) == ("advance", CANARY, 1)


async def test_a_worse_canary_is_rolled_back() -> None:
    (verdict,) = (await played(0.3, 0.8)).experiments.verdicts
    assert verdict.conclusion == "roll_back"


async def test_what_turns_bad_after_its_promotion_is_taken_back_beside_what_is_held_out() -> None:
    trial = await played(0.9, 0.5)
    held = Holdout(version_id="base", percent=5, until=NOW + timedelta(days=7))
    promoted = traffic(2, canary="", control=CANARY, holdout=held)
    await on_traffic([promoted], trial.experiments, trial.marks, lambda: NOW)
    chance = random.Random(6)
    for number in range(1_000, 1_600):
        good = chance.random() < (0.2 if (is_canary := number % 10 != 0) else 0.8)
        await trial.answer(number, CANARY if is_canary else "base", float(good), revision=2)
    await trial.compare()
    assert [(v.revision, v.version_id, v.conclusion) for v in trial.experiments.verdicts] == [
        (1, CANARY, "advance"),
        (2, CANARY, "roll_back"),
    ]


async def test_a_canary_that_is_the_same_holds() -> None:
    trial = await played(0.7, 0.7)
    (found,) = trial.experiments.known.values()
    assert not trial.experiments.verdicts
    assert found.finding is not None
    assert (found.state, found.finding.conclusion) == (State.RUNNING, "hold")


async def test_a_canary_that_fails_is_rolled_back_though_nobody_scored_it() -> None:
    (verdict,) = (await played(0, 0, failing=0.4, scored=False)).experiments.verdicts
    assert verdict.conclusion == "roll_back"
    assert "fails" in verdict.why


async def test_the_requests_on_which_the_canary_fails_are_its_own() -> None:
    """Each arm is as good as the other on every request; the canary answers only the easy ones."""
    trial, chance = Trial(), random.Random(6)
    await trial.assign(1)
    for number in range(1500):
        is_canary, hard = chance.random() < 0.3, chance.random() < 0.4
        score = float(chance.random() < (0.55 if hard else 0.9))
        fell_back: dict[str, Any] = {"version_id": "base", "fell_back": True} if is_canary and hard else {}
        await trial.answer(number, CANARY if is_canary else "base", score, **fell_back)
    await trial.compare()
    (verdict,) = trial.experiments.verdicts
    assert (verdict.conclusion, "fails" in verdict.why) == ("roll_back", True)


async def test_a_canary_that_never_answers_is_rolled_back() -> None:
    trial = Trial()
    await trial.assign(1)
    for number in range(300):
        fell_back: dict[str, Any] = {} if number % 10 else {"version_id": "base", "fell_back": True}
        await trial.answer(number, "base" if number % 10 else CANARY, None, **fell_back)
    await trial.compare()
    assert [verdict.conclusion for verdict in trial.experiments.verdicts] == ["roll_back"]


async def test_a_canary_that_never_answers_on_little_traffic_is_rolled_back_too() -> None:
    trial = Trial()
    await trial.assign(1)
    for number in range(200):  # ten an hour, one of them the canary's
        at = NOW + number * timedelta(minutes=6)
        fell_back: dict[str, Any] = {} if number % 10 else {"version_id": "base", "fell_back": True}
        await trial.answer(number, "base" if number % 10 else CANARY, None, at=at, **fell_back)
    await trial.compare(NOW + timedelta(hours=20))
    assert [verdict.conclusion for verdict in trial.experiments.verdicts] == ["roll_back"]


async def test_what_breaks_on_the_third_day_is_rolled_back() -> None:
    trial = Trial()
    await trial.assign(1)
    for number in range(1000):
        await trial.answer(number, "base" if number % 10 else CANARY, None)
    await trial.compare()
    assert not trial.experiments.verdicts
    later = NOW + timedelta(days=3)
    for number in range(1000, 2000):
        is_canary = number % 10 == 0
        await trial.answer(number, CANARY if is_canary else "base", None, at=later, outcome=("ok", "failed")[is_canary])
    await trial.compare(later + timedelta(minutes=5))
    assert [verdict.conclusion for verdict in trial.experiments.verdicts] == ["roll_back"]


async def test_rare_words_on_much_traffic_decide() -> None:
    """One answer in a hundred is spoken of: what nobody spoke of takes no place away."""
    trial = Trial()
    await trial.assign(1)
    for number in range(30_000):
        is_canary = number % 10 == 0
        score = float(not is_canary) if number % 67 == 0 or (is_canary and number % 60 == 0) else None
        await trial.answer(number, CANARY if is_canary else "base", score)
    await trial.compare()
    assert [verdict.conclusion for verdict in trial.experiments.verdicts] == ["roll_back"]


@pytest.mark.slow
async def test_words_that_are_taken_back_again_and_again_decide_nothing() -> None:
    """No difference, five revisions a unit, a look after each: the share of false verdicts stays below the promise."""
    wrong = 0
    for seed in range(40):
        trial, chance = Trial(), random.Random(seed)
        await trial.assign(1)
        for number in range(60):
            version = CANARY if number % 2 else "base"
            await trial.answer(number, version, float(chance.random() < 0.5))
            for revision in range(2, 6):
                again = chance.randrange(number + 1)
                of = CANARY if again % 2 else "base"
                word = joined(again, float(chance.random() < 0.5), revision=revision, version_id=of)
                await trial.facts.add_scores(filed([score_of(word, NOW + timedelta(seconds=number))]))
            if number > 30:
                await trial.compare()
        wrong += bool(trial.experiments.verdicts)
    assert wrong <= 4


async def test_answers_of_another_revision_say_nothing() -> None:
    assert not (await played(0.95, 0.5, revision=2)).experiments.verdicts


async def test_a_stale_revision_changes_nothing() -> None:
    trial = Trial()
    await trial.assign(3)
    await trial.compare()
    before = dict(trial.experiments.known)
    await trial.assign(2, canary="summary-0000000b")
    assert trial.experiments.known == before
    assert not trial.marks.marks


async def test_a_higher_revision_closes_the_comparison() -> None:
    trial = Trial()
    await trial.assign(1)
    await trial.assign(2, canary="")
    (found,) = trial.experiments.known.values()
    assert (found.state, found.closed_at) == (State.CLOSED, NOW)
    assert await trial.experiments.running(TASK) is None


async def test_a_change_that_leaves_the_shares_as_they_are_leaves_the_trial_as_it_is() -> None:
    """A version comes into the shadow, or leaves it: what was seen and said until then counts on."""
    trial = await played(0.95, 0.5)
    (before,) = trial.experiments.known.values()
    await on_traffic([traffic(2, canary=CANARY, step=1)], trial.experiments, trial.marks, lambda: NOW)
    assert trial.experiments.known == {before.experiment_id: before}
    await on_traffic([traffic(3, canary=CANARY)], trial.experiments, trial.marks, lambda: NOW)
    assert sorted((one.revision, one.state) for one in trial.experiments.known.values()) == [
        (1, State.CLOSED),
        (3, State.RUNNING),
    ]
