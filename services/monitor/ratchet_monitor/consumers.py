"""Events in."""

from collections.abc import Sequence

from ratchet_common.events import TrafficAssigned
from ratchet_common.forgetting import Forgetting
from ratchet_common.service import Connections
from ratchet_common.topics import ERASURES, FEEDBACK, PREDICTIONS, SHADOWS, SPENDING, TRAFFIC
from ratchet_monitor.hours import Keeping
from ratchet_monitor.intake import Intake, on_traffic
from ratchet_monitor.measuring import Measuring
from ratchet_monitor.pace import Requests
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.unlinking import of_nobody


def hear(
    its: Connections,
    store: MonitorStore,
    keeping: Keeping,
    forgets: Forgetting,
    measuring: Measuring,
    requests: Requests,
) -> None:
    intake = Intake(store.facts, store.changed, keeping, measuring=measuring, streams=store.to_stream)

    async def traffic(assigned: Sequence[TrafficAssigned]) -> None:
        await on_traffic(assigned, store.experiments, store.to_compare)

    its.hear(PREDICTIONS, requests.noticing(forgets.sparing(intake.predictions, instead=of_nobody)))
    its.hear(FEEDBACK, requests.noticing(forgets.sparing(intake.feedback, instead=of_nobody)))
    its.hear(ERASURES, forgets.on_erasures)
    its.hear(TRAFFIC, traffic)
    its.hear(SHADOWS, store.shadows.add)
    its.hear(SPENDING, store.incurred.add)
