"""What a request is expected to use is reserved before a model is asked; what it used is settled, however it ends."""

import asyncio
from contextlib import suppress
from decimal import Decimal

import pytest

from ratchet_common.errors import RefusedError
from ratchet_providers.base import ProviderError
from ratchet_router.answer import answer
from ratchet_router.failures import NoAnswerError
from ratchet_router.limits.allowances import nano
from ratchet_router.stream import opened
from tests.unit.router.fakes import World
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import LONG, all_of, chat, frames, streamed, world

COST = Decimal("0.0011")


async def here() -> bool:
    return False


def used(its: World) -> list[int]:
    """Of each request that was let in, in nano-USD; what is still reserved is not counted."""
    assert all(one.settled for one in its.admission.admitted)
    return [10**12 - one.slices[0].left for one in its.admission.admitted]


async def test_streamed_and_whole_use_what_they_cost() -> None:
    its = world(small=Scripted([["Yes.", None, USED]]))
    await answer(chat(stream=False, cache="off"), its.parts, here)
    await streamed(its, chat(cache="off"))
    assert used(its) == [nano(COST)] * 2
    who, estimate = its.admission.asked[0]
    assert (who.tenant, estimate.cost > 0, estimate.tokens > 0) == ("acme", True, True)


async def test_a_hit_uses_nothing() -> None:
    its = world(small=Scripted([["Yes.", None, USED]]))
    await answer(chat(stream=False), its.parts, here)
    await answer(chat(stream=False), its.parts, here)
    await streamed(its)
    assert used(its) == [nano(COST)]


async def test_failed_attempts_are_not_billed() -> None:
    its = world(small=Scripted([[LONG, ProviderError("cut")]]), middle=Scripted([["no", None]]))
    await streamed(its)
    failed = its.store.held[-1]
    assert failed.attempts[0].cost_usd > 0
    assert used(its) == [nano(failed.cost_usd)]
    refused = Scripted([[ProviderError("bad_request")]])
    its = world(small=refused)
    with pytest.raises(NoAnswerError):
        await answer(chat(stream=False), its.parts, here)
    assert used(its) == [0]


async def test_who_hangs_up_pays_for_what_was_used() -> None:
    its = world(small=Scripted([["On ", 30.0]]))
    coming = (await opened(chat(), its.parts)).frames(frames(), lambda _: b"{}")
    await anext(coming)
    await coming.aclose()
    assert used(its) == [nano(its.store.held[-1].cost_usd)]
    assert used(its) != [0]
    waiting = asyncio.create_task(answer(chat("else", stream=False), its.parts, here))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    assert used(its)[1] == nano(its.store.held[-1].cost_usd) > 0
    assert its.store.held[-1].usage.estimated


async def test_who_may_not_is_refused_before_a_model_is_asked_and_others_do_not_wait_for_him() -> None:
    small = Scripted([["Yes.", None, USED]])
    its = world(small=small)
    its.admission.refuses = RefusedError("No.")
    for request in (chat(stream=False), chat(stream=False)):
        with pytest.raises(RefusedError):
            await answer(request, its.parts, here)
    with pytest.raises(RefusedError):
        await opened(chat(), its.parts)
    assert small.asked == []
    its.admission.refuses = None
    async with asyncio.timeout(1):
        assert (await all_of(await opened(chat(), its.parts))).endswith(b"[DONE]\n\n")
