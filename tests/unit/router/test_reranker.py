"""The reranker that is set up, before imitations of those that there are, over real sockets."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratchet_common.errors import CannotStartError, RefusedError
from ratchet_common.vocabulary import EMBEDDING
from ratchet_documents.chunking import Chunk
from ratchet_providers.wire import Wire
from ratchet_retrieval import Passage, Subject, Where
from ratchet_retrieval.asking import Candidate, NotRerankedError
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.reranker import REST_S, Reranker, reranker_of
from tests.unit.router.fakes import FakeAdmission, World
from tests.unit.router.rerank_servers import KEY, RerankServer, running
from tests.unit.router.test_from_index import filled

TEXTS = ("Nothing of it here.", "The rate is 4.5 percent, and a rate is a rate.", "The rate may change.")
QUESTION = "What is the rate?"
SHAPES = {"cohere": "cohere", "jina": "cohere", "voyage": "cohere", "tei": "tei"}


@pytest.fixture
async def server() -> AsyncIterator[RerankServer]:
    async with running(RerankServer()) as its:
        yield its


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire() as its:
        yield its


def found(texts: tuple[str, ...] = TEXTS) -> list[Candidate]:
    chunks = [Chunk(order, text, (), 1, 1) for order, text in enumerate(texts)]
    return [Candidate(Passage("lease", 1, Subject("Lease"), chunk), 1 / (1 + chunk.order)) for chunk in chunks]


def key_in(folder: Path) -> str:
    (folder / "key").write_text(KEY)
    return f"file:{folder / 'key'}"


def reranker(world: World, wire: Wire, url: str, folder: Path, **how: Any) -> Reranker:
    given = {"rerank_url": url, "rerank_model": "rr-1", "rerank_key": key_in(folder), "rerank_ms": 2_000} | how
    settings = world.parts.settings.model_copy(update=given)
    made = reranker_of(settings, wire, lambda: world.parts)
    assert made is not None
    return made


@pytest.mark.parametrize("kind", SHAPES)
async def test_it_scores_each_passage_and_is_counted_as_embeddings_are(
    kind: str, server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    world = World()
    how = {"rerank_shape": SHAPES[kind], "rerank_usd_per_million": 0.05}
    its = reranker(world, wire, f"{server.url}/{kind}/rerank", tmp_path, **how)
    first, second, third = await its.of("acme").rerank(QUESTION, found())
    assert second > third > first
    [event] = world.store.held
    assert (event.tenant, event.task_type, event.tags, event.model) == ("acme", EMBEDDING, ("rerank",), "rr-1")
    counted = {"jina": 815, "voyage": 26}.get(kind)
    assert event.usage.estimated is (counted is None)
    assert event.usage.input_tokens == (counted or event.usage.input_tokens) > 0
    assert event.cost_usd == Decimal("0.05") * event.usage.input_tokens / 1_000_000
    assert event.output is None


async def test_what_it_reads_is_bounded_and_has_the_names_of_the_document(
    server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    its = reranker(World(), wire, f"{server.url}/cohere/rerank", tmp_path, rerank_characters=100)
    await its.of("acme").rerank(QUESTION, found(("rate " * 1_000,)))
    assert server.asked == [
        {"model": "rr-1", "query": QUESTION, "documents": [("Lease\n" + "rate " * 1_000)[:100]]},
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
async def test_a_failure_is_half_a_sentence_without_texts_or_key(
    status: int, server: RerankServer, wire: Wire, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fails = [status]
    world = World()
    its = reranker(world, wire, f"{server.url}/cohere/rerank", tmp_path)
    with pytest.raises(NotRerankedError, match=r"^it gave none \([a-z_]+\)\.$"):
        await its.of("acme").rerank(QUESTION, found())
    assert not world.store.held
    said = caplog.text
    assert "ROUTER_RERANK_URL gave no order" in said
    assert not any(private in said for private in (KEY, QUESTION, *TEXTS))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"results": []}',
        b'{"results": [{"index": 0, "relevance_score": 1}, {"index": 1, "relevance_score": 1}]}',
        b'{"results": [{"index": 0, "relevance_score": 1}, {"index": 0, "relevance_score": 1}, '
        b'{"index": 2, "relevance_score": 1}]}',
        b'{"results": [{"index": 0, "relevance_score": 1}, {"index": 1, "relevance_score": 1}, '
        b'{"index": 3, "relevance_score": 1}]}',
        b'{"results": [{"index": 0, "relevance_score": "x"}, {"index": 1, "relevance_score": 1}, '
        b'{"index": 2, "relevance_score": 1}]}',
        b"[" * 5_000,
    ],
)
async def test_what_is_no_score_for_each_passage_is_none_at_all(
    body: bytes, server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    server.says = body
    its = reranker(World(), wire, f"{server.url}/cohere/rerank", tmp_path)
    with pytest.raises(NotRerankedError, match="malformed"):
        await its.of("acme").rerank(QUESTION, found())


async def test_it_has_a_limit_of_time_and_rests_after_a_failure(
    server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    its = reranker(World(), wire, f"{server.url}/cohere/rerank", tmp_path, rerank_ms=50)
    now = 0.0
    its.clock = lambda: now
    server.takes_s = 5.0
    async with asyncio.timeout(3):
        with pytest.raises(NotRerankedError, match="timeout"):
            await its.of("acme").rerank(QUESTION, found())
    server.takes_s, calls = 0.0, len(server.asked)
    with pytest.raises(NotRerankedError, match="failed a moment ago"):
        await its.of("other").rerank(QUESTION, found())
    assert len(server.asked) == calls
    now = REST_S
    assert len(await its.of("acme").rerank(QUESTION, found())) == 3


async def test_what_is_wrong_with_one_question_does_not_make_it_rest(
    server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    server.fails = [400]
    its = reranker(World(), wire, f"{server.url}/cohere/rerank", tmp_path)
    with pytest.raises(NotRerankedError, match="bad_request"):
        await its.of("acme").rerank(QUESTION, found())
    assert len(await its.of("acme").rerank(QUESTION, found())) == 3


async def test_a_tenant_whose_budget_is_spent_gets_the_order_of_the_searches(
    server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    world = World()
    world.parts = replace(world.parts, admission=FakeAdmission(refuses=RefusedError("No money is left.")))
    its = reranker(world, wire, f"{server.url}/cohere/rerank", tmp_path)
    with pytest.raises(NotRerankedError, match="was not asked"):
        await its.of("acme").rerank(QUESTION, found())
    assert not server.asked


async def test_the_time_of_the_index_bounds_it_too(wire: Wire, tmp_path: Path) -> None:
    its = reranker(World(), wire, "http://127.0.0.1:9/x", tmp_path, knowledge_patience_ms=1_000, rerank_ms=60_000)
    assert its.limits.total_s == pytest.approx(0.4)


async def test_an_answer_says_who_put_its_passages_in_order_or_why_nobody_did(
    server: RerankServer, wire: Wire, tmp_path: Path
) -> None:
    index = await filled()
    its = reranker(World(), wire, f"{server.url}/cohere/rerank", tmp_path)
    looks = FromIndex(lambda: index, reranks=its.of)
    good = await looks.retrieve("acme", "the rate is", Where(), 3, wider=False)
    assert good.reasons[-1] == "Put in order by rr-1."
    assert [one.score for one in good.sources[:2]] == sorted((one.score for one in good.sources[:2]), reverse=True)
    server.fails = [500]
    as_found = await looks.retrieve("acme", "the rate is", Where(), 3, wider=False)
    plain = await FromIndex(lambda: index).retrieve("acme", "the rate is", Where(), 3, wider=False)
    assert as_found.sources == plain.sources
    assert as_found.reasons[-1] == (
        "In the order of the searches, and not put in order by rr-1: it gave none (unavailable)."
    )


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"rerank_key": "env:NONE"}, "not set"),
        ({"rerank_url": "https://rerank.example/v2", "rerank_model": ""}, "ROUTER_RERANK_MODEL"),
        ({"rerank_url": "ftp://rerank.example", "rerank_model": "m"}, "no URL of http"),
        ({"rerank_url": "https://[", "rerank_model": "m"}, "no URL of http"),
        ({"rerank_url": "https://me:secret@rerank.example", "rerank_model": "m"}, "a name or a password"),
        ({"rerank_url": "https://rerank.example", "rerank_model": "m", "rerank_key": "plain-secret"}, "no reference"),
        ({"rerank_url": "https://rerank.example", "rerank_model": "m", "rerank_key": "env:RATCHET_NONE"}, "not set"),
    ],
)
async def test_what_cannot_be_a_reranker_stops_the_start_without_its_secret(
    how: dict[str, str], why: str, wire: Wire
) -> None:
    world = World()
    with pytest.raises(CannotStartError, match=why) as refused:
        reranker_of(world.parts.settings.model_copy(update=how), wire, lambda: world.parts)
    assert "secret" not in str(refused.value)
    assert reranker_of(world.parts.settings, wire, lambda: world.parts) is None
