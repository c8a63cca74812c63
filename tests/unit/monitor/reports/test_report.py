"""What a report says: the numbers of a time, what is sure of the changes, and what stood at its end."""

import random
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from ratchet_monitor.alerts.alert import HISTORY, Alert, Change, What
from ratchet_monitor.alerts.condition import Severity
from ratchet_monitor.counted import MOST_KINDS
from ratchet_monitor.experiments import State
from ratchet_monitor.reports.changes import Change as Changed
from ratchet_monitor.reports.happenings import alerts_then, rollouts_then, studies_then
from ratchet_monitor.reports.report import Report
from ratchet_monitor.reports.spans import span_of
from ratchet_monitor.studies.finding import ArmSeen, Finding, Gain, Look
from ratchet_monitor.studies.study import Ended, after_look, stopped
from tests.unit.monitor.alerts.make import opened
from tests.unit.monitor.make import experiment
from tests.unit.monitor.prompts.make import DAY, Made
from tests.unit.monitor.reports.make import AT, LAST, THIS, WEEK, report
from tests.unit.monitor.studies.make import THREE, study

SINCE, UNTIL = WEEK.since, WEEK.until


def changed(found: Report, metric: str, of: str = "") -> Changed:
    return next(one for one in found.changes if (one.metric, one.of) == (metric, of))


def test_a_week_is_told_beside_the_one_before() -> None:
    found = report(Made("short_v1", 30, days=THIS), Made("short_v1", 20, days=LAST))
    assert (found.name, found.before_name) == ("2026-W46", "2026-W45")
    assert (found.now.uses, found.before.uses, found.now.scored) == (210, 140, 35)
    assert sum(one.made for one in found.series) == 210
    assert [one.label for one in found.series][::6] == ["11-09", "11-15"]
    assert sum(one.cost for one in found.series) == pytest.approx(found.now.cost, abs=1e-5)
    assert [(one.name, one.now and one.now.uses) for one in found.by_task] == [("summary", 210)]
    assert "210 answers, after 140 before (+50%)" in " ".join(found.points)


def test_what_the_cost_became_is_told_exactly() -> None:
    cost = report(Made("a_v1", 30, usd=0.004, days=THIS), Made("a_v1", 20, usd=0.001, days=LAST)).cost
    assert cost.by_volume + cost.by_price == pytest.approx(cost.difference, abs=2e-6)
    assert cost.by_volume == pytest.approx(cost.before / 2, rel=0.01)  # half as many more, at the price before


def test_a_change_that_is_sure_is_told_with_the_interval_of_the_difference() -> None:
    now = Made("a_v1", 40, 40, 0.6, usd=0.004, failing=0.3, days=THIS)
    qa = Made("b_v1", 20, 5, task_type="qa", days=[*THIS, *LAST])
    found = report(now, Made("a_v1", 40, 40, 0.9, days=LAST), qa)
    for metric in ("quality", "error_rate", "avg_cost"):
        one = changed(found, metric)
        assert one.verdict == "worse", metric
        assert one.low is not None
        assert one.high is not None
        assert one.low < (one.difference or 0) < one.high
    assert changed(found, "quality", "summary").verdict == "worse"
    assert {one.verdict for one in found.changes if one.of == "qa"} == {"no_change_known"}
    assert "The quality is worse: 0." in " ".join(found.points)


def test_two_intervals_that_overlap_are_no_verdict_and_of_one_difference_may_be() -> None:
    """0.80 and 0.74 of 980 scores each: the two intervals overlap, that of the difference holds no 0."""
    found = report(Made("a_v1", 140, 140, 0.745, days=THIS), Made("a_v1", 140, 140, 0.8, days=LAST), seed=7)
    now, before = found.now.quality, found.before.quality
    assert now
    assert before
    one = changed(found, "quality")
    assert one.difference == pytest.approx(now.value - before.value, abs=1e-6)
    assert (one.verdict == "worse") == (one.high is not None and one.high < 0)


def test_two_weeks_that_are_alike_have_no_sure_change() -> None:
    """Of 200 reports with 4 intervals each, one in twenty has a false one at most, and what chance adds."""
    wrong = 0
    for seed in range(200):
        found = report(Made("a_v1", 20, 10, 0.7, failing=0.1, days=[*THIS, *LAST]), seed=seed)
        wrong += any(one.verdict in ("better", "worse") for one in found.changes)
    assert wrong <= 200 * 0.05 + 3 * (200 * 0.05 * 0.95) ** 0.5


@pytest.mark.parametrize(("days", "seeds"), [(3, 20), (4, 20), (5, 200), (7, 200)])
def test_days_that_differ_by_themselves_are_no_change(days: int, seeds: int) -> None:
    """Each day has a luck of its own: of fewer than five days with scores and failures nothing is told of them."""
    wrong = 0
    for seed in range(seeds):
        drawn = random.Random(seed)
        made = [
            Made("a_v1", 40, 20, drawn.betavariate(4, 2), failing=drawn.betavariate(2, 12), days=[day])
            for week in (THIS, LAST)
            for day in week[:days]
        ]
        found = report(*made, seed=seed)
        verdicts = [changed(found, metric).verdict for metric in ("quality", "error_rate")]
        assert all((verdict == "too_little") == (days < 5) for verdict in verdicts)
        wrong += any(verdict in ("better", "worse") for verdict in verdicts)
    assert wrong <= seeds * 0.05 + 3 * (seeds * 0.05 * 0.95) ** 0.5


def test_too_little_is_no_verdict() -> None:
    found = report(Made("a_v1", 3, 1, 1.0, days=THIS), Made("a_v1", 3, 1, 0.0, days=LAST))
    assert (changed(found, "quality").verdict, changed(found, "quality").difference) == ("too_little", 1.0)
    assert "No change of quality" in found.points[-1]


def test_one_task_alone_is_not_told_twice() -> None:
    """Twice the intervals would each be wider."""
    assert {one.of for one in report(Made("a_v1", days=[*THIS, *LAST])).changes} == {""}


def test_an_empty_time_has_an_empty_report() -> None:
    found = report()
    assert (found.now.uses, found.now.cost, found.now.quality, found.now.cost_of_answer) == (0, 0.0, None, None)
    assert (found.by_task, found.alerts, found.prompts.templates) == ([], [], [])
    assert len(found.series) == 7
    assert "Nothing was answered in this period." in found.notes
    assert "Nothing was spent." in found.points


def test_a_report_says_until_when_it_counted() -> None:
    made = Made("a_v1", days=[*THIS, *LAST])
    going_on, over, settled = (report(made, at=at) for at in (UNTIL - DAY, AT, UNTIL + 32 * DAY))
    assert [(one.over, one.settled) for one in (going_on, over, settled)] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert "goes on until 2026-11-16 00:00 UTC" in going_on.notes[0]
    assert "until 2026-12-16 still counts" in over.notes[0]
    assert "Counted on 2026-12-18 00:00 UTC. The period is settled" in settled.notes[0]


def test_it_says_the_same_when_it_is_asked_for_again() -> None:
    made = Made("a_v1", days=[*THIS, *LAST])
    now, later = report(made), report(made, at=AT + 3 * DAY)
    assert replace(later, counted_until=now.counted_until, notes=now.notes) == now


def test_what_is_kept_no_more_is_said_to_be_missing() -> None:
    later = report(span=WEEK, at=UNTIL + 400 * DAY)
    assert any("days before 2026-11-16 are kept no more" in note for note in later.notes)
    assert any("Alerts that closed more than 90 days ago" in note for note in later.notes)


def test_prompts_of_the_time_are_told_and_of_a_month_what_nobody_uses_any_more() -> None:
    found = report(Made("a_v1", 20, 10, 0.5, days=THIS), Made("b_v1", 20, 10, 0.9, days=THIS), Made("c_v1", days=LAST))
    assert [one.template for one in found.prompts.templates] == ["a_v1", "b_v1"]
    assert [one.best for one in found.prompts.best] == ["b_v1"]
    assert [one.template for one in found.prompts.to_retire] == ["a_v1"]  # a week is too short to call c unused
    november = span_of("monthly", SINCE.date())
    of_month = report(Made("a_v1"), span=november, at=november.until + DAY)
    assert not of_month.prompts.to_retire


def test_templates_that_are_not_told_apart_are_a_note_and_none_is_called_unused() -> None:
    many = [Made(f"t{n}_v1", 1, 0, days=[THIS[0]]) for n in range(MOST_KINDS)]
    november = span_of("monthly", SINCE.date())
    found = report(*many, Made("late_v1", days=THIS), span=november, at=november.until + DAY)
    assert found.prompts.others == 140
    assert "(others)" not in {one.template for one in found.prompts.templates}
    assert any("140 uses were counted as those of others" in note for note in found.notes)


def alert(*changes: tuple[What, float, Severity]) -> Alert:
    """`changes`: days since the week began."""
    told = tuple(
        Change(revision=n, what=what, at=SINCE + day * DAY, severity=severity, sentence=f"It {what} on day {day}.")
        for n, (what, day, severity) in enumerate(changes, 1)
    )
    return msgspec.structs.replace(opened(), history=told)


@pytest.mark.parametrize(
    ("of", "state", "severity", "changes"),
    [
        (alert(("opened", 1, "warning")), "open", "warning", 1),
        (alert(("opened", 1, "warning"), ("closed", 2, "warning")), "closed", "warning", 2),
        (alert(("opened", 1, "warning"), ("closed", 9, "warning")), "open", "warning", 1),  # after the week
        (alert(("opened", -3, "critical"), ("eased", -1, "warning")), "open", "warning", 0),
        (alert(("opened", 1, "warning"), ("worsened", 2, "critical"), ("eased", 3, "info")), "open", "critical", 3),
        (alert(("opened", -5, "warning"), ("closed", 0.5, "warning")), "closed", "warning", 1),
        (alert(("opened", 1, "warning"), ("closed", 2, "warning"), ("opened", 3, "warning")), "open", "warning", 3),
    ],
)
def test_an_alert_is_told_as_it_stood_at_the_end(of: Alert, state: str, severity: str, changes: int) -> None:
    (told,) = alerts_then([of], SINCE, UNTIL)
    assert (told.state, told.severity, told.changes) == (state, severity, changes)


@pytest.mark.parametrize(
    "of", [alert(("opened", 8, "warning")), alert(("opened", -5, "warning"), ("closed", -1, "warning")), alert()]
)
def test_an_alert_that_was_not_open_in_the_time_is_not_told(of: Alert) -> None:
    assert alerts_then([of], SINCE, UNTIL) == []


@pytest.mark.parametrize(
    ("opened_at", "first", "closes", "told"),
    [
        (-3, 1, None, ("open", -3)),
        (-3, 9, None, ("open", -3)),  # all that is remembered came after the week
        (-3, 1, 3, ("closed", -3)),
        (20, 1, 3, ("closed", 1)),  # it has opened again since
        (-9, -5, -4, None),
        (20, 9, None, None),
    ],
)
def test_an_alert_that_changes_all_the_time_was_open_although_its_opening_is_forgotten(
    opened_at: float, first: float, closes: float | None, told: tuple[str, float] | None
) -> None:
    what: list[tuple[What, float, Severity]] = [("eased", first + n / 1000, "warning") for n in range(HISTORY)]
    if closes is not None:
        what[-1] = ("closed", closes, "warning")
    of = alert(*what)
    history = tuple(msgspec.structs.replace(one, revision=one.revision + 9) for one in of.history)
    of = msgspec.structs.replace(of, history=history, opened_at=SINCE + opened_at * DAY)
    found = [(one.state, (one.opened_at - SINCE) / DAY) for one in alerts_then([of], SINCE, UNTIL)]
    assert found == ([told] if told else [])


@pytest.mark.parametrize("kept", [True, False])
def test_an_arm_that_was_taken_back_is_told_while_its_experiment_goes_on(kept: bool) -> None:
    began = study(*THREE, started_at=SINCE - DAY)
    lost = ArmSeen(
        name="b",
        exposed=9,
        units=9,
        value=0.1,
        failure_rate=0,
        cost_usd=0,
        latency_ms=0,
        verdict="roll_back",
        why="Bad.",
    )
    at = SINCE + 2 * DAY
    finding = Finding(at=at, verdict="hold", arm="", why="", arms=(lost,), shares_p=1.0, scored_p=1.0, mismatch=False)
    after = after_look(began, finding, (Look(at, (Gain("b", -0.5, -0.6, -0.4),)), Look(at + DAY, ())))
    if not kept:  # as an earlier release wrote it
        after = msgspec.structs.replace(
            after, arms=tuple(msgspec.structs.replace(arm, out_at=None) for arm in after.arms)
        )
    (told,) = studies_then([after], SINCE, UNTIL)
    assert told.taken_back == ["b (model m-b) was taken back on 2026-11-11. Bad."]
    assert (told.state, told.arms[1], told.arms[2]) == (
        "running",
        "b (model m-b), 30 %, taken back",
        "c (model m-c), 30 %",
    )
    assert any("b (model m-b) was taken back" in point for point in report(experiments=[told]).points)
    (later,) = studies_then([after], SINCE + 3 * DAY, UNTIL)
    (before,) = studies_then([after], SINCE, SINCE + DAY)
    assert (later.taken_back, "taken back" in later.arms[1]) == ([], True)
    assert (before.taken_back, "taken back" in before.arms[1]) == ([], False)


def test_an_experiment_that_ran_then_is_told_to_have_run_whatever_came_of_it() -> None:
    began = study(started_at=SINCE + DAY)
    later = stopped(began, Ended(at=UNTIL + DAY, who="ann", why="enough"))
    assert studies_then([began], SINCE, UNTIL) == studies_then([later], SINCE, UNTIL)
    within = stopped(began, Ended(at=SINCE + 2 * DAY, who="ann", why="enough"))
    (told,) = studies_then([within], SINCE, UNTIL)
    assert (told.state, told.why, told.ended_at) == ("stopped", "enough", SINCE + 2 * DAY)
    assert studies_then([within], SINCE + 3 * DAY, UNTIL) == []
    assert studies_then([began], SINCE - 7 * DAY, SINCE) == []


def test_so_it_is_with_rollouts() -> None:
    running = msgspec.structs.replace(experiment(), started_at=SINCE + DAY)
    closed = msgspec.structs.replace(running, state=State.CLOSED, closed_at=SINCE + timedelta(days=2))
    (told,) = rollouts_then([running], SINCE, UNTIL)
    assert (told.kind, told.state, told.verdict) == ("rollout", "running", "hold")
    (told,) = rollouts_then([closed], SINCE, UNTIL)
    assert (told.state, told.why) == ("closed", "Its traffic changed before there was a verdict.")
    assert rollouts_then([closed], SINCE, SINCE + DAY) == []


def test_drift_stands_apart_and_what_is_open_comes_first() -> None:
    of_drift = msgspec.structs.replace(alert(("opened", 1, "critical")), source="drift", alert_id="d" * 24)
    then = alerts_then([of_drift, alert(("opened", 2, "warning"))], SINCE, UNTIL)
    found = report(Made("a_v1", days=THIS), alerts=then)
    assert ([one.source for one in found.drift], len(found.alerts)) == (["drift"], 1)
    assert found.points[0].startswith("critical, open: It opened on day 1")
