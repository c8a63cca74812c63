"""What goes on beside the requests: hours are built, comparisons, rules and quality looked at, people told."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from ratchet_common.background import Loop
from ratchet_monitor.alerts.delivering import Delivering
from ratchet_monitor.alerts.sending import Senders
from ratchet_monitor.alerts.telling import Telling
from ratchet_monitor.alerts.watching import Looking, WatchingRules
from ratchet_monitor.budgets.watching import WatchingBudgets
from ratchet_monitor.downsampling import Spent, sum_up_once
from ratchet_monitor.drifting import look_once
from ratchet_monitor.intake import utc_now
from ratchet_monitor.ledger.catching_up import mark_behind
from ratchet_monitor.pace import Requests, Rest, at_rest, resting
from ratchet_monitor.quality import measure_once
from ratchet_monitor.rebuild import Rebuild
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.store.alert_rules import HourCells, Stirring
from ratchet_monitor.streaming import Streaming
from ratchet_monitor.studies.looking import Known, study_once
from ratchet_monitor.studies.watching import watch_once
from ratchet_monitor.verdicts import compare_once
from ratchet_monitor.watching import Watching

FORGET_EVERY_S = 1800.0
WATCH_EVERY_S = 30.0
RULES_EVERY_S = 1.0  # between looks for a tenant that is due
RULES_REST = 1.0  # as long as it worked: whoever waits to be woken waits for it
TELL_EVERY_S = 1.0
DELIVER_EVERY_S, DELIVER_IDLE_S = 1.0, 8.0
DELIVERERS = 8
SUM_UP_EVERY_S = 5.0
CATCH_UP_EVERY_S = 6 * 3600.0  # and at a start: only beside an earlier release is there something to do
LOOK_FOR_BUILDS_EVERY_S = 60.0
DRIFT_EVERY_S = 2.0
IDLE = 4  # times as long, where nothing was marked for a while


def loops(store: MonitorStore, settings: MonitorSettings, requests: Requests) -> dict[str, Loop]:
    """`requests`: while nobody waits for an answer, changed hours are built with less rest in between."""
    rebuild = Rebuild(
        store.facts,
        store.buckets,
        settings.keeping,
        store.changed,
        then=(store.to_compare, store.to_study, store.to_measure, store.looks, Stirring(store.watched)),
        slots=store.slots,
        days=store.buckets.changed_days,
        ledger=store.ledger.of_hours,
    )
    spent = Spent(store.ledger, store.ledger.of_days)

    async def build() -> bool:
        return await rebuild.once(utc_now())

    async def measure() -> bool:
        return await measure_once(store.to_measure, store.buckets, store.qualities, utc_now())

    async def sum_up() -> bool:
        return await sum_up_once(store.buckets.changed_days, store.buckets, store.buckets.of_days, utc_now(), spent)

    async def catch_up() -> None:
        now, keeping, sheets = utc_now(), settings.keeping, store.ledger
        await mark_behind(store.buckets.of_hours, sheets.of_hours, store.changed, keeping.rebuildable_from(now))
        days = store.buckets.changed_days
        await mark_behind(store.buckets.of_days, sheets.of_days, days, keeping.whole_days_from(now))

    async def forget() -> None:
        store.held.sweep(utc_now())
        await store.facts.forget(utc_now())

    return {
        "rebuild": _seldom(build, settings.rebuild_every_s, requests.rest_now),
        **_trial_loops(store, settings),
        "quality": _seldom(measure, settings.quality_every_s),
        "days": _seldom(sum_up, SUM_UP_EVERY_S),
        "ledger": Loop(catch_up, every=CATCH_UP_EVERY_S),
        "days of an earlier release": Loop(store.look_for_builds, every=LOOK_FOR_BUILDS_EVERY_S),
        "facts of an earlier release": Loop(partial(_bring_over, store), every=CATCH_UP_EVERY_S),
        "forgetting": Loop(forget, every=FORGET_EVERY_S),
    }


def _trial_loops(store: MonitorStore, settings: MonitorSettings) -> dict[str, Loop]:
    """Of a version that is on trial against the one before, and of what people try out."""
    known, watching = Known(), Watching(store.experiments, store.to_compare, settings.rules)

    async def watch() -> None:
        await watching.once(utc_now())

    async def compare() -> bool:
        return await compare_once(store.to_compare, store.experiments, store.facts, settings.rules, utc_now())

    async def watch_studies() -> None:
        await watch_once(store.studies, store.experiments, store.to_study, settings.keeping.raw, utc_now())

    async def study() -> bool:
        return await study_once(store.to_study, store.studies, store.facts, known, settings.rules, utc_now())

    return {
        "comparison": _seldom(compare, settings.compare_every_s),
        "experiments": _seldom(study, settings.compare_every_s),
        "running experiments": Loop(watch_studies, every=WATCH_EVERY_S),
        "trials": Loop(watch, every=WATCH_EVERY_S),
    }


async def _bring_over(store: MonitorStore) -> None:
    async for buckets in store.facts.bring_over():
        await store.changed.set(buckets)


def drift_loops(store: MonitorStore, settings: MonitorSettings) -> dict[str, Loop]:
    """Windows are compared when it is their turn, and streams watched as facts come."""
    rules = settings.drift
    streaming = Streaming(store.to_stream, store.facts, store.streams, store.alerts, rules, settings.keeping)

    async def look() -> bool:
        return await look_once(store.looks, store.buckets, store.streams, store.alerts, rules, utc_now())

    async def stream() -> bool:
        return await streaming.once(utc_now())

    return {
        "drift of windows": _seldom(look, DRIFT_EVERY_S),
        "drift of streams": _seldom(stream, DRIFT_EVERY_S),
    }


def alert_loops(store: MonitorStore, senders: Senders, settings: MonitorSettings) -> dict[str, Loop]:
    """Rules are looked at, changes become deliveries, and these go out, a few side by side."""
    looking = Looking(store.slots, HourCells(store.buckets))
    every = timedelta(seconds=settings.alert_every_s)
    budgets = WatchingBudgets(store.budgets, store.buckets, store.alerts, timedelta(seconds=settings.budget_every_s))
    rules = WatchingRules(
        store.watched, store.alerts, store.rules, store.receivers, store.silences, looking, every, [budgets]
    )
    wait = timedelta(seconds=settings.alert_wait_s)
    telling = Telling(store.alerts, store.deliveries, store.receivers, store.silences, wait)
    delivering = Delivering(store.deliveries, store.receivers, senders)

    async def watch() -> bool:
        return await rules.once(utc_now())

    async def tell() -> None:
        await telling.once(utc_now())

    async def deliver() -> bool:
        return await delivering.once(utc_now())

    deliverers = {
        f"deliveries of alerts {number}": Loop(deliver, every=DELIVER_EVERY_S, idle=DELIVER_IDLE_S)
        for number in range(1, DELIVERERS + 1)
    }
    return {
        "rules of alerts": Loop(resting(watch, lambda: RULES_REST), every=RULES_EVERY_S),
        "telling of alerts": Loop(tell, every=TELL_EVERY_S),
        **deliverers,
    }


def _seldom(round_: Callable[[], Awaitable[bool]], every: float, rest: Rest = at_rest) -> Loop:
    return Loop(resting(round_, rest), every=every, idle=IDLE * every)
