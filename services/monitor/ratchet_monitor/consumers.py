"""Events in."""

from collections.abc import Sequence

from ratchet_common.events import TrafficAssigned
from ratchet_common.service import Connections
from ratchet_common.topics import FEEDBACK, PREDICTIONS, TRAFFIC
from ratchet_monitor.hours import Keeping
from ratchet_monitor.intake import Intake, on_traffic
from ratchet_monitor.store import MonitorStore


def hear(its: Connections, store: MonitorStore, keeping: Keeping) -> None:
    intake = Intake(store.facts, store.changed, keeping)

    async def traffic(assigned: Sequence[TrafficAssigned]) -> None:
        await on_traffic(assigned, store.experiments, store.to_compare)

    its.hear(PREDICTIONS, intake.predictions)
    its.hear(FEEDBACK, intake.feedback)
    its.hear(TRAFFIC, traffic)
