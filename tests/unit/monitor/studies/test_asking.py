from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_monitor.studies.asking import (
    Asked,
    By,
    ExperimentRefusedError,
    ExperimentRunsError,
    IdempotencyMismatchError,
    study_of,
)
from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.setting_up import never_seen, set_up, stop
from ratchet_monitor.studies.study import Arm, Ended, Rail, State, Study, StudyOverError, changed
from tests.unit.monitor.make import NOW
from tests.unit.monitor.memory import InMemoryStudies
from tests.unit.monitor.studies.make import A, B

BY = By("acme", "ann", NOW)
RAW = timedelta(days=30)
V = "summary-00000001"


def asked(*arms: Arm, **changes: Any) -> Asked:
    return Asked(**{"name": "which one", "task_type": "summary", "arms": arms or (A, B)} | changes)


def made(request: Asked, raw_days: int = 30) -> Study:
    return study_of(request, "exp-1", BY, versions=[V], raw_days=raw_days)


def test_scores_of_sessions_with_an_effect_of_a_twentieth_are_the_default() -> None:
    found = made(asked())
    assert (found.unit, found.metric, found.minimum_effect) == ("session", Metric.SCORE, 0.05)
    assert (found.pre_period_days, found.window_hours) == (0, 1.0)
    assert (found.state, found.revision, found.who, found.started_at) == (State.RUNNING, 1, "ann", NOW)


def test_costs_are_adjusted_by_a_pre_period_where_units_have_one() -> None:
    of_cost = {"metric": Metric.COST_PER_ANSWER, "minimum_effect": 0.001}
    assert made(asked(unit="user", **of_cost)).pre_period_days == 7
    assert made(asked(unit="user", pre_period_days=0, **of_cost)).pre_period_days == 0
    assert made(asked(unit="result", **of_cost)).pre_period_days == 0
    assert made(asked(unit="user", **of_cost), raw_days=3).pre_period_days == 2
    assert made(asked(pre_period_days=5)).pre_period_days == 5


def test_arms_may_be_approaches_and_tuned_ones_need_a_version_that_serves() -> None:
    arms = (arm("base", 50, approach="base_rag"), arm("both", 50, approach="hybrid_rag_finetuned"))
    found = made(asked(*arms))
    assert [one.approach for one in changed(found).arms] == ["base_rag", "hybrid_rag_finetuned"]
    assert found.arms[0].what == "approach base_rag"
    with pytest.raises(ExperimentRefusedError, match="no tuned version serves"):
        study_of(asked(*arms), "exp-1", BY, versions=["base"], raw_days=30)


def arm(name: str, share: int, **what: Any) -> Arm:
    return Arm(name=name, share=share, **what)


@pytest.mark.parametrize(
    ("request_", "field", "said"),
    [
        (asked(A, replace(B, share=40)), "arms", "add up to 90"),
        (asked(A, arm("b", 50)), "arms.1", "names 0"),
        (asked(A, arm("b", 50, model="m", template="t")), "arms.1", "names 2"),
        (asked(A, arm("b", 50, approach="base_rag", template="t")), "arms.1", "names 2"),
        (asked(A, replace(B, name="a")), "arms.1.name", "the same name"),
        (asked(A, replace(A, name="b")), "arms.1", "the same model model-a"),
        (asked(A, replace(B, name="control")), "arms.1.name", "name this one otherwise"),
        (asked(A, arm("v", 50, version_id="summary-99999999")), "arms.1.version_id", f"base, {V} can"),
        (asked(metric=Metric.LATENCY), "minimum_effect", "measured in ms"),
        (asked(minimum_effect=1.5), "minimum_effect", "between 0 and 1"),
        (asked(minimum_effect=1e-300), "minimum_effect", "below 1e-09"),
        (asked(guard_rails=(Rail(metric=Metric.LATENCY, limit=1e-300),)), "guard_rails.0.limit", "below 1e-09"),
        (asked(metric=Metric.COST_PER_SESSION, unit="result", minimum_effect=0.1), "unit", "single answers"),
        (asked(guard_rails=(Rail(metric=Metric.SCORE, limit=0.1),)), "guard_rails.0", "watched already"),
        (asked(guard_rails=(Rail(metric=Metric.FAILURE, limit=0.1),) * 2), "guard_rails.1", "watched already"),
        (asked(guard_rails=(Rail(metric=Metric.LATENCY, limit=0.0),)), "guard_rails.0.limit", "how many ms"),
        (asked(guard_rails=(Rail(metric=Metric.FAILURE, limit=2.0),)), "guard_rails.0.limit", "between 0 and 1"),
        (asked(pre_period_days=30), "pre_period_days", "29 at most"),
        (asked(pre_period_days=3, unit="result"), "pre_period_days", "no past"),
        (asked(window_hours=3.0, unit="result"), "window_hours", "no window"),
    ],
)
def test_what_cannot_be_set_up_is_refused_with_its_field(request_: Asked, field: str, said: str) -> None:
    with pytest.raises(ExperimentRefusedError) as refused:
        made(request_)
    assert said in refused.value.detail
    assert refused.value.extra["field"] == field


def test_versions_templates_and_models_may_stand_beside_each_other() -> None:
    arms = (arm("base", 40, version_id="base"), arm("v", 30, version_id=V), arm("t", 30, template="short@2"))
    assert [one.what for one in made(asked(*arms)).arms] == ["version base", f"version {V}", "template short@2"]


async def set_up_in(studies: InMemoryStudies, request: Asked, key: str | None = None, tenant: str = "acme") -> Study:
    return await set_up(request, key, By(tenant, "ann", NOW), studies, versions=[V], raw=RAW)


async def test_one_key_makes_one_experiment_and_belongs_to_one_request() -> None:
    studies = InMemoryStudies()
    once, again = await set_up_in(studies, asked(), "k"), await set_up_in(studies, asked(), "k")
    assert once == again
    assert len(studies.events) == 1
    with pytest.raises(IdempotencyMismatchError):
        await set_up_in(studies, asked(why="another"), "k")
    other = await set_up_in(studies, asked(), "k", tenant="globex")
    assert other.experiment_id != once.experiment_id


async def test_a_second_one_on_the_task_waits_for_the_first() -> None:
    studies = InMemoryStudies()
    first = await set_up_in(studies, asked())
    with pytest.raises(ExperimentRunsError) as refused:
        await set_up_in(studies, asked())
    assert first.experiment_id in refused.value.detail
    assert (await set_up_in(studies, asked(task_type="qa"))).task_type == "qa"
    over = await stop("acme", first.experiment_id, Ended(at=NOW, who="bob", why="enough"), studies)
    assert over is not None
    assert (over.state, over.revision, over.ended and over.ended.who) == (State.STOPPED, 2, "bob")
    assert (await set_up_in(studies, asked())).experiment_id != first.experiment_id


async def test_what_is_over_cannot_be_stopped_and_nobody_stops_anothers() -> None:
    studies, by = InMemoryStudies(), Ended(at=NOW, who="bob", why="")
    first = await set_up_in(studies, asked())
    assert await stop("globex", first.experiment_id, by, studies) is None
    await stop("acme", first.experiment_id, by, studies)
    with pytest.raises(StudyOverError, match="It was stopped on 2026-11-23 12:30 UTC"):
        await stop("acme", first.experiment_id, by, studies)


def test_what_was_never_heard_of_is_noted() -> None:
    arms = (arm("a", 50, template="short"), arm("b", 50, template="long@2"))
    assert never_seen(arms, [], ["short_v1", "long_v2"]) == []
    (told,) = never_seen(arms, [], ["short_v1", "long_v1"])
    assert told.startswith("The template long@2 has not answered this task")
    assert len(never_seen((A, B), ["model-a"], [])) == 1
