"""What a question names, joined over the graph of the documents: passages that come along, and what is said of it."""

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_common.errors import RetryLaterError
from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph, Relation, graph_of, merged
from ratchet_retrieval import Passage, Subject, Where
from ratchet_router.graph.part import Part, bounded, packed, part_of
from ratchet_router.graph.store import Kept, Narrow
from ratchet_router.grounding.enough import stands_out
from ratchet_router.grounding.from_graph import MOST_READ, OF_NEWEST, FromGraph
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.joining import Joined, joined, own_periods
from ratchet_router.grounding.known import Known
from ratchet_router.grounding.merged import boosted
from ratchet_router.grounding.retrieving import NOT_JOINED, another_round, grounded
from ratchet_router.grounding.sources import Brought, KnowledgeAwayError, Source
from tests.unit.router.documents.memory_index import MemoryIndex
from tests.unit.router.fakes import World
from tests.unit.router.knowledge import LEASE, REPORT, Library, source
from tests.unit.router.test_grounded_answers import asked, world

HEAD = "(In millions)\nThree Months Ended June 28, 2025 2024\n"
CHUNKS = {
    "fernwood": (
        "Fernwood Mills, Inc. competes with Quillon Paper Ltd. in packaging.",
        f"{HEAD}Net sales $ 50 $ 60\n",
        f"{HEAD}Net income $ 5 $ 6\n",
        "Fernwood Mills, Inc. is exposed to the price of pulp.",
    ),
    "quillon": ("Quillon Paper Ltd.", f"{HEAD}Net sales $ 70 $ 80\n"),
    "harrow": ("Harrow Board Group", f"{HEAD}Net sales $ 90 $ 95\n"),
    "minutes": ("Action item: Oskar to price the pulp by Friday.", "Action item: Mira to count the boxes by Monday."),
}
COMPANIES = {"fernwood": "Fernwood Mills, Inc.", "quillon": "Quillon Paper Ltd.", "harrow": "Harrow Board Group"}


def part(name: str, revision: int = 1, document_id: str = "") -> Part:
    id_ = document_id or name
    chunks = [Chunk(order, text, (), order + 1, order + 1) for order, text in enumerate(CHUNKS[name])]
    subject = Subject(name.title(), company=COMPANIES.get(name, ""), period="2025-Q2")
    return part_of(id_, revision, subject, bounded(graph_of(About(id_, name, subject.company), chunks)))


def whole() -> Graph:
    return merged([part(name).graph for name in CHUNKS])


def places(found: Joined) -> set[tuple[str, int]]:
    return {(one.where.document_id, one.where.chunk) for one in found.relations}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "Compare net sales of Fernwood Mills and Quillon Paper.",
            {("fernwood", 0), ("fernwood", 1), ("quillon", 1)},
        ),
        ("How did net income of Fernwood Mills change?", {("fernwood", 2)}),
        (
            "Compare the net sales of Fernwood Mills with its competitors.",
            {("fernwood", 0), ("fernwood", 1), ("quillon", 1)},
        ),
        ("What risks is Fernwood Mills exposed to, and how do they change?", {("fernwood", 3)}),
        ("What are the tasks of Oskar and Mira?", {("minutes", 0), ("minutes", 1)}),
        ("Which boxes does Mira count?", {("minutes", 1)}),
        ("Compare Fernwood Mills and Quillon Paper.", {("fernwood", 0)}),
        ("How did net sales grow?", set()),  # of nobody
        ("Who is Fernwood Mills?", set()),
    ],
)
def test_relations_between_what_is_named_join_it(question: str, found: set[tuple[str, int]]) -> None:
    assert places(joined(question, whole(), list(CHUNKS))) == found


def test_each_document_is_heard_before_any_is_heard_again() -> None:
    many = [
        dataclasses.replace(one, where=dataclasses.replace(one.where, document_id=id_, chunk=chunk))
        for one in part("quillon").graph.relations[:1]
        for id_ in ("a", "b", "c")
        for chunk in range(9)
    ]
    graph = Graph(part("quillon").graph.entities, tuple(many))
    found = joined("Compare net sales of Quillon Paper over time.", graph, ["c", "b", "a"])
    assert [one.where.document_id for one in found.relations] == ["c", "b", "a", "c", "b", "a"]


def test_what_the_search_and_the_graph_find_stands_above_and_keeps_its_score() -> None:
    first, second = replace(LEASE, score=2.0, ranks={"words": 1}), replace(REPORT, score=1.0, ranks={"words": 2})
    alone = source("Joined.", order=7, ranks={"graph": 2})
    found = boosted([first, second], [replace(second, score=0.0, ranks={"graph": 1}), alone])
    assert [one.key for one in found] == [REPORT.key, LEASE.key, alone.key]
    assert (found[0].score, dict(found[0].ranks)) == (1.0, {"words": 2, "graph": 1})
    assert boosted([first], []) == (first,)
    assert not stands_out([alone, first, replace(second, score=1.99)])  # what has no score says nothing


@dataclass
class Graphs:
    """As the store. `fails`: of every look; `asked`: keys and narrowing of each."""

    parts: Sequence[Part] = field(default_factory=lambda: [part(name) for name in CHUNKS])
    fails: Exception | None = None
    asked: list[tuple[Sequence[str], Narrow]] = field(default_factory=list)

    async def listed(
        self, tenant: str, narrow: Narrow, *, keys: Sequence[str] = (), until: str = "", limit: int = 50
    ) -> list[Kept]:
        assert not until
        self.asked.append((keys, narrow))
        if self.fails is not None:
            raise self.fails
        found = [
            one
            for one in self.parts
            if tenant == "acme"
            and set(keys) & {*one.graph.entities, *one.graph.linked}
            and (narrow.documents is None or one.document_id in narrow.documents)
            and (narrow.companies is None or one.company in narrow.companies)
            and (narrow.periods is None or one.period in narrow.periods)
        ]
        return [Kept(dataclasses.replace(one, graph=Graph()), packed(one.graph)) for one in found[:limit]]


async def index() -> MemoryIndex:
    made = MemoryIndex()
    for name, texts in CHUNKS.items():
        chunks = [Chunk(order, text, (), order + 1, order + 1) for order, text in enumerate(texts)]
        await made.put("acme", [Passage(name, 1, Subject(name.title()), chunk) for chunk in chunks])
    return made


async def over(graphs: Graphs) -> FromGraph:
    its = await index()
    return FromGraph(graphs, FromIndex(lambda: its).passages)


COMPARE = "Compare net sales of Fernwood Mills and Quillon Paper in Q2 2025."


async def test_joined_passages_come_with_their_rank_and_a_reason() -> None:
    graphs = Graphs()
    found = await (await over(graphs)).joined("acme", COMPARE, Where())
    assert [(one.document_id, one.order, dict(one.ranks)) for one in found.sources] == [
        ("fernwood", 1, {"graph": 1}),
        ("quillon", 1, {"graph": 2}),
        ("fernwood", 0, {"graph": 3}),
    ]
    (said,) = found.reasons
    assert said.startswith("The graph of the documents joins ")
    assert said.endswith(": 3 passages of 2 documents came along.")
    assert "Fernwood Mills, Inc." in said
    assert graphs.asked[0][1].periods == ("2025-Q2",)
    peers = await (await over(Graphs())).joined("acme", "Compare net sales of Fernwood Mills with its rivals.", Where())
    assert {one.document_id for one in peers.sources} == {"fernwood", "quillon"}


async def test_nothing_of_another_tenant_or_outside_of_what_was_asked_for_comes() -> None:
    joins = await over(Graphs())
    assert (await joins.joined("other", COMPARE, Where())).sources == ()
    for where in (Where(documents=("quillon",)), Where(companies=("Quillon Paper",))):
        assert {one.document_id for one in (await joins.joined("acme", COMPARE, where)).sources} == {"quillon"}
    assert (await joins.joined("acme", COMPARE, Where(periods=("2019-Q1",)))).sources == ()
    assert (await joins.joined("acme", "", Where())).sources == ()


async def test_a_revision_that_the_index_does_not_have_brings_nothing() -> None:
    joins = await over(Graphs([part("fernwood", revision=2), part("quillon", revision=2)]))
    assert await joins.joined("acme", COMPARE, Where()) == Brought(sources=(), searched="")


async def test_of_too_many_documents_the_newest_are_joined_and_that_is_said() -> None:
    many = [part("quillon", document_id=f"doc-{n}") for n in range(MOST_READ + 1)]
    found = await (await over(Graphs([part("fernwood"), *many]))).joined("acme", COMPARE, Where())
    assert OF_NEWEST in found.reasons


class NoStore:
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def joined(self, tenant: str, question: str, where: Where) -> Brought:  # noqa: ARG002  as Joins
        if isinstance(self._error, TimeoutError):
            await asyncio.sleep(30)
        raise self._error


async def test_a_graph_that_is_away_is_a_problem_of_its_own() -> None:
    with pytest.raises(KnowledgeAwayError):
        await (await over(Graphs(fails=RetryLaterError("The store is away.")))).joined("acme", COMPARE, Where())


@dataclass
class Joining:
    sources: tuple[Source, ...] = (source("Joined.", document_id="graph", ranks={"graph": 1}),)
    asked: list[str] = field(default_factory=list)

    async def joined(self, tenant: str, question: str, where: Where) -> Brought:  # noqa: ARG002  as Joins
        self.asked.append(question)
        return Brought(sources=self.sources, searched="", reasons=("They are joined.",))


def joining(joins: Any, **how: Any) -> World:
    made = world(**how)
    made.parts = dataclasses.replace(made.parts, joins=joins)
    return made


QUESTION = "Compare the rate of the lease with net sales in 2023."


async def test_a_question_for_several_things_is_answered_from_what_is_joined_too() -> None:
    joins = Joining()
    found = (await grounded(asked(QUESTION), joining(joins).parts)).grounding
    assert found is not None
    assert {"lease", "report", "graph"} <= set(found.documents)
    assert "They are joined." in found.reasons
    assert joins.asked == [QUESTION]  # once, however many looks there were


async def test_one_thing_is_joined_with_nothing_until_it_is_looked_for_again() -> None:
    joins = Joining()
    made = joining(joins)
    request = await grounded(asked("What is the rate of the lease?"), made.parts)
    assert joins.asked == []
    again = await another_round(request, ("The answer was not sure.",), made.parts)
    assert again is not None
    assert again.grounding is not None
    assert (joins.asked, "graph" in again.grounding.documents) == (["What is the rate of the lease?"], True)


async def test_without_a_context_the_graph_is_not_asked() -> None:
    joins = Joining()
    await grounded(replace(asked(QUESTION), context=None), joining(joins).parts)
    assert joins.asked == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KnowledgeAwayError("The graph of documents is away."), NOT_JOINED),
        (TimeoutError(), "The graph of the documents did not answer within 0.05 s: nothing was joined over it."),
    ],
)
async def test_a_question_is_answered_without_a_graph_that_is_away_and_says_so(error: Exception, said: str) -> None:
    made = joining(NoStore(error), library=Library(), knowledge_patience_ms=100)
    found = (await grounded(asked(QUESTION), made.parts)).grounding
    assert found is not None
    assert said in found.reasons
    assert {"lease", "report"} <= set(found.documents)


def test_a_part_keeps_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = part("fernwood").graph
    monkeypatch.setattr("ratchet_router.graph.part.MOST_RELATIONS", 2)
    cut = bounded(graph)
    assert cut.relations == graph.relations[:2]
    assert {end for one in cut.relations for end in one.ends} <= cut.entities.keys()
    monkeypatch.setattr("ratchet_router.graph.part.MOST_ENTITIES", 3)
    few = bounded(graph)
    assert len(few.entities) <= 3
    long = Relation("mentions_risk", ("company:fernwood mills", "risk:" + "x" * 300), graph.relations[0].where)
    assert bounded(dataclasses.replace(graph, relations=(long,))).relations == ()


async def test_a_document_of_the_quarter_that_is_named_tells_it_as_it_ends_for_its_company() -> None:
    """The third quarter of Fernwood ends in June."""
    then = dataclasses.replace(part("fernwood"), period="2025-Q3")
    assert own_periods(then.graph) == {"period:3M-2025-06-28"}
    joins = await over(Graphs([then, part("quillon")]))
    found = await joins.joined("acme", "How did net sales of Fernwood Mills change in Q3 2025?", Where())
    assert [(one.document_id, one.order) for one in found.sources] == [("fernwood", 1)]


class Knows:
    async def of(self, tenant: str) -> Known:
        assert tenant == "acme"
        return Known([About(name, name.title(), company) for name, company in COMPANIES.items()])


async def test_the_first_words_of_a_companys_name_are_enough() -> None:
    its = await index()
    joins = FromGraph(Graphs(), FromIndex(lambda: its).passages, Knows())
    by_first_words = await joins.joined("acme", COMPARE.replace(" Mills", "").replace(" Paper", ""), Where())
    whole_names = await joins.joined("acme", COMPARE, Where())
    assert [one.key for one in by_first_words.sources] == [one.key for one in whole_names.sources]
    narrowed = await joins.joined("acme", COMPARE, Where(companies=("Quillon",)))
    assert {one.document_id for one in narrowed.sources} == {"quillon"}
