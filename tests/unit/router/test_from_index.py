"""Questions to an index of passages: what comes out of it, and what is said where it is away."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk, TablePart
from ratchet_documents.page_turns import Turn
from ratchet_retrieval import AwayError, Found, Index, Passage, Subject, Where
from ratchet_router.grounding.as_known import as_known, as_they_are_named
from ratchet_router.grounding.from_index import NONE, NOT_THERE, TOO_MANY, FromIndex
from ratchet_router.grounding.known import Known
from ratchet_router.grounding.sources import KnowledgeAwayError, NoKnowledgeError, TablePlace
from tests.unit.router.documents.memory_index import MemoryIndex

LINES = ("The lease runs until 2031.", "The rate is 4.5 percent.", "It may be renewed once.")


async def filled() -> MemoryIndex:
    index, about = MemoryIndex(), Subject("Lease of the hall", company="Acme", period="2023-Q3")
    chunks = [Chunk(order, text, (), order + 1, order + 1) for order, text in enumerate(LINES)]
    chunks.append(Chunk(9, "rate | 4.5", (), 7, 8, TablePart(2, 0, 4, 5), "All rates", (Turn(5, 8),)))
    await index.put("acme", [Passage("lease", 2, about, chunk) for chunk in chunks])
    return index


async def test_passages_come_with_their_document_their_pages_and_their_rank() -> None:
    index = await filled()
    found = await FromIndex(lambda: index).retrieve("acme", "the rate is", Where(), 2, wider=False)
    assert found.searched == "full text"
    first, second = found.sources
    assert (first.document_id, first.revision, first.order, first.first_page) == ("lease", 2, 1, 2)
    assert (first.title, first.company, first.period, first.text) == ("Lease of the hall", "Acme", "2023-Q3", LINES[1])
    assert (first.ranks, second.ranks, first.score) == ({"words": 1}, {"words": 2}, 3.0)
    table = await FromIndex(lambda: index).retrieve("acme", "rate |", Where(), 1, wider=False)
    its = table.sources[0]
    assert (its.table, its.text) == (TablePlace(2, 0, 4), "All rates\nrate | 4.5")
    assert its.pages_of(its.text.index("rate |"), its.text.index("rate |") + 4) == (7, 7)
    assert its.pages_of(its.text.index("| 4.5"), len(its.text)) == (8, 8)


async def test_a_wider_look_brings_what_stands_before_and_after_without_a_rank() -> None:
    index = await filled()
    found = await FromIndex(lambda: index).retrieve("acme", "rate is", Where(), 1, wider=True)
    assert [(one.order, dict(one.ranks)) for one in found.sources] == [(1, {"words": 1}), (0, {}), (2, {})]


async def test_no_tenant_finds_anothers_and_where_narrows() -> None:
    index = await filled()
    looks = FromIndex(lambda: index)
    assert (await looks.retrieve("other", "rate", Where(), 5, wider=True)).sources == ()
    assert (await looks.retrieve("acme", "rate", Where(documents=("x",)), 5, wider=False)).sources == ()


class Away(MemoryIndex):
    async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:  # noqa: ARG002
        raise AwayError("The bucket is away.")


async def test_an_index_that_is_away_or_cannot_be_opened_is_a_problem_without_its_place() -> None:
    with pytest.raises(KnowledgeAwayError) as away:
        await FromIndex(Away).retrieve("acme", "rate", Where(), 5, wider=False)
    assert "bucket" not in away.value.detail

    def closed() -> Index:
        raise CannotStartError("The index /secret/place cannot be written to.")

    with pytest.raises(NoKnowledgeError) as none:
        await FromIndex(closed).retrieve("acme", "rate", Where(), 5, wider=False)
    assert "/secret" not in none.value.detail


@dataclass(frozen=True)
class Knows:
    known: Known

    async def of(self, tenant: str) -> Known:
        return self.known if tenant == "acme" else Known()


ACME, BOLT = About("lease", "Lease of the hall", "Acme, Inc."), About("bolts", "Bolts", "Bolt Corporation", "2023-Q3")


async def two_companies() -> MemoryIndex:
    index = await filled()
    chunks = [Chunk(0, "The rate of bolts is 7.", (), 1, 1), Chunk(1, "bolts | 7", (), 1, 1, TablePart(1, 0, 0, 1))]
    chunks.append(Chunk(2, "The rate stands in the preceding table.", (), 1, 1))
    await index.put("acme", [Passage("bolts", 1, Subject("Bolts", company="Bolt Corporation"), one) for one in chunks])
    return index


async def test_a_question_that_cannot_wait_leaves_the_index_being_opened_for_the_next() -> None:
    index, may_open, opened = await filled(), threading.Event(), []

    def opens() -> Index:
        may_open.wait(30)
        opened.append(index)
        return index

    looks = FromIndex(opens)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await looks.retrieve("acme", "rate", Where(), 5, wider=False)
    may_open.set()
    for _ in range(2):
        assert (await looks.retrieve("acme", "rate is", Where(), 1, wider=False)).sources
    assert len(opened) == 1


async def test_whose_documents_are_not_there_yet_waits_for_no_index() -> None:
    index, may_open, opened = await filled(), threading.Event(), []

    def opens() -> Index:
        may_open.wait(30)
        opened.append(index)
        return index

    looks = FromIndex(opens, Knows(Known(none=True)))
    assert not looks.is_open()
    found = await looks.retrieve("acme", "rate", Where(), 5, wider=False)
    assert (found.sources, found.searched, found.reasons) == ((), "", (NONE,))
    assert not looks.is_open()
    may_open.set()
    looks.knows = Knows(Known((ACME,)))
    assert (await looks.retrieve("acme", "rate is", Where(), 1, wider=False)).sources
    assert (len(opened), looks.is_open()) == (1, True)


async def test_an_index_is_opened_once_and_before_the_first_question() -> None:
    index, opened = await filled(), threading.Semaphore(0)

    def opens() -> Index:
        opened.release()
        return index

    looks = FromIndex(opens)
    for _ in range(2):
        looks.open_soon()
    assert await asyncio.to_thread(opened.acquire, timeout=30)
    assert (await looks.retrieve("acme", "rate is", Where(), 1, wider=False)).sources
    assert not opened.acquire(blocking=False)


async def test_an_index_that_could_not_be_opened_beforehand_is_opened_by_a_question() -> None:
    index, tries = await filled(), iter([True, False])

    def opens() -> Index:
        if next(tries):
            raise AwayError("The bucket is away.")
        return index

    looks = FromIndex(opens)
    looks.open_soon()
    with suppress(KnowledgeAwayError):  # of one that comes meanwhile
        await looks.retrieve("acme", "rate is", Where(), 1, wider=False)
    assert (await looks.retrieve("acme", "rate is", Where(), 1, wider=False)).sources


async def test_an_index_that_is_away_when_it_is_opened_is_opened_by_the_next_question() -> None:
    index, tries = await filled(), iter([True, False])

    def opens() -> Index:
        if next(tries):
            raise AwayError("The bucket is away.")
        return index

    looks = FromIndex(opens)
    with pytest.raises(KnowledgeAwayError):
        await looks.retrieve("acme", "rate", Where(), 5, wider=False)
    assert (await looks.retrieve("acme", "rate is", Where(), 1, wider=False)).sources


async def test_what_the_question_names_narrows_and_the_answer_says_so_and_how_it_was_searched() -> None:
    index = await two_companies()
    looks = FromIndex(lambda: index, Knows(Known((ACME, BOLT))))
    found = await looks.retrieve("acme", "What is the rate of Bolt?", Where(), 5, wider=False)
    assert {one.document_id for one in found.sources} == {"bolts"}
    alone = "Searched by words alone: no embeddings are configured."
    assert found.reasons == ("The question names Bolt Corporation.", alone)
    everywhere = await looks.retrieve("acme", "What is the rate of it?", Where(), 5, wider=False)
    assert {one.document_id for one in everywhere.sources} == {"lease", "bolts"}
    assert everywhere.reasons == (alone,)


async def test_a_company_is_asked_for_by_its_short_name() -> None:
    asked: list[Where] = []

    class Noting(MemoryIndex):
        async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:
            asked.append(where)
            return await super().by_words(tenant, text, where, limit)

    looks = FromIndex(Noting, Knows(Known((ACME, BOLT))))
    await looks.retrieve("acme", "the rate", Where(companies=("acme", "Dill")), 5, wider=False)
    assert asked == [Where(companies=("Acme, Inc.", "Dill", "acme"))]


def test_a_company_is_asked_for_by_the_first_words_of_its_name() -> None:
    where = as_they_are_named(Where(companies=("Voltarin",)), [About("a", "", "Voltarin Energie SE"), BOLT])
    assert where == Where(companies=("Voltarin", "Voltarin Energie SE"))


async def test_a_table_that_a_passage_speaks_of_comes_along_without_a_rank() -> None:
    index = await two_companies()
    found = await FromIndex(lambda: index).retrieve("acme", "which rate stands in it", Where(), 1, wider=False)
    assert [(one.order, dict(one.ranks)) for one in found.sources] == [(2, {"words": 1}), (1, {})]


async def test_of_too_many_documents_none_is_chosen_by_its_name_and_that_is_said() -> None:
    index = await two_companies()
    looks = FromIndex(lambda: index, Knows(Known(too_many=True)))
    found = await looks.retrieve("acme", "What is the rate of Bolt?", Where(), 5, wider=False)
    assert {one.document_id for one in found.sources} == {"lease", "bolts"}
    assert TOO_MANY in found.reasons


def test_a_filter_of_periods_becomes_the_documents_that_tell_of_them() -> None:
    known = [About("a", "10-Q", "Fernwood Mills, Inc.", "2023-Q3"), About("b", "10-Q", "Quillon Ltd.", "2022-Q3")]
    assert as_known(Where(periods=("FY2023",)), known) == Where(documents=("a",))
    of_one = Where(companies=("Quillon",), periods=("2023",))
    assert as_known(of_one, known).periods == ("2023",)  # none of its: nothing is found
    assert as_known(Where(periods=("2023",)), ()) == Where(periods=("2023",))


async def test_an_id_of_no_document_is_said_to_be_that_and_not_that_it_is_searched() -> None:
    """Another tenant's as one that nobody has. What is found before it is known is there."""
    index, other = await filled(), About("report", "Report of Acme", "Acme")

    class Knows:
        async def of(self, tenant: str) -> Known:  # noqa: ARG002
            return Known([other])

    looks = FromIndex(lambda: index, Knows())
    found = await looks.retrieve("acme", "the rate of Acme", Where(documents=("theirs",)), 5, wider=False)
    assert found.sources == ()
    assert f"{NOT_THERE}theirs." in found.reasons
    assert not [one for one in found.reasons if "are searched" in one]
    new = await looks.retrieve("acme", "rate", Where(documents=("lease",)), 5, wider=False)
    assert new.sources
    assert not [one for one in new.reasons if one.startswith(NOT_THERE)]
