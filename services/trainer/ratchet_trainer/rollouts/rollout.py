"""How the traffic of a tenant's task is shared among versions: a state machine, as pure functions.

A version comes on trial beside what serves (`start`), gets more with each good verdict, and at the last step takes its
place; what served before keeps a few units as holdout. Each function gives the next rollout with a higher revision, or
raises TrafficRefusedError with the sentence that says why not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION, Holdout
from ratchet_trainer.rollouts.versions import VersionState

HISTORY_KEPT, SERVED_KEPT, LEFT_KEPT = 200, 20, 100


class TrafficRefusedError(RefusedError):
    status = 409
    type = "traffic-refused"
    title = "The traffic cannot be changed so now"


class RolloutState(StrEnum):
    IDLE = "idle"  # the catalogue's models serve, as routed
    CANARY = "canary"  # a version is on trial with less than half
    HALF = "half"  # a version is on trial with half or more
    LIVE = "live"  # a trained version serves


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[int, ...] = (10, 50)  # per cent, ascending; the verdict at the last one promotes
    holdout_percent: int = 5  # 0: none
    holdout_for: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class By:
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A version that answers copies of so many per cent of the units' requests, unseen."""

    version_id: str
    percent: int


@dataclass(frozen=True, slots=True)
class Change:
    revision: int
    by: By
    shares: Mapping[str, int]
    shadow: Shadowed | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    state: VersionState
    percent: int
    why: str = ""  # who gave it that share, or took it away, and why; empty where that is too long ago to be known


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    tenant: str
    task_type: str
    revision: int = 0
    step: int = 0  # the revision since which the shares are as they are: a verdict is on it
    stable: str = BASE_VERSION  # what serves; while one is on trial, its control
    served_before: tuple[str, ...] = ()  # what `stable` took the place of, the latest last
    canary: str = ""  # what is on trial
    percent: int = 0  # its share
    holdout: Holdout | None = None
    shadow: Shadowed | None = None
    waits_for: str = ""  # what the monitor says of the trial that it finds too little traffic of
    revoked: tuple[str, ...] = ()  # taken back by the latest change
    left: Mapping[str, VersionState] = field(default_factory=dict)  # what became of versions that serve no more
    history: tuple[Change, ...] = ()

    @property
    def state(self) -> RolloutState:
        if self.canary:
            return RolloutState.CANARY if self.percent < 50 else RolloutState.HALF
        return RolloutState.IDLE if self.stable == BASE_VERSION else RolloutState.LIVE

    @property
    def shares(self) -> dict[str, int]:
        """Per cent of what the holdout leaves."""
        if self.canary:
            return {self.canary: self.percent, self.stable: 100 - self.percent}
        return {self.stable: 100}

    @property
    def serving(self) -> set[str]:
        return {*self.shares, *([self.holdout.version_id] if self.holdout else [])}


def start(rollout: Rollout, version_id: str, baseline: str, percent: int, by: By) -> Rollout:
    """Puts a version on trial that has never been. `baseline`: what it was found to be better than."""
    if version_id in rollout.left:
        became = rollout.left[version_id].replace("_", " ")
        raise TrafficRefusedError(
            f"{version_id} has served {rollout.task_type} and was {became}: only a person puts it on trial again."
        )
    return put_on_trial(rollout, version_id, baseline, percent, by)


def end_holdout(rollout: Rollout, at: datetime) -> Rollout:
    if rollout.holdout is None or rollout.holdout.until > at:
        raise TrafficRefusedError(f"No holdout of {rollout.task_type} has ended.")
    why = f"The holdout on {rollout.holdout.version_id} ended."
    return changed(rollout, By("trainer", why, at), holdout=None)


def standings(rollout: Rollout) -> dict[str, Standing]:
    """What the rollout says of each version that it knows; the versions' own documents follow it."""
    held = {rollout.holdout.version_id: rollout.holdout.percent} if rollout.holdout else {}
    live = held | {rollout.stable: 100 - rollout.percent}
    on_trial = {rollout.canary: (VersionState.CANARY, rollout.percent)} if rollout.canary else {}
    known = (
        {version: (state, 0) for version, state in rollout.left.items()}
        | {version: (VersionState.LIVE, percent) for version, percent in live.items()}
        | on_trial
    )
    return {version: Standing(*its, why_so(rollout, version)) for version, its in known.items()}


def why_so(rollout: Rollout, version_id: str) -> str:
    """By the latest change of its share; what is held out has none, so that it says what took its place."""
    history = rollout.history
    if version_id in rollout.revoked:
        return _said(history[-1].by)
    first = [(None, history[0])] if history and history[0].revision == 1 else []
    for before, change in reversed([*first, *pairwise(history)]):
        had = before.shares if before else {BASE_VERSION: 100}
        if had.get(version_id) != change.shares.get(version_id):
            return _said(change.by)
    return ""


def _said(by: By) -> str:
    return f"{by.who}: {by.why}"


def put_on_trial(rollout: Rollout, version_id: str, baseline: str, percent: int, by: By) -> Rollout:
    insist_on_no_trial(rollout)
    if version_id == rollout.stable:
        raise TrafficRefusedError(f"{version_id} serves {rollout.task_type} already.")
    if baseline != rollout.stable:
        raise TrafficRefusedError(
            f"{version_id} was evaluated against {baseline}, and today {rollout.stable} serves: evaluate it again."
        )
    return changed(rollout, by, canary=version_id, percent=percent, holdout=holdout_without(rollout, version_id))


def insist_on_no_trial(rollout: Rollout) -> None:
    if rollout.canary:
        raise TrafficRefusedError(
            f"{rollout.canary} is on trial for {rollout.task_type} with {rollout.percent} %: "
            "wait for its verdict, or roll it back first."
        )


def trial_lost(rollout: Rollout, by: By) -> Rollout:
    """It may have served before: what lost is nobody's parent any more."""
    lost = rollout.canary
    before = before_without(rollout, lost)
    return changed(rollout, by, canary="", percent=0, served_before=before, revoked=(lost,))


def promoted(rollout: Rollout, plan: Plan, by: By) -> Rollout:
    kept = Holdout(
        version_id=rollout.stable,
        percent=plan.holdout_percent,
        until=by.at + plan.holdout_for,
        since=rollout.revision + 1,
        begun_at=by.at,
    )
    return replaced(rollout, rollout.canary, kept if plan.holdout_percent else None, by)


def replaced(rollout: Rollout, version_id: str, holdout: Holdout | None, by: By) -> Rollout:
    before = (*before_without(rollout, version_id), rollout.stable)[-SERVED_KEPT:]
    return changed(rollout, by, stable=version_id, served_before=before, canary="", percent=0, holdout=holdout)


def before_without(rollout: Rollout, version_id: str) -> tuple[str, ...]:
    return tuple(version for version in rollout.served_before if version != version_id)


def holdout_without(rollout: Rollout, version_id: str) -> Holdout | None:
    return None if rollout.holdout and rollout.holdout.version_id == version_id else rollout.holdout


def changed(rollout: Rollout, by: By, *, revoked: tuple[str, ...] = (), **changes: Any) -> Rollout:
    """`step`, among the changes, where the shares stay as they are. What gets traffic is in the shadow no more."""
    revision = rollout.revision + 1
    if "step" not in changes:
        changes |= {"step": revision, "waits_for": ""}
    after = replace(rollout, revision=revision, revoked=revoked, **changes)
    if after.shadow and after.shadow.version_id in after.serving:
        after = replace(after, shadow=None)
    gone = {
        version: VersionState.ROLLED_BACK if version in revoked else VersionState.RETIRED
        for version in sorted(rollout.serving - after.serving - {BASE_VERSION})
    }
    left = {v: state for v, state in rollout.left.items() if v not in after.serving} | gone
    history = (*rollout.history, Change(after.revision, by, after.shares, after.shadow))[-HISTORY_KEPT:]
    return replace(after, left=dict(list(left.items())[-LEFT_KEPT:]), history=history)
