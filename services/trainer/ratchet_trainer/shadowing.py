"""A version answers copies of requests, unseen, before it has any traffic: who may, and what ends it. Pure."""

from ratchet_trainer.rollout import By, Rollout, Shadowed, TrafficRefusedError, changed
from ratchet_trainer.versions import Version, VersionState

MAY_BE = (VersionState.CANDIDATE, VersionState.EVALUATED)


def set_shadow(rollout: Rollout, version: Version, percentage: int, by: By) -> Rollout:
    """0 ends it. The shares stay as they are: a trial beside it goes on. Raises TrafficRefusedError."""
    name, task, dark = version.version_id, rollout.task_type, rollout.shadow
    if percentage == 0:
        return ended(rollout, name, by)
    if version.state not in MAY_BE or name in rollout.serving:
        raise TrafficRefusedError(
            f"{name} is {version.state.replace('_', ' ')}: only a candidate, or what was evaluated and waits for its "
            "trial, answers in the shadow."
        )
    if dark and dark.version_id != name:
        raise TrafficRefusedError(
            f"{dark.version_id} answers {task} in the shadow, and one at a time may: end it first."
        )
    if dark and dark.percent == percentage:
        raise TrafficRefusedError(f"{name} answers {percentage} % of {task} in the shadow already.")
    return changed(rollout, by, step=rollout.step, shadow=Shadowed(name, percentage))


def ended(rollout: Rollout, version_id: str, by: By) -> Rollout:
    """Raises TrafficRefusedError."""
    if rollout.shadow is None or rollout.shadow.version_id != version_id:
        raise TrafficRefusedError(f"{version_id} answers nothing of {rollout.task_type} in the shadow.")
    return changed(rollout, by, step=rollout.step, shadow=None)


def is_shadowed(rollout: Rollout, version_id: str) -> bool:
    return rollout.shadow is not None and rollout.shadow.version_id == version_id
