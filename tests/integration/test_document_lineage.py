"""A document is deleted or gets another content: what was learned from it follows, and datasets and versions say so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import DocumentChanged, FeedbackJoined
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.datasets.composing import compose
from ratchet_trainer.datasets.dataset import MadeOf
from ratchet_trainer.documents.resting import Became, DocumentRead
from ratchet_trainer.documents.tracing import NothingLearnedError, Tracing
from ratchet_trainer.estimate.outcomes import OutcomeCollector
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.registering import Registration, registered
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.store.estimates import MongoOutcomeNews
from ratchet_trainer.store.examples import UnknownExampleError
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.outcomes import MongoOutcomeStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.tuning.jobs import JobState
from ratchet_trainer.tuning.new_jobs import asked_for
from tests.integration.conftest import Ground, SettingsFor, Tenant
from tests.integration.test_trainer_commands import Ratchet
from tests.integration.trainer_site import Part, a_part, labelled, publish, trainer, until
from tests.unit.trainer.make_data import NOW
from tests.unit.trainer.test_documents import replaced, went
from tests.unit.trainer.test_outcomes import in_process

OF_EACH = 10


def resting(number: int, **fields: Any) -> FeedbackJoined:
    """Ten on each of four documents, all of them on a fifth."""
    read = (f"doc_{number // OF_EACH}", "doc_all")
    given = {"approach": "base_rag", "documents_read": read, "revisions_read": (1, 1)}
    return labelled(number, user=f"asker {number}", **given | fields)


@pytest.fixture
async def part(stack: Ground) -> AsyncIterator[Part]:
    async with a_part(stack.mongodb_url) as part:
        await part.collector.on_feedback([resting(n) for n in range(40)])
        yield part


def tracing(part: Part) -> Tracing:
    return Tracing(part.fates, part.traces, part.made_of)


async def states(part: Part, document_id: str, tenant: str = "acme") -> dict[str, int]:
    return await part.traces.by_state(tenant, document_id)


async def a_version(part: Part, dataset_id: str, model: str = "m") -> Version:
    wanted = Registration(
        tenant="acme",
        task_type="classification",
        platform="openai",
        tuned=Tuned(model=model),
        dataset_id=dataset_id,
        who="ops",
        why="",
    )
    manifest = (await part.datasets.get("acme", dataset_id)).manifest
    version = registered(wanted, f"classification-{abs(hash(model)) % 16**8:08x}", manifest, "base", NOW)
    await MongoVersionStore(part.database, lease_s=30).add(version)
    return version


async def test_of_a_deleted_document_no_text_is_left_and_all_that_held_it_says_so(part: Part) -> None:
    dataset_id = await part.training.build("acme", "classification")
    version, jobs = await a_version(part, dataset_id), MongoJobStore(part.database, lease_s=30)
    job = replace(
        asked_for("acme", "classification", "openai", "ann", dataset_id, NOW),
        state=JobState.SUCCEEDED,
        files={"train": "file-train"},
    )
    await jobs.add(job)
    assert (await part.datasets.get("acme", dataset_id)).made_of == MadeOf(5)
    for _ in range(2):  # delivered twice
        await part.following.on_documents([went("doc_1"), went("doc_1", tenant="other")])
    assert await states(part, "doc_1") == {"refused": 10}
    assert await states(part, "doc_all") == {"example": 30, "refused": 10}
    counts = await part.examples.counts("acme")
    assert [(one.what, one.count) for one in counts.refusals] == [(Reason.DOCUMENT_DELETED, 10)]
    assert await part.database.example_texts.count_documents({"documents": "doc_1"}) == 0
    left = await part.database.examples.find({"documents": "doc_1"}).to_list()
    assert not {"label", "signature", "document_hash", "question_hash", "content", "pii"} & set().union(*left)
    listed = await part.datasets.get("acme", dataset_id)
    assert listed.made_of == MadeOf(5, deleted=1)
    assert sum((await part.training.present("acme", dataset_id)).values()) == 30
    versions = MongoVersionStore(part.database, lease_s=30)
    assert (await versions.get("acme", version.version_id)).documents_deleted == 1
    marked = await jobs.get("acme", job.job_id)
    assert (marked.erasures, marked.left) == (1, True)
    later = await a_version(part, dataset_id, "later")  # trained meanwhile
    assert (await versions.get("acme", later.version_id)).documents_deleted == 1
    built = await part.datasets.get("acme", await part.training.build("acme", "classification"))
    assert (built.manifest.looked_at, built.made_of) == (30, MadeOf(4))


async def test_who_asks_for_a_document_is_told_all_that_was_learned_from_it(part: Part) -> None:
    dataset_id = await part.training.build("acme", "classification")
    version = await a_version(part, dataset_id)
    found = await tracing(part).of("acme", "doc_2", limit=10, cursor=None)
    assert (found.state, found.examples) == ("", {"example": 10})
    assert [(one.dataset_id, one.examples, one.oldest) for one in found.datasets] == [(dataset_id, 10, 1)]
    assert [one.version_id for one in found.versions] == [version.version_id]
    await part.following.on_documents([went("doc_2")])
    found = await tracing(part).of("acme", "doc_2", limit=10, cursor=None)
    assert (found.state, found.examples) == (Became.DELETED, {"refused": 10})
    assert found.datasets[0].deleted_at == NOW
    some, following = await tracing(part).examples_of("acme", "doc_2", limit=6, cursor=None)
    rest, end = await tracing(part).examples_of("acme", "doc_2", limit=6, cursor=following)
    assert (len(some), len(rest), end) == (6, 4, None)
    told = some[0]
    assert (told.state, told.reason, told.source, told.revision) == ("refused", Reason.DOCUMENT_DELETED, None, 1)
    assert (told.result_id, told.approach) == (UUID(int=29), "base_rag")
    for tenant, document in (("other", "doc_2"), ("acme", "doc_9")):
        with pytest.raises(NothingLearnedError):
            await tracing(part).of(tenant, document, limit=10, cursor=None)
        with pytest.raises(NothingLearnedError):
            await tracing(part).examples_of(tenant, document, limit=10, cursor=None)


async def test_pages_of_a_dataset_name_each_of_its_documents_once(part: Part) -> None:
    dataset_id = await part.training.build("acme", "classification")
    await part.training.build("acme", "classification")  # the same one
    first, cursor = await part.made_of.of_dataset("acme", dataset_id, limit=3, cursor=None)
    rest, end = await part.made_of.of_dataset("acme", dataset_id, limit=3, cursor=cursor)
    assert end is None
    assert {one.document_id: one.examples for one in (*first, *rest)} == {
        "doc_0": 10,
        "doc_1": 10,
        "doc_2": 10,
        "doc_3": 10,
        "doc_all": 40,
    }
    assert await part.made_of.of_dataset("other", dataset_id, limit=3, cursor=None) == ([], None)


async def test_examples_of_an_older_content_are_in_no_new_dataset_and_stay_in_the_old_one(part: Part) -> None:
    dataset_id = await part.training.build("acme", "classification")
    version = await a_version(part, dataset_id)
    newer = [resting(n, revisions_read=(2, 1), revision=2) for n in (0, 1)]
    await part.collector.on_feedback(newer)
    await part.following.on_documents([replaced("doc_0", 2), replaced("doc_1", 1)])
    assert await states(part, "doc_0") == {"example": 2, "outdated": 8}
    assert await states(part, "doc_1") == {"example": 10}
    assert (await part.examples.counts("acme")).outdated == 8
    assert (await part.datasets.get("acme", dataset_id)).made_of == MadeOf(5, changed=1)
    assert (await MongoVersionStore(part.database, lease_s=30).get("acme", version.version_id)).documents_changed == 1
    assert sum((await part.training.present("acme", dataset_id)).values()) == 40
    built = await part.datasets.get("acme", await part.training.build("acme", "classification"))
    assert (built.manifest.looked_at, built.made_of) == (32, MadeOf(5))
    example_id = (await part.traces.examples_of("acme", "doc_0", limit=1, cursor=None))[0][0].example_id
    assert (await part.examples.get("acme", example_id)).documents[0] == DocumentRead("doc_0", 1)
    await part.following.on_documents([went("doc_0")])
    assert await states(part, "doc_0") == {"refused": 10}
    assert (await part.datasets.get("acme", dataset_id)).made_of == MadeOf(5, deleted=1, changed=1)
    with pytest.raises(UnknownExampleError):
        await part.examples.get("acme", example_id)


async def test_what_was_archived_follows_too(part: Part) -> None:
    assert await part.examples.archive(datetime.now(UTC)) == 40
    await part.following.on_documents([went("doc_0"), replaced("doc_1", 2)])
    assert await states(part, "doc_all") == {"archived": 20, "outdated": 10, "refused": 10}


async def test_what_arrives_after_the_deletion_was_heard_is_refused(part: Part) -> None:
    await part.following.on_documents([went("doc_late"), replaced("doc_old", 3)])
    late = resting(50, documents_read=("doc_late",), revisions_read=(1,))
    older = resting(51, documents_read=("doc_old",), revisions_read=(2,))
    newer = resting(52, documents_read=("doc_old",), revisions_read=(3,))
    other = resting(53, documents_read=("doc_late",), revisions_read=(1,), tenant="other")
    for _ in range(2):
        await part.collector.on_feedback([late, older, newer, other])
    assert await states(part, "doc_late") == {"refused": 1}
    assert await states(part, "doc_late", "other") == {"example": 1}
    assert await states(part, "doc_old") == {"example": 1, "outdated": 1}
    assert await part.database.example_texts.count_documents({"tenant": "acme", "documents": "doc_late"}) == 0
    again = [resting(n, documents_read=("doc_old",), revisions_read=(2,), revision=2) for n in (51,)]
    await part.collector.on_feedback(again)  # the user says another word on the same answer
    assert await states(part, "doc_old") == {"example": 1, "outdated": 1}


async def test_what_is_deleted_between_the_look_and_the_write_is_taken_out_after_it(part: Part) -> None:
    """The deleter has looked before the example was there."""
    deleting = [went("doc_now"), replaced("doc_then", 2)]

    async def meanwhile(batch: Any) -> Any:
        await part.following.on_documents(deleting)
        return await part.collector.prepare(batch)

    events = [
        resting(60 + n, documents_read=(one,), revisions_read=(1,)) for n, one in enumerate(("doc_now", "doc_then"))
    ]
    await replace(part.collector, prepare=meanwhile).on_feedback(events)
    assert await states(part, "doc_now") == {"refused": 1}
    assert await states(part, "doc_then") == {"outdated": 1}
    assert await part.database.example_texts.count_documents({"documents": "doc_now"}) == 0


async def test_what_routing_learned_from_a_deleted_document_goes_too(part: Part) -> None:
    """Early and late: an outcome that is written after the deletion is taken out by the collector, which comes last."""
    outcomes = MongoOutcomeStore(part.database, kept=timedelta(days=36_500))
    others = OutcomeCollector(outcomes, MongoOutcomeNews(part.database), in_process, part.collector.hashes)
    words = [resting(70 + n, documents_read=(one,), tier="fast") for n, one in enumerate(("doc_gone", "doc_stays"))]
    await others.on_feedback(words)
    assert await outcomes.by_tier("acme", "classification") == {"fast": 2}
    await part.following.on_documents([went("doc_gone")])
    assert await outcomes.by_tier("acme", "classification") == {"fast": 1}
    await others.on_feedback(words)
    await part.collector.on_feedback(words)
    assert await outcomes.by_tier("acme", "classification") == {"fast": 1}


def during(part: Part, meanwhile: Callable[[int], Any]) -> Any:
    count = 0

    async def slow(*given: Any) -> Any:
        nonlocal count
        found = compose(*given)
        await meanwhile(count)
        count += 1
        return found

    return replace(part.training, compose=slow)


@pytest.mark.parametrize("noted_only", [True, False])
async def test_a_dataset_is_built_again_without_what_was_deleted_meanwhile(part: Part, *, noted_only: bool) -> None:
    """All that the deleter does falls between reading and writing, or only his note."""

    async def meanwhile(count: int) -> None:
        if count == 0 and noted_only:
            (fate,) = _fates(went("doc_3"))
            await part.fates.note("acme", [fate])
        elif count == 0:
            await part.following.on_documents([went("doc_3")])

    dataset_id = await during(part, meanwhile).build("acme", "classification")
    built = await part.datasets.get("acme", dataset_id)
    assert (built.manifest.looked_at, built.made_of) == (30, MadeOf(4))
    held, _ = await part.made_of.holding("acme", "doc_3", limit=10, cursor=None)
    assert [(one.deleted_at, one.dataset_id != dataset_id) for one in held] == [(NOW, True)]
    assert (await part.datasets.get("acme", held[0].dataset_id)).made_of == MadeOf(5, deleted=1)


async def test_whoever_builds_while_all_documents_are_deleted_comes_again(part: Part) -> None:
    async def meanwhile(count: int) -> None:
        await part.following.on_documents([went(f"doc_{count}")])

    with pytest.raises(RetryLaterError):
        await during(part, meanwhile).build("acme", "classification")


def _fates(*events: DocumentChanged) -> list[Any]:
    from ratchet_trainer.documents.resting import fates_in

    return list(fates_in(events)["acme"].values())


async def test_over_the_bus_and_over_http(settings_for: SettingsFor, tenant: Tenant) -> None:
    async with trainer(settings_for, tenant, min_examples=10) as (app, bus):
        words = [resting(n, tenant=tenant.name) for n in range(40)]
        await publish(bus, *words)
        await until(app, 40)
        _, built = await app.post("/api/models/datasets", {"task_type": "classification"})
        assert built["made_of"] == {"documents": 5, "deleted": 0, "changed": 0}
        await publish(bus, went("doc_0", tenant=tenant.name), replaced("doc_1", 2, tenant=tenant.name))
        while True:
            _, its = await app.get(f"/api/models/datasets/{built['dataset_id']}")
            if its["made_of"] == {"documents": 5, "deleted": 1, "changed": 1}:
                break
            await asyncio.sleep(0.1)
        assert sum(its["present"].values()) == 30
        status, lineage = await app.get("/api/models/documents/doc_0")
        assert (status, lineage["state"], lineage["examples"]) == (200, "deleted", {"refused": 10})
        assert [one["dataset_id"] for one in lineage["datasets"]] == [built["dataset_id"]]
        _, page = await app.get("/api/models/documents/doc_1/examples?limit=4")
        assert [one["state"] for one in page["items"]] == ["outdated"] * 4
        assert page["next"]
        _, documents = await app.get(f"/api/models/datasets/{built['dataset_id']}/documents")
        by_id = {one["document_id"]: one for one in documents["items"]}
        assert by_id["doc_0"]["deleted_at"]
        assert by_id["doc_1"]["changed_at"]
        assert not by_id["doc_2"]["changed_at"]
        assert (await app.get("/api/models/documents/doc_9"))[0] == 404
        ratchet = Ratchet(app.url, tenant.token)
        assert (await ratchet.json("data", "document", "doc_0"))["state"] == "deleted"
        shown = (await ratchet("data", "document", "doc_1")).stdout
        assert "has another content" in shown
        assert built["dataset_id"] in shown
        assert "outdated" in (await ratchet("data", "document", "doc_1", "--examples")).stdout
        assert (await ratchet("data", "document", "doc_9")).exit_code == 1
        card = (await ratchet("data", "show", built["dataset_id"])).stdout
        assert "given from 5 documents. Of these 1 was deleted since" in card
        assert "1 had another content" in card
        _, stats = await app.get("/api/models/examples/stats")
        assert (stats["outdated"], stats["refused"]["document_deleted"]) == (10, 10)
