"""Identical requests at the same time, and what Cache-Control asks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from ratchet_providers.base import ErrorKind, ProviderError
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.cache_control import CacheControl, cache_control
from ratchet_router.failures import NoAnswerError
from ratchet_router.sharing import NotCachedError
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


@pytest.mark.parametrize("kind", ["bad_request", "unavailable"])
async def test_what_the_first_failed_with_is_what_all_are_told_without_a_call_of_their_own(kind: ErrorKind) -> None:
    failing = [Scripted([[0.03, ProviderError(kind)]]) for _ in range(3)]
    its = world(small=failing[0], middle=failing[1], large=failing[2])
    alone = world(small=failing[0], middle=failing[1], large=failing[2])
    with pytest.raises(NoAnswerError) as told:
        await answered(alone, chat(stream=False))
    calls = [len(model.asked) for model in failing]
    found = await asyncio.gather(*(answered(its, chat(stream=False)) for _ in range(200)), return_exceptions=True)
    assert {(type(one), str(one)) for one in found} == {(NoAnswerError, str(told.value))}
    assert [len(model.asked) for model in failing] == [2 * number for number in calls]
    assert [event.outcome for event in its.store.held] == ["failed"] * 200
    assert sum(bool(event.attempts) for event in its.store.held) == 1


async def test_whose_time_was_shorter_fails_alone() -> None:
    small = Scripted([[0.03, ProviderError("timeout")], ["Yes.", None, USED]])
    its = world(small=small)
    hurried = asyncio.create_task(answered(its, chat(stream=False, model="small", deadline_s=0.05)))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(answered(its, chat(stream=False, model="small"))) for _ in range(20)]
    with pytest.raises(NoAnswerError) as late:
        await hurried
    assert late.value.status == 504
    assert [(await other).output for other in others] == ["Yes."] * 20
    assert len(small.asked) == 2


async def test_who_waits_for_another_waits_no_longer_than_his_own_deadline() -> None:
    its = world(small=Scripted([[5.0, "never"]]))
    first = asyncio.create_task(answered(its, chat(stream=False)))
    await asyncio.sleep(0.01)
    with pytest.raises(NoAnswerError) as late:
        await answered(its, chat(stream=False, deadline_s=0.05))
    assert (late.value.status, len(its.store.held), its.store.held[0].attempts) == (504, 1, ())
    first.cancel()


async def test_what_another_model_answered_in_its_place_is_shared_and_not_kept() -> None:
    small, middle = Scripted([[0.03, ProviderError("no_such_model")]]), slow("Instead.")
    its = world(small=small, middle=middle)
    found = await asyncio.gather(*(answered(its, chat(stream=False)) for _ in range(50)))
    assert {one.output for one in found} == {"Instead."}
    assert (len(small.asked), len(middle.asked), its.store.entries) == (1, 1, {})


async def test_who_named_the_model_gets_no_answer_of_another() -> None:
    its = world(small=Scripted([[0.03, ProviderError("no_such_model")], ["Yes.", None, USED]]), middle=slow("Instead."))
    anyone = asyncio.create_task(answered(its, chat(stream=False)))
    await asyncio.sleep(0.01)
    named = await answered(its, chat(stream=False, model="small"))
    assert ((await anyone).output, named.output, named.model) == ("Instead.", "Yes.", "small")


async def test_when_the_first_hangs_up_the_others_are_answered() -> None:
    small = Scripted([[30.0, "never"], [0.03, "Yes.", None, USED]])
    its = world(small=small)
    first = asyncio.create_task(answered(its, chat(stream=False)))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(answered(its, chat(stream=False))) for _ in range(200)]
    await asyncio.sleep(0.01)
    first.cancel()
    assert [(await other).output for other in others] == ["Yes."] * 200
    assert len(small.asked) == 2


async def test_a_stream_that_broke_after_it_was_shown_leaves_the_call_to_one_other() -> None:
    small = Scripted([["On ", 0.03, ProviderError("cut")], [0.03, "Yes.", None, USED]])
    its = world(small=small)
    first = await opened(chat(), its.parts)
    others = [asyncio.create_task(answered(its, chat(stream=False))) for _ in range(20)]
    await asyncio.sleep(0.01)
    assert "error" in events(await all_of(first))[-1]
    assert {(await other).output for other in others} == {"Yes."}
    assert len(small.asked) == 2


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", CacheControl()),
        ("no-store", CacheControl(no_store=True)),
        ("No-Cache , max-age=60", CacheControl(no_cache=True, max_age_s=60)),
        ('max-age="5", only-if-cached', CacheControl(max_age_s=5, only=True)),
        ("max-age=, max-age=x, =, ,no store,max-age=-1", CacheControl()),
        (' max-age \t= "7" ', CacheControl(max_age_s=7)),
        (f"no-store{' ' * 1_000_000}x, max-age={' ' * 1_000_000}y, no-cache", CacheControl(no_cache=True)),  # at once
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
