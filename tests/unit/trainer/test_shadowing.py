"""Which version may answer in the shadow, and what ends it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ratchet_common.events import BASE_VERSION, Serving, VerdictReached
from ratchet_trainer.rollouts.assigning import assigned
from ratchet_trainer.rollouts.by_hand import activate
from ratchet_trainer.rollouts.rollout import By, Plan, Rollout, Shadowed, TrafficRefusedError, start
from ratchet_trainer.rollouts.shadowing import ended, is_shadowed, set_shadow
from ratchet_trainer.rollouts.verdict import on_verdict
from ratchet_trainer.rollouts.versions import VersionState
from tests.unit.trainer.decision_fakes import version

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BY = By("ann", "to see it at work", NOW)
FRESH = Rollout(tenant="acme", task_type="classification")
V, OTHER = "classification-abababab", "classification-cdcdcdcd"
ON_TRIAL = start(FRESH, OTHER, BASE_VERSION, 10, BY)


def shadowed(rollout: Rollout = FRESH, percent: int = 20, **changes: Any) -> Rollout:
    return set_shadow(rollout, version(V, **changes), percent, BY)


def test_a_candidate_answers_copies_and_the_history_says_who_wanted_that_and_why() -> None:
    dark = shadowed()
    assert dark.shadow == Shadowed(V, 20)
    assert (dark.shares, dark.serving) == ({"base": 100}, {"base"})
    assert (dark.history[-1].by, dark.history[-1].shadow) == (BY, Shadowed(V, 20))


def test_more_or_less_of_it_is_one_change_and_0_ends_it() -> None:
    more = shadowed(shadowed(), 50)
    assert more.shadow == Shadowed(V, 50)
    assert shadowed(more, 0).shadow is None


@pytest.mark.parametrize("state", [s for s in VersionState if s not in ("candidate", "evaluated")])
def test_what_has_had_its_judgement_does_not_answer_in_the_shadow(state: VersionState) -> None:
    with pytest.raises(TrafficRefusedError, match="only a candidate"):
        shadowed(state=state)


def test_one_at_a_time() -> None:
    with pytest.raises(TrafficRefusedError, match="one at a time"):
        set_shadow(shadowed(), version(OTHER), 10, BY)


@pytest.mark.parametrize("percent", [0, 20])
def test_what_is_so_already_is_refused(percent: int) -> None:
    with pytest.raises(TrafficRefusedError):
        shadowed(shadowed() if percent else FRESH, percent)


def test_what_gets_traffic_leaves_the_shadow() -> None:
    assert start(shadowed(), V, BASE_VERSION, 10, BY).shadow is None
    assert activate(shadowed(), V, BY).shadow is None


def test_another_s_trial_and_a_shadow_go_on_side_by_side() -> None:
    """The trial's step stays what it was: its answers count on, and its verdict holds."""
    beside = shadowed(ON_TRIAL)
    assert (beside.revision, beside.step, beside.shares) == (2, 1, ON_TRIAL.shares)
    said = VerdictReached(
        tenant="acme",
        task_type="classification",
        revision=1,
        experiment_id="e",
        version_id=OTHER,
        conclusion="advance",
        why="better",
    )
    half = on_verdict(beside, said, Plan(), NOW)
    assert half is not None
    assert (half.percent, half.step, half.shadow) == (50, 3, Shadowed(V, 20))


def test_the_router_is_told_how_to_serve_it_and_the_shares_do_not_know_it() -> None:
    servings = {BASE_VERSION: Serving(platform="base"), V: Serving(platform="local", artifact="file:///a")}
    event = assigned(shadowed(), servings)
    assert event.shadow is not None
    assert (event.shadow.version_id, event.shadow.percent, event.shadow.serving) == (V, 20, servings[V])
    assert set(event.versions) == {BASE_VERSION}


def test_ending_what_is_not_there_is_refused() -> None:
    with pytest.raises(TrafficRefusedError):
        ended(FRESH, V, BY)
    assert is_shadowed(shadowed(), V)
    assert not is_shadowed(replace(FRESH), V)
