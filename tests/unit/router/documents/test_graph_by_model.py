"""Relations that a model finds: what of its answers holds, what it costs, and what happens where it does not answer."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratchet_catalogue.catalogue import Model
from ratchet_catalogue.prices import Prices
from ratchet_common.errors import CannotStartError
from ratchet_common.events import PredictionMade, Usage
from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph, graph_of
from ratchet_documents.page_turns import Turn
from ratchet_providers.base import ModelAnswer, ModelRequest, ProviderError, TimeLimits
from ratchet_providers.wire import Wire
from ratchet_retrieval.away import AwayError
from ratchet_router.documents.graph_by_model import CHARACTERS, LONGEST_PAUSE_S, MOST_ASKED, TRIES, GraphByModel
from ratchet_router.documents.graph_model import graph_model_of
from ratchet_router.graph.claims import NoClaimsError, held, together
from ratchet_router.recording import NotRecordedError
from tests.unit.router.fakes import settings

ABOUT = About("doc_1", "Minutes", "Fernwood Mills, Inc.")
TEXT = (
    "Oskar Lind looks after the budget\nuntil Friday. Quillon Paper sells more board than Harrow does. Mira Sand runs "
    "the finances of Fernwood Mills as its treasurer. The group settled on moving to Lund. Pulp may become scarce."
)
CHUNKS = [Chunk(4, TEXT, (), 2, 2)]


def claim(type_: str, who: str, what: str, quote: str, detail: str = "", passage: int = 1) -> dict[str, Any]:
    return {"passage": passage, "type": type_, "who": who, "what": what, "detail": detail, "quote": quote}


OWNS = claim("owns", "Oskar Lind", "look after the budget", "Oskar Lind looks after the budget until Friday", "Friday")
RUNS = "Mira Sand runs the finances of Fernwood Mills as its treasurer"


def said(*claims: dict[str, Any]) -> str:
    return json.dumps({"relations": claims})


def test_what_is_claimed_is_on_the_pages_of_its_quote() -> None:
    chunk = Chunk(4, TEXT, (), 1, 3, turns=(Turn(TEXT.index("until Friday"), 2), Turn(TEXT.index("Mira"), 3)))
    compares = claim("compares", "Quillon Paper", "Harrow", "Quillon Paper sells more board than Harrow does")
    found = held(said(OWNS, compares), ABOUT, [chunk])
    assert [(one.where.page, list(one.where.pages)) for one in found.graph.relations] == [(1, [1, 2]), (2, [2])]


def test_what_stands_in_the_passages_becomes_a_relation_with_its_place() -> None:
    compares = claim("compares", "Quillon Paper", "Harrow", "Quillon Paper sells more board than Harrow does")
    holds = claim("holds_position", "Mira Sand", "Fernwood Mills", RUNS, "treasurer")
    decides = claim("decides", "", "moving to Lund", "The group settled on moving to Lund")
    risk = claim("mentions_risk", "", "scarce pulp", "pulp may become scarce")
    found = held(said(OWNS, compares, holds, decides, risk), ABOUT, CHUNKS)
    assert found.dropped == 0
    assert [(one.type, one.ends, one.text) for one in found.graph.relations] == [
        ("owns", ("person:oskar lind", "task:look after the budget"), "Friday"),
        ("compares", ("company:quillon paper", "company:harrow"), ""),
        ("holds_position", ("person:mira sand", "company:fernwood mills"), "treasurer"),
        ("decides", ("company:fernwood mills", "decision:moving to lund"), ""),
        ("mentions_risk", ("company:fernwood mills", "risk:scarce pulp"), ""),
    ]
    where = found.graph.relations[0].where
    assert (where.document_id, where.chunk, where.page) == ("doc_1", 4, 2)
    assert TEXT[where.start : where.end] == "Oskar Lind looks after the budget\nuntil Friday"
    assert found.graph.entities["company:fernwood mills"].name == "Fernwood Mills, Inc."


@pytest.mark.parametrize(
    "invented",
    [
        claim("owns", "Oskar Lind", "paint the hall", "Oskar Lind looks after the budget"),
        claim("owns", "Oskar Lind", "look after the budget", "Oskar Lind promised the budget"),
        claim("owns", "Nora Holm", "look after the budget", "looks after the budget"),
        claim("owns", "Oskar Lind", "look after the budget", "looks after the budget", passage=2),
        claim("owns", "Oskar Lind", "look after the budget", "looks after the budget", passage=0),
        claim("compares", "Quillon Paper", "Birch", "Quillon Paper sells more board"),
        claim("compares", "Quillon Paper", "Quillon Paper", "Quillon Paper sells more board"),
        claim("holds_position", "", "Fernwood Mills", "its treasurer"),
        claim("mentions_risk", "", "", "Pulp may become scarce"),
        claim("owns", "Oskar Lind", "look after the budget", ""),
        claim("owns", "Oskar Lind", "look after the budget and burn it", "Oskar Lind looks after the budget"),
        claim("owns", "Mira Sand", "look after the budget", "Oskar Lind looks after the budget"),
        claim("owns", "the", "the", "the"),
        claim("owns", "a", "budget", "budget"),
        claim("owns", "Oskar", "Friday budget", TEXT[:40]),
        claim("decides", "", "sell more board", "Harrow Ltd sells more board than most"),
        claim("decides", "", "the", "The group settled on moving to Lund"),
        claim("holds_position", "Mira Sand", "Fernwood Mills", RUNS),
        claim("holds_position", "Mira Sand", "Fernwood Mills", RUNS, "president"),
        claim("holds_position", "Mira Sand", "Fernwood Mills", RUNS, "as its"),
        claim("holds_position", "Oskar Lind", "Fernwood Mills", RUNS, "treasurer"),
        claim("compares", "Quillon Paper", "more board", "Quillon Paper sells more board than Harrow does"),
        claim("mentions_risk", "", "the", "Pulp may become scarce"),
    ],
)
def test_what_does_not_stand_there_is_dropped(invented: dict[str, Any]) -> None:
    found = held(said(invented, OWNS), ABOUT, CHUNKS)
    assert (found.dropped, len(found.graph.relations)) == (1, 1)


def test_what_the_words_deny_or_say_of_another_company_is_dropped() -> None:
    text = "Quillon Paper Ltd decided to sell the mill. We decided not to close the office in Lund."
    chunks = [Chunk(0, text, (), 1, 1)]
    of_another = claim("decides", "", "sell the mill", "Quillon Paper Ltd decided to sell the mill")
    denied = claim("decides", "", "close the office", "We decided not to close the office in Lund")
    told = claim("decides", "", "not close the office", "We decided not to close the office in Lund")
    assert held(said(of_another, denied), ABOUT, chunks).dropped == 2
    assert held(said(told), ABOUT, chunks).dropped == 0


def test_a_quote_of_half_the_passage_states_nothing() -> None:
    text = f"{TEXT} {TEXT}"
    assert held(said(claim("decides", "", "moving to Lund", text)), ABOUT, [Chunk(0, text, (), 1, 1)]).dropped == 1


def test_words_that_no_blanks_part_are_found_where_they_stand() -> None:
    chunks = [Chunk(0, "田中健一は金曜日までに予算案を送る。", (), 1, 1)]
    found = held(said(claim("owns", "田中健一", "予算案を送る", "田中健一は金曜日までに予算案を送る")), ABOUT, chunks)
    assert [one.ends for one in found.graph.relations] == [("person:田中健一", "task:予算案を送る")]


def test_a_detail_that_does_not_stand_there_is_left_out_and_a_fence_is_no_fault() -> None:
    found = held(f"```json\n{said(OWNS | {'detail': 'Monday'})}\n```", ABOUT, CHUNKS)
    assert [one.text for one in found.graph.relations] == [""]


@pytest.mark.parametrize("output", ["", "I cannot.", "[]", '{"relations": [{"type": "reports"}]}', '{"relations": 7}'])
def test_an_answer_that_is_no_list_of_relations_says_so(output: str) -> None:
    with pytest.raises(NoClaimsError):
        held(output, ABOUT, CHUNKS)


def test_what_the_rules_found_in_the_same_words_stays_as_it_is() -> None:
    chunks = [Chunk(0, "Action item: Oskar to count the boxes by Friday.", (), 1, 1)]
    rules = graph_of(ABOUT, chunks)
    again = claim("owns", "Oskar", "count the boxes", "Oskar to count the boxes")
    assert together(rules, [held(said(again), ABOUT, chunks).graph]) == rules
    both = together(Graph(), [held(said(again), ABOUT, chunks).graph])
    assert both.entities.keys() == {"person:oskar", "task:count the boxes"}


MODEL = Model(
    name="reader",
    provider="p",
    tier="balanced",
    context_window=100_000,
    prices=Prices(input=Decimal(1), output=Decimal(2)),
    quality={"default": 0.8},
    latency_ms=1.0,
    upstream_model="theirs",
)


@dataclass
class Answers:
    """Fails as it is told at its first calls."""

    output: str = field(default_factory=lambda: said(OWNS))
    fails: Sequence[ProviderError] = ()
    fails_from: int | None = None  # the call from which on nothing comes
    asked: list[ModelRequest] = field(default_factory=list)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        if len(self.asked) <= len(self.fails):
            raise self.fails[len(self.asked) - 1]
        if self.fails_from is not None and len(self.asked) >= self.fails_from:
            raise ProviderError("overloaded")
        return ModelAnswer(output=self.output, usage=Usage(input_tokens=1_000_000, output_tokens=0), model="theirs")


@dataclass
class World:
    by: Answers = field(default_factory=Answers)
    told: list[PredictionMade] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    records: bool = True

    clock: Callable[[], float] = time.perf_counter
    assumed: tuple[str, ...] = ()

    async def of(self, chunks: Sequence[Chunk] = CHUNKS, tenant: str = "acme") -> Graph:
        allows, limits = (lambda whose: whose == "acme"), TimeLimits()
        reads = GraphByModel(MODEL, self.by, self._record, allows, limits, self._pause, self.clock)
        read = await reads.with_claims(tenant, ABOUT, chunks, graph_of(ABOUT, chunks))
        self.assumed = read.assumptions
        return read.graph

    async def _record(self, event: PredictionMade) -> None:
        if not self.records:
            raise NotRecordedError("Nobody takes it.")
        self.told.append(event)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def owners(graph: Graph) -> set[str]:
    return {one.ends[0] for one in graph.relations if one.type == "owns"}


async def test_a_model_adds_what_the_rules_miss_and_each_request_has_its_cost() -> None:
    world = World()
    assert owners(graph_of(ABOUT, CHUNKS)) == set()
    assert owners(await world.of()) == {"person:oskar lind"}
    (request,) = world.by.asked
    assert (request.model, request.fields["response_format"]["type"]) == ("theirs", "json_schema")
    assert TEXT in str(request.messages[1]["content"])  # type: ignore[index]
    (event,) = world.told
    assert (event.tenant, event.task_type, event.model, event.tags, event.cost_usd) == (
        ("acme", "entities", "reader", ("ingestion",), Decimal(1))
    )  # fmt: skip
    assert (event.collect, event.text_omitted, bytes(event.input)) == (False, "not_collected", b"null")


async def test_passages_go_in_bounded_batches_and_of_a_long_document_the_first() -> None:
    world = World(Answers(said()))
    long = [Chunk(order, "word " * (CHARACTERS // 10), (), 1, 1) for order in range(2 * MOST_ASKED + 10)]
    await world.of(long)
    assert len(world.by.asked) == MOST_ASKED
    assert world.assumed == (
        f"The model of the graph, reader, was asked about the first {MOST_ASKED} parts of the document: what the rest "
        "speaks of was read by rules alone.",
    )
    assert max(len(request.document) for request in world.by.asked) <= CHARACTERS + 10


async def test_a_hiccup_is_tried_again() -> None:
    world = World(Answers(fails=[ProviderError("overloaded"), ProviderError("rate_limited", retry_after_s=9_999)]))
    assert owners(await world.of()) == {"person:oskar lind"}
    assert world.pauses == [0.5, LONGEST_PAUSE_S]
    assert [one.error for one in world.told[0].attempts] == ["overloaded", "rate_limited", ""]
    assert world.assumed == ()
    unsafe = World(records=False)
    with pytest.raises(AwayError):
        await unsafe.of()


LONG = [Chunk(order, TEXT + "word " * (CHARACTERS // 5), (), 1, 1) for order in range(3)]


async def test_a_model_that_stays_away_is_asked_no_more_and_the_document_says_so() -> None:
    away = World(Answers(fails=[ProviderError("timeout")] * 100))
    assert await away.of(LONG) == graph_of(ABOUT, LONG)
    assert len(away.by.asked) == TRIES
    assert away.assumed == (
        "The model of the graph, reader, did not answer (timeout): who and what the document speaks of was read by "
        "rules alone. Have it read anew once the model answers.",
    )
    later = World(Answers(fails=[]))
    later.by.fails_from = 2
    assert owners(await later.of(LONG)) == {"person:oskar lind"}
    assert later.assumed == (
        "The model of the graph, reader, answered for 1 of 3 parts of the document and then no more (overloaded): what "
        "the others speak of was read by rules alone. Have it read anew once the model answers.",
    )


async def test_a_model_that_is_silent_is_not_waited_for_time_and_again() -> None:
    times = iter(range(0, 100_000, 60))
    silent = World(Answers(fails=[ProviderError("timeout")] * 100), clock=lambda: next(times))
    await silent.of()
    assert len(silent.by.asked) < TRIES


async def test_refused_passages_and_answers_that_are_none_leave_what_the_rules_found_and_that_is_said() -> None:
    rules = graph_of(ABOUT, CHUNKS)
    for by in (Answers(fails=[ProviderError("filtered")]), Answers("I cannot.")):
        world = World(by)
        assert await world.of() == rules
        assert world.assumed == (
            "The model of the graph, reader, gave no answer that can be used for 1 of 1 parts of the document: what it "
            "speaks of there was read by rules alone.",
        )
    other = World()
    assert await other.of(tenant="other") == rules
    assert (other.by.asked, other.assumed) == ([], ())


async def test_what_the_model_claims_and_the_document_does_not_say_is_counted() -> None:
    world = World(Answers(said(OWNS, OWNS | {"who": "Nora Holm"}, OWNS | {"what": "paint"})))
    await world.of()
    assert world.assumed == (
        "2 of the relations that the model of the graph, reader, told do not stand in the document, and are left out.",
    )


def test_a_model_that_is_none_or_simulated_is_said_at_the_start(tmp_path: Path) -> None:
    assert graph_model_of(settings(), Wire()) is None
    with pytest.raises(CannotStartError, match="does not have"):
        graph_model_of(settings(graph_model="nobody"), Wire())
    catalogue = tmp_path / "catalogue.toml"
    named = '[[models]]\nname = "small"\nprovider = "simulated"\ntier = "fast"\ncontext_window = 8000\nlatency_ms = 1\n'
    catalogue.write_text(f"{named}prices = {{ input = 1, output = 1 }}\nquality = {{ default = 0.5 }}\n")
    with pytest.raises(CannotStartError, match="is simulated"):
        graph_model_of(settings(graph_model="small", catalogue=catalogue), Wire())
