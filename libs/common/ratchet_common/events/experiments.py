"""What people try out."""

from typing import Literal

from ratchet_common.events.event import Approach, Event, Part


class Arm(Part, frozen=True, kw_only=True):
    name: str
    share: int  # per cent
    version_id: str = ""
    template: str = ""
    model: str = ""
    out: bool = False  # it was taken back: its units are answered as if there were no experiment
    approach: Approach | Literal[""] = ""


class ExperimentChanged(Event, frozen=True, kw_only=True, tag="experiment.changed.v1"):
    experiment_id: str
    task_type: str
    arms: tuple[Arm, ...]
    unit: Literal["session", "user", "result"]
    metric: str
    state: Literal["running", "stopped"]
    revision: int = 0  # grows with each change of the experiment
