import asyncio

import pytest
from msgspec.structs import replace

from ratchet_providers.base import ProviderError
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.failures import NoAnswerError
from ratchet_router.idempotency import IdempotencyError, StillAnsweringError, once_of
from ratchet_router.once import answer_once, opened_once
from tests.unit.router.fakes import World
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import all_of, chat, events, frames, text_of, world

KEY = once_of("k", "acme", "/v1/chat/completions", b"{}")


def asked(**how: object) -> Ask:
    return replace(chat(stream=False, cache="off"), **how)


async def here() -> bool:
    return False


async def answered(its: World, request: Ask | None = None) -> Answered:
    return await answer_once(request or asked(), KEY, its.parts, here)


async def streamed(its: World) -> bytes:
    return await all_of(await opened_once(asked(stream=True), KEY, its.parts))


async def test_the_same_key_gives_the_same_answer_without_a_second_call() -> None:
    small = Scripted([["Yes.", None, USED]])
    its = world(small=small)
    first, again = await answered(its), await answered(its)
    assert (again.result_id, again.output, again.cost_usd) == (first.result_id, first.output, first.cost_usd)
    assert (first.replayed, again.replayed, again.cached_from) == (False, True, None)
    assert (len(small.asked), len(its.store.held)) == (1, 1)


async def test_streamed_or_whole_it_is_the_same_answer() -> None:
    small = Scripted([["On ", "Monday.", None, USED]])
    its = world(small=small)
    first = await streamed(its)
    again = await streamed(its)
    whole = await answered(its)
    assert text_of(first) == text_of(again) == whole.output == "On Monday."
    assert events(again)[-1] == "[DONE]"
    assert (len(small.asked), len(its.store.held)) == (1, 1)


async def test_a_request_that_comes_while_the_first_is_answered_waits_for_it() -> None:
    small = Scripted([[0.1, "Yes.", None, USED]])
    its = world(small=small)
    found = await asyncio.gather(answered(its), answered(its), streamed(its))
    assert len(small.asked) == 1
    assert found[0].result_id == found[1].result_id
    assert text_of(found[2]) == "Yes."


async def test_whose_time_is_up_is_told_to_come_again() -> None:
    its = world(small=Scripted([[1.0, "Yes.", None, USED]]))
    first = asyncio.create_task(answered(its))
    await asyncio.sleep(0.01)
    with pytest.raises(StillAnsweringError) as still:
        await answered(its, asked(deadline_s=0.1))
    assert still.value.headers["Retry-After"] == "2"
    first.cancel()


async def test_another_request_under_the_same_key_is_refused() -> None:
    its = world(small=Scripted([["Yes.", None, USED]]))
    await answered(its)
    other = once_of("k", "acme", "/v1/chat/completions", b"{ }")
    with pytest.raises(IdempotencyError):
        await answer_once(asked(), other, its.parts, here)


async def test_a_failure_is_no_answer_and_the_key_may_be_used_again() -> None:
    refused = ProviderError("bad_request")
    its = world(small=Scripted([[refused], ["On ", ProviderError("filtered")], ["Yes.", None, USED]]))
    with pytest.raises(NoAnswerError):
        await answered(its)
    assert "error" in events(await streamed(its))[-1]
    assert (await answered(its)).output == "Yes."


async def test_who_hangs_up_leaves_the_key_free() -> None:
    its = world(small=Scripted([["On ", 30.0], ["Yes.", None, USED]]))
    coming = (await opened_once(asked(stream=True), KEY, its.parts)).frames(frames(), lambda _: b"{}")
    await anext(coming)
    await coming.aclose()
    assert (await answered(its)).output == "Yes."


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_is_handed_out_though_the_store_takes_no_note_of_it(stream: bool) -> None:
    small = Scripted([["On ", 0.01, "Monday.", None, USED]])
    its = world(small=small)
    its.keys.away = True
    if stream:
        sent = await streamed(its)
        assert (text_of(sent), events(sent)[-1]) == ("On Monday.", "[DONE]")
    else:
        assert (await answered(its)).output == "On Monday."
    assert [event.outcome for event in its.store.held] == ["ok"]
    with pytest.raises(StillAnsweringError):
        await answered(its, asked(deadline_s=0.1))
    its.keys.away = False
    its.keys.leases_end()
    assert (await answered(its)).output == (await answered(its)).output == "On Monday."
    assert (len(small.asked), len(its.store.held)) == (2, 2)


@pytest.mark.parametrize("stream", [False, True])
async def test_who_hangs_up_when_the_answer_is_there_comes_back_for_it(stream: bool) -> None:
    small = Scripted([["On ", "Monday.", None, USED]])
    its = world(small=small)
    its.store.lets = asyncio.Event()  # the record is not written yet
    first = asyncio.create_task(streamed(its) if stream else answered(its))
    await its.store.asked_to_hold.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    its.store.lets.set()
    await its.parts.recorder.settled()
    again = await answered(its)
    assert (again.output, again.replayed, len(small.asked)) == ("On Monday.", True, 1)
    assert {event.result_id for event in its.store.held} == {again.result_id}


@pytest.mark.parametrize("stream", [False, True])
async def test_what_failed_is_said_as_it_is_though_the_store_is_away(stream: bool) -> None:
    its = world(small=Scripted([["On " if stream else 0.01, ProviderError("bad_request")], ["Yes.", None]]))
    its.keys.away = True
    if stream:
        assert events(await streamed(its))[-1]["error"]["code"] == "provider-refused"
    else:
        with pytest.raises(NoAnswerError):
            await answered(its)
    its.keys.leases_end()
    assert (await answered(its)).output == "Yes."


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "ключ"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(IdempotencyError):
        once_of(key, "acme", "/", b"")


def test_tenants_do_not_share_keys() -> None:
    assert once_of("ab", "a", "/", b"").key != once_of("b", "aa", "/", b"").key
