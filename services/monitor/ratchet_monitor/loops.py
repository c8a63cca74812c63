"""What goes on beside the requests: hours are built, comparisons looked at, quality is measured."""

from ratchet_common.background import Loop
from ratchet_monitor.intake import utc_now
from ratchet_monitor.pace import resting
from ratchet_monitor.quality import measure_once
from ratchet_monitor.rebuild import Rebuild
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.verdicts import compare_once
from ratchet_monitor.watching import Watching

FORGET_EVERY_S = 1800.0
WATCH_EVERY_S = 30.0


def loops(store: MonitorStore, settings: MonitorSettings) -> dict[str, Loop]:
    rebuild = Rebuild(
        store.facts, store.buckets, settings.keeping, store.changed, then=(store.to_compare, store.to_measure)
    )

    watching = Watching(store.experiments, store.to_compare, settings.rules)

    async def watch() -> None:
        await watching.once(utc_now())

    async def build() -> bool:
        return await rebuild.once(utc_now())

    async def compare() -> bool:
        return await compare_once(store.to_compare, store.experiments, store.facts, settings.rules, utc_now())

    async def measure() -> bool:
        return await measure_once(store.to_measure, store.buckets, store.qualities, utc_now())

    async def forget() -> None:
        await store.facts.forget(utc_now())

    return {
        "rebuild": Loop(resting(build), every=settings.rebuild_every_s),
        "comparison": Loop(resting(compare), every=settings.compare_every_s),
        "trials": Loop(watch, every=WATCH_EVERY_S),
        "quality": Loop(resting(measure), every=settings.quality_every_s),
        "forgetting": Loop(forget, every=FORGET_EVERY_S),
    }
