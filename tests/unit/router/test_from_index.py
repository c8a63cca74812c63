"""Questions to an index of passages: what comes out of it, and what is said where it is away."""

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_documents.chunking import Chunk, TablePart
from ratchet_retrieval import AwayError, Found, Index, Passage, Subject, Where
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.sources import KnowledgeAwayError, NoKnowledgeError, TablePlace
from tests.unit.router.documents.memory_index import MemoryIndex

LINES = ("The lease runs until 2031.", "The rate is 4.5 percent.", "It may be renewed once.")


async def filled() -> MemoryIndex:
    index, about = MemoryIndex(), Subject("Lease of the hall", company="Acme", period="2023-Q3")
    chunks = [Chunk(order, text, (), order + 1, order + 1) for order, text in enumerate(LINES)]
    chunks.append(Chunk(9, "rate | 4.5", (), 7, 8, TablePart(2, 0, 4, 5), caption="All rates"))
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
    assert (table.sources[0].table, table.sources[0].text) == (TablePlace(2, 0, 4), "All rates\nrate | 4.5")


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
