"""What a person does to the traffic of a task: activates a version, rolls it back, gives it a share. Pure.

Each gives the next rollout, or raises TrafficRefusedError with the sentence that says why not.
"""

from collections.abc import Collection

from ratchet_common.events import BASE_VERSION
from ratchet_trainer.rollouts.rollout import (
    By,
    Rollout,
    TrafficRefusedError,
    before_without,
    changed,
    holdout_without,
    insist_on_no_trial,
    put_on_trial,
    replaced,
    trial_lost,
)


def activate(rollout: Rollout, version_id: str, by: By) -> Rollout:
    """All of the traffic, at a person's word: nothing is held out."""
    if rollout.canary != version_id:
        insist_on_no_trial(rollout)
    if rollout.serving == {version_id}:
        raise TrafficRefusedError(f"{version_id} serves all of {rollout.task_type} already.")
    if rollout.stable == version_id:
        return changed(rollout, by, holdout=None)
    return replaced(rollout, version_id, None, by)


def roll_back(rollout: Rollout, version_id: str, by: By, gone: Collection[str] = ()) -> Rollout:
    """Takes a version out of the traffic: what it stood beside, or what it took the place of, serves instead.

    `gone`: versions that nothing serves any more.
    """
    if version_id == BASE_VERSION or version_id not in rollout.serving:
        raise TrafficRefusedError(
            f"{version_id} has no traffic of {rollout.task_type} that could be taken back: {_all_that_serve(rollout)}."
        )
    if version_id == rollout.canary:
        return trial_lost(rollout, by)
    before = tuple(one for one in before_without(rollout, version_id) if one not in gone)
    if version_id != rollout.stable:
        return changed(rollout, by, holdout=None, served_before=before, revoked=(version_id,))
    parent = before[-1] if before else BASE_VERSION
    on_trial = {"canary": "", "percent": 0} if rollout.canary == parent else {}
    return changed(
        rollout,
        by,
        stable=parent,
        served_before=before[:-1],
        holdout=holdout_without(rollout, parent),
        revoked=(version_id,),
        **on_trial,
    )


def set_traffic(rollout: Rollout, version_id: str, percentage: int, by: By) -> Rollout:
    """A share from 0 to 100 at a person's word; verdicts take it from there to the next step."""
    if percentage == 100:
        return activate(rollout, version_id, by)
    if version_id != rollout.canary and version_id in rollout.serving:
        raise TrafficRefusedError(
            f"{version_id} is not on trial: it serves what the others leave. Roll it back instead."
        )
    if version_id == rollout.canary:
        if percentage == rollout.percent:
            raise TrafficRefusedError(f"{version_id} has {percentage} % of {rollout.task_type} already.")
        if percentage == 0:
            return changed(rollout, by, canary="", percent=0)
        return changed(rollout, by, percent=percentage)
    if percentage == 0:
        raise TrafficRefusedError(f"{version_id} has no traffic of {rollout.task_type} already.")
    return put_on_trial(rollout, version_id, rollout.stable, percentage, by)


def _all_that_serve(rollout: Rollout) -> str:
    """As in "base serves", "base and v1 serve", "base, v1 and v2 serve"."""
    *others, last = sorted(rollout.serving)
    return f"{', '.join(others)} and {last} serve" if others else f"{last} serves"
