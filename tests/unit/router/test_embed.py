"""Embeddings are kept, shared and given once as answers are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_catalogue.catalogue import Catalogue, EmbeddingModel
from ratchet_common.events import PredictionMade
from ratchet_providers.base import ProviderError
from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.simulated_embeddings import SimulatedEmbeddings
from ratchet_router.cache_control import cache_control
from ratchet_router.embedded import EmbedAsk, Embedded
from ratchet_router.failures import NoAnswerError
from ratchet_router.idempotency import Held, IdempotencyError, TooLargeToReplayError, once_of
from ratchet_router.memory import without_words
from ratchet_router.once import embed_once
from ratchet_router.sharing import NotCachedError
from tests.unit.router.asks import CATALOGUE
from tests.unit.router.fakes import World

WORDS = EmbeddingModel(name="words", provider="simulated", price=Decimal("0.02"))
KEY = once_of("k", "acme", "/v1/embeddings", b"{}")


@dataclass
class Maker:
    """Fails as it is told at its first calls; takes a moment."""

    fails: Sequence[Exception] = ()
    hangs: bool = False
    asked: list[EmbeddingRequest] = field(default_factory=list)

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        number = len(self.asked)
        self.asked.append(request)
        await asyncio.sleep(30 if self.hangs else 0.01)
        if number < len(self.fails):
            raise self.fails[number]
        return await SimulatedEmbeddings().embed(request)


def world(maker: Maker) -> World:
    its = World()
    catalogue = Catalogue(CATALOGUE.models, CATALOGUE.platforms, embedding_models={"words": WORDS})
    its.parts = replace(its.parts, catalogue=catalogue, embeddings={"words": maker})
    return its


def ask(text: str = "Invoice", **how: Any) -> EmbedAsk:
    given: dict[str, Any] = {"tenant": "acme", "model": "words", "inputs": [text]}
    return EmbedAsk(**given | {"fields": {"input": msgspec.Raw(msgspec.json.encode([text]))}} | how)


async def here() -> bool:
    return False


async def embedded(its: World, asked: EmbedAsk | None = None, *, key: bool = False) -> Embedded:
    return await embed_once(asked or ask(), KEY if key else None, its.parts, here)


def events(its: World) -> list[PredictionMade]:
    return its.store.held


async def test_identical_ones_share_a_call_and_its_failure() -> None:
    maker = Maker(fails=[ProviderError("bad_request")])
    its = world(maker)
    failed = await asyncio.gather(*(embedded(its) for _ in range(20)), return_exceptions=True)
    assert {type(one) for one in failed} == {NoAnswerError}
    made = await asyncio.gather(*(embedded(its) for _ in range(20)))
    assert len(maker.asked) == 2
    assert sum(one.cost_usd > 0 for one in made) == 1
    assert len({bytes(one.body["data"]) for one in made}) == 1
    assert [event.outcome for event in events(its)] == ["failed"] * 20 + ["ok"] * 20


async def test_only_if_cached_asks_nobody() -> None:
    maker = Maker()
    its = world(maker)
    for use in ("use", "refresh", "off"):
        with pytest.raises(NotCachedError):
            await embedded(its, ask(only_cached=True, cache=use))
    assert not maker.asked
    made = await embedded(its)
    assert (await embedded(its, ask(only_cached=True))).cached_from == made.result_id


async def test_what_is_older_than_it_may_be_is_made_anew_and_a_hit_says_its_age() -> None:
    maker = Maker()
    its = world(maker)
    await embedded(its)
    assert (await embedded(its, ask(max_age_s=100))).age_s == 0
    await asyncio.sleep(0.01)
    assert (await embedded(its, ask(max_age_s=0))).cached_from is None
    assert len(maker.asked) == 2


@pytest.mark.parametrize(
    ("header", "use", "only", "age"),
    [
        ("no-store", "off", False, None),
        ("no-cache", "refresh", False, None),
        ("max-age=0", "refresh", False, 0),
        ("max-age=60, only-if-cached", "use", True, 60),
    ],
)
def test_what_cache_control_says_of_embeddings(header: str, use: str, only: bool, age: int | None) -> None:
    asked = cache_control(header).over(ask())
    assert (asked.cache, asked.only_cached, asked.max_age_s) == (use, only, age)


async def test_fresh_ones_take_the_place_of_those_that_were_kept() -> None:
    its = world(Maker())
    first = await embedded(its)
    fresh = await embedded(its, ask(cache="refresh"))
    assert first.result_id != fresh.result_id
    assert (await embedded(its)).cached_from == fresh.result_id


async def test_the_same_key_gives_the_same_without_a_second_call() -> None:
    maker = Maker()
    its = world(maker)
    one, other = await asyncio.gather(*(embedded(its, ask(cache="off"), key=True) for _ in range(2)))
    again = await embedded(its, ask(cache="off"), key=True)
    assert (one.result_id, one.body, one.cost_usd) == (again.result_id, again.body, again.cost_usd)
    assert sorted([one.replayed, other.replayed, again.replayed]) == [False, True, True]
    assert (len(maker.asked), len(events(its))) == (1, 1)
    with pytest.raises(IdempotencyError):
        await embed_once(ask(), once_of("k", "acme", "/v1/embeddings", b"{ }"), its.parts, here)


async def test_a_failure_leaves_the_key_free() -> None:
    its = world(Maker(fails=[ProviderError("bad_request")]))
    with pytest.raises(NoAnswerError):
        await embedded(its, key=True)
    assert (await embedded(its, key=True)).body


async def test_what_was_too_large_to_be_kept_is_no_empty_answer() -> None:
    its = world(Maker())
    await embedded(its, key=True)
    kept = its.keys.held[KEY.key].answer
    assert kept is not None
    its.keys.held[KEY.key] = Held(KEY.fingerprint, answer=without_words(kept))
    with pytest.raises(TooLargeToReplayError) as refused:
        await embedded(its, key=True)
    assert refused.value.status == 409


async def test_who_hangs_up_leaves_one_event_and_the_call_to_another() -> None:
    maker = Maker(hangs=True)
    its = world(maker)
    first = asyncio.create_task(embedded(its))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(embedded(its)) for _ in range(10)]
    await asyncio.sleep(0.01)
    maker.hangs = False
    first.cancel()
    assert all([(await other).body for other in others])
    assert len(maker.asked) == 2
    assert sorted(event.outcome for event in events(its)) == ["cancelled"] + ["ok"] * 10


async def test_a_fault_in_speaking_with_the_provider_is_recorded_and_said() -> None:
    its = world(Maker(fails=[KeyError("what people wrote")]))
    with pytest.raises(NoAnswerError) as failed:
        await embedded(its)
    assert (failed.value.status, failed.value.type) == (502, "provider-unforeseen")
    (event,) = events(its)
    assert (event.outcome, [one.error for one in event.attempts]) == ("failed", ["unforeseen"])
