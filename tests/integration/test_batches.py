"""Batches as OpenAI's client makes them, on a real store, against a provider whose batches may break off."""

import json
from decimal import Decimal

import openai
import pytest

from tests.integration.batch_site import Batching, batching, request

__all__ = ["batching"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
FULL = Decimal("0.02")  # 1,000 tokens at 10 and 100 at 100 USD a million


async def test_a_batch_is_answered_at_half_the_price(batching: Batching) -> None:
    batch = await batching.begun(request("a"), request("b"), metadata={"of": "mine"})
    assert (batch.status, batch.metadata) == ("validating", {"of": "mine"})
    batch = await batching.ended(batch)
    assert (batch.status, batch.errors) == ("completed", None)
    assert batch.request_counts is not None
    assert (batch.request_counts.total, batch.request_counts.completed, batch.request_counts.failed) == (2, 2, 0)
    lines = await batching.lines(batch.output_file_id)
    assert list(lines) == ["a", "b"]  # in the order of the input
    assert batch.output_file_id is not None
    file = await batching.client.files.retrieve(batch.output_file_id)
    assert file.bytes == len((await batching.client.files.content(file.id)).content)
    body = lines["a"]["response"]["body"]
    assert body["choices"][0]["message"]["content"].startswith("Answer to When?")
    event = await batching.heard.of(body["ratchet"]["result_id"])
    assert (event.outcome, event.usage.batch, event.cost_usd) == ("ok", True, FULL / 2)
    ours = (batch.model_extra or {})["ratchet"]
    assert (ours["price"], ours["cost_usd"]) == ("batch", float(FULL))


async def test_without_a_batch_api_it_is_asked_one_by_one_and_says_so(batching: Batching) -> None:
    batch = await batching.ended(await batching.begun(*(request(f"r{n}", model="alone") for n in range(20))))
    assert (batch.model_extra or {})["ratchet"]["price"] == "full"
    lines = await batching.lines(batch.output_file_id)
    assert len(lines) == 20
    event = await batching.heard.of(lines["r7"]["response"]["body"]["ratchet"]["result_id"])
    assert (event.usage.batch, event.cost_usd) == (False, FULL)


async def test_broken_lines_fail_alone_with_their_numbers(batching: Batching) -> None:
    batch = await batching.begun(
        request("good"),
        b"{ no json",
        request("good"),
        request("wrong url", url="/v1/embeddings"),
        request("unknown", model="nobody"),
        request("streams") | {"body": request("x")["body"] | {"stream": True}},
        request("no method", method="GET"),
        {"custom_id": "no body", "method": "POST", "url": "/v1/chat/completions"},
        b'{"custom_id": "bytes", "x": "\xff"}',
        request("no messages") | {"body": {"model": "cheap"}},
        request("also good"),
    )
    batch = await batching.ended(batch)
    assert batch.status == "completed"
    assert batch.request_counts is not None
    assert (batch.request_counts.completed, batch.request_counts.failed) == (2, 9)
    assert set(await batching.lines(batch.output_file_id)) == {"good", "also good"}
    assert batch.errors is not None
    assert [(one.line, one.code) for one in batch.errors.data or []] == [
        (2, "invalid_json_line"),
        (3, "duplicate_custom_id"),
        (4, "mismatched_endpoint"),
        (5, "model_not_found"),
        (6, "invalid_request"),
        (7, "invalid_method"),
        (8, "missing_required_parameter"),
        (9, "invalid_json_line"),
        (10, "invalid"),
    ]
    errors = await batching.lines(batch.error_file_id)
    assert (errors["unknown"]["error"]["line"], errors["unknown"]["error"]["code"]) == (5, "model_not_found")


async def test_a_request_that_its_provider_refuses_fails_alone(batching: Batching) -> None:
    batching.up.refuses.add("unlucky")  # no word that an id could hold
    batch = await batching.ended(await batching.begun(request("good"), request("bad", "unlucky")))
    said = (await batching.lines(batch.error_file_id))["bad"]["response"]
    assert (said["status_code"], said["body"]["error"]["message"]) == (400, "cheap: It was refused.")
    assert list(await batching.lines(batch.output_file_id)) == ["good"]


@pytest.mark.parametrize(("content", "code"), [(b"\n \n", "empty_file"), (b"no\n", "invalid_json_line")])
async def test_a_file_of_which_nothing_can_be_asked_fails_as_a_whole(
    batching: Batching, content: bytes, code: str
) -> None:
    batch = await batching.ended(await batching.begun(content))
    assert batch.status == "failed"
    assert batch.errors is not None
    assert [one.code for one in batch.errors.data or []] == [code]


async def test_a_cancelled_batch_keeps_what_was_answered(batching: Batching) -> None:
    batching.up.holds_back = True
    try:
        before = len(batching.up.batches)
        batch = await batching.begun(request("a"), request("b"))
        while len(batching.up.batches) == before:
            batch = await batching.client.batches.retrieve(batch.id)
        assert (await batching.client.batches.cancel(batch.id)).status == "cancelling"
        batch = await batching.ended(batch)
    finally:
        batching.up.holds_back = False
    assert batch.status == "cancelled"
    assert list(await batching.lines(batch.output_file_id)) == ["a"]
    assert (await batching.lines(batch.error_file_id))["b"]["error"]["code"] == "batch_cancelled"


async def test_a_submission_that_broke_off_is_found_and_not_made_again(batching: Batching) -> None:
    before = len(batching.up.batches)
    batching.up.drops_submissions = 1
    batch = await batching.ended(await batching.begun(request("a")))
    assert (batch.status, len(batching.up.batches)) == ("completed", before + 1)


async def test_files_and_batches_are_listed_and_deleted(batching: Batching) -> None:
    batch = await batching.ended(await batching.begun(request("a")))
    files = [file.id async for file in batching.client.files.list(limit=2)]
    assert {batch.input_file_id, batch.output_file_id} <= set(files)
    batches = [one.id async for one in batching.client.batches.list(limit=2)]
    assert batches[0] == batch.id
    assert len(batches) == len(set(batches))
    assert (await batching.client.files.delete(batch.input_file_id)).deleted
    with pytest.raises(openai.NotFoundError):
        await batching.client.files.retrieve(batch.input_file_id)


async def test_another_tenant_sees_nothing_of_it(batching: Batching) -> None:
    batch = await batching.ended(await batching.begun(request("a")))
    assert batch.output_file_id is not None
    for asking in (
        batching.other.batches.retrieve(batch.id),
        batching.other.batches.cancel(batch.id),
        batching.other.files.content(batch.output_file_id),
        batching.other.files.delete(batch.output_file_id),
    ):
        with pytest.raises(openai.NotFoundError):
            await asking
    with pytest.raises(openai.BadRequestError):
        await batching.other.batches.create(
            input_file_id=batch.input_file_id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    assert [one.id async for one in batching.other.batches.list()] == []


async def test_what_is_wrong_with_a_new_batch_is_said_at_once(batching: Batching) -> None:
    file = await batching.client.files.create(file=("in.jsonl", json.dumps(request("a")).encode()), purpose="batch")
    with pytest.raises(openai.BadRequestError, match="batches are for requests to"):
        await batching.client.batches.create(input_file_id=file.id, endpoint="/v1/completions", completion_window="24h")
    with pytest.raises(openai.BadRequestError, match="input_file_id"):
        await batching.client.batches.create(
            input_file_id="file-none", endpoint="/v1/chat/completions", completion_window="24h"
        )
    with pytest.raises(openai.BadRequestError, match="purpose"):
        await batching.client.files.create(file=("in.jsonl", b"{}"), purpose="fine-tune")
    status, said = await batching.app.post("/v1/batches", [1])
    assert (status, said["error"]["type"]) == (400, "invalid_request_error")


async def test_openais_client_may_send_an_idempotency_key_too(batching: Batching) -> None:
    file = await batching.client.files.create(file=("in.jsonl", json.dumps(request("a")).encode()), purpose="batch")
    made = [
        await batching.client.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            extra_headers={"Idempotency-Key": file.id},
        )
        for _ in range(2)
    ]
    assert made[0].id == made[1].id
