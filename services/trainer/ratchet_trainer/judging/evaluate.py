"""Use case: judge a candidate against what serves today, and put it on trial if the gate lets it through.

The evaluation's id derives from what was compared, so that a worker that takes over writes the same one; a version that
has passed and finds another on trial waits until that trial has ended.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_common.workers import Workers
from ratchet_providers.base import Provider, ProviderError
from ratchet_scoring.advance import Limits
from ratchet_trainer.collecting.preparing import found_in
from ratchet_trainer.datasets.dataset import TooFewExamplesError
from ratchet_trainer.judging import evaluation
from ratchet_trainer.judging.case_answers import AskedElsewhere, CaseAnswers, SaidInShadow
from ratchet_trainer.judging.evaluation import Case, Verdict
from ratchet_trainer.judging.gate import Ruling, rule
from ratchet_trainer.judging.held_out import Datasets, HeldOut, TooFewCasesError, dataset_for, patience, with_exam
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.leased import Leased, OvertakenError, while_held
from ratchet_trainer.rollouts.rollout import By, Plan, Rollout, TrafficRefusedError, standings, start
from ratchet_trainer.rollouts.shadow_turn import ShadowTurn
from ratchet_trainer.rollouts.shadowing import BY_HAND_ALONE, ShadowFirst
from ratchet_trainer.rollouts.traffic import RolloutStore, Traffic
from ratchet_trainer.rollouts.versions import Version, VersionState, judged, not_judged, to_judge_again, waiting
from ratchet_trainer.suites.asking import CannotAskError

log = logging.getLogger(__name__)
NAMESPACE = UUID("6f0d9a0e-2f55-5a0b-a1a5-0b6a8a1b8c5d")
LOOK_AGAIN = timedelta(seconds=2)  # whether the trial of another has ended
LONGEST_LOOK = timedelta(minutes=5)
LOOK_AT_SHADOW = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    evaluation_id: UUID
    tenant: str
    task_type: str
    version_id: str
    baseline: str
    dataset_id: str
    created_at: datetime
    verdict: Verdict
    ruling: Ruling
    test_examples: int  # on the held-out side, usable or not
    from_shadow: int = 0  # cases whose answer the version gave in the shadow
    baseline_asked: int = 0  # cases that the baseline was asked only now
    baseline_model: str = ""  # as which version or model
    spent_usd: float = 0.0  # for what it and the baseline were asked

    @property
    def benchmark_score(self) -> float:
        return self.verdict.report.candidate.score


class JudgedVersions(Protocol):
    async def take_to_judge(self, now: datetime, *, here: bool) -> Leased[Version] | None: ...
    async def renew(self, held: Leased[Version]) -> bool: ...
    async def release(self, held: Leased[Version]) -> None: ...
    async def judge(self, held: Leased[Version], version: Version, due_at: datetime) -> bool: ...


class EvaluationStore(Protocol):
    async def find(self, tenant: str, evaluation_id: UUID) -> Evaluation | None: ...
    async def add(self, evaluation: Evaluation) -> None: ...


Judge = Callable[[str, Sequence[Case], Sequence[Answer], str | None], Awaitable[Verdict]]


@dataclass(frozen=True)
class Judging:
    versions: JudgedVersions
    evaluations: EvaluationStore
    rollouts: RolloutStore
    datasets: Datasets
    traffic: Traffic
    provider: Provider  # of students
    elsewhere: AskedElsewhere
    shadows: SaidInShadow
    held_out: HeldOut
    judge: Judge
    limits: Limits
    plan: Plan
    shadow_answers: int  # that what is in the shadow gives before it is judged
    renew_every: float  # seconds
    now: Callable[[], datetime]
    shadow_first: ShadowFirst = BY_HAND_ALONE

    async def run_once(self, *, here: bool = True) -> bool:
        """One version that is asked here, or elsewhere. False: none waits."""
        held = await self.versions.take_to_judge(self.now(), here=here)
        if held is None:
            return False
        try:
            await while_held(self._work(held), lambda: self.versions.renew(held), every=self.renew_every)
        except OvertakenError:
            log.info("The version %s got traffic or was taken over.", held.value.version_id)
        finally:
            await self.versions.release(held)
        return True

    async def _work(self, held: Leased[Version]) -> None:
        version = held.value
        try:
            rollout = await self.rollouts.get(version.tenant, version.task_type)
            if version.version_id in standings(rollout):
                return await self._follow(held, version, rollout)
            if version.state is VersionState.CANDIDATE:
                if why := await self._shadow.waits_for(version, rollout):
                    return await self._save(held, waiting(version, why), LOOK_AT_SHADOW)
                version = await self._with_exam(held, version)
                version = await self._evaluated(version, rollout.stable)
                await self._out_of_the_shadow(version)
                await self._save(held, version, LOOK_AGAIN)
            if version.state is VersionState.EVALUATED:
                await self._to_traffic(held, version, rollout)
        except TooFewCasesError as error:
            await self._save(held, waiting(version, error.detail), patience(self.now() - version.created_at))
        except (CannotAskError, TooFewExamplesError) as error:
            await self._save(held, waiting(version, error.detail), LONGEST_LOOK)
        except (RefusedError, RetryLaterError, ProviderError) as error:
            await self._put_off(held, version, _sentence(error))
        except OvertakenError:
            raise
        except Exception as error:  # noqa: BLE001  the edge: a version that cannot be judged must not stop the others
            log.error("Judging %s failed: %s", version.version_id, described(error))
            await self._put_off(held, version, f"{type(error).__name__}: see the trainer's log.")

    async def _with_exam(self, held: Leased[Version], version: Version) -> Version:
        after = await with_exam(version, self.datasets)
        if after is not version:
            await self._save(held, after, timedelta(0))
        return after

    @property
    def _shadow(self) -> ShadowTurn:
        return ShadowTurn(self.traffic, self.shadows, self.shadow_answers, self.shadow_first, self.now)

    async def _out_of_the_shadow(self, version: Version) -> None:
        """What is rejected need not be asked any more. Before that is written: a worker that takes over does it too."""
        if version.state is VersionState.REJECTED:
            await self._shadow.end(version, "It did not pass the gate.")

    async def _to_traffic(self, held: Leased[Version], version: Version, rollout: Rollout) -> None:
        if rollout.canary:
            await self._save(held, version, LOOK_AGAIN)
        elif rollout.stable != version.baseline:
            await self._save(held, to_judge_again(version, rollout.stable), timedelta(0))
        else:
            await self._start(held, version)

    async def _follow(self, held: Leased[Version], version: Version, rollout: Rollout) -> None:
        """Its trial has begun, or is over, and its own document does not say so yet: nothing is left to judge."""
        await self.traffic.follow(rollout)
        await self._save(held, version, LOOK_AGAIN)

    async def _start(self, held: Leased[Version], version: Version) -> None:
        by = By("trainer", version.reason, self.now())
        first = self.plan.steps[0]
        try:
            await self.traffic.change(
                version.tenant,
                version.task_type,
                lambda rollout: start(rollout, version.version_id, version.baseline, first, by),
            )
        except TrafficRefusedError as error:  # the traffic changed meanwhile: the next look finds out
            log.info("%s gets no traffic now: %s", version.version_id, error.detail)
            await self._save(held, version, LOOK_AGAIN)

    async def _evaluated(self, version: Version, baseline: str) -> Version:
        evaluation_id = uuid5(NAMESPACE, f"{version.tenant}/{version.version_id}/{baseline}")
        found = await self.evaluations.find(version.tenant, evaluation_id)
        if found is None:
            found = await self._evaluate(version, baseline, evaluation_id)
            await self.evaluations.add(found)
        return judged(
            version,
            passed=found.ruling.passed,
            reasons=found.ruling.reasons,
            evaluation_id=str(evaluation_id),
            baseline=baseline,
            score=found.benchmark_score,
            spent_usd=found.spent_usd,
        )

    async def _evaluate(self, version: Version, baseline: str, evaluation_id: UUID) -> Evaluation:
        task = version.task_type
        dataset = await dataset_for(version, self.datasets)
        held_out = await self.held_out.of(version, dataset, baseline, self.now())
        weights = await self.datasets.weights(version.tenant, task, held_out.examples)
        cases = evaluation.cases_of(held_out.examples, weights)
        found = await CaseAnswers(self.provider, self.elsewhere, self.shadows).to(version, cases)
        commonest = evaluation.commonest_label(task, dataset.train)
        verdict = await self.judge(task, found.cases, found.answers, commonest)
        return Evaluation(
            evaluation_id=evaluation_id,
            tenant=version.tenant,
            task_type=task,
            version_id=version.version_id,
            baseline=baseline,
            dataset_id=dataset.dataset_id,
            created_at=self.now(),
            verdict=verdict,
            ruling=rule(verdict.report, self.limits),
            test_examples=len(dataset.test),
            from_shadow=found.from_shadow,
            baseline_asked=held_out.asked,
            baseline_model=held_out.by,
            spent_usd=held_out.spent_usd + found.spent_usd,
        )

    async def _put_off(self, held: Leased[Version], version: Version, why: str) -> None:
        after = not_judged(version, why)
        await self._out_of_the_shadow(after)
        await self._save(held, after, min(LOOK_AGAIN * 2**after.tries, LONGEST_LOOK))

    async def _save(self, held: Leased[Version], version: Version, again_in: timedelta) -> None:
        if not await self.versions.judge(held, version, self.now() + again_in):
            raise OvertakenError


def judge_in(workers: Workers, limits: Limits, seed: int) -> Judge:
    """Scoring, looking for private data and resampling burn CPU."""

    async def judge(task_type: str, cases: Sequence[Case], answers: Sequence[Answer], commonest: str | None) -> Verdict:
        return await workers.run(
            evaluation.verdict, task_type, list(cases), list(answers), commonest, limits, seed, found_in
        )

    return judge


def _sentence(error: RefusedError | RetryLaterError | ProviderError) -> str:
    return f"the model gave no answer ({error.kind})." if isinstance(error, ProviderError) else str(error)
