"""What becomes of examples when a document that they rest on is deleted or gets another content."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import DocumentChanged, FeedbackJoined, PredictionMade
from ratchet_trainer.collecting.collection import Collector, Word
from ratchet_trainer.collecting.drafts import Refused
from ratchet_trainer.collecting.learning import Learned
from ratchet_trainer.collecting.sampling import Sampling
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.datasets.dataset import Resting
from ratchet_trainer.documents.resting import Became, DocumentRead, Fate, became, fates_in, read_in
from ratchet_trainer.privacy.hashing import Hashes
from tests.unit.trainer.documents_in_memory import Followed, InMemoryFates, following
from tests.unit.trainer.make_data import NOW, made, said
from tests.unit.trainer.test_collection import InMemoryExamples, InMemoryServed, in_process
from tests.unit.trainer.test_composing import composed, document, head

READ = {"approach": "base_rag", "documents_read": ("lease", "report"), "revisions_read": (1, 3)}


def changed(document_id: str, *, tenant: str = "acme", minutes: int = 0, **fields: Any) -> DocumentChanged:
    at = NOW + timedelta(minutes=minutes)
    given: dict[str, Any] = {"tenant": tenant, "document_id": document_id, "occurred_at": at, "change": "changed"}
    return DocumentChanged(**given | fields)


def went(document_id: str, **fields: Any) -> DocumentChanged:
    return changed(document_id, change="went", state="gone", **fields)


def replaced(document_id: str, since: int, **fields: Any) -> DocumentChanged:
    return changed(document_id, state="ready", revision=since, served_since=since, **fields)


def collecting(fates: InMemoryFates) -> tuple[Collector, InMemoryExamples, Followed]:
    examples, (its, followed) = InMemoryExamples(), following(fates)
    sampling = Sampling(share=1.0)
    collector = Collector(examples, InMemoryServed(), in_process, Hashes(b"salt" * 8), sampling, its)
    return collector, examples, followed


def test_what_an_answer_was_given_from_is_read_with_its_revisions() -> None:
    assert read_in(made(**READ)) == (DocumentRead("lease", 1), DocumentRead("report", 3))
    assert read_in(made(documents_read=("lease",))) == (DocumentRead("lease", 0),)
    assert read_in(said()) == ()


@pytest.mark.parametrize("event", [made(**READ), said(**READ)], ids=["prediction", "feedback"])
def test_an_event_of_an_earlier_release_reads_as_one_without_documents(event: PredictionMade | FeedbackJoined) -> None:
    body = msgspec.json.decode(msgspec.json.encode(event))
    for name in READ:
        body.pop(name)
    earlier = msgspec.json.decode(msgspec.json.encode(body), type=type(event))
    assert (earlier.approach, earlier.documents_read, earlier.revisions_read) == ("direct", (), ())


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        (went("d"), Fate("d", deleted_at=NOW)),
        (changed("d", state="deleting"), Fate("d", deleted_at=NOW)),
        (replaced("d", 2), Fate("d", served_since=2, changed_at=NOW)),
        (replaced("d", 1), None),
        (changed("d", state="ready", revision=4, served_since=1), None),  # read anew, with the same content
        (changed("d", state="refused", revision=4), None),
        (changed("d", state="parsing", revision=2), None),
        (changed("d", change="came", state="received"), None),
    ],
)
def test_what_follows_from_a_change_of_a_document(change: DocumentChanged, fate: Fate | None) -> None:
    assert fates_in([change]) == ({"acme": {"d": fate}} if fate else {})


def test_a_deletion_outweighs_whatever_else_is_heard_of_a_document() -> None:
    for events in ([went("d"), replaced("d", 3)], [replaced("d", 3), went("d")]):
        assert fates_in(events)["acme"]["d"].deleted_at == NOW
    newest = fates_in([replaced("d", 4), replaced("d", 2), replaced("d", 2, tenant="other")])
    assert [newest[tenant]["d"].served_since for tenant in ("acme", "other")] == [4, 2]


@pytest.mark.parametrize(
    ("revision", "since", "fell"),
    [(1, 2, True), (2, 2, False), (3, 2, False), (0, 2, True), (0, 1, False), (0, 0, False), (1, 0, False)],
)
def test_what_was_read_of_an_older_content_is_outdated(revision: int, since: int, *, fell: bool) -> None:
    fates = {"d": Fate("d", served_since=since)}
    assert became([DocumentRead("d", revision)], fates) == (Became.CHANGED if fell else None)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), max_size=5),
    st.dictionaries(st.sampled_from("abc"), st.tuples(st.booleans(), st.integers(0, 4))),
)
def test_an_example_falls_by_the_worst_that_became_of_its_documents(
    read: list[tuple[str, int]], fates: dict[str, tuple[bool, int]]
) -> None:
    known = {one: Fate(one, NOW if gone else None, since) for one, (gone, since) in fates.items()}
    what = became([DocumentRead(*one) for one in read], known)
    deleted = any(fates.get(one, (False, 0))[0] for one, _ in read)
    older = any(1 < fates.get(one, (False, 0))[1] > revision for one, revision in read)
    assert what == (Became.DELETED if deleted else Became.CHANGED if older else None)


async def test_an_example_keeps_what_its_answer_was_given_from() -> None:
    collector, examples, followed = collecting(InMemoryFates())
    await collector.on_feedback([said(**READ)])
    await collector.on_predictions([made(**READ)])
    for example in examples.examples:
        assert example.approach == "base_rag"
        assert example.documents == (DocumentRead("lease", 1), DocumentRead("report", 3))
    assert len(examples.examples) == 2
    assert followed == Followed()


@pytest.mark.parametrize("kind", ["feedback", "prediction"])
async def test_what_comes_after_its_document_was_deleted_is_refused(kind: Literal["feedback", "prediction"]) -> None:
    fates = InMemoryFates()
    await fates.note("acme", [Fate("report", deleted_at=NOW)])
    collector, examples, followed = collecting(fates)
    if kind == "feedback":
        await collector.on_feedback([said(**READ), said(**READ, tenant="other")])
    else:
        await collector.on_predictions([made(**READ), made(**READ, tenant="other")])
    words = {word.about.tenant: word for word in examples.words.values() if _reason(word) != Reason.SAMPLE_REPLACED}
    assert _reason(words["acme"]) == Reason.DOCUMENT_DELETED
    assert isinstance(words["other"], Learned)
    assert words["acme"].about.example_id in followed.examples_taken_out
    assert words["other"].about.example_id not in followed.examples_taken_out


async def test_what_comes_after_its_document_has_changed_is_set_aside_unless_it_read_the_new_one() -> None:
    fates = InMemoryFates()
    await fates.note("acme", [Fate("report", served_since=3)])
    collector, examples, followed = collecting(fates)
    older = said(**READ | {"revisions_read": (1, 2)})
    await collector.on_feedback([older, said(**READ)])
    assert len(examples.examples) == 2
    (aside,) = [one.example_id for one in examples.examples if one.documents[1].revision == 2]
    assert [one for one in followed.examples_set_aside if one in {e.example_id for e in examples.examples}] == [aside]
    assert not followed.examples_taken_out


async def test_a_change_is_noted_and_followed_by_tenant() -> None:
    fates = InMemoryFates()
    its, followed = following(fates)
    heard = [went("a"), replaced("b", 2), replaced("b", 3), went("c", tenant="other"), changed("d", state="parsing")]
    await its.on_documents(heard)
    assert (followed.taken_out, followed.set_aside) == (["a", "c"], [("b", 3)])
    assert sorted(followed.marked) == ["a", "b", "c"]
    assert set(fates.known) == {("acme", "a"), ("acme", "b"), ("other", "c")}


def test_a_dataset_names_the_documents_that_it_was_made_of() -> None:
    lease, report = DocumentRead("lease", 2), DocumentRead("report", 1)
    heads = [head(n, document(n)) for n in range(40)]
    assert composed("summary", heads).documents == {}
    both = (report, DocumentRead("lease", 1))
    found = composed("summary", [replace(one, documents=(lease,) if n % 2 else both) for n, one in enumerate(heads)])
    assert found.documents == {"lease": Resting(40, 1), "report": Resting(20, 1)}
    assert found.dataset_id == composed("summary", heads).dataset_id


def _reason(word: Word) -> Reason | None:
    return word.reason if isinstance(word, Refused) else None
