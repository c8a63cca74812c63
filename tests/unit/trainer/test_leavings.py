"""What ended jobs have left at their platforms goes when nobody needs it any more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.by_hand import activate, roll_back
from ratchet_trainer.rollouts.rollout import By, Rollout
from ratchet_trainer.rollouts.versions import Version, VersionState, name_of
from ratchet_trainer.search.search import Search, SearchState
from ratchet_trainer.tuning.jobs import Job, JobState, Recipe
from ratchet_trainer.tuning.leavings import Leaving, TakingDown, may_serve
from ratchet_trainer.tuning.new_jobs import asked_for
from tests.unit.trainer.decision_fakes import NOW, Clock, FakeRollouts, FakeVersions, version
from tests.unit.trainer.platforms.fake import FakePlatform

KEEP = timedelta(days=7)
V, ARN = "classification-abababab", "arn:aws:bedrock:eu:1:custom-model-deployment/x"
BY = By("ann", "because", NOW)
FRESH = Rollout(tenant="acme", task_type="classification")
SEARCH = UUID(int=9)
SEARCHED = Search(
    search_id=SEARCH,
    tenant="acme",
    task_type="classification",
    platform="bedrock",
    base_model="b",
    method="supervised",
    dataset_id="d",
    strategy="grid",
    trials=(),
    at_once=1,
    max_cost_usd=None,
    made_by="ann",
    created_at=NOW,
    due_at=NOW,
)


def job(**changes: object) -> Job:
    made = asked_for("acme", "classification", "bedrock", "ann", "", NOW)
    ended = replace(made, state=JobState.SUCCEEDED, run_id="ratchet-1", version_id=V)
    return replace(ended, **changes)  # type: ignore[arg-type]


@dataclass
class FakeLeavings:
    jobs: list[Job]
    look_at: dict[UUID, datetime] = field(default_factory=dict)
    unused: dict[UUID, datetime | None] = field(default_factory=dict)
    over: set[UUID] = field(default_factory=set)

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> list[Leaving]:
        there = [one for one in self.jobs if one.platform in platforms and one.job_id not in self.over]
        due = [one for one in there if self.look_at.get(one.job_id, now) <= now]
        return [Leaving(one, self.unused.get(one.job_id)) for one in due[:limit]]

    async def look_again(self, job: Job, at: datetime, *, unused_since: datetime | None) -> None:
        self.look_at[job.job_id], self.unused[job.job_id] = at, unused_since

    async def gone(self, job: Job, at: datetime) -> None:  # noqa: ARG002
        self.over.add(job.job_id)


class FakeSearches:
    def __init__(self, states: Mapping[UUID, SearchState]) -> None:
        self._states = states

    async def find(self, _tenant: str, search_id: UUID, /) -> Search | None:
        state = self._states.get(search_id)
        return replace(SEARCHED, search_id=search_id, state=state) if state else None


class OneSearch:
    def __init__(self, search: Search) -> None:
        self._search = search

    async def find(self, _tenant: str, _search_id: UUID, /) -> Search | None:
        return self._search


class Scene:
    def __init__(
        self, of: Job, *, state: VersionState, rollout: Rollout = FRESH, search: SearchState | None = None
    ) -> None:
        self.platform, self.clock = FakePlatform("bedrock"), Clock()
        self.versions = FakeVersions({V: version(V, platform="bedrock", model=ARN, state=state)})
        self.rollouts, self.leavings = FakeRollouts(), FakeLeavings([of])
        self.rollouts.rollouts["acme", "classification"] = rollout
        self.work = TakingDown(
            leavings=self.leavings,
            versions=self.versions,
            rollouts=self.rollouts,
            searches=FakeSearches({SEARCH: search} if search else {}),
            platforms={"bedrock": self.platform},
            keep=KEEP,
            now=self.clock,
        )

    async def days(self, number: int) -> list[str]:
        """Looked at every hour for so long. What was taken down by then."""
        for _ in range(number * 24):
            await self.work.run_once()
            self.clock.tick(timedelta(hours=1))
        return self.platform.taken_down

    @property
    def version(self) -> Version:
        return self.versions.versions[V]


@pytest.mark.parametrize(
    ("state", "search_id", "best", "stays"),
    [
        (JobState.SUCCEEDED, None, None, True),
        (JobState.FAILED, None, None, False),
        (JobState.SUCCEEDED, SEARCH, 1, True),
        (JobState.SUCCEEDED, SEARCH, 0, False),
    ],
    ids=["by itself", "failed", "the best", "another trial"],
)
async def test_what_gives_vectors_is_no_version_and_stays(
    state: JobState, search_id: UUID | None, best: int | None, stays: bool
) -> None:
    search = replace(SEARCHED, state=SearchState.SUCCEEDED, best=best)
    vectors = job(recipe=Recipe(method="embeddings"), state=state, version_id="", tuned=Tuned(artifact="file:///a"))
    if search_id:
        vectors = replace(vectors, search_id=search_id, job_id=search.job_id(1))
    scene = Scene(vectors, state=VersionState.CANDIDATE)
    scene.work = replace(scene.work, searches=OneSearch(search))
    assert await scene.days(9) == ([] if stays else ["ratchet-1"])


async def test_what_serves_no_more_is_taken_down_once_after_a_while_and_the_version_says_so() -> None:
    scene = Scene(job(), state=VersionState.ROLLED_BACK)
    assert await scene.days(7) == []
    assert scene.version.taken_down_at is None
    assert await scene.days(2) == [f"ratchet-1 {ARN}"]
    assert scene.version.taken_down_at is not None


@pytest.mark.parametrize("state", [VersionState.CANDIDATE, VersionState.EVALUATED, VersionState.LIVE])
async def test_what_serves_or_may_yet_stays(state: VersionState) -> None:
    assert await Scene(job(), state=state).days(9) == []


async def test_what_a_rollback_would_bring_back_stays() -> None:
    successor = activate(activate(FRESH, V, BY), "classification-eeeeeeee", BY)
    scene = Scene(job(), state=VersionState.RETIRED, rollout=successor)
    assert await scene.days(9) == []
    third = activate(successor, "classification-dddddddd", BY)
    assert not may_serve(scene.version, third)
    assert roll_back(third, "classification-dddddddd", BY, gone=["classification-eeeeeeee", V]).shares == {"base": 100}


async def test_what_comes_back_into_use_has_all_of_the_time_again() -> None:
    scene = Scene(job(), state=VersionState.RETIRED)
    await scene.days(6)
    scene.versions.versions[V] = replace(scene.version, state=VersionState.LIVE)
    await scene.days(3)
    scene.versions.versions[V] = replace(scene.version, state=VersionState.ROLLED_BACK)
    assert await scene.days(7) == []


async def test_a_run_that_came_to_nothing_and_a_trial_that_was_not_chosen_go() -> None:
    failed = job(state=JobState.FAILED, version_id="")
    assert await Scene(failed, state=VersionState.LIVE).days(8) == ["ratchet-1"]
    trial = job(version_id="", search_id=SEARCH, tuned=Tuned(model="arn:lost"))
    assert await Scene(trial, state=VersionState.LIVE, search=SearchState.RUNNING).days(9) == []
    assert await Scene(trial, state=VersionState.LIVE, search=SearchState.SUCCEEDED).days(8) == ["ratchet-1 arn:lost"]


async def test_a_trial_that_was_chosen_is_known_by_its_model() -> None:
    tuned = Tuned(model="arn:won")
    scene = Scene(job(version_id="", search_id=SEARCH, tuned=tuned), state=VersionState.LIVE)
    name = name_of("classification", tuned.identity)
    scene.versions.versions[name] = version(name, platform="bedrock", model="arn:won", state=VersionState.LIVE)
    assert await scene.days(9) == []


async def test_a_platform_that_refuses_is_asked_again_a_day_later_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene(job(), state=VersionState.REJECTED)
    scene.platform.refuses("take_down", "Its commitment has not ended.")
    assert await scene.days(8) == []
    assert [record.getMessage() for record in caplog.records if "commitment" in record.getMessage()]
    assert await scene.days(1) == [f"ratchet-1 {ARN}"]
