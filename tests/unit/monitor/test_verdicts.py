import random
from datetime import timedelta

from ratchet_monitor.comparison import Rules
from ratchet_monitor.experiments import State
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
        self, number: int, version: str, score: float | None, outcome: str = "ok", revision: int = 1
    ) -> None:
        seen_at = NOW + timedelta(milliseconds=number)
        event = prediction(number, version_id=version, outcome=outcome, revision=revision)
        await self.facts.add_observations([observation_of(event, seen_at)])
        if score is not None:
            await self.facts.add_scores([score_of(joined(number, score), seen_at)])

    async def compare(self) -> None:
        await self.marks.set({TASK})
        await compare_once(self.marks, self.experiments, self.facts, RULES, NOW + timedelta(minutes=5))


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
        await trial.answer(number, CANARY if is_canary else "base", score, outcome, revision)
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
