"""Identical requests at the same time, and what Cache-Control asks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from ratchet_providers.base import ProviderError
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.cache_control import CacheControl, cache_control
from ratchet_router.failures import NoAnswerError
from ratchet_router.progress import NotCachedError
from ratchet_router.stream import opened
from tests.unit.router.asks import ask
from tests.unit.router.fakes import World
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import all_of, chat, events, text_of, world


async def here() -> bool:
    return False


async def answered(its: World, request: Ask) -> Answered:
    return await answer(request, its.parts, here)


def slow(text: str = "Yes.") -> Scripted:
    return Scripted([[0.03, text, None, USED]])


async def test_identical_requests_share_one_call_and_only_one_is_paid() -> None:
    small = slow()
    its = world(small=small)
    found = await asyncio.gather(*(answered(its, chat(stream=False)) for _ in range(20)))
    assert len(small.asked) == 1
    assert {one.output for one in found} == {"Yes."}
    assert sum(one.cost_usd > 0 for one in found) == 1
    assert len({one.result_id for one in found}) == 20
    await its.parts.cache.flush()
    assert (its.store.counted[0].by_tenant["acme"].hits, its.store.counted[0].by_tenant["acme"].misses) == (19, 1)


async def test_a_stream_and_whole_answers_share_a_call_too() -> None:
    small = slow()
    its = world(small=small)
    leading = asyncio.create_task(all_of(await opened(chat(), its.parts)))
    whole, streamed = await asyncio.gather(answered(its, chat(stream=False)), _streamed(its))
    assert (whole.output, text_of(streamed), text_of(await leading)) == ("Yes.", "Yes.", "Yes.")
    assert len(small.asked) == 1


async def _streamed(its: World) -> bytes:
    return await all_of(await opened(chat(), its.parts))


async def test_other_tenants_models_and_questions_share_nothing() -> None:
    small = slow()
    its = world(small=small)
    await asyncio.gather(
        answered(its, chat(stream=False)),
        answered(its, chat(stream=False, tenant="other")),
        answered(its, chat("Another question.", stream=False)),
        answered(its, chat(stream=False, cache="off")),
        answered(its, chat(stream=False, model="small")),
    )
    assert len(small.asked) == 4  # the named model is what auto resolves to


async def test_when_the_first_fails_the_others_ask_for_themselves() -> None:
    small = Scripted([[0.03, ProviderError("bad_request")], ["Yes.", None, USED]])
    its = world(small=small)
    found = await asyncio.gather(*(answered(its, chat(stream=False)) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(one, NoAnswerError) for one in found) == 1
    assert [one.output for one in found if isinstance(one, Answered)] == ["Yes."] * 4


async def test_when_the_first_hangs_up_the_others_are_answered() -> None:
    small = Scripted([[30.0, "never"], ["Yes.", None, USED]])
    its = world(small=small)
    first = asyncio.create_task(answered(its, chat(stream=False)))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(answered(its, chat(stream=False))) for _ in range(3)]
    await asyncio.sleep(0.01)
    first.cancel()
    assert [(await other).output for other in others] == ["Yes."] * 3


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", CacheControl()),
        ("no-store", CacheControl(no_store=True)),
        ("No-Cache , max-age=60", CacheControl(no_cache=True, max_age_s=60)),
        ('max-age="5", only-if-cached', CacheControl(max_age_s=5, only=True)),
        ("max-age=, max-age=x, =, ,no store,max-age=-1", CacheControl()),
    ],
)
def test_directives(header: str, said: CacheControl) -> None:
    assert cache_control(header) == said


@pytest.mark.parametrize(
    ("header", "own", "use"),
    [
        ("no-store", "use", "off"),
        ("no-cache", "use", "refresh"),
        ("max-age=0", "use", "refresh"),
        ("no-cache", "off", "off"),
        ("", "refresh", "refresh"),
    ],
)
def test_the_stricter_of_header_and_body_counts(header: str, own: str, use: str) -> None:
    assert cache_control(header).over(ask(cache=own)).cache == use


async def test_only_if_cached_asks_no_model() -> None:
    small = slow()
    its = world(small=small)
    with pytest.raises(NotCachedError) as none:
        await answered(its, chat(stream=False, only_cached=True))
    assert none.value.status == 504
    await answered(its, chat(stream=False))
    assert (await answered(its, chat(stream=False, only_cached=True))).output == "Yes."


async def test_what_is_older_than_it_may_be_is_no_hit_and_a_hit_says_its_age() -> None:
    its = world(small=slow())
    first = await answered(its, chat(stream=False))
    again = await answered(its, chat(stream=False, max_age_s=100))
    assert (again.cached_from, again.age_s) == (first.result_id, 0)
    entry = await its.parts.cache.look_up(next(iter(its.store.entries)), "acme")
    assert entry is not None
    assert entry.age_s(datetime.now(UTC) + timedelta(seconds=90)) == pytest.approx(90, abs=1)
    assert uuid7().int >> 80 > 0
    assert events(await _streamed(its))[-1] == "[DONE]"
