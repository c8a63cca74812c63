"""Embeddings of APIs of OpenAI's shape pass through; those without a key are simulated."""

import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Usage
from ratchet_providers.base import ProviderError
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, encoded, in_openais_shape
from ratchet_providers.openai_embeddings import OpenAIEmbeddings
from ratchet_providers.openai_shaped import Dialect, OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.simulated_embeddings import SimulatedEmbeddings, hashed, words_of
from ratchet_providers.wire import Wire

SAID = {
    "object": "list",
    "data": [
        {"object": "embedding", "index": 1, "embedding": [3, 4.5]},
        {"object": "embedding", "index": 0, "embedding": [1, 2]},
    ],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 4, "total_tokens": 4},
}


@asynccontextmanager
async def api(said: Any, status: int = 200) -> AsyncIterator[tuple[OpenAIEmbeddings, list[tuple[str, bytes]]]]:
    seen: list[tuple[str, bytes]] = []

    async def answers(request: web.Request) -> web.Response:
        seen.append((request.headers.get("api-key", ""), await request.read()))
        return web.Response(text=said if isinstance(said, str) else json.dumps(said), status=status)

    app = web.Application()
    app.router.add_post("/v1/embeddings", answers)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with Wire() as wire:
            base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
            yield OpenAIEmbeddings(wire, OpenAIShaped(wire, base_url, Secret(""), Dialect(key_header="api-key"))), seen
    finally:
        await runner.cleanup()


def asked(*inputs: Any, **how: Any) -> EmbeddingRequest:
    return EmbeddingRequest(model="m", inputs=inputs, **how)


async def test_vectors_are_in_the_order_of_the_inputs_and_the_body_is_kept() -> None:
    async with api(SAID) as (openai, _):
        made = await openai.embed(asked("a", "b"))
    assert (made.vectors, made.usage, made.model) == ([[1.0, 2.0], [3.0, 4.5]], Usage(input_tokens=4), "m")
    assert msgspec.json.decode(msgspec.json.encode(in_openais_shape(made))) == SAID


async def test_a_request_goes_out_as_it_came() -> None:
    fields = {
        "model": msgspec.Raw(b'"other"'),
        "input": msgspec.Raw(b'["a" , "\\u0062"]'),
        "encoding_format": msgspec.Raw(b'"base64"'),
        "user": msgspec.Raw(b'"ann"'),
    }
    data = [{"index": 0, "embedding": "AACAPw=="}, {"index": 1, "embedding": "AACAPw=="}]
    async with api(SAID | {"data": data}) as (openai, seen):
        made = await openai.embed(asked("a", "b", encoding_format="base64", fields=fields))
    assert seen[0][1] == b'{"model":"m","input":["a" , "\\u0062"],"encoding_format":"base64","user":"ann"}'
    assert made.vectors == ["AACAPw==", "AACAPw=="]


async def test_what_was_understood_goes_out_where_nothing_came() -> None:
    async with api(SAID) as (openai, seen):
        await openai.embed(asked([1, 2], [3], dimensions=2))
    assert json.loads(seen[0][1]) == {"model": "m", "input": [[1, 2], [3]], "dimensions": 2}


async def test_usage_is_estimated_where_none_is_counted() -> None:
    async with api({"data": SAID["data"]}) as (openai, _):
        assert (await openai.embed(asked("abcdefgh", [1, 2, 3]))).usage == Usage(input_tokens=5, estimated=True)


@pytest.mark.parametrize(
    ("said", "status", "kind"),
    [
        ({"data": []}, 200, "malformed"),
        ({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}, 200, "malformed"),
        ({"data": [{"index": 0, "embedding": {}}, {"index": 1, "embedding": [1]}]}, 200, "malformed"),
        ("no JSON", 200, "malformed"),
        ({"error": {"message": "maximum context length is 8192 tokens"}}, 400, "too_long"),
        ({"error": {"message": "slow down"}}, 429, "rate_limited"),
    ],
)
async def test_what_fails_says_how(said: Any, status: int, kind: str) -> None:
    async with api(said, status) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await openai.embed(asked("a", "b"))
    assert failed.value.kind == kind


async def simulated(*inputs: Any, **how: Any) -> Embeddings:
    return await SimulatedEmbeddings().embed(asked(*inputs, **how))


def cosine(one: Any, other: Any) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


async def test_simulated_texts_that_share_words_lie_near_each_other() -> None:
    made = await simulated("We ship on Monday.", "on Monday we ship", "The cat sleeps under a tree.")
    assert made.simulated
    one, same, other = made.vectors
    assert len(one) == 256
    assert cosine(one, same) == pytest.approx(1)
    assert cosine(one, other) < 0.5


async def test_simulated_vectors_are_the_same_everywhere() -> None:
    assert (await simulated("ship", dimensions=4)).vectors == [[0.0, 0.0, 1.0, 0.0]]


@given(st.text(), st.integers(1, 64))
def test_simulated_vectors_have_unit_length(text: str, dimensions: int) -> None:
    vector = hashed(words_of(text), dimensions)
    assert len(vector) == dimensions
    assert math.hypot(*vector) == pytest.approx(1)


@pytest.mark.parametrize("dimensions", [0, -1, 10**9])
async def test_dimensions_that_are_none_are_refused(dimensions: int) -> None:
    with pytest.raises(ProviderError):
        await simulated("a", dimensions=dimensions)


async def test_openais_shape_of_what_came_otherwise() -> None:
    made = Embeddings(vectors=[encoded([1.0], "base64")], usage=Usage(input_tokens=3), model="m")
    assert in_openais_shape(made) == {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}],
        "model": "m",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
