"""Companies that a report is asked about and computes nothing of."""

from collections.abc import Sequence

import pytest

from ratchet_documents.asked_documents import About
from ratchet_documents.graph import Entity, Graph, Relation
from ratchet_documents.graph import Where as At
from ratchet_router.graph.part import Part, packed
from ratchet_router.graph.store import Kept, Narrow
from ratchet_router.grounding.context import Context
from ratchet_router.grounding.known import Known
from ratchet_router.reporting.from_documents import MOST_READ, FromDocuments
from ratchet_router.reporting.missing import MAYBE, NO_AMOUNTS, NO_COMPANY, NO_DOCUMENT
from ratchet_router.reporting.reported import Reported
from ratchet_router.reporting.wanted import Wanted

FERNWOOD, QUILLON, HARROW = "Fernwood Mills, Inc.", "Quillon Paper Ltd.", "Harrow Board AG"
KNOWN = (
    About("doc_1", "Fernwood 2025", FERNWOOD),
    About("doc_2", "Quillon 2025", QUILLON),
    About("doc_3", "Harrow 2025", HARROW),
    About("doc_4", "A memo"),
)


def part(document: str, company: str, key: str, *, reports: bool = True) -> Part:
    its = Entity(f"company:{key}", "company", company, (company,))
    ends = (its.id, "metric:revenue", "period:12M-2025-12-31")
    margin = (its.id, "metric:net_income", "period:12M-2025-12-31")
    where = At(document, 0, 1, 0, 9)
    found = [Relation("reports", its_ends, where, 9e6, "USD") for its_ends in (ends, margin)] if reports else []
    return Part(document, 1, document, key, "2025", "financial_report", Graph({its.id: its}, tuple(found)))


class Graphs:
    """As the store."""

    def __init__(self) -> None:
        self.parts = [
            *(part("doc_1", FERNWOOD, "fernwood mills") for _ in range(MOST_READ)),  # as many as are read at all
            part("doc_2", QUILLON, "quillon paper"),
            part("doc_3", HARROW, "harrow board", reports=False),
        ]

    async def listed(
        self, tenant: str, narrow: Narrow, *, keys: Sequence[str] = (), until: str = "", limit: int = 50
    ) -> list[Kept]:
        assert (tenant, until) == ("acme", "")
        found = [
            one
            for one in self.parts
            if (not keys or set(keys) & set(one.graph.entities))
            and (narrow.companies is None or one.company in narrow.companies)
            and (narrow.documents is None or one.document_id in narrow.documents)
        ]
        return [Kept(one, packed(one.graph)) for one in found[:limit]]


class Knows:
    def __init__(self, known: Sequence[About] = KNOWN) -> None:
        self._known = known

    async def of(self, tenant: str) -> Known:
        assert tenant == "acme"
        return Known(self._known)


async def read(question: str, context: Context | None = None) -> Reported:
    wanted = Wanted(question=question, context=context or Context())
    return await FromDocuments(Graphs(), Knows()).reported("acme", wanted)


def companies(found: Reported) -> list[str]:
    return sorted({one.company for one in found.statements})


@pytest.mark.parametrize(
    ("question", "computed", "said"),
    [
        ("Compare the net margin of Fernwood and Quillon in 2025.", [FERNWOOD, QUILLON], ()),
        (
            "Compare the net margin of Fernwood, Quillon and Harrow.",
            [FERNWOOD, QUILLON],
            (NO_AMOUNTS.format(name=HARROW),),
        ),
        (
            "Compare the net margin of Fernwood Mills and Zentrix Corporation.",
            [FERNWOOD],
            (NO_DOCUMENT.format(name="Zentrix Corporation"),),
        ),
        ("Compare the net margin of Fernwood and Zentrix.", [FERNWOOD], (MAYBE.format(name="Zentrix"),)),
        ("What was the net margin of Zentrix Corporation?", [], (NO_DOCUMENT.format(name="Zentrix Corporation"),)),
    ],
)
async def test_what_the_question_names_is_computed_or_it_is_said_why_not(
    question: str, computed: list[str], said: tuple[str, ...]
) -> None:
    found = await read(question)
    assert companies(found) == computed
    assert found.missing == said


async def test_what_the_request_gives_is_computed_or_it_is_said_why_not() -> None:
    given = Context(companies=("Quillon", "Harrow Board AG", "Zentrix Inc."))
    found = await read("What were the net margins?", given)
    assert companies(found) == [QUILLON]
    assert found.missing == (NO_AMOUNTS.format(name=HARROW), NO_DOCUMENT.format(name="Zentrix Inc."))
    found = await read("What were the net margins?", Context(documents=("doc_2", "doc_3", "doc_4")))
    assert companies(found) == [QUILLON]
    assert found.missing == (NO_AMOUNTS.format(name=HARROW), NO_COMPANY.format(title="A memo"))


async def test_a_time_of_which_one_of_them_reports_nothing_is_said() -> None:
    found = await read("What was the net margin of Fernwood and Quillon in 2019?")
    assert found.statements == ()
    assert NO_AMOUNTS.format(name=FERNWOOD) in found.missing
