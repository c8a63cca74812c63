"""Of long times the store tells out of hours and days what it tells of each piece; of very much, the latest."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from bson import Binary

from ratchet_common import mongo
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_feedback.consumers import on_predictions
from ratchet_feedback.roll import Rolling
from ratchet_feedback.rollups import telling
from ratchet_feedback.rollups.hearing import Hearing
from ratchet_feedback.rollups.rolling import add_up_once, mark_changed
from ratchet_feedback.rollups.spans import DAY, HOUR, Length
from ratchet_feedback.rollups.sweeping import BETWEEN
from ratchet_feedback.said import Feedback
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.documents import feedback_key, place
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.pieces import MongoPieces
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.store.traces import MongoTraces
from ratchet_feedback.store.windows import window_of
from ratchet_feedback.submit import submit
from ratchet_feedback.summary import Scope, figures
from ratchet_feedback.tallies import Changes, Task
from tests.integration.conftest import Ground
from tests.unit.feedback.said import feedback, prediction

WEEK = timedelta(days=7)


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    rolling = Rolling(database)
    for part in (rolling.pieces, rolling.marks, rolling.rollups, MongoTraces(database)):
        await part.create_indexes()
    await database.feedback.create_index([("tenant", 1), ("place", 1)])
    await database.feedback.create_index([("about", 1), ("shared", 1)])
    yield database
    await client.drop_database(database.name)
    await client.close()


async def test_of_more_than_is_read_the_latest_is(database: mongo.Database) -> None:
    now = datetime.now(UTC)
    places = [f"{place(now - timedelta(hours=hours))}{uuid4().hex[12:]}" for hours in range(25)]
    said: dict[str, Any] = {"state": "pending", "rating": "neutral", "score": None, "tenant": "acme", "issues": []}
    said |= {"about": feedback_key(feedback()), "result_id": feedback_key(feedback())}
    await database.feedback.insert_many([said | {"place": one} for one in places])
    await database.feedback.insert_many([said | {"place": one, "tenant": "else"} for one in places])
    day = await window_of(database.feedback, "acme", now - timedelta(hours=30), most=10)
    assert (day.complete, day.first) == (False, places[9])
    its = Rolling(database)
    few = Hearing(its.pieces, its.marks, its.rollups, its.sweeps, most=10)
    heard = await few.heard("acme", now - timedelta(hours=30), now=now)
    assert (heard.complete, heard.sums.waiting) == (False, {"pending": 10})
    since, until = now - timedelta(hours=20), now - timedelta(hours=15, minutes=30)
    heard = await few.heard("acme", since, until, now=now)
    assert (heard.complete, heard.sums.waiting) == (True, {"pending": 5})


class Site:
    def __init__(self, database: mongo.Database) -> None:
        self.database, self.rolling, self.now = database, Rolling(database), datetime.now(UTC)
        self.words = MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK)

    async def say(self, hours_ago: int, **fields: Any) -> Feedback:
        """As an earlier release has left it: its hours were not noted."""
        said = feedback(**fields)
        await submit(said, self.words)
        at = self.now - hours_ago * HOUR
        noted = dict.fromkeys(("stood", "changes", "unmarked", "noted"), "")
        moved = {"$set": {"place": f"{place(at)}{uuid4().hex[12:]}", "said_at": at}, "$unset": noted}
        await self.database.feedback.update_one({"_id": feedback_key(said)}, moved)
        return said

    async def sweep(self, after: timedelta = timedelta(0)) -> None:
        await replace(self.rolling.sweep, now=lambda: self.now + after, pace=lambda: _without_rest).go_on()

    async def works(self, after: timedelta) -> None:
        """Its loops, so long from now on."""
        its, now = self.rolling, self.now + after
        while await mark_changed(its.pieces, its.marks, now):
            pass
        while await add_up_once(its.marks, its.pieces, its.rollups, now):
            pass

    async def told(self, days: int = 9) -> tuple[Any, ...]:
        heard = await self.rolling.hearing.heard("acme", self.now - timedelta(days=days), now=self.now)
        assert heard.complete
        assert heard.all_answers
        found = figures(telling.said(heard, Scope()), telling.raised(heard, Scope()), Scope())
        rated, touched = telling.rated(heard, Scope()), telling.touched(heard, Scope())
        evidence = [one.result_id for one in telling.named(heard, Scope())]
        return found, rated, touched, evidence, telling.judged(heard, Scope())

    async def marked(self, length: Length) -> int:
        return await self.database.changed_spans.count_documents({"length": length.value})


async def _without_rest() -> None: ...


async def test_hours_and_days_tell_what_was_said_before_and_what_changes(database: mongo.Database) -> None:
    site = Site(database)
    made = [prediction(user="eve" if number == 7 else None) for number in range(8)]
    await on_predictions(made, site.words)
    first, *_ = [
        await site.say(24 * (2 + number // 3), result_id=one.result_id, issues=("too_long",) if number % 2 else ())
        for number, one in enumerate(made)
    ]
    await site.say(29, result_id=made[0].result_id, user_id="bob", rating=Rating.POSITIVE)
    by_piece = await site.told()
    assert (by_piece[0].total, by_piece[0].by_issue, len(by_piece[3]), len(by_piece[4])) == (9, {"too_long": 4}, 4, 1)

    its = site.rolling
    await site.sweep()
    assert await site.marked(Length.HOUR) == 4
    assert await site.told() == by_piece  # while they are not added up yet
    for minutes in (1, 2):  # the hours, and then their days
        await site.works(timedelta(minutes=minutes))
    assert (await site.marked(Length.HOUR), await site.marked(Length.DAY)) == (0, 0)
    assert await site.told() == by_piece
    few = Hearing(its.pieces, its.marks, its.rollups, its.sweeps, most=2)  # those of the answer that two spoke of
    heard = await few.heard("acme", site.now - timedelta(days=9), now=site.now)
    assert (heard.complete, heard.all_answers, len(heard.answers)) == (True, True, 1)

    await submit(Feedback(tenant="acme", result_id=first.result_id, user_id="ann", rating=Rating.POSITIVE), site.words)
    tallies, task = MongoTallyStore(database), Task("acme", made[7].task_type)
    before, marked = await tallies.count(task), (await tallies.changed(site.now)).get(task, Changes(0))
    await _forget(database, "eve")
    assert (await tallies.count(task)).ratings == before.ratings - 1
    assert (await tallies.changed(site.now))[task].number == marked.number + 1  # so that it is counted anew
    for minutes in (0, 3, 4):
        await site.works(timedelta(minutes=minutes))
        changed = await site.told()
        assert (changed[0].total, changed[0].by_rating["positive"], changed[0].by_issue) == (8, 2, {"too_long": 3})
        assert (changed[1][0].scores.n, [one.positive for one in changed[4]]) == (7, [2])
    assert await site.marked(Length.HOUR) <= 1  # the one that goes on
    assert (await site.told(1))[0].total == 1


async def test_what_an_earlier_release_changes_of_old_hours_is_right_after_a_sweep(
    database: mongo.Database,
) -> None:
    site = Site(database)
    made = [prediction() for _ in range(4)]
    await on_predictions(made, site.words)
    first, second, third, _ = [
        await site.say(24 * (40 + number), result_id=one.result_id, issues=("too_long",))
        for number, one in enumerate(made)
    ]
    await site.sweep()
    await site.works(timedelta(minutes=1))
    await site.works(timedelta(minutes=2))

    feedback = database.feedback
    await feedback.delete_one({"_id": feedback_key(first)})  # all that it does: it marks no hour
    moved = {"place": f"{place(site.now - 45 * DAY)}{uuid4().hex[12:]}", "state": "expired"}
    await feedback.update_one({"_id": feedback_key(second)}, {"$set": moved, "$inc": {"revision": 1}})
    await feedback.update_one(
        {"_id": feedback_key(third)}, {"$set": {"joined": 2, "revision": 2, "rating": "positive"}}
    )
    before = (await site.told(90))[0]
    assert (before.total, before.by_rating["negative"]) == (4, 4)
    await site.sweep(BETWEEN - HOUR)  # none is due yet
    assert await site.marked(Length.HOUR) == 0

    await site.sweep(BETWEEN + HOUR)
    assert await site.marked(Length.HOUR) == 4  # the one that is empty now is one of them
    found = (await site.told(90))[0]
    await site.works(BETWEEN + 2 * HOUR)
    await site.works(BETWEEN + 3 * HOUR)
    assert await site.marked(Length.HOUR) == 0
    assert (await site.told(90))[0] == found
    assert (found.total, found.by_rating["negative"], found.by_rating["positive"], found.expired) == (2, 1, 1, 1)
    await site.sweep(3 * BETWEEN)
    assert await site.marked(Length.HOUR) == 0


async def test_of_an_answer_of_which_very_many_spoke_some_at_a_time_are_noted(database: mongo.Database) -> None:
    def word(about: bytes, number: int, **fields: Any) -> dict[str, Any]:
        its = {"_id": feedback_key(feedback()), "tenant": "acme", "about": Binary(about, 4), "state": "joined"}
        at = {"place": f"{place(datetime.now(UTC))}{uuid4().hex[12:]}", "changes": 1, "unmarked": "acme"}
        return its | at | {"number": number} | fields

    many, few, known, alone = (uuid4().bytes for _ in range(4))
    words = [word(many, number) for number in range(45)] + [word(few, number) for number in range(2)]
    words += [word(known, 0, shared=True), word(known, 1), word(alone, 0), word(alone, 1, weak=True)]
    await database.feedback.insert_many(words)
    site, pieces = Site(database), MongoPieces(database, at_once=10)
    assert len(await pieces.share(await pieces.changed(500))) == 1
    noted = await _noted(database)
    assert (10 <= noted[many] < 45, noted[few], noted[known], noted[alone]) == (True, 2, 2, 0)
    rounds = 0
    while await database.feedback.count_documents({"unmarked": "acme"}) and rounds < 10:
        await mark_changed(pieces, site.rolling.marks, site.now)
        rounds += 1
    assert await _noted(database) == {many: 45, few: 2, known: 2}
    await database.feedback.insert_one(word(many, 45))
    await mark_changed(pieces, site.rolling.marks, site.now)
    assert (await _noted(database))[many] == 46


async def _noted(database: mongo.Database) -> Counter[bytes]:
    return Counter([bytes(word["about"]) async for word in database.feedback.find({"shared": True})])


async def _forget(database: mongo.Database, user: str) -> None:
    person = Person("acme", digest("acme", user), datetime.now(UTC) + timedelta(minutes=1))
    assert sum([count async for count in MongoTraces(database).feedback(person)]) == 1
