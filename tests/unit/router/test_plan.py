import dataclasses
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from ratchet_catalogue.prices import Prices
from ratchet_common.events import Arm, TrafficAssigned
from ratchet_common.vocabulary import TaskType, UnknownTaskError
from ratchet_router.experiments import Enrolled
from ratchet_router.plan import OtherTaskError, Situation, plan
from ratchet_router.planned import Plan
from ratchet_router.routing import NoModelFitsError, UnknownModelError
from ratchet_router.steering import Steering
from tests.unit.router.asks import CATALOGUE, NOW, VERSION, ask, assigned

ALL = assigned({VERSION: 100}, canary=VERSION)
NONE = assigned({"base": 100}, control="base")


def situation(traffic: TrafficAssigned | None, **how: Any) -> Situation:
    given: dict[str, Any] = {"down": frozenset(), "now": NOW}
    return Situation(CATALOGUE, traffic, lambda name: CATALOGUE.models[name].quality["default"], **given | how)


def planned(model: str, traffic: TrafficAssigned | None, **how: Any) -> Plan:
    return plan(ask(model=model, **how), "unit", situation(traffic))


@pytest.mark.parametrize(
    ("model", "traffic", "resolved", "by", "revision"),
    [
        ("auto", None, "small", "routed", 0),
        ("auto:balanced", None, "middle", "routed", 0),
        ("auto:premium", None, "large", "pinned", 0),
        ("task:classification", None, "small", "routed", 0),
        ("middle", None, "middle", "pinned", 0),
        ("auto", ALL, VERSION, "share", 3),
        ("auto:fast", ALL, VERSION, "share", 3),
        ("task:classification", ALL, VERSION, "share", 3),
        ("auto", NONE, "small", "share", 3),
        ("auto:premium", ALL, "large", "pinned", 0),
        ("middle", ALL, "middle", "pinned", 0),
        (VERSION, ALL, VERSION, "pinned", 0),
    ],
)
def test_what_the_caller_named_goes_before_the_share(
    model: str, traffic: TrafficAssigned | None, resolved: str, by: str, revision: int
) -> None:
    found = planned(model, traffic)
    assert (found.resolved, found.decision.assigned_by, found.decision.revision) == (resolved, by, revision)


def test_a_trained_version_has_the_base_route_behind_it() -> None:
    found = planned("auto", ALL)
    assert found.trained is not None
    assert found.ranking.models[0].name == "small"
    assert {candidate.model for candidate in found.decision.candidates} == set(CATALOGUE.models)


def test_what_is_trained_needs_no_model_that_fits() -> None:
    found = planned("auto", ALL, document="x" * 400_000)
    assert found.resolved == VERSION
    assert not found.ranking.models
    with pytest.raises(NoModelFitsError):
        planned("auto", NONE, document="x" * 400_000)


CHAT: dict[str, Any] = {"task_type": TaskType.CHAT, "own_prompt": True, "labels": ()}


def test_of_a_model_that_was_named_its_provider_says_what_is_too_long() -> None:
    """The estimate is 1,500 tokens for a window of 1,000; of long words it may be less than half of that."""
    assert planned("small", None, document="x" * 6_000, **CHAT).resolved == "small"
    assert planned("small", None, max_output_tokens=2_000, **CHAT).resolved == "small"
    with pytest.raises(NoModelFitsError, match="small"):
        planned("small", None, document="x" * 17_000, **CHAT)


def test_among_models_the_estimate_decides() -> None:
    assert planned("auto", None, document="x" * 6_000, **CHAT).resolved == "large"


def test_a_text_that_may_go_in_parts_is_held_to_the_estimate() -> None:
    with pytest.raises(NoModelFitsError, match="small"):
        planned("small", None, document="x" * 6_000)


def share_of(found: Plan) -> tuple[str, str, str, bool]:
    decision = found.decision
    return found.resolved, decision.assigned_by, decision.assigned_version, decision.fell_back


def test_a_unit_stays_its_shares_when_the_version_failed_just_now() -> None:
    found = plan(ask(), "unit", situation(ALL, down=frozenset({VERSION})))
    assert share_of(found) == ("small", "share", VERSION, True)


def test_a_unit_stays_its_shares_when_the_versions_platform_is_unknown() -> None:
    elsewhere = situation(
        ALL,
    )
    found = plan(ask(), "unit", replace(elsewhere, catalogue=dataclasses.replace(CATALOGUE, platforms={})))
    assert share_of(found) == ("small", "share", VERSION, True)


def test_a_unit_stays_its_shares_when_the_request_allows_too_little_for_the_version() -> None:
    dear = msgspec.structs.replace(CATALOGUE.platforms["local"], prices=Prices(input=Decimal(50), output=Decimal(50)))
    dearly = replace(situation(ALL), catalogue=dataclasses.replace(CATALOGUE, platforms={"local": dear}))
    assert share_of(plan(ask(max_cost_usd=Decimal("0.001")), "unit", dearly)) == ("small", "share", VERSION, False)


def test_a_version_that_costs_more_than_allowed_is_left_out() -> None:
    found = planned("auto", ALL, max_cost_usd=Decimal("0.0001"))
    assert found.resolved == VERSION
    with pytest.raises(NoModelFitsError):
        planned("auto", ALL, max_cost_usd=Decimal("0.00000001"))


def test_what_needs_tools_is_not_for_a_student() -> None:
    found = planned("auto", ALL, capabilities=frozenset({"tools"}))
    assert (found.resolved, found.decision.assigned_by) == ("large", "routed")


@pytest.mark.parametrize("model", ["nobody", "auto:best", "classification-ffffffff", ""])
def test_an_unknown_model_is_answered_with_the_known_ones(model: str) -> None:
    with pytest.raises(UnknownModelError) as refused:
        planned(model, ALL)
    known = refused.value.extra["known"]
    assert isinstance(known, list)
    assert {"auto", "small", VERSION} <= set(known)


def test_a_task_in_the_models_name_must_be_the_requests() -> None:
    with pytest.raises(UnknownTaskError):
        planned("task:nothing", None)
    with pytest.raises(OtherTaskError):
        planned("task:summary", None)
    with pytest.raises(OtherTaskError):
        planned(VERSION, ALL, task_type=TaskType.SUMMARY)


def test_an_arms_version_that_failed_just_now_leaves_the_unit_in_its_arm() -> None:
    enrolled = Enrolled("e1", Arm(name="v", share=50, version_id=VERSION))
    found = plan(ask(), "unit", situation(ALL, enrolled=enrolled, down=frozenset({VERSION})))
    assert share_of(found) == ("small", "experiment", VERSION, True)
    assert found.decision.experiment == "e1:v"


def test_an_arms_model_comes_first_at_its_own_price() -> None:
    enrolled = Enrolled("e1", Arm(name="l", share=50, model="large"))
    found = plan(ask(), "unit", situation(ALL, enrolled=enrolled))
    assert [model.name for model in found.ranking.models] == ["large", "small", "middle"]
    assert found.expected_cost_usd == plan(ask(model="large"), "unit", situation(None)).expected_cost_usd


def test_an_experiment_changes_nothing_about_what_is_refused() -> None:
    enrolled = Enrolled("e1", Arm(name="l", share=50, model="large"))
    for model, kind in (("nobody", UnknownModelError), ("task:summary", OtherTaskError)):
        with pytest.raises(kind):
            plan(ask(model=model), "unit", situation(ALL, enrolled=enrolled))


ALWAYS = Steering(explore=1.0)
ON_TRIAL = assigned({VERSION: 0, "base": 100}, canary=VERSION, control="base")


@pytest.mark.parametrize(
    ("model", "traffic"),
    [("auto:premium", None), ("auto:fast", None), ("middle", None), (VERSION, ALL), ("auto", ALL)],
)
def test_what_is_named_or_taken_by_a_version_does_not_explore(model: str, traffic: TrafficAssigned | None) -> None:
    found = plan(ask(model=model), "unit", situation(traffic, steering=ALWAYS))
    assert not any("explored" in reason for reason in found.decision.reasons)


@pytest.mark.parametrize(("traffic", "explores"), [(None, True), (NONE, True), (ON_TRIAL, False)])
def test_auto_explores_unless_a_version_is_on_trial(traffic: TrafficAssigned | None, explores: bool) -> None:
    found = plan(ask(), "unit", situation(traffic, steering=ALWAYS))
    assert any("explored" in reason for reason in found.decision.reasons) is explores
    assert (found.resolved != "small") is explores
    priced = plan(ask(model=found.resolved), "unit", situation(None))
    assert found.expected_cost_usd == priced.expected_cost_usd


def test_an_experiments_unit_does_not_explore() -> None:
    enrolled = Enrolled("e1", Arm(name="t", share=50, template="t"))
    found = plan(ask(), "unit", situation(None, enrolled=enrolled, steering=ALWAYS))
    assert found.resolved == "small"


def test_no_model_is_explored_that_costs_more_than_allowed() -> None:
    found = plan(ask(max_cost_usd=Decimal("0.00005")), "unit", situation(None, steering=ALWAYS))
    assert [model.name for model in found.ranking.models] == ["small"]


def test_a_session_stays_on_its_model() -> None:
    found = plan(ask(session="s"), "s", situation(None, steering=Steering(stays_on="large")))
    assert found.resolved == "large"
    assert "The session stays on large" in found.decision.reasons[-1]
