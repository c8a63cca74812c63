"""What somebody should look at."""

from typing import Literal

import msgspec

from ratchet_common.events.event import Event


class AlertChanged(Event, frozen=True, kw_only=True, tag="alert.changed.v1"):
    alert_id: str
    kind: str  # drift, budget, …
    severity: Literal["info", "warning", "critical"]
    state: Literal["open", "closed"]
    subject: str
    task_type: str | None = None
    numbers: dict[str, float] = msgspec.field(default_factory=dict)
    revision: int = 0  # of the alert; grows by one with each change
    change: str = ""  # opened, worsened, eased, acknowledged, escalated, resolved, closed
    sentence: str = ""
