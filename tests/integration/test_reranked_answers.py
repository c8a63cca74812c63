"""A reranker that the operator has set up, in a router of real parts: what an answer says of it, and what it costs."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from ratchet_common.errors import CannotStartError
from ratchet_common.vocabulary import EMBEDDING
from ratchet_documents.chunking import Chunk
from ratchet_retrieval import Passage, Subject
from ratchet_retrieval.lance import LanceIndex
from ratchet_router.main import build
from tests.integration.conftest import Running, running_app
from tests.integration.router_site import Site, has_a_document, site
from tests.unit.router.rerank_servers import KEY, RerankServer, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["site"]  # a fixture
LINES = ("The rate of the hall.", "What is the rate? The rate is the rate: 4.5 percent.", "It may be renewed.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[RerankServer]:
    async with running(RerankServer()) as its:
        yield its


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(site: Site, server: RerankServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("reranked")
    (folder / "key").write_text(KEY)
    chunks = [Chunk(order, text, (), order + 1, order + 1) for order, text in enumerate(LINES)]
    passages = [Passage("lease", 1, Subject("Lease"), chunk) for chunk in chunks]
    await LanceIndex(str(folder / "index")).put(site.tenant.name, passages)
    await has_a_document(site)
    how = {
        "index_url": (folder / "index").as_uri(),
        "rerank_url": f"{server.url}/jina/rerank",
        "rerank_model": "rr-1",
        "rerank_key": f"file:{folder / 'key'}",
        "rerank_usd_per_million": 2.0,
        "rerank_ms": 30_000,  # a busy machine is no reason for another order
        "knowledge_patience_ms": 60_000,
    }
    async with running_app(build(site.settings.model_copy(update=how)), site.tenant) as app:
        yield app


async def answered(app: Running) -> dict[str, Any]:
    question = f"What is the rate? {uuid4().hex}"
    body = {"task_type": "qa", "question": question, "context": {"passages": 3}, "model": "quick"}
    status, said = await app.post("/api/generate", body)
    assert status == 200, said
    return dict(said)


async def test_its_order_is_used_said_and_paid_for_and_where_it_fails_there_is_an_answer_all_the_same(
    site: Site, app: Running, server: RerankServer
) -> None:
    said = await answered(app)
    shown = said["retrieval"]["passages"]
    assert said["retrieval"]["reasons"][-1] == "Put in order by rr-1."
    assert [one["score"] for one in shown] == sorted((one["score"] for one in shown), reverse=True)
    assert len(server.asked[-1]["documents"]) == len(shown) == 2
    event = await site.heard.first(lambda its: its.tags == ("rerank",))
    assert (event.task_type, event.model, event.usage.input_tokens) == (EMBEDDING, "rr-1", 815)
    assert float(event.cost_usd) == pytest.approx(815 * 2 / 1e6)
    server.fails = [503]
    as_searched = await answered(app)
    assert as_searched["retrieval"]["reasons"][-1] == (
        "In the order of the searches, and not put in order by rr-1: it gave none (overloaded)."
    )
    assert {one["order"] for one in as_searched["retrieval"]["passages"]} == {one["order"] for one in shown}


async def test_a_key_that_is_not_there_stops_the_start(site: Site) -> None:
    how = {"rerank_url": "https://rerank.example/v2", "rerank_model": "rr-1", "rerank_key": "env:RATCHET_NO_SUCH_KEY"}
    with pytest.raises(CannotStartError, match="RATCHET_NO_SUCH_KEY"):
        build(site.settings.model_copy(update=how))
