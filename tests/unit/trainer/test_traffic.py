from datetime import timedelta
from functools import partial
from typing import Literal

import msgspec
import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import VerdictReached
from ratchet_trainer.handlers.verdicts import on_verdicts
from ratchet_trainer.rollouts.by_hand import activate
from ratchet_trainer.rollouts.rollout import By, Plan, Rollout, TrafficRefusedError, start
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.rollouts.versions import VersionState
from tests.unit.trainer.decision_fakes import NOW, Clock, FakeRollouts, FakeVersions, version

V = "classification-abababab"
BY = By("ann", "because", NOW)
TASK = ("acme", "classification")


def started(rollout: Rollout) -> Rollout:
    return start(rollout, V, "base", 10, BY)


def parts() -> tuple[Traffic, FakeRollouts, FakeVersions]:
    rollouts, versions = FakeRollouts(), FakeVersions({V: version(V)})
    return Traffic(rollouts, versions), rollouts, versions


def said(revision: int, conclusion: Literal["advance", "hold", "roll_back"] = "advance") -> VerdictReached:
    return VerdictReached(
        tenant="acme",
        task_type="classification",
        revision=revision,
        experiment_id="e",
        version_id=V,
        conclusion=conclusion,
        why="the numbers say so",
    )


async def test_the_version_follows_the_rollout() -> None:
    traffic, rollouts, versions = parts()
    await traffic.change(*TASK, started)
    assert (versions.versions[V].state, versions.versions[V].traffic_percentage) == (VersionState.CANARY, 10)
    assert not await rollouts.unsettled()
    (event,) = rollouts.events
    assert (event.shares, event.versions[V].artifact) == ({V: 10, "base": 90}, "file:///artifacts/x")


async def test_a_change_that_lost_the_race_is_decided_anew() -> None:
    traffic, rollouts, _ = parts()
    rollouts.quicker = [activate(Rollout(tenant="acme", task_type="classification"), V, BY)]
    with pytest.raises(TrafficRefusedError, match="serves classification already"):
        await traffic.change(*TASK, started)
    assert not rollouts.events


async def test_one_that_always_loses_the_race_comes_later() -> None:
    traffic, rollouts, _ = parts()
    fresh = Rollout(tenant="acme", task_type="classification")
    rollouts.quicker = [Rollout(tenant="acme", task_type="classification", revision=n) for n in range(9, 0, -1)]
    with pytest.raises(RetryLaterError):
        await traffic.change(*TASK, lambda r: start(fresh if r.revision == 0 else r, V, "base", 10, BY))


async def test_a_kill_between_the_two_writes_heals() -> None:
    traffic, rollouts, versions = parts()
    await traffic.change(*TASK, started)
    versions.versions[V], versions.followed, rollouts.settled = version(V), {}, {}
    await traffic.settle_once()
    assert versions.versions[V].state is VersionState.CANARY


async def test_verdicts_lead_to_all_of_the_traffic_and_the_holdout_ends_by_itself() -> None:
    traffic, rollouts, versions = parts()
    handle = partial(on_verdicts, traffic=traffic, plan=Plan(), now=Clock())
    await traffic.change(*TASK, started)
    await handle([said(1), said(1), said(2)])
    assert [event.shares for event in rollouts.events] == [{V: 10, "base": 90}, {V: 50, "base": 50}, {V: 100}]
    assert versions.versions[V].state is VersionState.LIVE
    await traffic.end_holdouts_once(NOW + timedelta(days=6))
    assert len(rollouts.events) == 3
    await traffic.end_holdouts_once(NOW + timedelta(days=7))
    assert rollouts.events[-1].holdout is None
    assert rollouts.events[-1].revision == 4


async def test_a_bad_verdict_rolls_back_and_the_event_says_so() -> None:
    traffic, rollouts, versions = parts()
    await traffic.change(*TASK, started)
    await on_verdicts([said(1, "roll_back"), said(1)], traffic=traffic, plan=Plan(), now=Clock())
    assert (rollouts.events[-1].shares, rollouts.events[-1].revoked) == ({"base": 100}, (V,))
    assert versions.versions[V].state is VersionState.ROLLED_BACK


async def test_a_verdict_on_an_arm_of_an_experiment_changes_no_rollout() -> None:
    traffic, rollouts, _ = parts()
    await traffic.change(*TASK, started)
    on_arms = [msgspec.structs.replace(said(1, conclusion), arm="b") for conclusion in ("advance", "roll_back", "hold")]
    await on_verdicts(on_arms, traffic=traffic, plan=Plan(), now=Clock())
    assert len(rollouts.events) == 1
    assert (await rollouts.get(*TASK)).waits_for == ""


async def test_what_a_trial_waits_for_is_noted_and_changes_no_traffic() -> None:
    traffic, rollouts, _ = parts()
    await traffic.change(*TASK, started)
    waits = msgspec.structs.replace(said(1, "hold"), why="3 of 30 scored answers of the canary in 2 days")
    await on_verdicts([waits], traffic=traffic, plan=Plan(), now=Clock())
    assert (await rollouts.get(*TASK)).waits_for == f"On {waits.occurred_at:%Y-%m-%d}: {waits.why}"
    assert len(rollouts.events) == 1
    await on_verdicts([said(1)], traffic=traffic, plan=Plan(), now=Clock())
    after = await rollouts.get(*TASK)
    assert (after.percent, after.waits_for) == (50, "")


async def test_what_an_older_step_waited_for_is_not_noted() -> None:
    traffic, rollouts, _ = parts()
    await traffic.change(*TASK, started)
    await on_verdicts([said(1), said(1, "hold")], traffic=traffic, plan=Plan(), now=Clock())
    assert (await rollouts.get(*TASK)).waits_for == ""
