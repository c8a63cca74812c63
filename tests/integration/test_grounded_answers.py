"""Questions to documents over HTTP, with real parts all around; the documents themselves are searched in memory."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from ratchet_common import conversation
from ratchet_common.mongo import connect
from ratchet_router.kept_from_documents import MongoKeptFromDocuments
from ratchet_router.main import build
from tests.integration.conftest import Running, running_app
from tests.integration.router_site import Site, has_a_document, site, until
from tests.unit.router.knowledge import Library

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["site"]  # a fixture
LOOKS: dict[str, list[tuple[str, int, bool]]] = {}  # into the documents, by the router's address
SETTINGS = {"index_url": "file:///dev/null/index"}  # none can be there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(site: Site) -> AsyncIterator[Running]:
    library = Library(tenant=site.tenant.name)
    async with running_app(build(site.settings, library), site.tenant) as running:
        LOOKS[running.url] = library.asked
        yield running


def asked(question: str, **context: Any) -> dict[str, Any]:
    return {"task_type": "qa", "question": question, "context": context, "model": "quick"}


async def test_an_answer_says_what_it_is_from_and_so_does_its_event(site: Site, app: Running) -> None:
    status, said = await app.post("/api/generate", asked("What is the rate of the lease?"))
    assert status == 200
    assert said["approach"] == "base_rag"
    assert [one["document_id"] for one in said["retrieval"]["passages"]] == ["lease"]
    assert said["retrieval"]["decision"] in ("few", "another round")
    event = await site.heard.of(said["result_id"])
    assert (event.approach, event.documents_read, event.revisions_read) == ("base_rag", ("lease",), (1,))
    assert "[1] Lease of the hall, page 3" in conversation.read(event.input).document


async def test_chat_completions_take_a_context_too(app: Running) -> None:
    body = {
        "model": "quick",
        "messages": [{"role": "user", "content": "What is the rate of the lease?"}],
        "ratchet": {"context": {"documents": ["lease"], "approach": "base_rag"}},
    }
    status, said = await app.post("/v1/chat/completions", body)
    assert status == 200
    assert said["ratchet"]["approach"] == "base_rag"
    assert said["ratchet"]["retrieval"]["passages"][0]["title"] == "Lease of the hall"
    other = [{"role": "user", "content": "What was the rate of Quillbeam in 1997?"}]
    _, said = await app.post("/v1/chat/completions", body | {"messages": other})
    assert said["choices"][0]["message"]["content"] == "Not found in your documents."
    again = [*body["messages"], {"role": "assistant", "content": "4 %."}, {"role": "user", "content": "And before?"}]
    _, said = await app.post("/v1/chat/completions", body | {"messages": again})
    assert said["choices"][0]["message"]["content"] != "Not found in your documents."
    status, refused = await app.post("/v1/chat/completions", body | {"ratchet": {"context": {"approach": "best"}}})
    assert (status, refused["error"]["param"]) == (400, "ratchet.context.approach")


@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_key_gets_the_same_answer_without_another_look(app: Running, *, stream: bool) -> None:
    body = asked(f"What is the rate of the lease? {stream}", documents=["lease"]) | {"stream": stream}
    key, said, looked = {"Idempotency-Key": uuid4().hex}, [], []
    for _ in range(2):
        async with app.http.post(f"{app.url}/api/generate", json=body, headers=key) as answer:
            text = (await answer.text()).rpartition("event: result")[2]
        said.append(json.loads(text.removeprefix("\ndata: ")))
        looked.append(len(LOOKS[app.url]))
    first, second = said
    assert looked[0] == looked[1]
    assert (first["result_id"], first["output"]) == (second["result_id"], second["output"])
    assert [one["document_id"] for one in second["retrieval"]["passages"]] == ["lease"]


async def test_what_is_not_there_is_said_and_what_is_not_set_up_refused(site: Site, app: Running) -> None:
    status, said = await app.post("/api/generate", asked("What is the rate?", documents=["of another tenant"]))
    assert (status, said["output"], said["retrieval"]["found"]) == (200, "Not found in your documents.", False)
    status, said = await site.app.post("/api/generate", asked("What is the rate?"))
    assert (status, said["output"], said["retrieval"]["searched"]) == (200, "Not found in your documents.", "")
    await has_a_document(site)
    status, problem = await site.app.post("/api/generate", asked("What is the rate?"))
    assert (status, problem["type"]) == (409, "urn:ratchet:problem:no-knowledge")
    status, problem = await app.post("/api/generate", asked(""))
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:invalid")
    status, problem = await app.post(
        "/api/generate", asked("What is the rate?", approach="finetuned") | {"model": "auto"}
    )
    assert (status, problem["type"]) == (409, "urn:ratchet:problem:no-tuned-version")


async def test_kept_answers_go_with_their_document_in_the_store_and_in_every_replica(site: Site, app: Running) -> None:
    question = asked("Until when does the lease run?", documents=["lease"])
    client = connect(site.settings.mongodb_url)
    database = client.get_database("router")

    async def answered_anew() -> bool:
        _, said = await app.post("/api/generate", question)
        return said["cached_from"] is None

    async def kept() -> bool:
        return await database.responses.count_documents({"tenant": site.tenant.name, "documents": "lease"}) > 0

    status, said = await app.post("/api/generate", question)
    assert (status, said["retrieval"]["found"], said["quality"]["passed"]) == (200, True, True)
    await until(kept)
    assert not await answered_anew()
    await MongoKeptFromDocuments(database).changed(site.tenant.name, "report")
    assert await kept()
    await MongoKeptFromDocuments(database).changed(site.tenant.name, "lease")
    await until(answered_anew)
    await client.close()
