"""What is said of a whole session, on a real store."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.events import FeedbackJoined
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_feedback.consumers import on_answers
from ratchet_feedback.joining import join
from ratchet_feedback.roll import Rolling
from ratchet_feedback.rollups import telling
from ratchet_feedback.scoring import Rating
from ratchet_feedback.sessions import MOST_ANSWERS, SessionWord, look_at_sessions, say, share_at
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.reports import MongoReports
from ratchet_feedback.store.sessions import MongoSessionStore
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.store.traces import MongoTraces
from ratchet_feedback.submit import Status, submit
from ratchet_feedback.summary import OfSessions, Said, Scope, figures
from ratchet_feedback.tallies import Task
from tests.integration.conftest import Ground
from tests.unit.feedback.said import feedback, prediction

WEEK = timedelta(days=7)


@dataclass
class Rig:
    database: mongo.Database
    words: MongoFeedbackStore
    sessions: MongoSessionStore
    reports: MongoReports

    async def hears(self, *made: Any) -> None:
        await on_answers(made, self.words, self.sessions)

    async def say(self, **fields: Any) -> Status:
        return (await say(word(**fields), self.sessions, self.words)).status

    async def looks(self, after: timedelta = timedelta(minutes=1)) -> None:
        await look_at_sessions(self.sessions, self.words, WEEK, lambda: datetime.now(UTC) + after)

    async def joined(self) -> list[FeedbackJoined]:
        found = await self.database.feedback.find({"unsent": {"$gt": 0}}).to_list()
        return [msgspec.json.decode(e["body"], type=FeedbackJoined) for d in found for e in d["outbox"]]

    async def of_sessions(self) -> OfSessions:
        return figures(await self.said(), [], Scope()).sessions

    async def said(self) -> list[Said]:
        now = datetime.now(UTC)
        return telling.said(await Rolling(self.database).hearing.heard("acme", now - WEEK, now=now), Scope())

    async def results(self) -> Sequence[UUID]:
        ((found, _),) = await self.sessions.said_of("acme", "s1")
        return found.results


def word(**fields: Any) -> SessionWord:
    return SessionWord(**{"tenant": "acme", "session_id": "s1", "user_id": "ann", "rating": Rating.POSITIVE} | fields)


@pytest.fixture
async def rig(stack: Ground) -> AsyncIterator[Rig]:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    rig = Rig(
        database,
        MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK),
        MongoSessionStore(database, text_kept=WEEK),
        MongoReports(database),
    )
    for part in (rig.words, rig.sessions, rig.reports, MongoTallyStore(database), MongoTraces(database)):
        await part.create_indexes()
    yield rig
    await client.drop_database(database.name)
    await client.close()


async def test_it_counts_once_in_equal_parts_at_each_answer_and_in_no_score(rig: Rig) -> None:
    made = [prediction(session="s1", user="bob", task_type=task) for task in ("qa", "qa", "summary", "qa")]
    await rig.hears(*made, prediction(session="s2"))
    assert await rig.say(comments="All in all well.", stars=5) is Status.RECORDED
    events = await rig.joined()
    assert {event.result_id for event in events} == {one.result_id for one in made} == set(await rig.results())
    assert all(event.of_session and event.is_weak and event.score == 1.0 for event in events)
    assert all(event.output is None and not event.comments for event in events)
    said = await rig.said()
    whole, of_qa = figures(said, [], Scope()), figures(said, [], Scope("qa"))
    assert (whole.total, whole.mean_score, whole.by_signal) == (0, None, {})
    assert (whole.sessions.words, whole.sessions.mean_score, of_qa.sessions.words) == (1.0, 1.0, 0.75)
    tally = await MongoTallyStore(rig.database).count(Task("acme", "qa"))
    assert (tally.ratings, tally.negative, tally.corrections) == (0, 0, 0)


async def test_whichever_comes_first_and_twice_it_counts_once(rig: Rig) -> None:
    first, late = prediction(session="s1"), prediction(session="s1")
    assert await rig.say() is Status.PENDING
    await rig.hears(first)
    for _ in range(2):
        await rig.hears(first)
        await rig.looks()
    assert (await rig.of_sessions()).words == 1.0
    await rig.hears(late, first)
    await asyncio.gather(*(rig.looks() for _ in range(3)))
    assert (await rig.of_sessions()).words == 1.0
    assert sorted(await rig.results()) == sorted([first.result_id, late.result_id])
    assert sorted(event.revision for event in await rig.joined()) == [1, 1]


@pytest.mark.parametrize("joined", [False, True])
async def test_what_crashed_before_it_was_told_everywhere_is_told_once(rig: Rig, joined: bool) -> None:
    made = [prediction(session="s1") for _ in range(2)]
    await rig.hears(*made)
    saved = await rig.sessions.save_word(word())
    waiting = await rig.sessions.keep_shares(saved, [share_at(saved.said, one.result_id) for one in made])
    if joined:
        await join(waiting, rig.words)
    await rig.looks()
    assert ((await rig.of_sessions()).words, len(await rig.joined()), len(await rig.results())) == (1.0, 2, 2)


async def test_a_later_word_replaces_it_and_stands_beside_what_is_said_of_an_answer(rig: Rig) -> None:
    made = prediction(session="s1")
    await rig.hears(made)
    await rig.say()
    await submit(feedback(result_id=made.result_id, rating=Rating.NEUTRAL), rig.words)
    await rig.say(rating=Rating.NEGATIVE)
    events = {event.of_session: event for event in await rig.joined()}
    assert (events[True].rating, events[True].revision) == ("negative", 2)
    assert (events[False].rating, events[False].revision) == ("neutral", 1)
    assert (await rig.of_sessions()).by_rating == {"positive": 0, "neutral": 0, "negative": 1.0}


async def test_an_answer_that_is_given_after_it_is_not_what_it_was_said_of(rig: Rig) -> None:
    made = prediction(session="s1", occurred_at=datetime.now(UTC) + timedelta(hours=1))
    await rig.say()
    await rig.hears(made)
    await rig.looks()
    assert not await rig.joined()


async def test_another_tenants_session_of_the_same_name_is_another(rig: Rig) -> None:
    await rig.hears(prediction(session="s1"))
    assert await rig.say(tenant="evil") is Status.PENDING
    await rig.hears(prediction(session="s1"))
    await rig.looks()
    assert not await rig.joined()
    assert not await rig.sessions.said_of("acme", "s1")


async def test_of_a_session_without_end_it_counts_at_a_bounded_number_of_answers(rig: Rig) -> None:
    await rig.hears(*(prediction(session="s1") for _ in range(MOST_ANSWERS + 20)))
    await rig.say()
    await rig.hears(prediction(session="s1", occurred_at=datetime.now(UTC) - timedelta(minutes=1)))
    await rig.looks()
    assert len(await rig.results()) == MOST_ANSWERS == len(await rig.joined())
    assert (await rig.of_sessions()).words == 1.0


async def test_without_an_answer_it_expires_and_what_was_written_goes(rig: Rig) -> None:
    await rig.say(comments="Ann was there.")
    await rig.looks(timedelta(minutes=1))
    await rig.looks(WEEK + timedelta(minutes=1))
    ((_, state),) = await rig.sessions.said_of("acme", "s1")
    assert state == "expired"
    await rig.sessions.forget_text(datetime.now(UTC) + WEEK + timedelta(minutes=1))
    ((found, _),) = await rig.sessions.said_of("acme", "s1")
    assert (found.said.comments, found.said.rating) == ("", Rating.POSITIVE)


@pytest.mark.parametrize("who", ["ann", "bob"])
async def test_who_said_it_and_who_had_asked_can_have_it_forgotten(rig: Rig, who: str) -> None:
    await rig.hears(prediction(session="s1", user="bob"))
    await rig.say(comments="Well done.")
    person = Person("acme", digest("acme", who), datetime.now(UTC) + timedelta(minutes=1))
    for step in MongoTraces(rig.database).steps.values():
        async for _ in step(person):
            pass
    assert not await rig.sessions.said_of("acme", "s1")
    assert await rig.database.feedback.count_documents({}) == 0
