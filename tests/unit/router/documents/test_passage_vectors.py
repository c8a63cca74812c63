"""Vectors of passages: in batches, asked for again where that helps, and each batch paid for once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_catalogue.catalogue import EmbeddingModel
from ratchet_common.events import PredictionMade
from ratchet_common.vocabulary import EMBEDDING
from ratchet_providers.base import ProviderError, TimeLimits
from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.simulated_embeddings import SimulatedEmbeddings
from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import NotEmbeddedError
from ratchet_router.documents.passage_vectors import AT_ONCE, LONGEST_PAUSE_S, TRIES, PassageVectors
from ratchet_router.recording import NotRecordedError

WORDS = EmbeddingModel(name="words", provider="simulated", price=Decimal("0.02"), upstream_model="theirs")


@dataclass
class Maker:
    """Fails as it is told at its first calls."""

    fails: Sequence[ProviderError] = ()
    asked: list[EmbeddingRequest] = field(default_factory=list)

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        self.asked.append(request)
        if len(self.asked) <= len(self.fails):
            raise self.fails[len(self.asked) - 1]
        return await SimulatedEmbeddings().embed(request)


@dataclass
class World:
    maker: Maker
    told: list[PredictionMade] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    records: bool = True

    async def of(self, texts: Sequence[str], tenant: str = "acme") -> Any:
        vectors = PassageVectors(
            WORDS, self.maker, self._record, lambda whose: whose == "acme", TimeLimits(), self._pause
        )
        return await vectors.of(tenant, texts)

    async def _record(self, event: PredictionMade) -> None:
        if not self.records:
            raise NotRecordedError("Nobody takes it.")
        self.told.append(event)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_each_text_has_its_vector_and_each_batch_its_cost() -> None:
    world, texts = World(Maker()), [f"passage {number}" for number in range(AT_ONCE + 1)]
    found = await world.of(texts)
    whole = await SimulatedEmbeddings().embed(EmbeddingRequest(model="theirs", inputs=texts))
    assert [list(one) for one in found] == [pytest.approx(vector, abs=1e-6) for vector in whole.vectors]
    assert [len(request.inputs) for request in world.maker.asked] == [AT_ONCE, 1]
    assert {request.model for request in world.maker.asked} == {"theirs"}
    assert {(e.tenant, e.task_type, e.model, e.tags) for e in world.told} == {
        ("acme", EMBEDDING, "words", ("ingestion",))
    }
    assert sum(e.cost_usd for e in world.told) == WORDS.prices.of(whole.usage) > 0
    assert all(e.text_omitted == "not_collected" and bytes(e.input) == b"null" for e in world.told)


async def test_a_hiccup_is_tried_again_and_a_long_wait_is_bounded() -> None:
    world = World(Maker([ProviderError("overloaded"), ProviderError("rate_limited", retry_after_s=9_999)]))
    assert len(await world.of(["a passage"])) == 1
    assert world.pauses == [0.5, LONGEST_PAUSE_S]
    (event,) = world.told
    assert [attempt.error for attempt in event.attempts] == ["overloaded", "rate_limited", ""]


async def test_who_does_not_answer_is_waited_for_and_who_refuses_is_not() -> None:
    world = World(Maker([ProviderError("unreachable")] * TRIES))
    with pytest.raises(AwayError, match=r"words does not answer \(unreachable\)"):
        await world.of(["a passage"])
    assert (len(world.maker.asked), len(world.pauses), world.told) == (TRIES, TRIES - 1, [])
    refused = World(Maker([ProviderError("too_long", "it said so")]))
    with pytest.raises(NotEmbeddedError, match=r"words refused its passages \(too_long\)"):
        await refused.of(["a passage"])
    assert len(refused.maker.asked) == 1


async def test_what_could_not_be_recorded_is_waited_with() -> None:
    with pytest.raises(AwayError, match="could not be recorded"):
        await World(Maker(), records=False).of(["a passage"])


async def test_texts_of_a_tenant_that_the_model_is_not_for_are_not_sent() -> None:
    world = World(Maker())
    assert await world.of(["a passage"], tenant="other") is None
    assert world.maker.asked == []


@dataclass
class Odd(Maker):
    vectors: Sequence[list[float]] = ()

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        made = await super().embed(request)
        return replace(made, vectors=list(self.vectors))


@pytest.mark.parametrize("vectors", [[[1.0, 2.0], [1.0]], [[1.0, 2.0], [0.0, 0.0]], [[1.0, float("inf")], [1.0, 2.0]]])
async def test_what_cannot_be_compared_is_refused_and_has_been_paid_for(vectors: list[list[float]]) -> None:
    world = World(Odd(vectors=vectors))
    with pytest.raises(NotEmbeddedError, match="Nothing can be found by what words made"):
        await world.of(["one", "two"])
    assert len(world.told) == 1
