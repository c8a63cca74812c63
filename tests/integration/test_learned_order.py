"""What feedback teaches of the order of passages: from an answer through Kafka and the store into the next answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from ratchet_common import mongo
from ratchet_common.events import FeedbackJoined
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_documents.chunking import Chunk, TablePart
from ratchet_retrieval import Passage, Subject
from ratchet_retrieval.lance import LanceIndex
from ratchet_router.grounding.order.learned import is_held_out
from ratchet_router.grounding.order.noted import Note
from ratchet_router.grounding.order.refitting import Refitting, learned_from
from ratchet_router.grounding.order.store import MOST, MongoOrderStore
from ratchet_router.grounding.order.verdicts import Verdict
from ratchet_router.main import build
from tests.integration.conftest import Running, running_app
from tests.integration.router_site import Site, has_a_document, said, site, until
from tests.unit.router.joined import joined
from tests.unit.router.order.looks import drawn

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["site"]  # a fixture
LINES = ("The rate is what the rate is.", "The rate is 4.5 percent.", "It may be renewed once, at a rate.")
ORDER = "/api/documents/order"


@dataclass(frozen=True, slots=True)
class Learning:
    app: Running
    store: MongoOrderStore
    notes: Any
    tenant: str
    site: Site

    async def ask(self, question: str, **how: Any) -> dict[str, Any]:
        body = {"task_type": "qa", "question": question, "context": {"passages": 4}, "model": "quick"} | how
        status, said = await self.app.post("/api/generate", body)
        assert status == 200, said
        return dict(said)

    async def change(self, method: str, body: Any = None) -> tuple[int, Any]:
        async with self.app.http.request(method, self.app.url + ORDER, json=body) as answer:
            return answer.status, await answer.json()

    async def order(self) -> dict[str, Any]:
        status, told = await self.app.get(ORDER)
        assert status == 200
        return dict(told)

    async def noted(self, result_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = await self.notes.find_one({"_id": f"{self.tenant}/{result_id}"})
        return found

    async def spoken_of(self, tenant: str, count: int, *, seed: int = 7, user: str = "zoe") -> None:
        """Answers that rested on the passage with a table, nine times of ten."""
        now = datetime.now(UTC)
        for number, look in enumerate(drawn(count, by_table=0.9, seed=seed)):
            id_ = uuid4()
            passages = {at: (f"doc-{number}", at, row) for at, row in enumerate(look.passages, 1)}
            self.store.note(Note(tenant, id_, digest(tenant, user), 0, passages))
            await self.store.waiting.write_once()
            worth = frozenset(at + 1 for at in look.worth)
            await self.store.save([Verdict(tenant, id_, digest(tenant, "ann"), 1, now, worth)])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def learning(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Learning]:
    folder, tenant = tmp_path_factory.mktemp("index"), site.tenant.name
    chunks = [Chunk(order, text, (), order + 1, order + 1) for order, text in enumerate(LINES)]
    chunks.append(Chunk(3, "rate | 4.5", (), 7, 8, TablePart(1, 0, 0, 1)))
    await LanceIndex(str(folder)).put(tenant, [Passage("lease", 1, Subject("Lease"), chunk) for chunk in chunks])
    await has_a_document(site)
    settings = site.settings.model_copy(update={"index_url": folder.as_uri(), "knowledge_patience_ms": 60_000})
    client = mongo.connect(settings.mongodb_url)
    database = mongo.database(client, "router")
    async with running_app(build(settings), site.tenant) as app:
        store = MongoOrderStore(database, kept=timedelta(days=90))
        yield Learning(app, store, database.passage_notes, tenant, site)
    await client.close()


async def test_an_answer_leaves_numbers_and_feedback_says_which_passage_it_was_worth(learning: Learning) -> None:
    answer = await learning.ask(f"What is the rate? {uuid4().hex}", user_id="zoe")
    shown = answer["retrieval"]["passages"]
    note = await until(lambda: learning.noted(answer["result_id"]))
    assert (note["tenant"], note["documents"], note["said"], note["shown"]) == (learning.tenant, ["lease"], False, 0)
    assert note["user"] == digest(learning.tenant, "zoe")
    assert [place for _, *place in note["passages"]] == [[one["document_id"], one["order"]] for one in shown]
    assert not any(line in str(note) for line in LINES)
    event = await learning.site.heard.of(answer["result_id"])

    async def spoken(**how: Any) -> FeedbackJoined:
        given = joined(
            tenant=learning.tenant,
            result_id=UUID(answer["result_id"]),
            task_type="qa",
            input=event.input,
            output="It is 4.5 percent [2].",
            documents_read=("lease",),
            **how,
        )
        await said(learning.site.settings, given)
        return given

    await spoken()

    async def worth(wanted: list[int]) -> bool:
        found = await learning.noted(answer["result_id"])
        return found is not None and found.get("worth") == wanted

    await until(lambda: worth([2]))
    await spoken(revision=2, score=0.0, rating="negative")
    await until(lambda: worth([]))
    await spoken(revision=1)  # came late
    await spoken(revision=3, score=0.1, score_source="correction", corrections={"answer": "4.5 percent"})
    await until(lambda: worth([1 + next(at for at, one in enumerate(shown) if one["order"] == 1)]))


@pytest.mark.parametrize("how", [{"collect": False}, {"context": {"approach": "direct"}}])
async def test_what_nobody_may_learn_from_or_read_nothing_leaves_none(learning: Learning, how: dict[str, Any]) -> None:
    before = await learning.notes.count_documents({"tenant": learning.tenant})
    answer = await learning.ask(f"What is the rate? {uuid4().hex}", **how)
    known = await learning.ask(f"What is the rate? {uuid4().hex}")
    await until(lambda: learning.noted(known["result_id"]))
    assert await learning.noted(answer["result_id"]) is None
    assert await learning.notes.count_documents({"tenant": learning.tenant}) == before + 1


async def test_what_was_learned_is_used_shown_switched_off_and_forgotten(learning: Learning) -> None:
    before = await learning.order()
    assert (before["on"], before["used"], before["versions"]) == (True, False, [])
    await learning.spoken_of(learning.tenant, 120)
    refitting = Refitting(learning.store)
    while await refitting.round():
        pass
    told = await learning.order()
    assert (told["on"], told["used"], told["heard"]) == (True, True, 0)
    (version,) = told["versions"]
    assert version["version"] == 1
    assert version["learned"] > version["searches"]
    assert 0 < version["low"] < version["high"]
    assert max(version["weights"], key=version["weights"].get) == "a table"

    async def taught() -> bool:
        question = next(q for q in iter(lambda: f"What is the rate? {uuid4().hex}", "") if not is_held_out(tenant, q))
        answer = await learning.ask(question)
        first = answer["retrieval"]["passages"][0]["table"] is not None
        named = "Put in order by what feedback has taught (version 1)." in answer["retrieval"]["reasons"]
        assert first or not named
        return named

    async def not_taught() -> bool:
        return not await taught()

    tenant = learning.tenant
    await until(taught)
    status, off = await learning.change("PUT", {"on": False})
    assert (status, off["on"], off["used"], len(off["versions"])) == (200, False, False, 1)
    await until(not_taught)
    status, on = await learning.change("PUT", {"on": True})
    assert (status, on["used"]) == (200, True)
    await until(taught)
    status, gone = await learning.change("DELETE")
    assert status == 200
    assert gone["deleted"] >= 120
    assert (await learning.order())["versions"] == []
    await until(not_taught)
    assert not await learning.notes.count_documents({"tenant": tenant, "said": True})


async def test_who_may_only_look_switches_nothing(learning: Learning) -> None:
    reader = {"Authorization": f"Bearer {learning.site.reader}"}
    async with learning.app.http.get(learning.app.url + ORDER, headers=reader) as answer:
        assert answer.status == 200
    for method, body in (("PUT", {"on": False}), ("DELETE", None)):
        async with learning.app.http.request(method, learning.app.url + ORDER, headers=reader, json=body) as answer:
            assert answer.status == 403
    status, problem = await learning.change("PUT", {"on": "perhaps", "version": 3})
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:invalid")


async def test_a_tenants_feedback_says_nothing_of_anothers_order(learning: Learning) -> None:
    ours, theirs = (f"tenant-{uuid4().hex[:8]}" for _ in range(2))
    await learning.spoken_of(ours, 60)
    await learning.spoken_of(theirs, 10, seed=9)
    while await Refitting(learning.store).round():
        pass
    known, versions, heard = await learning.store.known(theirs)
    assert (known.last, versions, heard) == (None, (), 10)
    assert (await learning.store.known(ours))[0].last is not None
    assert len(await learning.store.looks(theirs)) == 10
    assert await learning.store.forget(theirs) == 10
    assert len(await learning.store.looks(ours)) == 60


async def test_what_is_forgotten_while_it_is_learned_from_stays_forgotten(learning: Learning) -> None:
    tenant = f"tenant-{uuid4().hex[:8]}"
    await learning.spoken_of(tenant, 60)
    held = await learning.store.due()
    assert held is not None
    assert held["_id"] == tenant  # nobody else is due, once the tests before are over
    learned = learned_from(await learning.store.looks(tenant), 1, datetime.now(UTC))
    assert await learning.store.forget(tenant) == 60
    assert not await learning.store.fitted(held, learned, 30)
    known, versions, heard = await learning.store.known(tenant)
    assert (known.last, versions, heard) == (None, (), 0)

    await learning.spoken_of(tenant, 60)  # and it may be learned anew at once
    while await Refitting(learning.store).round():
        pass
    assert (await learning.store.known(tenant))[0].last is not None


async def test_notes_go_with_their_document_and_with_whoever_asked_or_spoke(learning: Learning) -> None:
    tenant = f"tenant-{uuid4().hex[:8]}"
    await learning.spoken_of(tenant, 3)
    await learning.spoken_of(tenant, 2, user="bob", seed=8)
    await learning.store.document_went(tenant, "doc-2")
    await learning.store.document_went("other", "doc-1")
    assert await learning.notes.count_documents({"tenant": tenant}) == 4
    earlier = Person(tenant, digest(tenant, "bob"), datetime.now(UTC) - timedelta(hours=1))
    assert [count async for count in learning.store.of_person(earlier)] == []
    bob = Person(tenant, digest(tenant, "bob"), datetime.now(UTC) + timedelta(seconds=1))
    assert sum([count async for count in learning.store.of_person(bob)]) == 2
    ann = Person(tenant, digest(tenant, "ann"), datetime.now(UTC) + timedelta(seconds=1))
    assert sum([count async for count in learning.store.of_person(ann)]) == 2
    assert not await learning.notes.count_documents({"tenant": tenant})


async def test_the_same_word_again_or_an_older_one_changes_nothing_and_what_is_kept_is_bounded(
    learning: Learning, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = f"tenant-{uuid4().hex[:8]}"
    await learning.spoken_of(tenant, 1)
    note = await learning.notes.find_one({"tenant": tenant})
    id_ = UUID(note["_id"].partition("/")[2])
    for revision, worth in ((1, {3}), (0, {4})):
        again = Verdict(tenant, id_, digest(tenant, "ann"), revision, datetime.now(UTC), frozenset(worth))
        await learning.store.save([again])
    assert (await learning.notes.find_one({"_id": note["_id"]})) == note
    assert (await learning.store.known(tenant))[2] == 1
    await learning.store.save([Verdict(tenant, uuid4(), "x", 1, datetime.now(UTC), frozenset({1}))])  # of no note
    assert await learning.notes.count_documents({"tenant": tenant}) == 1
    assert MOST == 2_000
    monkeypatch.setattr("ratchet_router.grounding.order.store.MOST", 4)
    await learning.spoken_of(tenant, 6, seed=9)
    assert await learning.notes.count_documents({"tenant": tenant}) == 4
