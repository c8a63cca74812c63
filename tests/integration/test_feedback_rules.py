"""The rules of the feedback service, on the fake store and on the real one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

import bson
import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.events import AlertChanged, FeedbackJoined, RetrainingFellDue, Serving
from ratchet_common.outbox import SENT_IS_KEPT, Headers, Relay
from ratchet_common.vocabulary import EMBEDDING
from ratchet_feedback.answers import Answer, answer_of, key_of
from ratchet_feedback.chances import Scores
from ratchet_feedback.consumers import AnswerStore, SituationStore, on_alerts, on_predictions, on_traffic
from ratchet_feedback.groups import GroupedBy
from ratchet_feedback.retraining import Limits, Tally
from ratchet_feedback.roll import Rolling
from ratchet_feedback.rollups import telling
from ratchet_feedback.rollups.hearing import Heard
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.analysis import MongoAnalysis
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.reports import MongoReports
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.submit import Status, submit
from ratchet_feedback.summary import Scope, figures
from ratchet_feedback.tallies import TallyStore, Task, recount
from ratchet_feedback.waiting import WaitingStore, look_again, measure
from tests.integration.conftest import Ground
from tests.unit.feedback.in_memory import InMemoryStore
from tests.unit.feedback.said import feedback, prediction, traffic

WEEK = timedelta(days=7)
LIMITS = Limits(corrections=5)


class Words(AnswerStore, WaitingStore, Protocol): ...


class Counts(TallyStore, SituationStore, Protocol): ...


@dataclass
class Rig:
    """One store, fake or real, with what came out of its outboxes."""

    words: Words
    counts: Counts
    database: mongo.Database | None
    fake: InMemoryStore | None

    async def events(self) -> list[Any]:
        if self.fake:
            return list(self.fake.events)
        assert self.database is not None
        found: list[Any] = []
        for collection in (self.database.feedback, self.database.tallies):
            for document in await collection.find({"unsent": {"$gt": 0}}).to_list():
                found += [decoded(entry["body"]) for entry in document["outbox"]]
        return found

    async def joined(self) -> list[FeedbackJoined]:
        return [event for event in await self.events() if isinstance(event, FeedbackJoined)]

    async def triggers(self) -> list[RetrainingFellDue]:
        return [event for event in await self.events() if isinstance(event, RetrainingFellDue)]

    async def stands(self, task: Task) -> tuple[int, bool]:
        """How many corrections, and whether there was drift, as it was counted last."""
        if self.fake:
            tally = self.fake.tallies[task]
            return tally.corrections, tally.drifted
        assert self.database is not None
        (document,) = await self.database.tallies.find({"task_type": task.task_type}).to_list()
        return document["corrections"], document["drifted"]

    async def corrected(self, count: int, **fields: Any) -> None:
        """So many corrections by as many users, of one answer."""
        made = prediction(**fields)
        await on_predictions([made], self.words)
        for n in range(count):
            said = feedback(result_id=made.result_id, user_id=f"user {n}", corrections={"summary": "On Friday."})
            await submit(said, self.words)


def decoded(body: bytes) -> Any:
    return msgspec.json.decode(body, type=FeedbackJoined | RetrainingFellDue)


@pytest.fixture(params=["fake", "real"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    if request.param == "fake":
        fake = InMemoryStore()
        yield Rig(fake, fake, None, fake)
        return
    stack: Ground = request.getfixturevalue("stack")
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    words = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=timedelta(days=90))
    counts, reports = MongoTallyStore(database), MongoReports(database)
    for part in (words, counts, reports):
        await part.create_indexes()
    yield Rig(words, counts, database, None)
    await client.drop_database(database.name)
    await client.close()


async def test_feedback_after_its_answer_is_recorded_and_published_with_it(rig: Rig) -> None:
    made = prediction(version_id="summary-0a1b2c3d", session="s1", tags=("beta",))
    await on_predictions([made], rig.words)
    said = feedback(result_id=made.result_id, corrections={"summary": "We ship on Friday.", "a.$b": ["x"]})
    assert (await submit(said, rig.words)).status is Status.RECORDED
    (event,) = await rig.joined()
    assert (event.result_id, event.version_id, event.session, event.tags) == (
        made.result_id,
        "summary-0a1b2c3d",
        "s1",
        ("beta",),
    )
    assert (event.score, event.score_source, event.corrections) == (0.75, "correction", said.corrections)
    assert (bytes(event.input), event.output) == (bytes(made.input), made.output)


async def test_feedback_before_its_answer_waits_and_is_joined_when_that_comes(rig: Rig) -> None:
    made = prediction()
    assert (await submit(feedback(result_id=made.result_id), rig.words)).status is Status.PENDING
    assert not await rig.joined()
    await on_predictions([made, prediction()], rig.words)
    assert [event.result_id for event in await rig.joined()] == [made.result_id]


async def test_an_answer_that_is_delivered_twice_joins_once(rig: Rig) -> None:
    made = prediction()
    await submit(feedback(result_id=made.result_id), rig.words)
    for _ in range(2):
        await on_predictions([made], rig.words)
    assert len(await rig.joined()) == 1


async def test_a_router_whose_clock_is_days_ahead_has_its_answers_joined(rig: Rig) -> None:
    made = prediction(occurred_at=datetime.now(UTC) + timedelta(days=20))
    await on_predictions([made], rig.words)
    assert (await submit(feedback(result_id=made.result_id), rig.words)).status is Status.RECORDED
    (event,) = await rig.joined()
    assert event.result_id == made.result_id
    assert abs(event.occurred_at - datetime.now(UTC)) < timedelta(days=1)


async def test_an_answer_that_comes_when_its_time_is_up_is_joined_with_what_waits(rig: Rig) -> None:
    """It is delivered again, or its router has a clock that is days behind."""
    made = prediction(occurred_at=datetime.now(UTC) - timedelta(days=20))
    assert (await submit(feedback(result_id=made.result_id), rig.words)).status is Status.PENDING
    await on_predictions([made], rig.words)
    (event,) = await rig.joined()
    assert event.result_id == made.result_id


async def test_vectors_are_nothing_to_give_feedback_on(rig: Rig) -> None:
    made = prediction(task_type=EMBEDDING)
    await on_predictions([made], rig.words)
    assert (await submit(feedback(result_id=made.result_id), rig.words)).status is Status.PENDING
    assert not await rig.joined()


async def test_both_at_once_join_once(rig: Rig) -> None:
    pairs = [(made := prediction(), feedback(result_id=made.result_id)) for _ in range(20)]
    await asyncio.gather(
        *(submit(said, rig.words) for _, said in pairs), *(on_predictions([made], rig.words) for made, _ in pairs)
    )
    counts = Counter(event.result_id for event in await rig.joined())
    assert counts == Counter(made.result_id for made, _ in pairs)


async def test_words_without_a_rating_are_counted_as_none(rig: Rig) -> None:
    made = prediction()
    await on_predictions([made], rig.words)
    said: list[dict[str, Any]] = [
        {"rating": Rating.NEGATIVE},
        {"rating": Rating.NEGATIVE},
        {"rating": None, "comments": "Hm."},
        {"rating": None, "corrections": {"date": "Friday"}},
        {"rating": None, "corrections": {"summary": "We ship on Monday."}},
        {"rating": None, "reference": "We ship on Monday."},
    ]
    for n, one in enumerate(said):
        await submit(feedback(result_id=made.result_id, user_id=f"user {n}", **one), rig.words)
    tally = await rig.counts.count(Task("acme", "summary"))
    assert (tally.ratings, tally.negative, tally.corrections) == (2, 2, 2)
    if rig.database is None:
        return
    window = await MongoReports(rig.database).window("acme", datetime.now(UTC) - timedelta(hours=1))
    heard = await lately(rig.database)
    found = figures(telling.said(heard, Scope()), [], Scope())
    assert (found.total, found.mean_score, found.negative_share) == (6, 0.5, 1.0)
    assert [(one.negative, one.count) for one in telling.judged(heard, Scope())] == [(2, 1)]
    (group,) = telling.grouped(heard, Scope(), GroupedBy.TASK)
    assert (group.words, group.scores, sum(group.by_rating.values())) == (6, Scores(4, 2.0, 2.0), 2)
    alone = prediction(task_type="report")
    await on_predictions([alone], rig.words)
    await submit(feedback(result_id=alone.result_id, rating=None, comments="Hm."), rig.words)
    rated = telling.rated(await lately(rig.database), Scope())
    assert {one.task_type: (one.scores.n, one.words) for one in rated} == {"summary": (1, 6), "report": (0, 1)}
    assert {one.score for one in await MongoAnalysis(rig.database).comments(window, Scope())} == {None}


async def lately(database: mongo.Database) -> Heard:
    now = datetime.now(UTC)
    return await Rolling(database).hearing.heard("acme", now - timedelta(hours=1), now=now)


async def test_a_later_word_of_the_same_user_replaces_the_first(rig: Rig) -> None:
    made = prediction()
    await on_predictions([made], rig.words)
    first = await submit(feedback(result_id=made.result_id, rating=Rating.POSITIVE), rig.words)
    second = await submit(feedback(result_id=made.result_id, rating=Rating.NEGATIVE), rig.words)
    assert (first.revision, second.revision, first.feedback_id) == (1, 2, second.feedback_id)
    assert [(event.revision, event.rating) for event in await rig.joined()] == [(2, "negative")]


async def test_a_word_that_was_replaced_before_its_answer_came_is_not_published(rig: Rig) -> None:
    made = prediction()
    for rating in (Rating.POSITIVE, Rating.NEUTRAL):
        await submit(feedback(result_id=made.result_id, rating=rating), rig.words)
    await on_predictions([made], rig.words)
    assert [(event.revision, event.rating) for event in await rig.joined()] == [(2, "neutral")]


async def test_another_tenant_learns_nothing_of_an_answer_and_never_joins(rig: Rig) -> None:
    made = prediction("acme")
    await on_predictions([made], rig.words)
    assert (await submit(feedback("evil", result_id=made.result_id), rig.words)).status is Status.PENDING
    await on_predictions([made], rig.words)
    await look_again(rig.words, WEEK, lambda: datetime.now(UTC) + timedelta(minutes=1))
    assert not await rig.joined()


async def test_another_tenant_cannot_put_its_answer_before_ours(rig: Rig) -> None:
    made = prediction("acme")
    await on_predictions([prediction("evil", result_id=made.result_id, output="Never."), made], rig.words)
    await submit(feedback("acme", result_id=made.result_id), rig.words)
    assert [event.output for event in await rig.joined()] == [made.output]


async def test_feedback_on_a_cache_hit_is_published_for_its_origin(rig: Rig) -> None:
    origin = prediction(version_id="summary-0a1b2c3d")
    hit = prediction(cached_from=origin.result_id)
    await on_predictions([hit, origin], rig.words)
    await submit(feedback(result_id=hit.result_id), rig.words)
    await submit(feedback(result_id=origin.result_id), rig.words)
    events = await rig.joined()
    assert {event.result_id for event in events} == {origin.result_id}
    assert {event.version_id for event in events} == {"summary-0a1b2c3d"}
    assert len({event.event_id for event in events}) == 2
    assert {event.via for event in events} == {hit.result_id, None}  # each keeps its own words


async def test_feedback_whose_answer_never_comes_expires_to_a_visible_count(rig: Rig) -> None:
    saved = await rig.words.save(feedback())
    minutes = saved.said_at + timedelta(minutes=1)
    assert await look_again(rig.words, WEEK, lambda: minutes) is False
    assert await rig.words.waiting() == {"pending": 1, "expired": 0}
    await look_again(rig.words, WEEK, lambda: saved.said_at + WEEK)
    assert await rig.words.waiting() == {"pending": 0, "expired": 1}
    await measure(rig.words)


async def test_a_submission_that_crashed_before_it_looked_is_joined_by_the_second_look(rig: Rig) -> None:
    made = prediction()
    await on_predictions([made], rig.words)
    saved = await rig.words.save(feedback(result_id=made.result_id))
    await look_again(rig.words, WEEK, lambda: saved.said_at + timedelta(minutes=1))
    assert len(await rig.joined()) == 1


@pytest.mark.parametrize("corrections", [{"nofield": "zzz"}, {"summary": "On Friday."}])
async def test_what_corrects_nothing_is_no_correction(rig: Rig, corrections: dict[str, str]) -> None:
    made = prediction()
    await on_predictions([made], rig.words)
    await submit(feedback(result_id=made.result_id, corrections=corrections), rig.words)
    tally = await rig.counts.count(Task("acme", "summary"))
    assert (tally.ratings, tally.corrections) == (1, int("summary" in corrections))


async def test_one_trigger_comes_out_however_many_replicas_count(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    await asyncio.gather(*(recount(rig.counts, LIMITS) for _ in range(4)))
    await asyncio.gather(*(recount(rig.counts, LIMITS) for _ in range(4)))
    (trigger,) = await rig.triggers()
    assert (trigger.task_type, trigger.reasons[0]) == ("summary", "5 corrections (limit 5)")


async def test_after_the_cool_down_what_is_still_due_is_triggered_again_once(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    later = datetime.now(UTC) + LIMITS.cool_down
    for now in (datetime.now(UTC), later - timedelta(minutes=1), later + timedelta(minutes=1)):
        await asyncio.gather(*(recount(rig.counts, LIMITS, partial(_constant, now)) for _ in range(4)))
    triggers = await rig.triggers()
    assert len({trigger.event_id for trigger in triggers}) == len(triggers) == 2


def _constant(now: datetime) -> datetime:
    return now


async def test_feedback_counts_from_the_last_training_whatever_order_traffic_comes_in(rig: Rig) -> None:
    await rig.corrected(LIMITS.corrections)
    learned = {"summary-0a1b2c3d": Serving(platform="local", learned_until=datetime.now(UTC) + timedelta(minutes=1))}
    await on_traffic([traffic(revision=2, versions=learned), traffic(revision=1)], rig.counts)
    await recount(rig.counts, LIMITS)
    assert not await rig.triggers()
    assert (await rig.counts.count(Task("acme", "summary"))).corrections == 0


DRIFT = AlertChanged(
    tenant="acme",
    alert_id="drift:summary",
    kind="drift",
    severity="warning",
    state="open",
    subject="summary",
    task_type="summary",
)


async def test_a_replica_that_counted_less_does_not_take_the_place_of_one_that_counted_more(rig: Rig) -> None:
    slow = Slow()
    await rig.corrected(1)
    counting = asyncio.create_task(recount(slow.on(rig.counts), LIMITS))
    await slow.counted.wait()
    await rig.corrected(1)
    await recount(rig.counts, LIMITS)
    slow.may_go_on.set()
    await counting
    assert await rig.stands(Task("acme", "summary")) == (2, False)


async def test_a_change_that_comes_when_another_replica_has_counted_those_before_is_counted(rig: Rig) -> None:
    task, slow = Task("acme", "summary"), Slow()
    await on_alerts([closed(DRIFT)], rig.counts)
    taking_away = asyncio.create_task(recount(slow.on(rig.counts), LIMITS))
    await slow.counted.wait()  # nothing is kept yet, and one change was seen
    await recount(rig.counts, LIMITS)
    reopened = msgspec.structs.replace(DRIFT, event_id=uuid4(), occurred_at=DRIFT.occurred_at + timedelta(hours=1))
    await on_alerts([reopened], rig.counts)  # one change again
    slow.may_go_on.set()
    await taking_away
    await recount(rig.counts, LIMITS)
    assert await rig.stands(task) == (0, True)


class Slow:
    """A replica that stands still between counting and keeping what it has counted."""

    def __init__(self) -> None:
        self.counted, self.may_go_on = asyncio.Event(), asyncio.Event()

    def on(self, store: TallyStore) -> TallyStore:
        slow: Any = copy(store)
        count = store.count

        async def counting(task: Task) -> Tally:
            found = await count(task)
            self.counted.set()
            await self.may_go_on.wait()
            return found

        slow.count = counting
        found: TallyStore = slow
        return found


def closed(alert: AlertChanged) -> AlertChanged:
    later = alert.occurred_at + timedelta(minutes=1)
    return msgspec.structs.replace(alert, event_id=uuid4(), state="closed", occurred_at=later)


async def test_drift_makes_retraining_due_until_its_alert_closes(rig: Rig) -> None:
    budget = msgspec.structs.replace(DRIFT, alert_id="budget", kind="budget", task_type="qa")
    await on_alerts([DRIFT, budget], rig.counts)
    await recount(rig.counts, LIMITS)
    assert [trigger.reasons for trigger in await rig.triggers()] == [("drift",)]
    await on_alerts([closed(DRIFT), DRIFT], rig.counts)
    assert not (await rig.counts.count(Task("acme", "summary"))).drifted


async def test_a_tenants_tally_counts_nobody_elses_feedback(rig: Rig) -> None:
    await rig.corrected(2)
    made = prediction("else")
    await on_predictions([made], rig.words)
    await submit(feedback("else", result_id=made.result_id, corrections={"summary": "x"}), rig.words)
    assert (await rig.counts.count(Task("acme", "summary"))).corrections == 2


async def test_what_people_wrote_goes_in_time_and_the_numbers_stay(stack: Ground) -> None:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    store, reports = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK), MongoReports(database)
    made, began = prediction(), datetime.now(UTC) - timedelta(minutes=1)
    await on_predictions([made], store)
    await submit(feedback(result_id=made.result_id, comments="Ann was there", corrections={"summary": "x"}), store)
    await store.forget_text(datetime.now(UTC) + WEEK)
    assert not await reports.corrections("acme", None, since=began, before=None, limit=10)
    (known,) = await reports.about(("acme", made.result_id))
    assert (known.saved.said.comments, known.saved.said.corrections) == ("", {})
    assert [(row.count, row.corrections) for row in telling.said(await lately(database), Scope())] == [(1, 1)]
    await client.drop_database(database.name)
    await client.close()


async def test_a_word_that_comes_when_the_answers_text_is_gone_finds_what_is_known_of_it(stack: Ground) -> None:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    store = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK, answers_known=4 * WEEK)
    rated, corrected = prediction(output="x"), prediction(output="x")
    await on_predictions([rated, corrected], store)
    await database.answers.delete_many({})  # as the store does after a week
    await submit(feedback(result_id=rated.result_id, rating=Rating.NEGATIVE), store)
    await submit(feedback(result_id=corrected.result_id, rating=None, corrections={"summary": "y"}), store)
    events = {event.result_id: event for event in await relayed(database)}
    assert {event.output for event in events.values()} == {None}
    assert {event.text_omitted for event in events.values()} == {"not_collected"}
    assert [(events[one.result_id].score, events[one.result_id].is_scored) for one in (rated, corrected)] == [
        (0.0, True),
        (0.5, False),
    ]
    assert {event.model for event in events.values()} == {rated.model}
    tally = await MongoTallyStore(database).count(Task("acme", "summary"))
    assert (tally.negative, tally.corrections) == (1, 0)
    await client.drop_database(database.name)
    await client.close()


async def test_an_answer_that_just_arrives_is_never_found_without_its_text(stack: Ground) -> None:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    store = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK, answers_known=4 * WEEK)
    some = [answer_of(prediction(output="x" * 10_000)) for _ in range(400)]
    arriving = asyncio.create_task(arrive(store, some))
    wanted, outputs = {key_of(one) for one in some}, set[str | None]()
    while len(found := await store.answers(wanted)) < len(some):
        outputs |= {answer.output for answer in found.values()}
    await arriving
    assert outputs <= {some[0].output}
    await client.drop_database(database.name)
    await client.close()


async def arrive(store: MongoFeedbackStore, answers: Sequence[Answer]) -> None:
    for number in range(0, len(answers), 20):
        await store.keep_answers(answers[number : number + 20])


async def test_a_word_that_is_replaced_all_the_time_while_nothing_is_sent_does_not_outgrow_its_document(
    stack: Ground,
) -> None:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    store = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK)
    made = prediction(output="x" * 250_000)
    await on_predictions([made], store)
    for n in range(200):
        await submit(feedback(result_id=made.result_id, comments=f"word {n + 1}"), store)
    last = await store.save(feedback(result_id=made.result_id))
    await look_again(store, WEEK, lambda: last.said_at + timedelta(minutes=1))
    (document,) = await database.feedback.find({}).to_list()
    assert len(bson.encode(document)) < 1_000_000
    assert [event.revision for event in await relayed(database)] == [201]

    for answers in (database.answers, database.known_answers):
        await answers.delete_many({})
    late = await store.save(feedback(result_id=made.result_id))
    await look_again(store, WEEK, lambda: late.said_at + WEEK)
    assert await store.waiting() == {"pending": 0, "expired": 1}
    await client.drop_database(database.name)
    await client.close()


async def relayed(database: mongo.Database) -> list[FeedbackJoined]:
    had: list[FeedbackJoined] = []

    async def publish(_topic: str, _key: bytes, body: bytes, _headers: Headers) -> None:
        had.append(decoded(body))

    relay = Relay(database.feedback, publish, keep_sent=SENT_IS_KEPT)
    while await relay.run_once():
        pass
    return had
