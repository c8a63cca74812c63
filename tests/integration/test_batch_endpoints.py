"""What may stand in a batch: every endpoint's requests, over whatever batch API the provider has."""

from decimal import Decimal
from typing import Any

import pytest
from openai.types import CreateEmbeddingResponse
from openai.types.responses import Response

from tests.integration.batch_site import Batching, batching, request

__all__ = ["batching"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
HALF = Decimal("0.01")  # of 1,000 tokens at 10 and 100 at 100 USD a million


def line(custom_id: str, url: str, **body: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body}


async def answered(batching: Batching, *lines: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], str]:
    """The bodies by custom_id, and the price."""
    batch = await batching.ended(await batching.begun(*lines, endpoint=lines[0]["url"]))
    assert batch.status == "completed", batch
    found = await batching.lines(batch.output_file_id)
    return {name: one["response"]["body"] for name, one in found.items()}, (batch.model_extra or {})["ratchet"]["price"]


async def test_a_claude_answers_chats_by_its_own_batch_api(batching: Batching) -> None:
    before = len(batching.claudes.batches)
    bodies, price = await answered(batching, request("a", model="claude"), request("b", model="claude"))
    assert (price, len(batching.claudes.batches), batching.claudes.wrong) == ("batch", before + 1, [])
    assert bodies["a"]["choices"][0]["message"]["content"] == "On Monday."
    event = await batching.heard.of(bodies["a"]["ratchet"]["result_id"])
    assert (event.outcome, event.usage.batch, event.cost_usd) == ("ok", True, HALF)


@pytest.mark.parametrize("model", ["claude", "cheap"])
async def test_messages_are_answered_in_their_shape(batching: Batching, model: str) -> None:
    said = [{"role": "user", "content": "When?"}]
    bodies, price = await answered(batching, line("a", "/v1/messages", model=model, max_tokens=50, messages=said))
    assert (price, bodies["a"]["type"], bodies["a"]["role"]) == ("batch", "message", "assistant")
    assert bodies["a"]["content"][0]["type"] == "text"
    assert bodies["a"]["usage"]["output_tokens"] == 100


@pytest.mark.parametrize(("model", "text"), [("speaker", "From responses."), ("cheap", "Answer to When?")])
async def test_responses_are_answered_in_their_shape(batching: Batching, model: str, text: str) -> None:
    """By a provider that speaks responses untranslated, by another as chats."""
    bodies, price = await answered(batching, line("a", "/v1/responses", model=model, input="When?"))
    found = Response.model_validate(bodies["a"])
    assert (price, found.output_text, found.status) == ("batch", text, "completed")
    event = await batching.heard.of(bodies["a"]["ratchet"]["result_id"])
    assert event.cost_usd == HALF


async def test_a_response_of_a_batch_goes_on_from_none(batching: Batching) -> None:
    alone = line("a", "/v1/responses", model="cheap", input="When?", previous_response_id="resp_1")
    batch = await batching.ended(await batching.begun(alone, endpoint="/v1/responses"))
    assert batch.errors is not None
    (error,) = batch.errors.data or []
    assert (error.param, "stands alone" in (error.message or "")) == ("previous_response_id", True)


@pytest.mark.parametrize(
    ("model", "price", "cost"), [("vectors", "batch", Decimal("0.01")), ("vectors-alone", "full", Decimal("0.02"))]
)
async def test_embeddings_are_made(batching: Batching, model: str, price: str, cost: Decimal) -> None:
    lines = [line(name, "/v1/embeddings", model=model, input=[f"text {name}", "another"]) for name in ("a", "b")]
    bodies, paid = await answered(batching, *lines)
    found = CreateEmbeddingResponse.model_validate(bodies["a"])
    assert (paid, [one.embedding for one in found.data]) == (price, [[0.5, 0.0], [0.5, 1.0]])
    event = await batching.heard.of(bodies["a"]["ratchet"]["result_id"])
    assert (event.task_type, event.usage.batch, event.cost_usd) == ("embedding", price == "batch", cost)


async def test_an_embedding_model_that_is_not_there_fails_alone(batching: Batching) -> None:
    good = line("a", "/v1/embeddings", model="vectors", input="x")
    batch = await batching.ended(
        await batching.begun(good, line("b", "/v1/embeddings", model="nobody", input="x"), endpoint="/v1/embeddings")
    )
    errors = await batching.lines(batch.error_file_id)
    assert (errors["b"]["error"]["code"], errors["b"]["error"]["param"]) == ("model_not_found", "model")


async def test_single_requests_may_be_of_any_of_them(batching: Batching) -> None:
    said = {"endpoint": "/v1/embeddings", "request": {"model": "vectors", "input": "x"}}
    assert (await batching.app.post("/api/batches/items", said))[0] == 202
    status, problem = await batching.app.post("/api/batches/items", said | {"request": {"input": "x"}})
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:invalid")


async def test_claudes_whose_submission_was_cut_off_are_not_asked_twice(batching: Batching) -> None:
    before = len(batching.claudes.batches)
    batching.claudes.drops_submissions = 1
    bodies, _ = await answered(batching, request("a", model="claude"), request("b", model="claude"))
    assert (len(bodies), len(batching.claudes.batches)) == (2, before + 1)


async def test_what_a_claude_refuses_fails_alone(batching: Batching) -> None:
    batching.claudes.refuses.add("unlucky")
    lines = [request("a", model="claude"), request("b", "unlucky", model="claude")]
    batch = await batching.ended(await batching.begun(*lines))
    said = (await batching.lines(batch.error_file_id))["b"]["response"]
    assert (said["status_code"], said["body"]["error"]["message"]) == (400, "claude: It was refused.")
    assert list(await batching.lines(batch.output_file_id)) == ["a"]
