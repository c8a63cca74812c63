"""Who is told of what, together with what, and in which words."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from ratchet_common.pauses import TRIES
from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import UNTOLD, escalated, told
from ratchet_monitor.alerts.delivery import Delivery, delivery_of, not_taken, taken
from ratchet_monitor.alerts.grouping import all_told, came_and_went, due_groups, given_to, items, silent_until
from ratchet_monitor.alerts.messages import mail, slack, webhook
from ratchet_monitor.alerts.receivers import Receiver
from ratchet_monitor.alerts.silences import matches
from tests.unit.monitor.alerts.make import condition, opened, receiver, silence
from tests.unit.monitor.make import NOW

WAIT = timedelta(seconds=30)


def then(alert: Alert, **said: Any) -> Alert:
    found = told(alert, condition(**said))
    assert found is not None
    return found[0]


def heard(its: Receiver, *alerts: Alert) -> list[str]:
    return [change.what for item in items(its, [given_to("b", one) for one in alerts]) for change in item.changes]


def test_alerts_of_one_rule_are_told_together_once_the_first_has_waited() -> None:
    first, second = opened(subject="a"), opened(subject="b", at=NOW + timedelta(seconds=29))
    other = opened(source="drift", at=NOW + timedelta(seconds=1))
    assert due_groups([first, second, other], WAIT, NOW + timedelta(seconds=29)) == []
    assert due_groups([second, first, other], WAIT, NOW + WAIT) == [[first, second]]


def test_a_change_that_was_given_to_a_batch_is_given_to_no_other() -> None:
    given = given_to("b", opened())
    assert due_groups([given], WAIT, NOW + timedelta(hours=1)) == []
    later = then(given, at=NOW + timedelta(minutes=1), severity="critical")
    assert [change.what for change in later.to_tell] == ["worsened"]
    assert later.telling == given.telling


def test_severity_and_labels_say_who_is_told() -> None:
    assert heard(receiver(), opened()) == ["opened"]
    assert heard(receiver(least="critical"), opened()) == []
    assert heard(receiver(match={"task": "q*"}), opened()) == ["opened"]
    assert heard(receiver(match={"task": "chat"}), opened()) == []
    assert heard(receiver(enabled=False), opened()) == []


def test_who_was_told_that_it_is_bad_is_told_that_it_is_over() -> None:
    worse = then(opened(), at=NOW + timedelta(minutes=1), severity="critical")
    milder = then(worse, at=NOW + timedelta(minutes=2), severity="warning")
    eased = then(milder, at=NOW + timedelta(minutes=8), severity="warning")
    over = then(then(eased, at=NOW + timedelta(minutes=9), holds=False), at=NOW + timedelta(minutes=15), holds=False)
    assert heard(receiver(least="critical"), over) == ["worsened", "eased", "closed"]


def test_who_was_told_late_is_told_that_it_is_over_however_often_it_changed_since() -> None:
    step = escalated(opened(), 30, NOW + timedelta(minutes=30))
    assert step is not None
    alert = step[0]
    for minute in range(31, 31 + 6 * 60):
        grave = minute % 12 < 6
        alert = then(alert, at=NOW + timedelta(minutes=minute), severity="critical" if grave else "warning")
    assert "opened" not in {change.what for change in alert.history}
    for minute in (400, 406):
        alert = then(alert, at=NOW + timedelta(minutes=minute), holds=False)
    assert heard(receiver("boss", after_minutes=30), alert)[-1] == "closed"
    assert heard(receiver("third", after_minutes=60), alert) == []


def test_the_next_is_told_of_the_escalation_and_of_what_follows() -> None:
    second = receiver("boss", after_minutes=30)
    assert heard(second, opened()) == []
    step = escalated(opened(), 30, NOW + timedelta(minutes=30))
    assert step is not None
    raised = step[0]
    assert heard(second, raised) == ["escalated"]
    assert heard(receiver(), raised) == ["opened"]
    over = then(then(raised, at=NOW + timedelta(minutes=31), holds=False), at=NOW + timedelta(minutes=40), holds=False)
    assert heard(second, over) == ["escalated", "closed"]
    assert heard(receiver("third", after_minutes=60), over) == []


def test_a_silence_holds_back_what_matches_until_it_ends() -> None:
    end = NOW + timedelta(seconds=40)
    quiet = [silence(until=end, task="qa", model="*")]
    assert silent_until(opened(), quiet, NOW) == end
    assert silent_until(opened(), quiet, end) is None
    assert silent_until(opened(), [silence(until=end, task="chat")], NOW) is None
    far = [silence(until=NOW + timedelta(days=1), kind="rule")]
    assert silent_until(opened(), far, NOW) == NOW + timedelta(minutes=1)  # it may be lifted


def test_what_came_and_went_behind_a_silence_is_told_to_nobody() -> None:
    over = then(then(opened(), at=NOW + timedelta(minutes=1), holds=False), at=NOW + timedelta(minutes=9), holds=False)
    assert came_and_went(over)
    assert not came_and_went(opened())
    told_before = msgspec.structs.replace(over, to_tell=over.to_tell[1:])
    assert not came_and_went(told_before)


def gone(alert: Alert, minutes: int) -> Alert:
    ceased = then(alert, at=NOW + timedelta(minutes=minutes), holds=False)
    return then(ceased, at=NOW + timedelta(minutes=minutes + 6), holds=False)


def test_what_was_told_as_open_is_told_as_closed_however_often_it_came_and_went_behind_the_silence() -> None:
    alert = gone(all_told(given_to("b", opened())), 1)
    for times in range(1, 40):
        again = then(alert, at=NOW + timedelta(minutes=20 * times))
        assert not came_and_went(again)
        alert = gone(again, 20 * times + 1)
        assert not came_and_went(alert)
        assert len(alert.to_tell) <= UNTOLD
    assert heard(receiver(), alert)[-1] == "closed"


def test_what_nobody_was_told_of_is_told_to_nobody_however_often_it_came_and_went() -> None:
    alert = gone(opened(), 1)
    for times in range(1, 40):
        alert = gone(then(alert, at=NOW + timedelta(minutes=20 * times)), 20 * times + 1)
        assert came_and_went(alert)


@pytest.mark.parametrize("value", ["[qa]", "q?", "q[a-z]"])
def test_only_the_star_stands_for_anything(value: str) -> None:
    assert not matches({"task": value}, {"task": "qa"})
    assert matches({"task": value}, {"task": value})


def delivery(*alerts: Alert) -> Delivery:
    its = receiver()
    return delivery_of("acme", its, "b", "g", items(its, [given_to("b", one) for one in alerts]), NOW)


def test_a_delivery_has_one_id_however_often_it_is_made() -> None:
    assert delivery(opened()).delivery_id == delivery(opened()).delivery_id
    assert delivery(opened()).delivery_id != delivery_of("acme", receiver("other"), "b", "g", [], NOW).delivery_id


def test_it_is_tried_later_and_later_until_it_has_visibly_failed() -> None:
    one = delivery(opened())
    due = []
    while one.state == "waiting":
        one = not_taken(one, "It answered 500.", NOW)
        due += [one.due_at] if one.due_at else []
    assert (one.tries, one.state, one.error, len(due)) == (TRIES, "failed", "It answered 500.", TRIES - 1)
    assert due == sorted(due)
    assert taken(delivery(opened()), NOW).state == "delivered"
    assert not_taken(delivery(opened()), "gone", NOW, hopeless=True).state == "failed"


def test_the_webhook_says_all_and_the_same_at_every_try() -> None:
    one = delivery(opened())
    body = json.loads(webhook(one))
    assert webhook(one) == webhook(not_taken(one, "x", NOW))
    assert (body["delivery_id"], body["tenant"]) == (one.delivery_id, "acme")
    (its,) = body["alerts"]
    assert (its["state"], its["revision"], its["sentence"]) == ("open", 1, "It is slow.")
    assert its["changes"][0]["what"] == "opened"


def test_nothing_in_slacks_message_is_a_link_or_a_call() -> None:
    body = json.loads(slack(delivery(*(opened(subject=f"<!channel> & {n}") for n in range(25)))))
    assert len(body["blocks"]) == 21
    assert "<!channel>" not in json.dumps(body)
    assert "&lt;!channel&gt; &amp; 0" in body["blocks"][0]["text"]["text"]
    assert "5 more" in body["blocks"][-1]["text"]["text"]


def test_slack_makes_nothing_of_what_things_are_called() -> None:
    body = json.loads(slack(delivery(opened(subject="http://example.org #general"))))
    assert [block["text"]["verbatim"] for block in body["blocks"]] == [True]


def test_a_mail_has_one_line_as_its_subject_whatever_things_are_called() -> None:
    message = mail(delivery(opened(subject="a\r\nBcc: all@example.org")), "r@example.org", ("ann@example.org",))
    assert message["Subject"] == "[acme] warning: opened a Bcc: all@example.org"
    assert message["Bcc"] is None
    assert delivery(opened(subject="a\r\nBcc: all@example.org")).delivery_id in message["Message-ID"]
    assert "It is slow." in message.get_content()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "email"},
        {"kind": "email", "url": "", "secret": "", "to": ["no address"]},
        {"kind": "email", "url": "", "secret": "", "to": ["a@b.org\r\nBcc: c@d.org"]},
        *(
            {"kind": "email", "url": "", "secret": "", "to": [to]}
            for to in ("a.:@b.org", "a(b)@c.org", "a@b@c.org", "a@[", "g:a@b.org")
        ),
        {"kind": "slack"},
        {"secret": ""},
        {"url": ""},
        {"match": {"$where": "x"}},
        {"least": "loud"},
    ],
)
def test_a_receiver_that_nothing_could_reach_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        receiver(**wrong)
