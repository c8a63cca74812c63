"""From a question to passages."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import TablePart
from ratchet_retrieval.asking import Candidate, NotRerankedError, Question, Retrieved
from ratchet_retrieval.embedding import EmbedsOnce, NotEmbeddedError
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.passages import Passage, Place
from ratchet_retrieval.port import Where
from ratchet_retrieval.retrieving import NO_DIRECTION, retrieve
from tests.unit.retrieval.passages_for_tests import BOLT, document

KNOWN = [
    About("a", "Report of Acme", "Acme, Inc.", "2023-Q1", "2023-03-31"),
    About("b", "Report of Bolt", "Bolt & Nut Corporation", "2023-Q2", "2023-06-30"),
]
ACMES = ["Opening.", "Sales are shown in the following table.", "region | 5", "Costs rose.", "Closing."]


@pytest.fixture
async def index(tmp_path: Path) -> LanceIndex:
    index = LanceIndex(str(tmp_path))
    passages = document("a", ACMES)
    table = document("a", ACMES, table=TablePart(1, 0, 0, 1))[2]
    await index.put("t", [*passages[:2], table, *passages[3:]], [[1.0, at] for at in range(5)])
    await index.put("t", document("b", ["Sales of nuts.", "Costs of bolts."], subject=BOLT))
    return index


def places(found: Retrieved) -> list[tuple[str, int]]:
    return [(hit.passage.document_id, hit.passage.chunk.order) for hit in found.hits]


async def test_what_the_question_names_narrows_the_search_and_is_said(index: LanceIndex) -> None:
    found = await retrieve(index, "t", Question("What were the sales of Bolt & Nut?", known=KNOWN))
    assert {document_id for document_id, _ in places(found)} == {"b"}
    assert found.documents == ("b",)
    assert found.reasons == ("The question names Bolt & Nut Corporation.",)
    assert found.way == "words"
    assert found.how == ("Searched by words alone: no embeddings are configured.",)
    assert [hit.rank_by_words for hit in found.hits] == list(range(1, len(found.hits) + 1))
    assert found.hits[0].score_by_words == found.hits[0].score > 0


async def test_what_is_named_and_not_there_is_said(index: LanceIndex) -> None:
    found = await retrieve(index, "t", Question("Sales in Q4 2019?", known=KNOWN))
    assert found.hits
    assert "2019-Q4, of which no document is known" in found.reasons[0]


async def test_who_is_in_no_document_is_not_answered_from_those_of_others(index: LanceIndex) -> None:
    for question in ("What were Zentrix's sales?", "What were the sales of Zentrix Corporation in Q1 2023?"):
        found = await retrieve(index, "t", Question(question, known=KNOWN))
        assert (found.hits, found.documents) == ((), ())
        assert found.reasons[-1].startswith("No document speaks of Zentrix")
        assert found.how[-1] == "Nothing was found."


async def test_who_has_no_document_and_is_spoken_of_in_anothers_is_found_there(index: LanceIndex) -> None:
    await index.put("t", document("b", ["A contract on sales with ZENTRIX CORP."], revision=2, subject=BOLT))
    for question in (
        "What were Zentrix's sales?",
        "What was the EBITDA of Zentrix Corporation?",
        "What were the sales of Zentrix Corporation in Q1 2023?",
    ):
        found = await retrieve(index, "t", Question(question, known=KNOWN))
        assert ("b", 0) in places(found)
    assert found.documents is None
    assert found.reasons[-1] == "Only documents of other times speak of Zentrix Corporation: all are searched."


async def test_the_caller_narrows_first(index: LanceIndex) -> None:
    asked = Question("Sales of Acme", known=KNOWN, where=Where(documents=("b",)))
    found = await retrieve(index, "t", asked)
    assert {document_id for document_id, _ in places(found)} == {"b"}
    assert "None of the documents that were asked for" in found.reasons[-1]


async def test_neighbours_and_the_table_come_along(index: LanceIndex) -> None:
    found = await retrieve(index, "t", Question("Which sales are shown?", known=KNOWN, limit=1))
    (hit,) = found.hits
    assert hit.passage.chunk.order == 1
    assert [one.chunk.order for one in hit.tables] == [2]
    assert [one.chunk.order for one in hit.beside] == [0]


async def test_words_and_vectors_are_fused(index: LanceIndex) -> None:
    found = await retrieve(index, "t", Question("costs", vector=[1.0, 3.0]))
    assert found.way == "words and vectors"
    assert places(found)[0] == ("a", 3)
    first = found.hits[0]
    assert (first.rank_by_vector, first.rank_by_words) == (1, first.rank_by_words)
    assert first.rank_by_words is not None
    assert ("b", 1) in places(found)  # has no vector
    assert len(places(found)) == len(set(places(found)))


async def test_an_empty_index_and_no_hit_are_said(index: LanceIndex) -> None:
    for tenant, question in (("nobody", "sales"), ("t", "zebra"), ("t", "")):
        found = await retrieve(index, tenant, Question(question))
        assert found.hits == ()
        assert found.how[-1] == "Nothing was found."


class ReplacedInBetween(LanceIndex):
    """Once: after the search, and before any text is read."""

    replaced = False

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        if not self.replaced:
            self.replaced = True
            await self.put(tenant, document("a", ["Sales of the second revision."], revision=2))
        return await super().passages_at(tenant, places)


async def test_what_is_replaced_before_its_text_is_read_is_looked_for_again(tmp_path: Path) -> None:
    index = ReplacedInBetween(str(tmp_path))
    await index.put("t", document("a", ["Sales.", "Sales of the first."]))
    await index.put("t", document("b", ["Sales of nuts."], subject=BOLT))
    found = await retrieve(index, "t", Question("sales"))
    assert sorted(places(found)) == [("a", 0), ("b", 0)]
    assert {hit.passage.revision for hit in found.hits if hit.passage.document_id == "a"} == {2}


class Counted(LanceIndex):
    reads = 0

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        self.reads += 1
        return await super().passages_at(tenant, places)


async def test_the_texts_of_all_hits_and_of_what_is_around_come_in_one_look(tmp_path: Path) -> None:
    index = Counted(str(tmp_path))
    for at in range(5):
        await index.put("t", document(f"d{at}", ["Opening.", "Sales.", "Closing."]))
    found = await retrieve(index, "t", Question("sales"))
    assert [[one.chunk.order for one in hit.beside] for hit in found.hits] == [[0, 2]] * 5
    assert index.reads == 1


class Backwards:
    name = "a reranker for tests"
    most = 50

    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        assert question
        return list(range(len(found)))


class TooFew(Backwards):
    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        return (await super().rerank(question, found))[1:]


class Noting(Backwards):
    """Reads two, unless more are asked for."""

    most = 2

    def __init__(self) -> None:
        self.read: list[Candidate] = []

    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        self.read = list(found)
        return await super().rerank(question, found)


class Broken(Backwards):
    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        raise NotRerankedError(f"it gave none for {len(found)} passages, asked about {question}.")


async def test_a_reranker_has_the_last_word(index: LanceIndex) -> None:
    as_found = await retrieve(index, "t", Question("sales costs"))
    reranked = await retrieve(index, "t", Question("sales costs"), Backwards())
    assert places(reranked) == places(as_found)[::-1]
    assert reranked.how[-1] == "Put in order by a reranker for tests."
    with pytest.raises(ValueError, match=r"gave \d scores for \d passages"):
        await retrieve(index, "t", Question("sales"), TooFew())


async def test_a_reranker_reads_the_best_as_they_were_found(index: LanceIndex) -> None:
    as_found = (await retrieve(index, "t", Question("sales costs"))).hits
    reranks = Noting()
    first = await retrieve(index, "t", Question("sales costs", limit=1), reranks)
    assert [one.passage for one in reranks.read] == [hit.passage for hit in as_found[:2]]
    assert [one.rank_by_words for one in reranks.read] == [1, 2]
    assert [one.score for one in reranks.read] == [hit.score for hit in as_found[:2]]
    assert [hit.passage for hit in first.hits] == [as_found[1].passage]
    await retrieve(index, "t", Question("sales costs", limit=3), reranks)
    assert len(reranks.read) == 3


async def test_where_a_reranker_fails_the_order_of_the_searches_stands_and_it_is_said_why(index: LanceIndex) -> None:
    as_found = await retrieve(index, "t", Question("sales costs"))
    found = await retrieve(index, "t", Question("sales costs"), Broken())
    assert found.hits == as_found.hits
    assert found.how[-1] == (
        "In the order of the searches, and not put in order by a reranker for tests: "
        "it gave none for 4 passages, asked about sales costs."
    )


class Embedding:
    """The same vector for any text, or none."""

    def __init__(self, vector: list[float], why_none: str = "") -> None:
        self.vector, self.why_none, self.asked = vector, why_none, list[str]()

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        if self.why_none:
            raise NotEmbeddedError(self.why_none)
        return [self.vector for _ in texts]


async def test_a_question_without_a_vector_gets_one(index: LanceIndex) -> None:
    embeds = Embedding([1.0, 3.0])
    found = await retrieve(index, "t", Question("costs"), embeds=embeds)
    assert (found.way, embeds.asked) == ("words and vectors", ["costs"])
    assert found.hits == (await retrieve(index, "t", Question("costs", vector=[1.0, 3.0]))).hits


async def test_the_same_is_embedded_once_however_it_is_put_and_however_often_it_is_searched_for(
    index: LanceIndex,
) -> None:
    embeds = Embedding([1.0, 3.0])
    once = EmbedsOnce(embeds)
    for text in ("costs", "expenses costs", "costs"):
        found = await retrieve(index, "t", Question(text, meant="Which costs rose?"), embeds=once)
        assert found.way == "words and vectors"
    assert embeds.asked == ["Which costs rose?"]
    nothing = Embedding([], "nobody answered.")
    once = EmbedsOnce(nothing)
    for _ in range(2):
        assert (await retrieve(index, "t", Question("costs"), embeds=once)).how == (
            "Searched by words alone: nobody answered.",
        )
    assert nothing.asked == ["costs"]


class Replaced(LanceIndex):
    """What the first search finds is replaced before it is read."""

    looks = 0

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        self.looks += 1
        return await super().passages_at(tenant, places) if self.looks > 1 else []


async def test_a_search_that_is_made_once_more_embeds_the_question_once(index: LanceIndex, tmp_path: Path) -> None:
    embeds, again = Embedding([1.0, 3.0]), Replaced(str(tmp_path))
    assert (await retrieve(again, "t", Question("costs"), embeds=embeds)).hits
    assert (again.looks, embeds.asked) == (2, ["costs"])


async def test_without_a_vector_or_with_one_of_another_model_words_are_searched_and_it_is_said_why(
    index: LanceIndex,
) -> None:
    alone = await retrieve(index, "t", Question("costs"), embeds=Embedding([], "nobody answered."))
    others = await retrieve(index, "t", Question("costs"), embeds=Embedding([1.0, 3.0, 2.0]))
    assert alone.hits == others.hits == (await retrieve(index, "t", Question("costs"))).hits
    assert (alone.way, alone.how) == ("words", ("Searched by words alone: nobody answered.",))
    none = await retrieve(index, "t", Question("costs"), embeds=Embedding([0.0, 0.0]))
    assert (none.hits, none.how) == (alone.hits, (f"Searched by words alone: {NO_DIRECTION}",))
    assert others.how[0].endswith("of another model than the one that is configured; ingest the documents anew.")


async def test_where_none_of_the_documents_asked_for_is_known_it_is_not_said_that_they_are_searched(
    index: LanceIndex,
) -> None:
    asked = Question("Sales of Acme", known=KNOWN, where=Where(documents=("nobody's",)))
    found = await retrieve(index, "t", asked)
    assert found.hits == ()
    assert not [one for one in found.reasons if "are searched" in one]


async def test_of_a_document_that_is_named_and_has_no_word_of_the_question_the_beginning_is_read(
    index: LanceIndex,
) -> None:
    known = [*KNOWN, About("p", "Protokoll", held="2026-04-20", file="harrier_notes.md")]
    await index.put("t", document("p", ["Das Lager wird verlegt.", "Ende."], subject=BOLT))
    for question in ("Which agreements were reached on 20 April 2026?", "Could you summarise harrier_notes.md?"):
        found = await retrieve(index, "t", Question(question, known=known))
        assert places(found) == [("p", 0), ("p", 1)]
        assert found.how[-1] == (
            "No word of the question stands in the documents that it names: they are read from their beginning."
        )
    other_type = Question("Summarise harrier_notes.md", known=known, where=Where(document_types=("email",)))
    assert (await retrieve(index, "t", other_type)).hits == ()
    elsewhere = Question("Summarise harrier_notes.md", known=known, where=Where(documents=("gone",)))
    assert (await retrieve(index, "t", elsewhere)).hits == ()
