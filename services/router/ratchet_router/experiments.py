"""Which arm of a running experiment does a request belong to? Pure: a stable hash, as for traffic shares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ratchet_common.events import Arm, ExperimentChanged
from ratchet_router.ask import Ask
from ratchet_router.traffic import position


@dataclass(frozen=True, slots=True)
class Enrolled:
    experiment_id: str
    arm: Arm

    @property
    def name(self) -> str:
        """As predictions name it."""
        return f"{self.experiment_id}:{self.arm.name}"


def enrolled(ask: Ask, running: Sequence[ExperimentChanged], able: Callable[[Arm], bool]) -> Enrolled | None:
    """The first experiment that draws the request. None: it is in none.

    One that an arm could not serve is in none of them: were it left out of that arm alone, the arms would be compared
    on different requests.
    """
    for experiment in running:
        unit = unit_of(experiment, ask)
        arm = arm_of(experiment, unit) if unit else None
        if arm is not None and all(able(one) for one in experiment.arms if not one.out):
            return Enrolled(experiment.experiment_id, arm)
    return None


def unit_of(experiment: ExperimentChanged, ask: Ask) -> str | None:
    """None: the request has no such unit."""
    units = {"session": ask.session, "user": ask.user, "result": ask.draw}
    return units[experiment.unit]


def arm_of(experiment: ExperimentChanged, unit: str) -> Arm | None:
    """None: the shares do not add up to 100, and the unit is among the rest, or its arm was taken out. The other arms'
    units stay theirs then. Other experiments draw it otherwise.
    """
    at, end = position(experiment.tenant, experiment.experiment_id, unit), 0
    for arm in experiment.arms:
        end += arm.share
        if at < end:
            return None if arm.out else arm
    return None
