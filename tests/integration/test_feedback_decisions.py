"""What people decide over retraining, on a real store that several replicas count in."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.events import AlertChanged, RetrainingFellDue, Serving
from ratchet_feedback.consumers import on_alerts, on_predictions, on_traffic
from ratchet_feedback.decisions import By, HoldTimeError, NoReasonError, NotNowError, dismiss, hold, release, trigger
from ratchet_feedback.retraining import Limits
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.reports import MongoReports
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.submit import submit
from ratchet_feedback.tallies import Task, recount
from ratchet_feedback.views import need
from tests.integration.conftest import Ground
from tests.unit.feedback.said import feedback, prediction, traffic

LIMITS = Limits(corrections=5, age_ratings=1)
SUMMARY = Task("acme", "summary")
ANN = By("ann", "a new template comes")
WEEK = timedelta(days=7)
REPLICAS = 4


class Rig:
    def __init__(self, database: mongo.Database) -> None:
        self.database = database
        self.words = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK)
        self.replicas = [MongoTallyStore(database) for _ in range(REPLICAS)]
        self.tallies, self.reports = self.replicas[0], MongoReports(database)

    async def corrected(self, count: int) -> None:
        made = prediction()
        await on_predictions([made], self.words)
        for n in range(count):
            said = feedback(result_id=made.result_id, user_id=f"user {n}", corrections={"summary": "On Friday."})
            await submit(said, self.words)

    async def counts(self, after: timedelta = timedelta(0)) -> None:
        now = datetime.now(UTC) + after
        await asyncio.gather(*(recount(one, LIMITS, partial(_constant, now)) for one in self.replicas))

    async def triggers(self) -> list[RetrainingFellDue]:
        found = await self.database.tallies.find({"unsent": {"$gt": 0}}).to_list()
        return [msgspec.json.decode(e["body"], type=RetrainingFellDue) for d in found for e in d["outbox"]]


def _constant(now: datetime) -> datetime:
    return now


@pytest.fixture
async def rig(stack: Ground) -> AsyncIterator[Rig]:
    client = mongo.connect(stack.mongodb_url)
    rig = Rig(mongo.database(client, f"feedback-{uuid4().hex[:8]}"))
    for part in (rig.words, rig.tallies, rig.reports):
        await part.create_indexes()
    yield rig
    await client.drop_database(rig.database.name)
    await client.close()


async def test_what_is_held_is_not_triggered_until_it_is_released(rig: Rig) -> None:
    await hold(SUMMARY, ANN, None, rig.tallies)
    await rig.corrected(LIMITS.corrections)
    await rig.counts()
    assert not await rig.triggers()
    shown = need("summary", (await rig.reports.standings("acme"))[SUMMARY], LIMITS, datetime.now(UTC))
    assert shown.held is not None
    assert (shown.due, shown.held.who, shown.held.why, shown.reasons) == (
        False,
        "ann",
        ANN.why,
        ["5 corrections (limit 5)"],
    )
    with pytest.raises(NotNowError, match="release it first"):
        await trigger(SUMMARY, By("bob", ""), rig.tallies)
    await release(SUMMARY, By("bob", "it is here"), rig.tallies)
    await rig.counts()
    assert [one.reasons for one in await rig.triggers()] == [("5 corrections (limit 5)",)]
    standing = (await rig.reports.standings("acme"))[SUMMARY]
    assert [(one.what, one.who, one.why) for one in standing.decisions] == [
        ("released", "bob", "it is here"),
        ("held", "ann", ANN.why),
    ]
    with pytest.raises(NotNowError, match="not held"):
        await release(SUMMARY, ANN, rig.tallies)


async def test_a_hold_ends_by_itself_and_then_one_trigger_goes_out(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    await hold(SUMMARY, ANN, datetime.now(UTC) + timedelta(hours=1), rig.tallies)
    await rig.counts()
    await rig.counts(timedelta(minutes=30))
    assert not await rig.triggers()
    await rig.counts(timedelta(minutes=61))
    assert len(await rig.triggers()) == 1
    with pytest.raises(HoldTimeError):
        await hold(SUMMARY, ANN, datetime.now(UTC) - timedelta(hours=1), rig.tallies)
    with pytest.raises(NoReasonError):
        await hold(SUMMARY, By("ann", " "), None, rig.tallies)


async def test_a_person_triggers_at_once_and_the_cool_down_begins_anew(rig: Rig) -> None:
    await trigger(SUMMARY, By("ann", ""), rig.tallies)
    await trigger(SUMMARY, ANN, rig.tallies)
    await rig.corrected(LIMITS.corrections)
    await rig.counts()
    found = await rig.triggers()
    assert [one.reasons for one in found] == [("asked for by ann",), (f"asked for by ann: {ANN.why}",)]
    assert len({one.event_id for one in found}) == 2
    await rig.counts(timedelta(hours=25))
    assert len(await rig.triggers()) == 3


async def test_of_several_who_trigger_at_the_same_moment_each_is_heard_once_or_told(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    asked = [trigger(SUMMARY, By(f"user {n}", ""), one) for n, one in enumerate(rig.replicas)]
    told = await asyncio.gather(rig.counts(), *asked, return_exceptions=True)
    refused = [one for one in told if isinstance(one, NotNowError)]
    assert all(one is None or isinstance(one, NotNowError) for one in told)
    by_people = [one for one in await rig.triggers() if one.reasons[0].startswith("asked for")]
    assert len(by_people) == REPLICAS - len(refused)
    found = await rig.triggers()
    assert len({one.event_id for one in found}) == len(found) >= 1


async def test_what_was_dismissed_triggers_when_it_is_exceeded_anew(rig: Rig) -> None:
    with pytest.raises(NotNowError, match="no reason"):
        await dismiss(SUMMARY, ANN, LIMITS, rig.tallies)
    await rig.corrected(LIMITS.corrections)
    await dismiss(SUMMARY, ANN, LIMITS, rig.tallies)
    await rig.counts()
    await rig.corrected(LIMITS.corrections - 1)
    await rig.counts()
    assert not await rig.triggers()
    shown = need("summary", (await rig.reports.standings("acme"))[SUMMARY], LIMITS, datetime.now(UTC))
    assert shown.dismissed is not None
    assert (shown.due, shown.dismissed.reasons) == (False, ["5 corrections (limit 5)"])
    await rig.corrected(1)
    await rig.counts()
    assert [one.reasons for one in await rig.triggers()] == [("5 corrections (limit 5) since that was dismissed",)]


async def test_a_decision_that_comes_between_the_count_and_the_trigger_wins(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    tally, now = await rig.tallies.count(SUMMARY), datetime.now(UTC)
    await hold(SUMMARY, ANN, None, rig.tallies)
    event = RetrainingFellDue(tenant="acme", task_type="summary", reasons=("late",), occurred_at=now)
    assert not await rig.tallies.trigger(event, tally, LIMITS.cool_down)
    assert not await rig.triggers()


async def test_drift_that_was_dismissed_triggers_when_it_opens_again_and_not_when_more_is_told_of_it(rig: Rig) -> None:
    begun = datetime.now(UTC) - timedelta(hours=3)

    def alert(state: str, hours: int) -> AlertChanged:
        return AlertChanged(
            tenant="acme",
            alert_id="drift:summary",
            kind="drift",
            severity="warning",
            state=state,  # type: ignore[arg-type]
            subject="summary",
            task_type="summary",
            occurred_at=begun + timedelta(hours=hours),
        )

    await on_alerts([alert("open", 0)], rig.tallies)
    await dismiss(SUMMARY, ANN, LIMITS, rig.tallies)
    await on_alerts([alert("open", 1)], rig.tallies)
    await rig.counts()
    assert not await rig.triggers()
    await on_alerts([alert("closed", 2), alert("open", 3)], rig.tallies)
    await rig.counts()
    assert [one.reasons for one in await rig.triggers()] == [("drift",)]


async def test_what_was_not_trained_for_long_triggers_once_though_nobody_says_more(rig: Rig) -> None:
    learned = {"summary-0a1b2c3d": Serving(platform="local", learned_until=datetime.now(UTC) - timedelta(minutes=1))}
    await on_traffic([traffic(versions=learned)], rig.tallies)
    await rig.corrected(1)
    await rig.counts()
    await rig.counts(timedelta(days=29))
    assert not await rig.triggers()
    await rig.counts(timedelta(days=30))
    await rig.counts(timedelta(days=30))
    assert [one.reasons for one in await rig.triggers()] == [
        ("no training for 30 days (limit 30), and 1 ratings since",)
    ]


async def test_another_tenants_task_is_another(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    await hold(Task("evil", "summary"), By("eve", "out of malice"), None, rig.tallies)
    await rig.counts()
    assert [one.tenant for one in await rig.triggers()] == ["acme"]
