"""Google's embeddings: what is asked of which API, and what comes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import ProviderError
from ratchet_providers.embedding import Embedding, EmbeddingRequest
from ratchet_providers.gemini.provider import Gemini
from ratchet_providers.gemini.tokens import ReadyToken
from ratchet_providers.gemini.vertex import Vertex
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire
from tests.unit.providers.gemini.rig import Google, Said, google, whole


@asynccontextmanager
async def embedding(*answers: Said, vertex: bool = False) -> AsyncIterator[tuple[Embedding, Google]]:
    async with google(*answers) as heard, Wire() as wire:
        if vertex:
            yield Vertex(wire, "acme", "global", ReadyToken(Secret("")), base_url=heard.url), heard
        else:
            yield Gemini(wire, heard.url, Secret("")), heard


def made(*vectors: list[float], tokens: int | None = None) -> bytes:
    said: dict[str, Any] = {"embeddings": [{"values": vector} for vector in vectors]}
    return whole(said if tokens is None else said | {"usageMetadata": {"promptTokenCount": tokens}})


def asked(*texts: Any, model: str = "gemini-embedding-001", **how: Any) -> EmbeddingRequest:
    return EmbeddingRequest(model=model, inputs=texts, **how)


async def test_texts_go_out_in_one_batch() -> None:
    async with embedding(made([0.1, 0.2], [0.3, 0.4], tokens=5)) as (google_, heard):
        said = await google_.embed(asked("a", "b", dimensions=2, fields={"task_type": "RETRIEVAL_QUERY"}))
    assert (said.vectors, said.usage) == ([[0.1, 0.2], [0.3, 0.4]], Usage(input_tokens=5))
    assert b"/models/gemini-embedding-001:batchEmbedContents " in heard.heads[0]
    same = {"model": "models/gemini-embedding-001", "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 2}
    assert heard.bodies[0] == {"requests": [same | {"content": {"parts": [{"text": text}]}} for text in "ab"]}


async def test_many_texts_come_back_in_their_order() -> None:
    def answers(body: Any) -> bytes:
        texts = [request["content"]["parts"][0]["text"] for request in body["requests"]]
        return made(*[[float(text)] for text in texts], tokens=len(texts))

    async with embedding(answers) as (google_, heard):
        said = await google_.embed(asked(*map(str, range(1_050))))
    assert said.vectors == [[float(n)] for n in range(1_050)]
    assert (len(heard.bodies), said.usage) == (11, Usage(input_tokens=1_050))


async def test_what_google_does_not_count_is_estimated() -> None:
    async with embedding(made([1.0])) as (google_, _):
        assert (await google_.embed(asked("eight letters"))).usage == Usage(input_tokens=4, estimated=True)


async def test_base64_is_of_small_floats() -> None:
    async with embedding(made([1.0, -2.0])) as (google_, _):
        assert (await google_.embed(asked("a", encoding_format="base64"))).vectors == ["AACAPwAAAMA="]


async def test_vertex_takes_geminis_models_by_their_contents() -> None:
    async with embedding(made([1.0], tokens=2), vertex=True) as (google_, heard):
        await google_.embed(asked("a", dimensions=1))
    assert b"/publishers/google/models/gemini-embedding-001:batchEmbedContents " in heard.heads[0]
    config = {"outputDimensionality": 1, "autoTruncate": False}
    assert heard.bodies[0] == {"requests": [{"embedContentConfig": config, "content": {"parts": [{"text": "a"}]}}]}


async def test_vertex_predicts_with_its_older_models() -> None:
    predictions = [
        {"embeddings": {"values": [n], "statistics": {"token_count": 3.0, "truncated": False}}} for n in (1, 2)
    ]
    async with embedding(whole({"predictions": predictions}), vertex=True) as (google_, heard):
        request = asked("a", "b", model="text-embedding-005", dimensions=1, fields={"task_type": "CLUSTERING"})
        said = await google_.embed(request)
    assert (said.vectors, said.usage) == ([[1.0], [2.0]], Usage(input_tokens=6))
    assert b"/models/text-embedding-005:predict " in heard.heads[0]
    assert heard.bodies[0] == {
        "instances": [{"content": text, "task_type": "CLUSTERING"} for text in "ab"],
        "parameters": {"autoTruncate": False, "outputDimensionality": 1},
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (made([1.0]), "malformed"),  # one for two texts
        (whole({"embeddings": [{"values": ["x"]}]}), "malformed"),
        (whole(b"no JSON"), "malformed"),
        (whole({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "x"}}, 429), "rate_limited"),
    ],
)
async def test_what_fails_says_how(answer: bytes, kind: str) -> None:
    async with embedding(answer) as (google_, _):
        with pytest.raises(ProviderError) as failed:
            await google_.embed(asked("a", "b"))
    assert failed.value.kind == kind


@pytest.mark.parametrize("inputs", [(), ([1, 2],)])
async def test_tokens_and_nothing_are_refused(inputs: Any) -> None:
    async with embedding(made([1.0])) as (google_, heard):
        with pytest.raises(ProviderError) as failed:
            await google_.embed(asked(*inputs))
    assert (failed.value.kind, heard.bodies) == ("unsuited", [])
    assert "input" in msgspec.json.encode(failed.value.said).decode()
