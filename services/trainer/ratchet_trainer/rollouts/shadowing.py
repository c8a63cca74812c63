"""A version answers copies of requests, unseen, before it has any traffic: who may, and what ends it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ratchet_trainer.rollouts.rollout import By, Rollout, Shadowed, TrafficRefusedError, changed
from ratchet_trainer.rollouts.versions import Version, VersionState

MAY_BE = (VersionState.CANDIDATE, VersionState.EVALUATED)


@dataclass(frozen=True, slots=True)
class ShadowFirst:
    """Each candidate answers in the shadow, once, before it is judged. `platforms`: where it can be asked."""

    percent: int = 0  # of the units; 0: none does
    at_most: timedelta = timedelta(days=7)  # then it is judged with what there is
    platforms: Collection[str] = ()

    def is_for(self, rollout: Rollout, version: Version) -> bool:
        could = version.here or version.platform in self.platforms
        return self.percent > 0 and could and first_put(rollout, version.version_id) is None


BY_HAND_ALONE: Final = ShadowFirst()


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


def first_put(rollout: Rollout, version_id: str) -> By | None:
    """Who put it into the shadow at first, as far as the history goes back."""
    dark = (change.by for change in rollout.history if change.shadow and change.shadow.version_id == version_id)
    return next(dark, None)


def is_shadowed(rollout: Rollout, version_id: str) -> bool:
    return rollout.shadow is not None and rollout.shadow.version_id == version_id
