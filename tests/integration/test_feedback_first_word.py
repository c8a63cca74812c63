"""Most is said of an answer once, and once it is known: that is one write, and as if it had been two."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.events import FeedbackJoined, PredictionMade
from ratchet_common.mongo import Database, Document
from ratchet_feedback.consumers import on_predictions
from ratchet_feedback.said import Feedback
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.submit import Receipt, submit, submit_all
from tests.integration.conftest import Ground
from tests.unit.feedback.said import feedback, prediction

DAY = timedelta(days=1)
OF_THE_MOMENT = {"place", "said_at", "joined_at", "text_until", "stood", "changes", "trace", "outbox"}


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    name = f"first-word-{uuid4().hex[:8]}"
    database = mongo.database(mongo.connect(stack.mongodb_url), name)
    yield database
    await database.client.drop_database(name)
    await database.client.close()


def kept(database: Database) -> MongoFeedbackStore:
    return MongoFeedbackStore(database, answers_kept=DAY, text_kept=DAY)


async def test_it_stands_there_as_if_it_had_waited_for_its_answer(database: Database) -> None:
    made = prediction(user="bob")
    said = feedback(result_id=made.result_id, comments="Too long.", corrections={"summary": "We ship."})
    at_once = await _stands(database, [made], said)
    await database.client.drop_database(database.name)
    later = await _stands(database, [], said, [made])
    assert at_once.keys() == later.keys()
    assert {name: at_once[name] for name in at_once.keys() - OF_THE_MOMENT} == {
        name: later[name] for name in later.keys() - OF_THE_MOMENT
    }
    events = [msgspec.json.decode(its["outbox"][0]["body"], type=FeedbackJoined) for its in (at_once, later)]
    assert [msgspec.structs.replace(e, occurred_at=made.occurred_at, said_at=made.occurred_at) for e in events] == [
        msgspec.structs.replace(events[0], occurred_at=made.occurred_at, said_at=made.occurred_at)
    ] * 2


async def _stands(
    database: Database, before: list[PredictionMade], said: Feedback, after: list[PredictionMade] | None = None
) -> Document:
    store = kept(database)
    await on_predictions(before, store)
    receipt = await submit(said, store)
    assert (receipt.revision, receipt.status) == (1, "recorded" if before else "pending")
    await on_predictions(after or [], store)
    (document,) = await database.feedback.find().to_list()
    assert document["state"] == "joined"
    return document


async def test_words_of_one_user_at_once_each_have_their_revision_and_the_last_is_joined(database: Database) -> None:
    store, made = kept(database), prediction()
    await on_predictions([made], store)
    said = feedback(result_id=made.result_id)
    receipts: list[Receipt] = await asyncio.gather(*(submit(said, store) for _ in range(8)))
    (stands,) = await database.feedback.find().to_list()
    assert stands["revision"] == stands["joined"] == max(receipt.revision for receipt in receipts) == 8
    assert all(receipt.status == "recorded" for receipt in receipts)


async def test_what_came_together_waits_on_together_but_not_what_was_said_anew_meanwhile(database: Database) -> None:
    store = kept(database)
    words = [feedback(user_id=name) for name in ("ann", "bob", "cid")]
    assert await submit_all(words, store) == len(words)
    waiting = await store.due(datetime.now(UTC) + timedelta(minutes=1), len(words))
    assert len({saved.said_at for saved in waiting}) == 1
    anew = await store.save(feedback(result_id=words[2].result_id, user_id="cid", comments="On second thoughts."))
    await store.wait_on(waiting, DAY)
    due = {document["user_id"]: document["due_at"] for document in await database.feedback.find().to_list()}
    assert due["ann"] == due["bob"] == waiting[0].said_at + DAY
    assert due["cid"] < anew.said_at + timedelta(minutes=1)
