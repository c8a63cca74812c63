"""What stands in for the stores, the platform and the model where only decisions are tested."""
# ruff: noqa: ARG002  a fake takes what the real one takes

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from ratchet_common.events import TrafficAssigned, Usage
from ratchet_providers.base import ModelAnswer, ModelRequest, ProviderError
from ratchet_trainer.collecting.example import Example, TargetSource
from ratchet_trainer.datasets.dataset import Dataset, Dropped, Manifest, Rules, TooFewExamplesError
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import lesson_of
from ratchet_trainer.formats.student import student_line
from ratchet_trainer.judging.asked_baseline import Asked
from ratchet_trainer.judging.evaluate import Evaluation
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.leased import Leased
from ratchet_trainer.rollouts.rollout import Rollout, Standing
from ratchet_trainer.rollouts.shadow_answers import Failures
from ratchet_trainer.rollouts.versions import UnknownVersionError, Version, VersionState
from ratchet_trainer.tuning.jobs import OPEN, Job

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass
class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time

    def tick(self, by: timedelta) -> None:
        self.time += by


def example(
    number: int,
    target: str = "spam",
    *,
    output: str | None = "ham",
    source: TargetSource = "correction",
    version: str = "base",
    assigned_by: str = "routed",
    task_type: str = "classification",
    document_type: str | None = None,
    labels: tuple[str, ...] = ("ham", "spam"),
    cost_usd: float = 0.01,
    document: str = "",
    question: str = "",
) -> Example:
    return Example(
        example_id=UUID(int=number),
        tenant="acme",
        task_type=task_type,
        document=document or f"document {number}",
        question=question,
        labels=labels,
        target=target,
        target_source=source,
        output=output,
        score=None,
        score_source=None,
        version_id=version,
        model="m",
        assigned_by=assigned_by,
        cost_usd=cost_usd,
        latency_ms=800.0,
        confidence=None,
        document_type=document_type,
        tags=(),
        document_hash=f"d{number}",
        session_hash=None,
        user_hash=None,
        stratum="s",
        quality=1.0,
        pii={},
        answered_at=NOW,
        learned_at=NOW,
    )


def dataset(train: Sequence[Example], test: Sequence[Example]) -> Dataset:
    manifest = Manifest(
        task_type="classification",
        rules=Rules(),
        looked_at=len(train) + len(test),
        sizes={Side.TRAIN: len(train), Side.TEST: len(test)},
        by_source={},
        dropped=Dropped(),
        learned_from=NOW,
        learned_until=NOW,
        sha256="0" * 64,
    )
    return Dataset(
        dataset_id="d1",
        tenant="acme",
        task_type="classification",
        manifest=manifest,
        train=list(train),
        validation=[],
        test=list(test),
    )


@dataclass
class FakeDatasets:
    content: Dataset
    found: int = 50
    built: int = 0

    async def build(self, tenant: str, task_type: str) -> str:
        return await self.build_for(tenant, task_type, None)

    async def build_for(self, tenant: str, task_type: str, least: int | None) -> str:
        self.built += 1
        if self.found < (least or 50):
            raise TooFewExamplesError(task_type, self.found, least or 50)
        return "d1"

    async def manifest(self, tenant: str, dataset_id: str) -> Manifest:
        return self.content.manifest

    async def lines(self, tenant: str, dataset_id: str, side: Side, format_name: str) -> AsyncIterator[bytes]:
        examples = {Side.TRAIN: self.content.train, Side.VALIDATION: self.content.validation}[side]

        async def of_them() -> AsyncIterator[bytes]:
            for one in examples:
                line = FORMATS[format_name].line(lesson_of(one)) if format_name in FORMATS else student_line(one, 1.0)
                if line is not None:
                    yield line

        return of_them()

    async def load(self, tenant: str, dataset_id: str) -> Dataset:
        return self.content

    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]:
        return [1.0] * len(examples)


@dataclass
class FakeJobs:
    """One job after the other; a lease never runs out by itself."""

    jobs: dict[UUID, Job] = field(default_factory=dict)
    saved: list[Job] = field(default_factory=list)
    taken_over: bool = False

    async def add(self, job: Job) -> None:
        self.jobs.setdefault(job.job_id, job)

    async def some(self, tenant: str, job_ids: Collection[UUID]) -> list[Job]:
        return [self.jobs[one] for one in job_ids if one in self.jobs]

    async def take(self, now: datetime, platforms: Collection[str]) -> Leased[Job] | None:
        wanted = [job for job in self.jobs.values() if job.state in OPEN or job.left]
        due = [job for job in wanted if job.due_at <= now and job.platform in platforms]
        return Leased(due[0], {}) if due else None

    async def save(self, held: Leased[Job], job: Job) -> bool:
        there = self.jobs[job.job_id]
        if self.taken_over or not (there.state in OPEN if held.value.state in OPEN else there.left):
            return False
        self.jobs[job.job_id] = job
        self.saved.append(job)
        return True

    async def renew(self, held: Leased[Job]) -> bool:
        return not self.taken_over

    async def release(self, held: Leased[Job]) -> None:
        pass


@dataclass
class FakeVersions:
    versions: dict[str, Version] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    followed: dict[str, int] = field(default_factory=dict)

    async def add(self, version: Version) -> bool:
        return self.versions.setdefault(version.version_id, version) is version

    async def get(self, tenant: str, version_id: str) -> Version:
        if version_id not in self.versions:
            raise UnknownVersionError(version_id)
        return self.versions[version_id]

    async def some(self, tenant: str, version_ids: Collection[str]) -> list[Version]:
        return [self.versions[v] for v in version_ids if v in self.versions]

    async def stand(self, tenant: str, version_id: str, standing: Standing, revision: int) -> None:
        if version_id in self.versions and self.followed.get(version_id, 0) < revision:
            there = self.versions[version_id]
            self.versions[version_id] = replace(
                there,
                state=standing.state,
                traffic_percentage=standing.percent,
                reason=standing.why or there.reason,
            )
            self.followed[version_id] = revision

    async def taken_down(self, tenant: str, version_id: str, at: datetime) -> None:
        self.versions[version_id] = replace(self.versions[version_id], taken_down_at=at)

    async def take_to_judge(self, now: datetime, *, here: bool) -> Leased[Version] | None:
        due = [v for v in self.versions.values() if _waits(v) and self.due.get(v.version_id, NOW) <= now]
        waiting = [v for v in due if v.here is here]
        return Leased(waiting[0], {}) if waiting else None

    async def judge(self, held: Leased[Version], version: Version, due_at: datetime) -> bool:
        if not _waits(self.versions[version.version_id]):
            return False
        self.versions[version.version_id] = version
        self.due[version.version_id] = due_at
        return True

    async def renew(self, held: Leased[Version]) -> bool:
        return True

    async def release(self, held: Leased[Version]) -> None:
        pass


def _waits(version: Version) -> bool:
    return version.state in (VersionState.CANDIDATE, VersionState.EVALUATED)


@dataclass
class FakeRollouts:
    rollouts: dict[tuple[str, str], Rollout] = field(default_factory=dict)
    events: list[TrafficAssigned] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)
    quicker: list[Rollout] = field(default_factory=list)  # what others write before our next write

    async def get(self, tenant: str, task_type: str) -> Rollout:
        return self.rollouts.get((tenant, task_type), Rollout(tenant=tenant, task_type=task_type))

    async def save(self, rollout: Rollout, event: TrafficAssigned) -> bool:
        key = (rollout.tenant, rollout.task_type)
        if self.quicker:
            self.rollouts[key] = self.quicker.pop()
        if (await self.get(*key)).revision != rollout.revision - 1:
            return False
        self.rollouts[key] = rollout
        self.events.append(event)
        return True

    async def unsettled(self) -> list[Rollout]:
        return [r for r in self.rollouts.values() if self.settled.get(r.task_type, 0) < r.revision]

    async def settle(self, rollout: Rollout) -> None:
        self.settled[rollout.task_type] = rollout.revision

    async def note(self, tenant: str, task_type: str, step: int, waits_for: str) -> None:
        rollout = await self.get(tenant, task_type)
        if rollout.canary and rollout.step == step:
            self.rollouts[tenant, task_type] = replace(rollout, waits_for=waits_for)

    async def holdouts_over(self, at: datetime) -> list[Rollout]:
        return [r for r in self.rollouts.values() if r.holdout and r.holdout.until <= at]


@dataclass
class FakeEvaluations:
    kept: dict[UUID, Evaluation] = field(default_factory=dict)

    async def find(self, tenant: str, evaluation_id: UUID) -> Evaluation | None:
        return self.kept.get(evaluation_id)

    async def add(self, evaluation: Evaluation) -> None:
        self.kept.setdefault(evaluation.evaluation_id, evaluation)


@dataclass
class FakeShadows:
    """`said`: by example."""

    said: dict[UUID, Answer] = field(default_factory=dict)
    live: list[Example] = field(default_factory=list)
    failed: Failures = field(default_factory=Failures)

    async def failures(self, version: Version) -> Failures:
        return self.failed

    async def count(self, version: Version) -> int:
        return len(self.said)

    async def heard(self, version: Version, dataset: Dataset, most: int) -> list[Example]:
        return self.live[:most]

    async def answers(self, version: Version, example_ids: Sequence[UUID]) -> dict[UUID, Answer]:
        return {id_: self.said[id_] for id_ in example_ids if id_ in self.said}


@dataclass
class FakeFresh:
    came: list[Example] = field(default_factory=list)

    async def since(self, version: Version, dataset: Dataset, most: int) -> list[Example]:
        return self.came[:most]


@dataclass
class FakeBaseline:
    """Answers with what `says` has for the document; raises `error` where there is one."""

    says: dict[str, str] = field(default_factory=dict)
    error: Exception | None = None
    asked: int = 0

    async def answered(self, version: Version, baseline: str, examples: Sequence[Example]) -> Asked:
        self.asked += len(examples)
        if self.error:
            raise self.error
        said = [one for one in examples if one.document in self.says]
        found = [
            replace(one, output=self.says[one.document], version_id=baseline, assigned_by="routed") for one in said
        ]
        return Asked(found, "usual" if found else "", 0.01 * len(found))


@dataclass
class FakeProvider:
    """Answers with what `says` has for the document, else with `otherwise`."""

    otherwise: str = "spam"
    says: dict[str, str] = field(default_factory=dict)
    error: ProviderError | None = None
    unsure_of: frozenset[str] = frozenset()  # documents
    asked: int = 0

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked += 1
        if self.error:
            raise self.error
        if request.document in self.unsure_of and request.may_abstain:
            raise ProviderError("unsure")
        return ModelAnswer(output=self.says.get(request.document, self.otherwise), usage=Usage(), model=request.model)


def version(version_id: str = "classification-abababab", **changes: object) -> Version:
    made = Version(
        tenant="acme",
        version_id=version_id,
        task_type="classification",
        platform="local",
        base_model="student",
        artifact="file:///artifacts/x",
        sha256="ab" * 32,
        dataset_id="d1",
        parent="base",
        job_id=str(uuid4()),
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of a version
