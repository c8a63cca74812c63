"""Of very much feedback a report reads the latest, and says so."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ratchet_common import mongo
from ratchet_feedback.store.documents import place
from ratchet_feedback.store.reports import MongoReports
from ratchet_feedback.store.windows import window_of
from tests.integration.conftest import Ground


async def test_of_more_than_is_read_the_latest_is(stack: Ground) -> None:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"feedback-{uuid4().hex[:8]}")
    reports, now = MongoReports(database), datetime.now(UTC)
    await reports.create_indexes()
    places = [f"{place(now - timedelta(hours=hours))}{uuid4().hex[12:]}" for hours in range(25)]
    said = {"state": "pending", "rating": "neutral", "score": None, "tenant": "acme"}
    await database.feedback.insert_many([said | {"place": one} for one in places])
    await database.feedback.insert_many([said | {"place": one, "tenant": "else"} for one in places])
    day = await window_of(database.feedback, "acme", now - timedelta(hours=30), most=10)
    assert (day.complete, day.first) == (False, places[9])
    assert sum(row.count for row in await reports.said(day)) == 10
    since, until = now - timedelta(hours=20), now - timedelta(hours=15, minutes=30)
    few = await window_of(database.feedback, "acme", since, until, most=10)
    assert (few.complete, sum(row.count for row in await reports.said(few))) == (True, 5)
    await client.drop_database(database.name)
    await client.close()
