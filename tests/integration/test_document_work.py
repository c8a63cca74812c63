"""Documents on the real store: what becomes of them, and what is left after a worker dies at any of its steps."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph, graph_of
from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import NotEmbeddedError, Vector
from ratchet_retrieval.passages import Subject
from ratchet_router.documents.deleting import AGAIN_AFTER
from ratchet_router.documents.document import Given
from ratchet_router.documents.graph_by_model import ReadByModel
from ratchet_router.documents.ingesting import MOST_TRIES
from ratchet_router.documents.keeping import Documents, Taken
from ratchet_router.documents.registering import NoDocumentError, NotReadyError, TooManyWaitingError
from ratchet_router.documents.sweeping import Sweeping
from ratchet_router.documents.traces import DocumentTraces
from ratchet_router.graph.claims import together
from ratchet_router.graph.part import part_of
from ratchet_router.graph.store import Narrow
from ratchet_router.idempotency import IdempotencyError
from tests.integration.conftest import Ground
from tests.integration.document_work import Work, work_at

MOST_STEPS = 200


@pytest.fixture
async def work(stack: Ground, tmp_path: Path) -> AsyncIterator[Work]:
    async with work_at(stack.mongodb_url, tmp_path) as its:
        yield its


async def test_a_document_is_read_put_into_the_index_and_then_ready(work: Work) -> None:
    taken = await work.send("one\ntwo", given=Given(period="2022-Q3"))
    assert (taken.outcome, taken.document.state, work.kept()) == ("new_document", "received", 1)
    await work.work()
    found = await work.found(taken)
    assert (found.state, work.lines(taken), work.kept()) == ("ready", ["one", "two"], 1)
    assert found.served is not None
    read = found.served.read
    assert (read.pages, read.chunks, read.assumptions) == (1, 2, ("It is assumed.",))
    assert {field: (said.value, said.place) for field, said in read.metadata.items()} == {
        "company": ("Apple Inc.", "text"),
        "period": ("2022-Q3", "given"),
    }
    subject = work.index.kept[work.tenant, found.id][0].subject
    assert (subject.title, subject.company, subject.period) == ("a.txt", "Apple Inc.", "2022-Q3")
    assert await work.told(taken) == [
        ("came", 1, "received"),
        ("changed", 1, "parsing"),
        ("changed", 1, "indexing"),
        ("changed", 1, "ready"),
    ]


TASK = "Action item: Oskar to {} by Friday."


async def test_what_a_document_speaks_of_comes_with_it_and_goes_with_it(work: Work) -> None:
    taken = await work.send(TASK.format("count the boxes"))
    assert await work.spoken_of(taken) == []
    await work.work()
    assert await work.spoken_of(taken) == [(1, ["count the boxes by Friday"])]
    await work.send(TASK.format("paint the boxes"))
    assert await work.spoken_of(taken) == [(1, ["count the boxes by Friday"])]  # as long as it can be searched
    await work.work()
    assert await work.spoken_of(taken) == [(2, ["paint the boxes by Friday"])]
    await work.send("refuse this", document=taken.document.id)
    await work.work()
    assert await work.spoken_of(taken) == [(2, ["paint the boxes by Friday"])]
    await work.documents.delete(work.tenant, taken.document.id)
    await work.work()
    assert await work.spoken_of(taken) == []


class Claims:
    def __init__(self, *fails: Exception) -> None:
        self.fails = list(fails)

    async def with_claims(self, tenant: str, about: About, chunks: Iterable[Chunk], by_rules: Graph) -> ReadByModel:  # noqa: ARG002  as the port has it
        if self.fails:
            raise self.fails.pop(0)
        text = TASK.format("paint the boxes")
        graph = together(by_rules, [graph_of(about, [Chunk(0, text, (), 1, 1)])])
        return ReadByModel(graph, ("Of the model something is said.",))


async def test_what_a_model_finds_is_there_with_what_the_rules_do_and_its_record_is_waited_for(work: Work) -> None:
    work.claims = Claims(AwayError("What it cost could not be recorded."))
    taken = await work.send("one\n" + TASK.format("count the boxes"))
    await work.work()
    assert ((await work.found(taken)).state, work.lines(taken), await work.spoken_of(taken)) == ("indexing", [], [])
    await work.work(after=timedelta(seconds=30))
    found = await work.found(taken)
    assert found.state == "ready"
    assert found.served is not None
    assert found.served.read.assumptions[-1] == "Of the model something is said."
    ((revision, tasks),) = await work.spoken_of(taken)
    assert (revision, sorted(tasks)) == (1, ["count the boxes by Friday", "paint the boxes by Friday"])


async def test_an_older_part_or_the_same_once_more_changes_nothing(work: Work) -> None:
    chunks = [Chunk(0, TASK.format("count the boxes"), (), 1, 1)]
    graph, about = graph_of(About("doc_1", "A"), chunks), Subject("A")
    for revision, its in ((2, graph), (1, Graph()), (2, Graph())):
        await work.graphs.put(work.tenant, part_of("doc_1", revision, about, its))
    (kept,) = await work.graphs.listed(work.tenant, Narrow())
    assert (kept.part.revision, kept.unpacked().graph) == (2, graph)
    assert await work.graphs.listed("another", Narrow()) == []
    await work.graphs.remove("another", "doc_1")
    assert await work.graphs.listed(work.tenant, Narrow(), keys=("person:oskar",))
    await work.graphs.remove(work.tenant, "doc_1")
    assert await work.graphs.listed(work.tenant, Narrow()) == []


async def test_a_refused_one_leaves_nothing_but_its_record(work: Work) -> None:
    taken = await work.send("refuse this")
    await work.work()
    found = await work.found(taken)
    assert found.refusal is not None
    assert (found.state, found.refusal.type, found.files, found.served) == ("refused", "no_text", [], None)
    assert (work.kept(), work.index.kept) == (0, {})
    again = await work.send("refuse this", name="b.txt")
    assert (again.outcome, again.document.id, work.kept()) == ("same_document", found.id, 0)


async def test_the_same_content_is_the_same_document_and_a_new_one_a_revision(work: Work) -> None:
    changed: list[str] = []

    async def answers(tenant: str, document: str) -> None:
        changed.append(document)

    work.also.append(answers)
    first = await work.send("one")
    await work.work()
    assert changed == []  # of what came nothing can have been made
    same = await work.send("one", name="other.txt")
    assert (same.outcome, same.document.id, work.kept()) == ("same_document", first.document.id, 1)
    second = await work.send("two")
    assert (second.outcome, second.document.id, second.document.revision) == ("new_revision", first.document.id, 2)
    assert work.lines(first) == ["one"]  # until the new one is there
    assert (await work.found(first)).served is not None
    await work.work()
    assert (work.lines(first), work.kept(), changed) == (["two"], 1, [first.document.id])
    third = await work.send("refuse three", name="c.txt", document=first.document.id)
    await work.work()
    found = await work.found(third)
    assert (found.state, found.revision, found.served and found.served.revision) == ("refused", 3, 2)
    assert (work.lines(first), work.kept()) == (["two"], 1)
    with pytest.raises(NoDocumentError):
        await work.send("four", document="doc_" + "0" * 32)


async def test_who_sends_in_the_same_at_once_makes_one_document(work: Work) -> None:
    taken = await asyncio.gather(*(work.send("one", name=f"{n}.txt") for n in range(4)))
    assert len({one.document.id for one in taken}) == 1
    assert sorted(one.outcome for one in taken) == ["new_document", *["same_document"] * 3]
    assert work.kept() == 1


async def test_two_tenants_who_send_in_the_same_at_once_have_one_document_each(work: Work) -> None:
    other = f"{work.tenant}-other"
    tenants = [work.tenant, other] * 3
    taken = await asyncio.gather(*(work.send("one", tenant=tenant) for tenant in tenants))
    ids = {(tenant, one.document.id) for tenant, one in zip(tenants, taken, strict=True)}
    assert len(ids) == len({id_ for _, id_ in ids}) == 2
    assert sorted(one.outcome for one in taken) == [*["new_document"] * 2, *["same_document"] * 4]
    assert {one.document.revision for one in taken} == {1}
    assert work.kept() == 2


async def test_a_key_is_answered_once(work: Work) -> None:
    how: dict[str, Any] = {"key": "k1", "fingerprint": "f1"}
    first = await work.send("one", **how)
    await work.send("two")
    again = await work.send("one", **how)
    assert (again.outcome, again.document.id, again.document.revision) == ("new_document", first.document.id, 2)
    with pytest.raises(IdempotencyError):
        await work.send("three", key="k1", fingerprint="f2")
    same = await work.send("two", key="k2", fingerprint="f3")
    assert (same.outcome, (await work.send("two", key="k2", fingerprint="f3")).outcome) == ("same_document",) * 2


async def test_no_more_wait_than_may(work: Work) -> None:
    for number in range(5):
        await work.send(f"text {number}", name=f"{number}.txt")
    with pytest.raises(TooManyWaitingError):
        await work.send("one more", name="more.txt")
    assert work.kept() == 5
    await work.work()
    await work.send("one more", name="more.txt")


async def test_an_index_that_is_away_is_waited_for(work: Work) -> None:
    work.index.away = 2
    taken = await work.send("one")
    for _ in range(2):
        await work.work()
        assert (await work.found(taken)).state == "indexing"
        await work.work()  # not due yet
        work.now += timedelta(minutes=1)
    await work.work()
    assert ((await work.found(taken)).state, work.lines(taken)) == ("ready", ["one"])


async def test_one_that_never_comes_to_an_end_fails_and_can_be_sent_again(work: Work) -> None:
    taken = await work.send("crash")
    for _ in range(MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            await work.work()
        await work.database.documents.update_many({}, {"$set": {"lease.until_ms": 0}})
    await work.work()
    found = await work.found(taken)
    assert (found.state, found.refusal and found.refusal.type, work.kept()) == ("failed", "no_end", 0)
    again = await work.send("crash")
    assert (again.outcome, again.document.id, again.document.revision) == ("new_revision", found.id, 2)


async def test_what_can_be_searched_is_told_with_the_revision_that_its_content_is_from(work: Work) -> None:
    """Read anew, or with something else said of it, its content is the same; what is refused changes nothing."""
    first = await work.send("one")
    await work.work()
    await work.documents.reindex(work.tenant, first.document.id)
    await work.work()
    await work.send("one", given=Given(company="Acme"))
    await work.work()
    await work.send("two")
    await work.work()
    await work.documents.reindex(work.tenant, first.document.id)
    await work.work()
    await work.send("refuse three", name="c.txt", document=first.document.id)
    await work.work()
    events = [(event.revision, event.state, event.served_since) for event in await work.events(first)]
    ready = [(revision, since) for revision, state, since in events if state == "ready"]
    assert ready == [(1, 1), (2, 1), (3, 1), (4, 4), (5, 4)]
    assert events[0] == (1, "received", 0)
    assert events[-1] == (6, "refused", 4)


async def test_a_revision_that_comes_meanwhile_is_read_next(work: Work) -> None:
    first = await work.send("one")
    held = await work.worker()._store.take(work.now)
    assert held is not None
    await work.send("two")
    await work.database.documents.update_many({}, {"$set": {"lease.until_ms": 0}})
    await work.work()
    assert (work.lines(first), (await work.found(first)).revision, work.kept()) == (["two"], 2, 1)


async def test_a_deleted_one_goes_wholly_and_leaves_a_tombstone(work: Work) -> None:
    taken = await work.send("one", user=digest(work.tenant, "ann"))
    await work.work()
    gone: list[str] = []

    async def answers(tenant: str, document: str) -> None:
        gone.append(document)

    work.also.append(answers)
    assert (await work.documents.delete(work.tenant, taken.document.id)).state == "deleting"
    anew = await work.send("one")
    assert anew.outcome == "new_document"
    await work.work()
    with pytest.raises(NoDocumentError):
        await work.found(taken)
    assert (gone, work.lines(taken), work.lines(anew), work.kept()) == ([taken.document.id], [], ["one"], 1)
    assert (await work.told(taken))[-1] == ("went", 1, "gone")
    left = await work.database.documents.find_one({"_id": taken.document.id})
    assert left is not None
    assert not {"a.txt", digest(work.tenant, "ann"), taken.document.sha256} & set(map(str, left.values()))
    there = await work.documents.listed(work.tenant, state=None, after="", limit=9)
    assert [one.id for one in there] == [anew.document.id]
    await work.work(after=AGAIN_AFTER + timedelta(seconds=1))
    assert work.index.removals.count(taken.document.id) == 2
    await work.work(after=2 * AGAIN_AFTER)
    assert work.index.removals.count(taken.document.id) == 2


async def test_another_tenants_document_is_not_there(work: Work) -> None:
    taken = await work.send("one")
    await work.work()
    for ask in (work.documents.get, work.documents.content, work.documents.delete):
        with pytest.raises(NoDocumentError):
            await ask("another", taken.document.id)
    assert await work.documents.listed("another", state=None, after="", limit=9) == []
    theirs = await work.send("one", tenant="another")
    assert (theirs.outcome, theirs.document.id != taken.document.id) == ("new_document", True)


async def test_pages_of_the_list_follow_one_another_though_one_goes(work: Work) -> None:
    taken = [await work.send(f"text {n}", name=f"{n}.txt") for n in range(5)]
    first = await work.documents.listed(work.tenant, state=None, after="", limit=2)
    await work.documents.delete(work.tenant, first[-1].id)
    await work.work()
    rest = await work.documents.listed(work.tenant, state="ready", after=first[-1].id, limit=9)
    assert [one.id for one in [*first, *rest]] == [one.document.id for one in reversed(taken)]


async def test_a_person_who_is_forgotten_takes_his_documents_along(work: Work) -> None:
    ann = digest(work.tenant, "ann")
    his, others = await work.send("one", user=ann), await work.send("one", name="b.txt")
    assert his.document.id != others.document.id
    await work.work()
    traces, asked = DocumentTraces(work.store, lambda: work.now), Person(work.tenant, ann, work.now)
    work.now += timedelta(seconds=5)
    later = await work.send("later", name="c.txt", user=ann)

    async def forget() -> int:
        return sum([count async for count in traces.steps["documents"](asked)])

    with pytest.raises(RetryLaterError):
        await forget()
    await work.work()
    assert await forget() == 0
    assert (work.lines(his), work.lines(others), work.lines(later)) == ([], ["one"], ["later"])


async def test_documents_whose_time_is_over_and_files_of_none_go(work: Work) -> None:
    kept = Documents(work.store, work.files, waiting=5, kept=timedelta(days=7), now=lambda: work.now)
    taken, stays = await work.send("one", documents=kept), await work.send("two", name="b.txt")
    await work.work()
    sweeping = Sweeping(work.store, work.files, lambda: work.now)
    assert not await sweeping.expire()
    work.now += timedelta(days=8)
    assert await sweeping.expire()
    await work.work()
    assert (work.lines(taken), work.lines(stays)) == ([], ["two"])
    names = {"0" * 32, (await work.found(stays)).file}
    assert await work.store.without_document(names) == {"0" * 32}


async def _everything(work: Work) -> tuple[Taken, Taken]:
    """A document that is ready and gets a revision, one that is to be refused, and one that is deleted."""
    ready = await work.send("one")
    await work.work()
    await work.send("refuse", name="b.txt")
    await work.send("two")
    goes = await work.send("three", name="c.txt")
    await work.documents.delete(work.tenant, goes.document.id)
    return ready, goes


@pytest.mark.slow
async def test_wherever_a_worker_is_killed_the_next_one_ends_its_work(work: Work) -> None:
    """Killed before or after each call to the store, the index and the place of files."""
    for steps in range(1, MOST_STEPS):
        work.tenant = f"tenant-{steps}"
        ready, goes = await _everything(work)
        new = await work.send(f"new {steps}", name="d.txt")
        died = await work.dies_after(steps)
        await work.is_taken_up()
        assert ((await work.found(ready)).state, work.lines(ready)) == ("ready", ["two"])
        assert ((await work.found(new)).state, work.lines(new)) == ("ready", [f"new {steps}"])
        with pytest.raises(NoDocumentError):
            await work.found(goes)
        assert (work.lines(goes), await _files(work)) == ([], 2)
        parts = [await work.spoken_of(one) for one in (ready, new, goes)]
        assert parts == [[(2, [])], [(1, [])], []]
        assert [told for told in await work.told(ready) if told[2] == "ready"] == [
            ("changed", 1, "ready"),
            ("changed", 2, "ready"),
        ]
        if not died:
            break
    assert 10 < steps < MOST_STEPS - 1


async def _files(work: Work) -> int:
    """That the tenant's documents name, all of which are there."""
    named = [name for d in await work.documents.listed(work.tenant, state=None, after="", limit=9) for name in d.files]
    assert all((work.folder / name).exists() for name in named)
    everything = {path.name for path in work.folder.iterdir()}
    assert not await work.store.without_document(everything)
    return len(named)


class Vectors:
    def __init__(self, *fails: Exception) -> None:
        self.fails, self.texts = list(fails), list[str]()

    async def of(self, tenant: str, texts: Sequence[str]) -> list[Vector] | None:  # noqa: ARG002  as the port has it
        if self.fails:
            raise self.fails.pop(0)
        self.texts += texts
        return [[float(len(text)), 1.0] for text in texts]


async def test_passages_get_vectors_and_a_document_whose_are_refused_has_failed(work: Work) -> None:
    work.embeds = Vectors(AwayError("The model does not answer."), NotEmbeddedError("It refused them."))
    taken = await work.send("one\ntwo")
    await work.work()
    assert (await work.found(taken)).state == "indexing"  # and waits
    await work.work(after=timedelta(seconds=30))
    found = await work.found(taken)
    assert found.refusal is not None
    assert (found.state, found.refusal.type, found.refusal.sentence) == ("failed", "not_embedded", "It refused them.")
    assert work.index.kept == {}
    again = await work.send("one\ntwo")
    await work.work()
    assert ((await work.found(again)).state, work.lines(again)) == ("ready", ["one", "two"])
    assert [text.splitlines() for text in work.embeds.texts] == [
        ["a.txt", "Apple Inc.", line] for line in ("one", "two")
    ]
    assert work.index.vectors[work.tenant, again.document.id] == ([len("a.txt\nApple Inc.\none"), 1.0],) * 2


async def test_a_ready_document_is_read_anew_out_of_the_file_that_is_there(work: Work) -> None:
    taken = await work.send("one\ntwo")
    with pytest.raises(NotReadyError, match="is received"):
        await work.documents.reindex(work.tenant, taken.document.id)
    await work.work()
    with pytest.raises(NoDocumentError):
        await work.documents.reindex("another", taken.document.id)
    work.index.kept.clear()  # another index
    anew = await work.documents.reindex(work.tenant, taken.document.id)
    assert (anew.revision, anew.state, work.kept()) == (2, "received", 1)
    await work.work()
    found = await work.found(taken)
    assert (found.state, found.revision, work.lines(taken), work.kept()) == ("ready", 2, ["one", "two"], 1)
    assert (await work.send("one\ntwo")).outcome == "same_document"
