"""Batches of OpenAI's shape, against somebody who takes them over real sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import openai
import pytest

from ratchet_providers.base import ModelRequest
from ratchet_providers.batching import BatchRequest
from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.failing import ProviderError
from ratchet_providers.openai_batches import OpenAIBatches
from ratchet_providers.openai_shaped import OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire
from tests.integration.batch_upstream import BatchUpstream, batch_upstream


@asynccontextmanager
async def platform() -> AsyncIterator[tuple[OpenAIBatches, BatchUpstream]]:
    async with batch_upstream() as up, Wire() as wire:
        yield OpenAIBatches(wire, up.url, OpenAIShaped(wire, up.url, Secret(""))), up


def chat(text: str = "When?") -> ModelRequest:
    return ModelRequest(model="small", task_type="chat", messages=[{"role": "user", "content": text}], document="")


async def results(its: OpenAIBatches, requests: dict[str, BatchRequest]) -> dict[str, Any]:
    id_ = await its.submit("portion-0", requests)
    assert (await its.state(id_)).state == "ended"
    return {key: result async for key, result in its.results(id_, requests)}


async def test_the_imitation_speaks_with_openais_own_client() -> None:
    line = b'{"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "x"}}\n'
    async with batch_upstream() as up, openai.AsyncOpenAI(base_url=up.url, api_key="k", max_retries=0) as client:
        file = await client.files.create(file=("in.jsonl", line), purpose="batch")
        made = await client.batches.create(
            input_file_id=file.id, endpoint="/v1/embeddings", completion_window="24h", metadata={"of": "mine"}
        )
        found = await client.batches.retrieve(made.id)
        assert (found.status, found.metadata) == ("completed", {"of": "mine"})
        assert found.output_file_id is not None
        assert b'"custom_id": "a"' in (await client.files.content(found.output_file_id)).content


async def test_every_answer_finds_its_request_whatever_the_order() -> None:
    async with platform() as (its, _):
        found = await results(its, {f"k-{n}": chat(f"text {n}") for n in range(5)})
    assert {key: one.answer.output for key, one in found.items()} == {f"k-{n}": f"Answer to text {n}" for n in range(5)}


async def test_embeddings_go_to_their_endpoint_and_come_back_as_vectors() -> None:
    async with platform() as (its, up):
        found = await results(its, {"k-1": EmbeddingRequest(model="vectors", inputs=["a", "b"])})
        (batch,) = up.batches.values()
    assert batch["endpoint"] == "/v1/embeddings"
    answer = found["k-1"].answer
    assert isinstance(answer, Embeddings)
    assert (answer.vectors, answer.usage.input_tokens) == ([[0.5, 0.0], [0.5, 1.0]], 1_000)


async def test_one_that_is_refused_leaves_the_others_alone() -> None:
    async with platform() as (its, up):
        up.refuses.add("unlucky")
        found = await results(its, {"k-1": chat(), "k-2": chat("unlucky")})
    assert found["k-1"].answer is not None
    assert (found["k-2"].error.kind, found["k-2"].error.said.message) == ("bad_request", "It was refused.")


UNREADABLE = (b"{half of", b'"a text"', b'{"custom_id": 7}', b'{"custom_id": "k-9"}', b"\xff")


@pytest.mark.parametrize("spoiled", [{"response": {"body": 7}}, {"response": None, "error": "It broke."}, {}], ids=repr)
async def test_a_result_that_cannot_be_read_fails_alone(spoiled: dict[str, Any]) -> None:
    requests: dict[str, BatchRequest] = {f"k-{n}": chat() for n in range(3)}
    async with platform() as (its, up):
        id_ = await its.submit("portion-0", requests)
        assert (await its.state(id_)).state == "ended"
        output = up.batches[id_]["output_file_id"]
        kept = [line for line in up.files[output].splitlines() if b'"k-1"' not in line]
        up.files[output] = b"\n".join([*UNREADABLE, json.dumps({"custom_id": "k-1"} | spoiled).encode(), *kept])
        found = {key: result async for key, result in its.results(id_, requests)}
    assert {key for key, one in found.items() if one.answer is not None} == {"k-0", "k-2"}
    assert found["k-1"].error is not None
    assert not found["k-1"].expired


@pytest.mark.parametrize("status", ["queued", "IN_PROGRESS", "VALIDATING", "running", ""])
async def test_a_batch_goes_on_by_whatever_name_until_it_has_results(status: str) -> None:
    async with platform() as (its, up):
        up.holds_back = True
        id_ = await its.submit("portion-0", {"k-1": chat()})
        up.batches[id_]["status"] = status
        assert (await its.state(id_)).state == "running"
        up.batches[id_] |= {"status": "DONE", "output_file_id": "file-1"}
        assert (await its.state(id_)).state == "ended"


async def test_a_batch_for_which_there_is_no_room_may_be_offered_later() -> None:
    async with platform() as (its, up):
        up.no_room = 1
        state = await its.state(await its.submit("portion-0", {"k-1": chat()}))
    assert (state.state, state.later, state.said) == ("failed", True, "Enqueued token limit reached.")


async def test_one_whose_submission_was_cut_off_is_found_by_its_name() -> None:
    async with platform() as (its, up):
        since = datetime.now(UTC)
        up.drops_submissions = 1
        with pytest.raises(ProviderError):
            await its.submit("portion-7", {"k-1": chat()})
        for number in range(120):  # more than a page of others
            await its.submit(f"other-{number}", {"k-1": chat()})
        assert await its.find("portion-7", since) == next(iter(up.batches))
        assert await its.find("portion-8", since) is None
        assert len(up.batches) == 121


async def test_batches_from_long_before_are_not_looked_through() -> None:
    async with platform() as (its, _):
        await its.submit("portion-0", {"k-1": chat()})
        assert await its.find("portion-1", datetime.now(UTC) + timedelta(days=1)) is None
