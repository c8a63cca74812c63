"""A version is one thing that can serve a task; its state says how far it has come. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ratchet_common.errors import NotFoundError
from ratchet_common.events import BASE_VERSION, Serving

LOCAL = "local"
TRIES = 8  # to judge a version
SPENT = "judging_cost_usd"  # among its metrics


class VersionState(StrEnum):
    CANDIDATE = "candidate"  # trained, not judged yet
    EVALUATED = "evaluated"  # has passed the gate and waits for traffic
    CANARY = "canary"  # on trial with a share of the traffic
    LIVE = "live"  # serves, as what is in use or as what is held out beside it
    RETIRED = "retired"  # has served, and another took its place
    REJECTED = "rejected"  # has not passed the gate
    ROLLED_BACK = "rolled_back"  # has served, and was taken back


class UnknownVersionError(NotFoundError):
    type = "unknown-version"
    title = "There is no such version"

    def __init__(self, version_id: str) -> None:
        super().__init__(f"There is no version {version_id}: GET /api/models/versions lists them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    tenant: str
    version_id: str
    task_type: str
    platform: str
    base_model: str
    artifact: str  # URL; none where a platform serves it by name
    sha256: str
    dataset_id: str
    parent: str  # what served when it was trained
    job_id: str
    created_at: datetime
    model: str = ""  # its name at the platform that serves it
    learned_until: datetime | None = None  # the newest thing that it has learned from
    metrics: Mapping[str, float] = field(default_factory=dict)
    state: VersionState = VersionState.CANDIDATE
    traffic_percentage: int = 0
    reason: str = ""  # why it is in this state: sentences
    evaluation_id: str = ""
    baseline: str = ""  # what it was judged against
    tries: int = 0  # to judge it, where something broke
    exam: str = ""  # the dataset that it is judged on, where nobody said what it was trained on
    registered_by: str = ""  # who brought it, where no job made it
    why: str = ""  # he did
    taken_down_at: datetime | None = None  # what served it at its platform was removed
    erasures: tuple[UUID, ...] = ()  # whose users' examples its dataset had held
    documents_deleted: int = 0  # of those that its dataset was made of
    documents_changed: int = 0  # of them, as they were read

    @property
    def here(self) -> bool:
        """A student, which answers in this house; the others are asked at the platform that serves them."""
        return self.platform == LOCAL


def name_of(task_type: str, sha256: str) -> str:
    """Named by content: the same training, done twice, gives one version."""
    return f"{task_type}-{sha256[:8]}"


def serving(version: Version) -> Serving:
    """Of what has an artifact, the version's own name stands for the model's in answers and measurements."""
    return Serving(
        platform=version.platform,
        model=version.model,
        artifact=version.artifact,
        sha256=version.sha256,
        dataset_id=version.dataset_id,
        learned_until=version.learned_until,
    )


def judged(
    version: Version,
    *,
    passed: bool,
    reasons: Sequence[str],
    evaluation_id: str,
    baseline: str,
    score: float,
    spent_usd: float = 0.0,
) -> Version:
    """`spent_usd`: for the answers that it was judged by."""
    return replace(
        version,
        state=VersionState.EVALUATED if passed else VersionState.REJECTED,
        reason=" ".join(reasons),
        metrics={**version.metrics, "benchmark_score": score, SPENT: spent_usd},
        evaluation_id=evaluation_id,
        baseline=baseline,
        tries=0,
    )


def to_judge_again(version: Version, serves: str) -> Version:
    reason = f"It was judged against {version.baseline}, and now {serves} serves."
    return replace(version, state=VersionState.CANDIDATE, reason=reason, exam="")


def not_judged(version: Version, why: str) -> Version:
    """Something broke while it was judged. After a few times it is rejected: it can be trained again."""
    tries = version.tries + 1
    if tries < TRIES:
        return replace(version, tries=tries, reason=f"It could not be evaluated yet: {why}")
    reason = f"It could not be evaluated in {tries} tries. The last time: {why}"
    return replace(version, tries=tries, state=VersionState.REJECTED, reason=reason)


def waiting(version: Version, why: str) -> Version:
    """A person has to do something before it can be judged; it does not get worse meanwhile."""
    return replace(version, reason=f"It waits to be evaluated: {why}")


BASE_SERVING = Serving(platform=BASE_VERSION)
