from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from ratchet_common.events import BASE_VERSION, Serving, VerdictReached
from ratchet_trainer.rollouts.assigning import assigned
from ratchet_trainer.rollouts.by_hand import activate, roll_back, set_traffic
from ratchet_trainer.rollouts.rollout import (
    By,
    Plan,
    Rollout,
    RolloutState,
    Standing,
    TrafficRefusedError,
    end_holdout,
    standings,
    start,
)
from ratchet_trainer.rollouts.verdict import on_verdict
from ratchet_trainer.rollouts.versions import VersionState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BY = By("ann", "because", NOW)
PLAN = Plan()
FRESH = Rollout(tenant="acme", task_type="summary")
Conclusion = Literal["advance", "hold", "roll_back"]


def verdict(rollout: Rollout, conclusion: Conclusion = "advance") -> VerdictReached:
    return VerdictReached(
        tenant="acme",
        task_type="summary",
        revision=rollout.revision,
        experiment_id="e",
        version_id=rollout.canary,
        conclusion=conclusion,
        why="the numbers say so",
    )


def after(rollout: Rollout, conclusion: Conclusion = "advance") -> Rollout:
    changed = on_verdict(rollout, verdict(rollout, conclusion), PLAN, NOW)
    assert changed is not None
    return changed


def live(*versions: str) -> Rollout:
    rollout = FRESH
    for version in versions:
        rollout = after(after(start(rollout, version, rollout.stable, 10, BY)))
    return rollout


ON_TRIAL = start(FRESH, "v1", BASE_VERSION, 10, BY)


def test_nothing_trained_serves_at_first() -> None:
    assert (FRESH.state, FRESH.shares, FRESH.revision) == (RolloutState.IDLE, {"base": 100}, 0)


def test_good_verdicts_take_a_version_from_10_to_50_to_all() -> None:
    half = after(ON_TRIAL)
    promoted = after(half)
    assert [r.state for r in (ON_TRIAL, half, promoted)] == ["canary", "half", "live"]
    assert [r.shares for r in (ON_TRIAL, half, promoted)] == [
        {"v1": 10, "base": 90},
        {"v1": 50, "base": 50},
        {"v1": 100},
    ]
    assert [r.revision for r in (ON_TRIAL, half, promoted)] == [1, 2, 3]


def test_what_served_before_keeps_some_units_for_a_week() -> None:
    promoted = live("v1")
    assert promoted.holdout is not None
    assert (promoted.holdout.version_id, promoted.holdout.percent) == ("base", 5)
    with pytest.raises(TrafficRefusedError):
        end_holdout(promoted, NOW + timedelta(days=6))
    assert end_holdout(promoted, NOW + timedelta(days=7)).holdout is None


def test_what_is_held_out_says_since_when_whatever_is_on_trial_meanwhile() -> None:
    promoted = live("v1")
    assert promoted.holdout is not None
    assert (promoted.holdout.since, promoted.holdout.begun_at) == (promoted.revision, NOW)
    trial = start(promoted, "v2", "v1", 10, BY)
    lost = roll_back(trial, "v2", BY)
    assert (trial.holdout, lost.holdout) == (promoted.holdout, promoted.holdout)
    assert lost.step > promoted.step


@pytest.mark.parametrize(
    "trial",
    [ON_TRIAL, after(ON_TRIAL), set_traffic(ON_TRIAL, "v1", 25, BY), set_traffic(ON_TRIAL, "v1", 99, BY)],
    ids=["at 10", "at 50", "at a person's 25", "at a person's 99"],
)
def test_one_bad_verdict_takes_the_version_back_at_every_step(trial: Rollout) -> None:
    back = after(trial, "roll_back")
    assert (back.shares, back.revoked, back.canary) == ({"base": 100}, ("v1",), "")
    assert standings(back)["v1"] == Standing(VersionState.ROLLED_BACK, 0, "monitor: the numbers say so")


def test_a_bad_verdict_on_a_successor_leaves_what_served_before_it() -> None:
    back = after(start(live("v1"), "v2", "v1", 10, BY), "roll_back")
    assert (back.shares, back.revoked) == ({"v1": 100}, ("v2",))
    assert back.holdout == live("v1").holdout


@pytest.mark.parametrize(
    "said",
    [
        verdict(ON_TRIAL, "hold"),
        verdict(replace(ON_TRIAL, revision=0)),
        verdict(replace(ON_TRIAL, revision=2), "roll_back"),
        verdict(replace(ON_TRIAL, canary="v0"), "roll_back"),
    ],
)
def test_a_verdict_that_holds_or_is_about_something_else_changes_nothing(said: VerdictReached) -> None:
    assert on_verdict(ON_TRIAL, said, PLAN, NOW) is None


def test_the_same_verdict_twice_is_one_step() -> None:
    said = verdict(ON_TRIAL)
    half = on_verdict(ON_TRIAL, said, PLAN, NOW)
    assert half is not None
    assert on_verdict(half, said, PLAN, NOW) is None


def test_a_second_version_waits_while_one_is_on_trial() -> None:
    with pytest.raises(TrafficRefusedError, match="v1 is on trial for summary with 10 %"):
        start(ON_TRIAL, "v2", BASE_VERSION, 10, BY)


def test_a_version_that_was_judged_against_something_else_does_not_start() -> None:
    with pytest.raises(TrafficRefusedError, match="evaluated against base, and today v1 serves"):
        start(live("v1"), "v2", BASE_VERSION, 10, BY)


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (roll_back(ON_TRIAL, "v1", BY), "v1 has served summary and was rolled back: only a person"),
        (after(ON_TRIAL, "roll_back"), "was rolled back"),
        (set_traffic(ON_TRIAL, "v1", 0, BY), "was retired"),
    ],
)
def test_what_has_had_its_trial_gets_another_from_a_person_only(left: Rollout, sentence: str) -> None:
    with pytest.raises(TrafficRefusedError, match=sentence):
        start(left, "v1", BASE_VERSION, 10, BY)
    again = set_traffic(left, "v1", 10, BY)
    assert (again.canary, again.percent, dict(again.left)) == ("v1", 10, {})


def test_the_share_set_by_a_person_grows_to_the_next_step() -> None:
    quarter = set_traffic(ON_TRIAL, "v1", 25, BY)
    assert quarter.shares == {"v1": 25, "base": 75}
    assert after(quarter).shares == {"v1": 50, "base": 50}


def test_no_traffic_takes_a_version_off_trial_without_blame() -> None:
    off = set_traffic(ON_TRIAL, "v1", 0, BY)
    assert (off.shares, off.revoked, standings(off)["v1"].state) == ({"base": 100}, (), VersionState.RETIRED)


def test_activating_gives_all_and_holds_nothing_out() -> None:
    active = activate(ON_TRIAL, "v1", BY)
    assert (active.shares, active.holdout, active.state) == ({"v1": 100}, None, RolloutState.LIVE)


@pytest.mark.parametrize(
    ("rollout", "version"), [(ON_TRIAL, "v2"), (ON_TRIAL, "base"), (activate(FRESH, "v1", BY), "v1"), (FRESH, "base")]
)
def test_activating_beside_a_trial_or_what_serves_already_is_refused(rollout: Rollout, version: str) -> None:
    with pytest.raises(TrafficRefusedError):
        activate(rollout, version, BY)


def test_rolling_back_a_live_version_brings_its_parent_back() -> None:
    back = roll_back(live("v1", "v2"), "v2", BY)
    assert (back.shares, back.holdout, back.revoked) == ({"v1": 100}, None, ("v2",))
    assert roll_back(back, "v1", BY).shares == {"base": 100}


def test_what_was_rolled_back_is_nobodys_parent_any_more() -> None:
    without_v1 = roll_back(live("v1", "v2"), "v1", BY)  # it was still held out
    assert (without_v1.shares, without_v1.holdout) == ({"v2": 100}, None)
    assert roll_back(without_v1, "v2", BY).shares == {"base": 100}


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_former_version_that_lost_a_second_trial_is_nobodys_parent_either(*, by_hand: bool) -> None:
    trial = set_traffic(end_holdout(live("v1", "v2"), NOW + timedelta(days=8)), "v1", 20, BY)
    lost = roll_back(trial, "v1", BY) if by_hand else after(trial, "roll_back")
    assert roll_back(lost, "v2", BY).shares == {"base": 100}


def on_promoted(rollout: Rollout, conclusion: Conclusion) -> Rollout | None:
    said = replace_struct(verdict(rollout, conclusion), version_id=rollout.stable)
    return on_verdict(rollout, said, PLAN, NOW)


def test_while_something_is_held_out_one_bad_verdict_takes_back_what_was_promoted() -> None:
    back = on_promoted(live("v1", "v2"), "roll_back")
    assert back is not None
    assert (back.shares, back.holdout, back.revoked) == ({"v1": 100}, None, ("v2",))
    assert (back.history[-1].by.who, standings(back)["v2"].state) == ("monitor", VersionState.ROLLED_BACK)


@pytest.mark.parametrize("conclusion", ["advance", "hold"])
def test_a_good_verdict_on_what_was_promoted_gives_it_nothing_more(conclusion: Conclusion) -> None:
    assert on_promoted(live("v1"), conclusion) is None


def test_without_holdout_or_beside_a_trial_no_verdict_is_on_what_serves() -> None:
    over = end_holdout(live("v1"), NOW + timedelta(days=8))
    for rollout in (over, start(live("v1"), "v2", "v1", 10, BY), activate(FRESH, "v1", BY)):
        assert on_promoted(rollout, "roll_back") is None


def test_rolling_back_what_serves_leaves_the_trial_beside_its_parent() -> None:
    both = start(live("v1"), "v2", "v1", 10, BY)
    assert roll_back(both, "v1", BY).shares == {"v2": 10, "base": 90}


def test_only_what_has_traffic_can_be_rolled_back() -> None:
    for version in ("v2", BASE_VERSION):
        with pytest.raises(TrafficRefusedError, match=r"no traffic of summary .* base and v1 serve\."):
            roll_back(ON_TRIAL, version, BY)
    with pytest.raises(TrafficRefusedError, match=r"no traffic of summary .*: base serves\."):
        roll_back(FRESH, "v1", BY)


def test_a_replaced_version_is_retired_once_its_holdout_ends() -> None:
    both = live("v1", "v2")
    assert standings(both)["v1"] == Standing(VersionState.LIVE, 5, "monitor: the numbers say so")
    ended = end_holdout(both, NOW + timedelta(days=8))
    assert standings(ended) == {
        "v1": Standing(VersionState.RETIRED, 0, "monitor: the numbers say so"),
        "v2": Standing(VersionState.LIVE, 100, "monitor: the numbers say so"),
    }


def test_each_change_says_who_and_why() -> None:
    half = after(ON_TRIAL)
    assert [(c.revision, c.by.who, c.by.why) for c in half.history] == [
        (1, "ann", "because"),
        (2, "monitor", "the numbers say so"),
    ]


def test_a_version_stands_where_it_does_because_of_the_latest_change_of_its_own_share() -> None:
    taken = roll_back(start(live("v1"), "v2", "v1", 10, BY), "v2", By("bob", "wrong figures", NOW))
    assert standings(taken)["v2"].why == "bob: wrong figures"
    assert standings(taken)["v1"].why == "bob: wrong figures"  # it has all again
    held = roll_back(live("v1", "v2"), "v1", By("bob", "it cost too much", NOW))
    assert standings(held)["v1"].why == "bob: it cost too much"
    assert standings(held)["v2"].why == "monitor: the numbers say so"
    assert standings(replace(held, history=held.history[-1:], revoked=()))["v1"].why == ""


def test_the_event_says_how_to_serve_whatever_has_traffic() -> None:
    both = start(live("v1"), "v2", "v1", 10, BY)
    servings = {v: Serving(platform="local", artifact=f"file:///{v}") for v in ("v1", "v2")} | {
        "base": Serving(platform="base")
    }
    event = assigned(both, servings)
    assert set(event.versions) == {"v1", "v2", "base"}
    assert (event.canary, event.control, event.revision, event.who) == ("v2", "v1", 4, "ann")
    assert assigned(both, servings).event_id == event.event_id


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4), st.integers(0, 100)), max_size=30))
def test_whatever_is_asked_the_shares_add_up_and_revisions_grow_by_one(orders: list[tuple[int, int, int]]) -> None:
    rollout = FRESH
    for kind, number, percent in orders:
        version = f"v{number}"
        try:
            changed = _order(rollout, kind, version, percent)
        except TrafficRefusedError:
            continue
        if changed is None:
            continue
        assert changed.revision == rollout.revision + 1
        if kind == 4:
            came = changed.serving - rollout.serving
            assert VersionState.ROLLED_BACK not in [rollout.left.get(one) for one in came]
        rollout = changed
        assert sum(rollout.shares.values()) == 100
        assert all(0 < share <= 100 for share in rollout.shares.values())
        assert not set(rollout.revoked) & rollout.serving
        assert not set(rollout.left) & rollout.serving
        assert len(rollout.history) == rollout.revision


def _order(rollout: Rollout, kind: int, version: str, percent: int) -> Rollout | None:
    match kind:
        case 0:
            return start(rollout, version, rollout.stable, 10, BY)
        case 1:
            return on_verdict(rollout, verdict(rollout), PLAN, NOW)
        case 2:
            return on_verdict(rollout, verdict(rollout, "roll_back"), PLAN, NOW)
        case 3:
            return activate(rollout, version, BY)
        case 4:
            return roll_back(rollout, version, BY)
        case 5:
            return set_traffic(rollout, version, percent, BY)
        case _:
            return end_holdout(rollout, NOW + timedelta(days=30))
