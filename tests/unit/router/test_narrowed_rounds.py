"""What a question or its filter names narrows every look into the documents, in whatever words each of them asks."""

import dataclasses

import pytest

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_retrieval import Passage, Subject, Where
from ratchet_router.answered import Answered
from ratchet_router.api.grounding_views import retrieval
from ratchet_router.grounding.context import Context
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.going_on import NOT_FOUND
from ratchet_router.grounding.known import Known
from ratchet_router.grounding.sources import Brought, Meant
from tests.unit.router.documents.memory_index import MemoryIndex
from tests.unit.router.fakes import World
from tests.unit.router.knowledge import source
from tests.unit.router.test_grounded_answers import answered, asked, world

UNKNOWN = "What is the gross margin of Zentrix Corporation?"
MARGIN = "The gross margin was 43.2 percent."
ACME = About("acme", "Report", "Acme, Inc.", "2025-Q3")
MINUTES = About("minutes", "Minutes of the board")


class Knows:
    async def of(self, tenant: str) -> Known:  # noqa: ARG002  as known.Knows
        return Known((ACME, MINUTES))


class Joins:
    """The graph knows nobody of that name, and joins by the metric."""

    async def joined(self, tenant: str, question: str, where: Where) -> Brought:  # noqa: ARG002  as sources.Joins
        return Brought(sources=(source(MARGIN, document_id="acme", ranks={"graph": 1}),), searched="")


async def looks() -> FromIndex:
    index = MemoryIndex()
    for one, text in ((ACME, MARGIN), (MINUTES, "It was decided to raise the gross margin.")):
        passage = Passage(one.document_id, 1, Subject(one.title, company=one.company), Chunk(0, text, (), 1, 1))
        await index.put("acme", [passage])
    return FromIndex(lambda: index, Knows())


async def made() -> World:
    found = world(f'It was 43.2 percent [1: "{MARGIN}"].')
    found.parts = dataclasses.replace(found.parts, retrieves=await looks(), joins=Joins())
    return found


def reasons(found: Answered) -> tuple[str, ...]:
    told = retrieval(found)
    assert told is not None
    return tuple(told["reasons"])


async def test_in_other_words_a_question_names_what_it_named() -> None:
    where, words = Where(), "gross margin zentrix corporation"
    found = await (await looks()).retrieve("acme", words, where, 5, wider=True, meant=Meant(UNKNOWN))
    assert (found.sources, found.nowhere) == ((), True)
    assert "No document speaks of Zentrix Corporation." in found.reasons
    assert (await (await looks()).retrieve("acme", words, where, 5, wider=True, meant=Meant("gross margin"))).sources


@pytest.mark.parametrize("question", [UNKNOWN, f"{UNKNOWN} And what is its revenue?"])
async def test_of_a_company_that_no_document_speaks_of_nobody_is_asked_in_any_round(question: str) -> None:
    its = await made()
    found = await answered(its, asked(question))
    assert (found.output, found.model) == (NOT_FOUND, "nobody")
    assert not any(model.asked for model in its.models.values())
    assert len(found.grounding.rounds if found.grounding else ()) == 1


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"companies": ("Nobody Corp",)}, "The filter leaves no document: there is none of Nobody Corp."),
        ({"periods": ("2025-10",)}, "The filter leaves no document: none that the other fields leave has a period of"),
        ({"companies": ("Acme",), "periods": ("Q4 2025", "2024")}, "has a period of Q4 2025 or 2024, in its name"),
    ],
)
async def test_a_filter_that_leaves_no_document_is_said_and_no_language(
    context: dict[str, tuple[str, ...]], said: str
) -> None:
    found = await answered(await made(), asked("What did the board decide on the margin?", **context))
    assert found.output == NOT_FOUND
    assert any(said in one for one in reasons(found))
    assert not any("taken to be in" in one for one in reasons(found))


async def test_a_filter_that_leaves_some_is_not_said() -> None:
    its = await looks()
    for where in (Context(companies=("Acme",)).where, Context(periods=("2025-Q3",)).where, Where()):
        found = await its.retrieve("acme", "unheard", where, 5, wider=False)
        assert not found.nowhere
        assert not [one for one in found.reasons if one.startswith("The filter")]
    typed = await its.retrieve("acme", "unheard", Where(document_types=("contract",)), 5, wider=False)
    assert "Only documents of the type contract are searched." in typed.reasons
