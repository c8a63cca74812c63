"""From condition to alert: when it opens, what changes it, when it closes, with one event a change."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import AlertChanged
from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import Next, acknowledged, escalated, resolved, told
from ratchet_monitor.alerts.condition import Condition
from tests.unit.monitor.alerts.make import condition, opened
from tests.unit.monitor.make import NOW


def minutes(n: float) -> datetime:
    return NOW + timedelta(minutes=n)


def after(alert: Alert | None, *said: Condition) -> tuple[Alert | None, list[AlertChanged]]:
    events = []
    for one in said:
        then = told(alert, one)
        if then is not None:
            alert, event = then
            events += [event] if event else []
    return alert, events


def changed(then: Next | None) -> Alert:
    assert then is not None
    assert then[1] is not None
    return then[0]


def test_what_does_not_hold_and_never_did_is_not_written() -> None:
    assert told(None, condition(holds=False)) is None


def test_it_opens_once_it_has_held_for_long_enough() -> None:
    wait = timedelta(minutes=10)
    alert, events = after(None, *(condition(at=minutes(n), holds_for=wait) for n in (0, 5, 9.9)))
    assert alert is not None
    assert (alert.state, events) == ("pending", [])
    alert, events = after(alert, condition(at=minutes(10), holds_for=wait))
    assert alert is not None
    assert (alert.state, [one.change for one in events]) == ("open", ["opened"])


def test_what_holds_off_and_on_never_opens() -> None:
    wait = timedelta(minutes=10)
    said = [condition(at=minutes(n), holds=n % 2 == 0, holds_for=wait) for n in range(60)]
    alert, events = after(None, *said)
    assert alert is not None
    assert (alert.state, events) == ("quiet", [])


def test_what_was_open_once_is_closed_and_not_forgotten_where_it_flickers() -> None:
    wait = timedelta(minutes=10)
    said = [condition(at=minutes(n), holds=holds) for n, holds in ((1, False), (7, False))]
    closed, _ = after(opened(), *said, condition(at=minutes(8), holds_for=wait))
    assert closed is not None
    assert closed.state == "pending"
    flickered, events = after(closed, condition(at=minutes(9), holds=False, holds_for=wait))
    assert flickered is not None
    assert (flickered.state, flickered.closed_at, events) == ("closed", minutes(7), [])


def test_it_closes_once_it_has_not_held_for_long_enough() -> None:
    """Five minutes, here: what comes back before keeps it open."""
    alert, events = after(
        opened(),
        condition(at=minutes(1), holds=False),
        condition(at=minutes(4), holds=True),
        condition(at=minutes(5), holds=False),
        condition(at=minutes(9), holds=False),
    )
    assert alert is not None
    assert (alert.state, events) == ("open", [])
    alert, events = after(alert, condition(at=minutes(10), holds=False, sentence="It is well."))
    assert alert is not None
    assert (alert.state, alert.closed_at) == ("closed", minutes(10))
    assert [(one.change, one.state, one.revision) for one in events] == [("closed", "closed", 2)]
    assert alert.sentence == "It is slow."  # that it was about


def test_it_opens_again_as_the_same_alert() -> None:
    alert, events = after(opened(), *(condition(at=minutes(n), holds=False) for n in (1, 7)), condition(at=minutes(8)))
    assert alert is not None
    assert (alert.state, alert.opened_at, alert.revision) == ("open", minutes(8), 3)
    assert [one.change for one in events] == ["closed", "opened"]


def test_worse_and_better_are_changes_and_new_numbers_are_none() -> None:
    alert, events = after(
        opened(),
        condition(at=minutes(1), severity="critical"),
        condition(at=minutes(2), severity="critical", numbers={"value": 9.0}),
        condition(at=minutes(3), severity="info"),
        condition(at=minutes(8), severity="info"),
    )
    assert alert is not None
    assert [one.change for one in events] == ["worsened", "eased"]
    assert (alert.numbers, alert.severity) == ({"value": 2.0}, "info")


def test_what_wavers_between_two_severities_is_told_once() -> None:
    wavering = [condition(at=minutes(n), severity=("warning", "critical")[n % 2]) for n in range(1, 60)]
    alert, events = after(opened(), *wavering)
    assert [one.change for one in events] == ["worsened"]
    milder = [condition(at=minutes(60 + n), severity="warning") for n in range(6)]
    alert, events = after(alert, *milder)
    assert alert is not None
    assert [(one.change, one.occurred_at) for one in events] == [("eased", minutes(65))]
    alert, events = after(alert, condition(at=minutes(66), severity="critical"))
    assert [one.change for one in events] == ["worsened"]


def test_a_severity_that_has_eased_for_a_moment_begins_anew() -> None:
    grave = opened(severity="critical")
    said = [condition(at=minutes(n), severity="critical" if n == 4 else "warning") for n in range(1, 10)]
    alert, events = after(grave, *said)
    assert alert is not None
    assert (alert.severity, alert.milder_since, events) == ("critical", minutes(5), [])


def test_an_older_word_and_the_same_word_change_nothing() -> None:
    alert = opened()
    assert told(alert, condition()) is None
    assert told(alert, condition(at=minutes(-1), holds=False)) is None


def test_one_who_acknowledges_is_named_and_the_second_changes_nothing() -> None:
    alert = changed(acknowledged(opened(), "ann", "on it", minutes(1)))
    assert (alert.acknowledged_by, alert.history[-1].why) == ("ann", "on it")
    assert acknowledged(alert, "bob", "me too", minutes(2)) is None


def test_what_a_person_resolved_stays_closed_while_it_goes_on_holding_for_a_day() -> None:
    alert = changed(resolved(opened(), "ann", "known", minutes(1)))
    still, events = after(alert, *(condition(at=minutes(60 * n)) for n in range(1, 24)))
    assert still is not None
    assert (still.state, events) == ("closed", [])
    again, events = after(still, condition(at=minutes(60 * 24 + 2)))
    assert again is not None
    assert (again.state, [one.change for one in events]) == ("open", ["opened"])


def test_what_a_person_resolved_opens_again_where_it_ceased_and_came_back() -> None:
    alert = changed(resolved(opened(), "ann", "mended", minutes(1)))
    back, events = after(alert, condition(at=minutes(2), holds=False), condition(at=minutes(8)))
    assert back is not None
    assert (back.state, [one.change for one in events]) == ("open", ["opened"])
    flickered, events = after(alert, condition(at=minutes(2), holds=False), condition(at=minutes(3)))
    assert flickered is not None
    assert (flickered.state, events) == ("closed", [])


def test_only_what_is_open_and_not_acknowledged_is_escalated_and_each_step_once() -> None:
    alert = opened()
    assert escalated(alert, 15, minutes(14)) is None
    first = changed(escalated(alert, 15, minutes(15)))
    assert escalated(first, 15, minutes(20)) is None
    assert changed(escalated(first, 30, minutes(30))).escalated == 30
    assert escalated(changed(acknowledged(alert, "ann", "", minutes(1))), 15, minutes(20)) is None
    assert escalated(changed(resolved(alert, "ann", "", minutes(1))), 15, minutes(20)) is None


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["warning", "critical"])), max_size=60), st.integers(0, 8))
def test_events_are_one_a_revision_in_the_order_of_time(said: list[tuple[bool, str]], wait: int) -> None:
    every = [
        condition(at=minutes(n), holds=holds, severity=severity, holds_for=timedelta(minutes=wait))
        for n, (holds, severity) in enumerate(said)
    ]
    alert, events = after(None, *(one for word in every for one in (word, word)))
    assert [one.revision for one in events] == list(range(1, len(events) + 1))
    times = [one.occurred_at for one in events]
    assert times == sorted(set(times))
    assert len({one.event_id for one in events}) == len(events)
    if events and alert:
        assert (events[-1].state == "open") == (alert.state == "open")


def test_changes_at_one_moment_have_times_of_their_own() -> None:
    alert = changed(acknowledged(opened(), "ann", "", NOW))
    assert alert.history[-1].at > alert.history[-2].at


@pytest.mark.parametrize("state", ["quiet", "pending", "closed"])
def test_nothing_is_acknowledged_or_resolved_that_is_not_open(state: str) -> None:
    alert = msgspec.structs.replace(opened(), state=state)
    assert acknowledged(alert, "ann", "", minutes(1)) is None
    assert resolved(alert, "ann", "", minutes(1)) is None
