"""Rules over sums: what holds, of which group, and how that is said."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ratchet_monitor.alerts.condition import Condition
from ratchet_monitor.alerts.defaults import DEFAULTS, with_defaults
from ratchet_monitor.alerts.evaluating import evaluated
from ratchet_monitor.alerts.rules import Objective, Rule
from ratchet_monitor.alerts.windows import Slice, Summing, Sums, hours_since, slots_since
from ratchet_monitor.buckets import Build, Tally
from ratchet_monitor.observations import MILLION, NANO
from tests.unit.monitor.alerts.make import of, tally
from tests.unit.monitor.make import HOUR, NOW, observation

WINDOWS = (5, 30, 60, 360, 4320)


def rule(**changes: Any) -> Rule:
    return Rule.model_validate({"rule_id": "r", "metric": "error_rate", "threshold": 0.1} | changes)


def said(its: Rule, sums: Sums | Mapping[int, Sums]) -> list[Condition]:
    by_window = sums if sums and all(isinstance(key, int) for key in sums) else dict.fromkeys(its.windows, sums)
    return evaluated("acme", [its], by_window.__getitem__, NOW)  # type: ignore[arg-type]


def test_it_holds_beyond_the_threshold_and_where_there_is_enough_to_say() -> None:
    (bad,) = said(rule(), {of(): tally(100, failed=11)})
    assert bad.holds
    assert bad.numbers == {"value": 0.11, "threshold": 0.1, "n": 100, "window_minutes": 60}
    assert bad.sentence == "r: 11.0% in 1 h, of 100 answers; it should not be above 10.0%."
    assert not said(rule(), {of(): tally(100, failed=10)})[0].holds
    assert not said(rule(), {of(): tally(19, failed=19)})[0].holds
    assert not said(rule(), {})[0].holds


def test_below_is_the_other_side() -> None:
    low = rule(metric="accuracy", comparison="below", threshold=0.8, at_least=1)
    assert said(low, {of(): tally(9, scored=4, score=3 * MILLION)})[0].holds
    assert not said(low, {of(): tally(9, scored=4, score=4 * MILLION)})[0].holds


def test_each_group_is_a_subject_of_its_own() -> None:
    sums = {of("qa"): tally(100, failed=50), of("chat"): tally(50), of("qa", "large"): tally(100)}
    found = {one.subject: one for one in said(rule(by=["task"]), sums)}
    assert {subject: one.holds for subject, one in found.items()} == {
        "error_rate, task qa": True,
        "error_rate, task chat": False,
    }
    assert found["error_rate, task qa"].numbers["value"] == 0.25
    assert found["error_rate, task qa"].task_type == "qa"


def test_who_answers_no_more_is_told_of_where_few_answers_are() -> None:
    """Another 300 of the day before: of nothing that was seen in the window there would be no group at all."""
    silent = rule(metric="answers", by=["task"], comparison="below", threshold=10, at_least=0)
    window, day = silent.windows
    found = {one.subject: one for one in said(silent, {window: {of("chat"): tally(30)}, day: {of("qa"): tally(300)}})}
    assert found["answers, task qa"].holds
    assert found["answers, task qa"].numbers["value"] == 0
    assert rule(by=["task"]).windows == (60,)


def test_a_filter_leaves_the_others_out() -> None:
    sums = {of("qa"): tally(100, failed=50), of("chat"): tally(100)}
    assert not said(rule(where={"task": "chat"}), sums)[0].holds
    assert said(rule(where={"task": "qa"}, by=["model"]), sums)[0].labels == {
        "task": "qa",
        "model": "small",
        "rule": "r",
    }


@pytest.mark.parametrize(
    ("metric", "of_it", "value"),
    [
        ("error_rate", tally(10, failed=4), 0.4),
        ("format_error_rate", tally(10, misshapen=2), 0.2),
        ("cost_usd", tally(10, cost=3 * NANO, cost_of_attempts=NANO), 4.0),
        ("cost_per_answer_usd", tally(10, cost=3 * NANO), 0.3),
        ("accuracy", tally(10, scored=4, score=3 * MILLION), 0.75),
        ("feedback_rate", tally(10, scored=4), 0.4),
        ("negative_share", tally(10, ratings=5, negative=2), 0.4),
        ("answers", tally(10), 10.0),
    ],
)
def test_metrics(metric: str, of_it: Tally, value: float) -> None:
    (found,) = said(rule(metric=metric, threshold=0, at_least=0), {of(): of_it})
    assert found.numbers["value"] == pytest.approx(value)


def test_a_small_amount_of_money_is_said_in_digits() -> None:
    (found,) = said(rule(metric="cost_per_answer_usd", threshold=0, at_least=1), {of(): tally(1_000, cost=2_134_000)})
    assert found.sentence.startswith("r: 0.000002134 USD in 1 h")


def test_cancelled_answers_are_nobodys_failure_and_hits_are_counted_by_themselves() -> None:
    sums = {of(): Tally(predictions=8, failed=1, cancelled=4, answered=3), of(cached=True): tally(24)}
    assert said(rule(at_least=0), sums)[0].numbers["value"] == 0.25
    assert said(rule(metric="cache_hit_rate"), sums)[0].numbers["value"] == 0.75


def test_a_percentile_is_that_of_the_histogram() -> None:
    (found,) = said(rule(metric="latency_p95_ms", threshold=900), {of(): tally(100, ms=1000)})
    assert found.holds
    assert found.numbers["value"] == pytest.approx(1000, rel=0.026)


def burning(**changes: Any) -> Rule:
    return rule(metric="burn_rate", threshold=0, objective=Objective(target=0.99, **changes))


def in_all(one: Tally) -> dict[int, dict[Slice, Tally]]:
    return {m: {of(): one} for m in WINDOWS}


def windows(**failed: int) -> dict[int, dict[Slice, Tally]]:
    """Of 1,000 answers each, by `m<minutes>`."""
    return {m: {of(): tally(1000, failed=failed.get(f"m{m}", 0))} for m in WINDOWS}


def test_both_windows_of_a_pair_must_burn() -> None:
    assert said(burning(), windows(m5=200, m60=145))[0].holds
    assert not said(burning(), windows(m5=0, m60=145))[0].holds  # it is over: the long window alone would go on
    assert not said(burning(), windows(m5=200, m60=100))[0].holds  # too short to matter
    assert not said(burning(), windows(m5=144, m60=144))[0].holds  # exactly 14.4 times


def test_the_worst_pair_that_burns_says_how_severe_it_is() -> None:
    (slow,) = said(burning(), windows(m360=11, m4320=11))
    assert (slow.holds, slow.severity, slow.numbers["factor"]) == (True, "warning", 1)
    (fast,) = said(burning(), windows(m5=200, m60=150, m30=70, m360=70, m4320=11))
    assert (fast.holds, fast.severity, fast.numbers["factor"]) == (True, "critical", 14.4)
    assert fast.numbers["burn_rate_60m"] == pytest.approx(15)
    assert "15.0 times as fast" in fast.sentence


def test_slow_answers_burn_the_budget_of_time() -> None:
    late = burning(indicator="in_time", latency_ms=1000)
    assert said(late, in_all(tally(100, ms=2000)))[0].holds
    assert not said(late, in_all(tally(100, ms=1000)))[0].holds


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "burn_rate"},
        {"objective": {"target": 0.9}},
        {"window_minutes": 7},
        {"window_minutes": 365},
        {"threshold": float("nan")},
        {"by": ["task", "task"]},
        {"by": ["user"]},
        {"where": {"colour": "red"}},
        {"rule_id": "No Name"},
        {"metric": "burn_rate", "objective": {"pairs": [{"factor": 1, "long_minutes": 61, "short_minutes": 5}]}},
        {"description": "two\x1blines"},
    ],
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule(**wrong)


def test_the_defaults_are_quiet_where_all_is_well_and_where_there_is_nothing() -> None:
    well = {of(): tally(10_000, scored=500, score=450 * MILLION, ratings=500, negative=20, cost=10 * NANO)}
    for its in DEFAULTS:
        assert not any(one.holds for one in [*said(its, well), *said(its, {})])


def test_ones_own_rule_takes_a_defaults_place() -> None:
    own = rule(rule_id=DEFAULTS[0].rule_id, enabled=False)
    assert own in with_defaults([own], defaults=True)
    assert DEFAULTS[0] not in with_defaults([own], defaults=True)
    assert with_defaults([own], defaults=False) == [own]


def test_a_window_of_slots_takes_what_has_passed_of_the_one_under_way() -> None:
    at = NOW.replace(minute=33, second=20)
    assert slots_since(at, 5) == NOW.replace(minute=25)
    assert hours_since(at, 1440) == HOUR - timedelta(days=1)


def test_slots_are_added_into_every_window_that_they_lie_in() -> None:
    build = Build({}, {})
    for n in range(12):
        build.add(observation(n, at=HOUR + timedelta(minutes=5 * n)))
    slots = build.slots()
    assert (len(slots), sum(cell.tally.predictions for cell in build.cells())) == (12, 12)
    summing = Summing({minutes: slots_since(HOUR + timedelta(minutes=59), minutes) for minutes in (5, 30)})
    for number, cells in slots.items():
        for cell in cells:
            summing.add(HOUR + timedelta(minutes=5 * number), "summary", cell)
    assert {m: sum(t.predictions for t in sums.values()) for m, sums in summing.found.items()} == {5: 2, 30: 7}
