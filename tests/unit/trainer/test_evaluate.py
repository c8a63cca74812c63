from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from ratchet_providers.base import ProviderError
from ratchet_scoring.advance import Limits
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.preparing import found_in
from ratchet_trainer.incurred import of_gate
from ratchet_trainer.judging import evaluation
from ratchet_trainer.judging.case_answers import AskedElsewhere
from ratchet_trainer.judging.evaluate import Judging
from ratchet_trainer.judging.evaluation import Case, Verdict
from ratchet_trainer.judging.held_out import HeldOut, patience
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.rollouts.by_hand import activate, roll_back
from ratchet_trainer.rollouts.rollout import By, Plan, Rollout, RolloutState, Shadowed, start
from ratchet_trainer.rollouts.shadow_answers import Failures
from ratchet_trainer.rollouts.shadowing import ShadowFirst, ended, set_shadow
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.rollouts.versions import TRIES, Version, VersionState
from ratchet_trainer.suites.asking import CannotAskError
from ratchet_trainer.suites.report import report_of
from tests.unit.trainer.decision_fakes import (
    NOW,
    Clock,
    FakeBaseline,
    FakeDatasets,
    FakeEvaluations,
    FakeFresh,
    FakeProvider,
    FakeRollouts,
    FakeShadows,
    FakeVersions,
    dataset,
    example,
    version,
)

V = "classification-abababab"
OTHER = "classification-cdcdcdcd"
BY = By("ann", "because", NOW)
FRESH = Rollout(tenant="acme", task_type="classification")
TRAIN = [example(n, "ham") for n in range(1000, 1040)]
TEST = [example(n, "spam" if n % 2 else "ham") for n in range(60)]
RIGHT = {e.document: str(e.target) for e in TEST}


async def judge(task: str, cases: Sequence[Case], answers: Sequence[Answer], commonest: str | None) -> Verdict:
    return evaluation.verdict(task, cases, answers, commonest, Limits(), 42, found_in)


class NobodyElsewhere:
    async def answers(self, version: Version, cases: Sequence[Case]) -> list[Answer]:
        raise AssertionError(f"{version.version_id} is none of a platform's, and was asked there {len(cases)} times")


class Bench:
    def __init__(
        self,
        provider: FakeProvider,
        test: Sequence[Example] = TEST,
        *,
        of: Version | None = None,
        elsewhere: AskedElsewhere | None = None,
    ) -> None:
        self.versions = FakeVersions({V: of or version(V)})
        self.rollouts, self.evaluations, self.clock = FakeRollouts(), FakeEvaluations(), Clock()
        self.datasets, self.shadows = FakeDatasets(dataset(TRAIN, test)), FakeShadows()
        self.fresh, self.baseline = FakeFresh(), FakeBaseline()
        self.judging = Judging(
            versions=self.versions,
            evaluations=self.evaluations,
            rollouts=self.rollouts,
            datasets=self.datasets,
            traffic=Traffic(self.rollouts, self.versions),
            provider=provider,
            elsewhere=elsewhere or NobodyElsewhere(),
            shadows=self.shadows,
            held_out=HeldOut(self.shadows, self.fresh, self.baseline, 2000),
            judge=judge,
            limits=Limits(),
            plan=Plan(),
            shadow_answers=20,
            renew_every=1,
            now=self.clock,
        )

    async def run(self) -> None:
        while await self.judging.run_once(here=True) or await self.judging.run_once(here=False):
            pass
        self.clock.tick(timedelta(hours=1))

    def set_rollout(self, rollout: Rollout) -> None:
        self.rollouts.rollouts["acme", "classification"] = rollout

    @property
    def state(self) -> VersionState:
        return self.versions.versions[V].state

    @property
    def rollout(self) -> Rollout:
        return self.rollouts.rollouts.get(("acme", "classification"), FRESH)


async def test_a_better_candidate_goes_on_trial_with_the_first_share() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    await bench.run()
    assert bench.state is VersionState.CANARY
    assert (bench.rollout.state, bench.rollout.shares) == (RolloutState.CANARY, {V: 10, "base": 90})
    (kept,) = bench.evaluations.kept.values()
    assert (kept.benchmark_score, kept.baseline, len(kept.verdict.scores)) == (1.0, "base", 60)
    assert [event.why for event in bench.rollouts.events] == list(kept.ruling.reasons)


async def test_a_candidate_that_answers_the_commonest_label_is_rejected_with_the_reasons() -> None:
    bench = Bench(FakeProvider("ham"))
    await bench.run()
    assert bench.state is VersionState.REJECTED
    assert "always answering the commonest label" in bench.versions.versions[V].reason
    assert not bench.rollouts.events


async def test_what_it_is_not_sure_of_counts_as_the_baseline_answered_it_at_its_cost() -> None:
    unsure = frozenset(example.document for example in TEST[:20])
    bench = Bench(FakeProvider(says=RIGHT, unsure_of=unsure))
    await bench.run()
    (kept,) = bench.evaluations.kept.values()
    left, own = kept.verdict.scores[:20], kept.verdict.scores[20:]
    assert {(case.candidate.score - case.baseline.score, case.candidate.cost_usd) for case in left} == {(0.0, 0.01)}
    assert all(case.candidate.latency_ms >= case.baseline.latency_ms for case in left)
    assert {(case.candidate.score, case.candidate.cost_usd) for case in own} == {(1.0, 0.0)}
    assert [case.candidate.abstained for case in kept.verdict.scores] == [True] * 20 + [False] * len(own)
    told = report_of(kept, 1)
    assert kept.verdict.report.candidate.abstained == 20
    assert told.summary
    assert told.summary.baseline
    assert (told.summary.candidate.abstained, told.summary.baseline.abstained) == (20, 0)
    passed = [case.baseline.passed for case in told.cases if case.baseline]
    assert passed == [case.baseline.score == 1 for case in kept.verdict.scores]  # a label is right, or it is not


async def test_without_held_out_answers_of_what_serves_it_waits_and_says_what_for() -> None:
    bench = Bench(FakeProvider(says=RIGHT), [example(n, version=OTHER) for n in range(60)])
    await bench.run()
    assert bench.state is VersionState.CANDIDATE
    assert "10 held-out requests are needed that base answered" in bench.versions.versions[V].reason
    assert "there are 0." in bench.versions.versions[V].reason
    assert not bench.evaluations.kept


async def test_what_learned_imported_examples_alone_is_judged_once_ten_answers_of_what_serves_were_corrected() -> None:
    bench = Bench(FakeProvider(says=RIGHT), [example(n, version="") for n in range(60)])
    bench.fresh.came = TEST[:9]
    await bench.run()
    assert (bench.state, bench.evaluations.kept) == (VersionState.CANDIDATE, {})
    bench.fresh.came = TEST[:40]
    await bench.run()
    assert bench.state is VersionState.CANARY
    (kept,) = bench.evaluations.kept.values()
    assert (len(kept.verdict.scores), kept.test_examples) == (40, 60)


async def test_what_nobody_can_compare_for_a_month_is_rejected() -> None:
    bench = Bench(FakeProvider(says=RIGHT), [example(n, version="") for n in range(60)])
    await bench.run()
    bench.clock.tick(timedelta(days=31))
    await bench.run()
    assert bench.state is VersionState.REJECTED
    assert "0 held-out cases" in bench.versions.versions[V].reason


IMPORTED = [replace(one, output=None, version_id="", target_source="imported") for one in TEST]


async def test_what_serves_is_asked_what_it_would_answer_to_imported_requests_and_the_report_says_so() -> None:
    bench = Bench(FakeProvider(says=RIGHT), IMPORTED)
    bench.baseline.says = dict.fromkeys(RIGHT, "ham")
    await bench.run()
    assert bench.state is VersionState.CANARY
    (kept,) = bench.evaluations.kept.values()
    assert (len(kept.verdict.scores), kept.baseline_asked, kept.baseline_model) == (60, 60, "usual")
    told = of_gate(kept)
    assert told is not None
    assert (told.kind, told.about, told.model) == ("evaluation", str(kept.evaluation_id), V)
    assert float(told.cost_usd) == kept.spent_usd == pytest.approx(60 * 0.01)
    assert bench.versions.versions[V].metrics["judging_cost_usd"] == kept.spent_usd


async def test_whose_answers_are_all_there_and_who_answers_here_has_cost_nothing() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    await bench.run()
    (kept,) = bench.evaluations.kept.values()
    assert (kept.spent_usd, of_gate(kept)) == (0.0, None)


async def test_with_enough_of_its_own_answers_it_is_asked_nothing() -> None:
    own = [replace(one, document=f"own {n}", example_id=uuid4()) for n, one in enumerate(TEST * 4)]
    bench = Bench(FakeProvider(says=RIGHT), [*own, *IMPORTED])
    await bench.run()
    assert bench.baseline.asked == 0


async def test_where_it_cannot_be_asked_what_there_is_decides_and_else_it_is_said_what_is_missing() -> None:
    missing = CannotAskError("Nobody knows which model answers for base.")
    bench = Bench(FakeProvider(says=RIGHT), [*TEST, *IMPORTED])
    bench.baseline.error = missing
    await bench.run()
    assert bench.state is VersionState.CANARY
    bench = Bench(FakeProvider(says=RIGHT), IMPORTED)
    bench.baseline.error = missing
    await bench.run()
    assert bench.state is VersionState.CANDIDATE
    assert "Nobody knows which model answers for base." in bench.versions.versions[V].reason


async def test_a_baseline_that_does_not_answer_keeps_nobody_waiting_where_there_are_cases_enough() -> None:
    bench = Bench(FakeProvider(says=RIGHT), [*TEST, *IMPORTED])
    bench.baseline.error = ProviderError("unreachable", "nobody is there")
    await bench.run()
    assert bench.state is VersionState.CANARY
    bench = Bench(FakeProvider(says=RIGHT), IMPORTED)
    bench.baseline.error = ProviderError("unreachable", "nobody is there")
    assert await bench.judging.run_once()
    assert bench.state is VersionState.CANDIDATE
    assert "the model gave no answer (unreachable)" in bench.versions.versions[V].reason


async def test_a_small_held_out_side_is_judged_as_it_is() -> None:
    bench = Bench(FakeProvider(says=RIGHT), TEST[:5])
    bench.fresh.came = TEST[5:40]
    await bench.run()
    (kept,) = bench.evaluations.kept.values()
    assert len(kept.verdict.scores) == 5


def test_what_has_waited_long_is_looked_at_more_seldom() -> None:
    ages = [timedelta(0), timedelta(minutes=20), timedelta(hours=5), timedelta(days=30)]
    waits = [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=6)]
    assert [patience(age) for age in ages] == waits


async def test_one_that_passes_waits_while_another_is_on_trial() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    bench.set_rollout(start(FRESH, OTHER, "base", 10, BY))
    await bench.run()
    assert str(bench.state) == "evaluated"
    bench.set_rollout(roll_back(bench.rollout, OTHER, BY))
    await bench.run()
    assert bench.state is VersionState.CANARY


async def test_what_it_was_judged_against_serves_no_more_so_it_is_judged_again() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    bench.set_rollout(start(FRESH, OTHER, "base", 10, BY))
    await bench.run()
    bench.set_rollout(activate(bench.rollout, OTHER, BY))
    await bench.run()
    assert "are needed that classification-cdcdcdcd answered" in bench.versions.versions[V].reason
    bench.fresh.came = [replace(one, version_id=OTHER) for one in TEST]
    await bench.run()
    assert {e.baseline for e in bench.evaluations.kept.values()} == {"base", OTHER}
    assert bench.state is VersionState.EVALUATED


def tried_and_rolled_back() -> Rollout:
    return roll_back(start(FRESH, V, "base", 10, BY), V, BY)


async def test_a_judge_that_stalls_before_its_write_brings_back_nothing_that_was_rolled_back() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    bench.rollouts.quicker = [tried_and_rolled_back()]
    await bench.run()
    assert not bench.rollouts.events
    await bench.run()
    assert (bench.state, bench.rollout.shares) == (VersionState.ROLLED_BACK, {"base": 100})
    assert not await bench.judging.run_once()


async def test_a_version_whose_document_lags_behind_its_rollout_is_not_judged_but_follows() -> None:
    provider = FakeProvider(says=RIGHT)
    bench = Bench(provider)
    for rollout, state in (
        (start(FRESH, V, "base", 10, BY), VersionState.CANARY),
        (tried_and_rolled_back(), VersionState.ROLLED_BACK),
    ):
        bench.versions.versions[V] = version(V)
        bench.versions.followed.clear()
        bench.set_rollout(rollout)
        await bench.run()
        assert bench.state is state
    assert not provider.asked
    assert not bench.rollouts.events


async def test_a_worker_that_takes_over_does_not_ask_the_candidate_again() -> None:
    provider = FakeProvider(says=RIGHT)
    bench = Bench(provider)
    await bench.run()
    asked = provider.asked
    bench.versions.versions[V] = version(V)  # killed before it could write what it had found
    bench.versions.followed.clear()
    bench.rollouts.rollouts.clear()
    await bench.run()
    assert provider.asked == asked
    assert bench.state is VersionState.CANARY


async def test_a_candidate_that_gives_no_answer_is_rejected_after_some_tries() -> None:
    bench = Bench(FakeProvider(error=ProviderError("unavailable", "the artifact cannot be used")))
    for _ in range(TRIES):
        assert bench.state is VersionState.CANDIDATE
        await bench.run()
    assert bench.state is VersionState.REJECTED
    assert "the model gave no answer (unavailable)" in bench.versions.versions[V].reason


@pytest.mark.parametrize("kind", [VersionState.CANARY, VersionState.REJECTED, VersionState.ROLLED_BACK])
async def test_what_has_been_decided_is_not_judged_again(kind: VersionState) -> None:
    bench = Bench(FakeProvider())
    bench.versions.versions[V] = version(V, state=kind)
    assert not await bench.judging.run_once()


def in_the_shadow(bench: Bench, said: int) -> None:
    """It has given so many answers there, all of them right."""
    bench.set_rollout(set_shadow(bench.rollout, version(V), 20, BY))
    bench.shadows.said = {e.example_id: Answer(str(e.target), 3.0, 0.0) for e in TEST[:said]}


async def test_what_it_said_in_the_shadow_stands_for_its_answer_and_the_report_says_how_often() -> None:
    provider = FakeProvider(says=RIGHT)
    bench = Bench(provider)
    in_the_shadow(bench, 40)
    await bench.run()
    (kept,) = bench.evaluations.kept.values()
    assert (kept.from_shadow, len(kept.verdict.scores), kept.benchmark_score) == (40, 60, 1.0)
    assert provider.asked == 20 + 1  # the first loads it
    assert {score.candidate.latency_ms for score in kept.verdict.scores[:40]} == {3.0}


async def test_in_the_shadow_it_waits_until_it_has_said_enough() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    in_the_shadow(bench, 19)
    assert await bench.judging.run_once()
    assert bench.state is VersionState.CANDIDATE
    assert "19 of the 20 answers in the shadow" in bench.versions.versions[V].reason
    assert not bench.evaluations.kept


async def test_in_the_shadow_it_says_that_its_platform_does_not_answer() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    in_the_shadow(bench, 0)
    bench.shadows.failed = Failures(8, "unavailable")
    assert await bench.judging.run_once()
    reason = bench.versions.versions[V].reason
    assert "0 of the 20 answers" in reason
    assert "8 copies were not answered, the latest for this reason: unavailable. When its shadow is ended" in reason


async def test_once_its_shadow_is_ended_it_is_judged_with_what_there_is() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    in_the_shadow(bench, 19)
    await bench.judging.run_once()
    bench.set_rollout(ended(bench.rollout, V, BY))
    bench.clock.tick(timedelta(minutes=1))
    await bench.run()
    (kept,) = bench.evaluations.kept.values()
    assert kept.from_shadow == 19


async def test_requests_that_it_was_copied_since_count_as_held_out() -> None:
    live = [example(n, "spam" if n % 2 else "ham") for n in range(500, 530)]
    bench = Bench(FakeProvider(says=RIGHT))
    bench.shadows.live, bench.shadows.said = live, {e.example_id: Answer(str(e.target), 3.0, 0.0) for e in live}
    await bench.run()
    (kept,) = bench.evaluations.kept.values()
    assert (kept.from_shadow, len(kept.verdict.scores), kept.test_examples) == (30, 90, 60)


def standing_there(bench: Bench) -> Shadowed | None:
    return bench.rollout.shadow


def shadowing_first(bench: Bench, *, platforms: Collection[str] = ()) -> None:
    first = ShadowFirst(30, timedelta(days=2), platforms)
    bench.judging = replace(bench.judging, shadow_first=first)


async def test_where_a_setting_says_so_a_candidate_answers_in_the_shadow_once_before_it_is_judged() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    shadowing_first(bench)
    assert await bench.judging.run_once()
    assert standing_there(bench) == Shadowed(V, 30)
    assert "0 of the 20 answers in the shadow" in bench.versions.versions[V].reason
    bench.shadows.said = {e.example_id: Answer(str(e.target), 3.0, 0.0) for e in TEST[:20]}
    bench.clock.tick(timedelta(minutes=1))
    await bench.run()
    assert (bench.state, standing_there(bench)) == (VersionState.CANARY, None)
    whys = [(change.by.who, change.by.why) for change in bench.rollout.history[:2]]
    assert whys == [
        ("trainer", "Each candidate answers in the shadow first (TRAINER_SHADOW_FIRST)."),
        ("trainer", "It has given 20 answers there, and is judged."),
    ]
    (kept,) = bench.evaluations.kept.values()
    assert kept.from_shadow == 20


async def test_what_too_few_requests_came_for_is_judged_with_what_there_is() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    shadowing_first(bench)
    await bench.run()
    assert bench.state is VersionState.CANDIDATE
    bench.clock.tick(timedelta(days=2))
    await bench.run()
    assert (bench.state, bench.rollout.shadow) == (VersionState.CANARY, None)


async def test_candidates_come_one_after_the_other_and_nobody_whom_no_platform_serves() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    shadowing_first(bench)
    bench.set_rollout(set_shadow(FRESH, version("classification-eeeeeeee"), 10, BY))
    assert await bench.judging.run_once()
    assert "one at a time may" in bench.versions.versions[V].reason
    away = Bench(FakeProvider(), of=replace(version(V), platform="openai", model="ft:x"))
    shadowing_first(away)
    assert not away.judging.shadow_first.is_for(FRESH, away.versions.versions[V])
    shadowing_first(away, platforms={"openai"})
    assert away.judging.shadow_first.is_for(FRESH, away.versions.versions[V])


async def test_a_person_ends_what_a_setting_began_and_it_is_judged_at_once() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    shadowing_first(bench)
    await bench.judging.run_once()
    bench.set_rollout(ended(bench.rollout, V, BY))
    bench.clock.tick(timedelta(minutes=1))
    await bench.run()
    assert bench.state is VersionState.CANARY


async def test_what_is_rejected_leaves_the_shadow() -> None:
    bench = Bench(FakeProvider("ham"))
    in_the_shadow(bench, 0)
    bench.shadows.said = {e.example_id: Answer("ham", 3.0, 0.0) for e in TEST}
    await bench.run()
    assert bench.state is VersionState.REJECTED
    assert bench.rollout.shadow is None
    assert bench.rollout.history[-1].by.why == "It did not pass the gate."


async def test_what_goes_on_trial_leaves_the_shadow() -> None:
    bench = Bench(FakeProvider(says=RIGHT))
    in_the_shadow(bench, 60)
    await bench.run()
    assert bench.state is VersionState.CANARY
    assert bench.rollout.shadow is None
