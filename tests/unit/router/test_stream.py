import asyncio
import json
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common import breaking_off
from ratchet_common.events import PredictionMade, Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ProviderError
from ratchet_providers.chat_shape import CustomCall, ToolCallDelta
from ratchet_router.answer import answer
from ratchet_router.ask import Ask
from ratchet_router.failures import NoAnswerError
from ratchet_router.routing import NoModelFitsError
from ratchet_router.shapes.chat import ChatFrames
from ratchet_router.stream import Opened, opened
from tests.unit.router.asks import CATALOGUE, LOCAL, MODELS, ask
from tests.unit.router.fakes import World
from tests.unit.router.scripted import USED, Scripted, Step, calling, end, word

CUT = ProviderError("cut")
LONG = "The steering group meets on Monday to decide on the budget. "


def chat(document: str = "Please send it.", **how: Any) -> Ask:
    given: dict[str, Any] = {"task_type": TaskType.CHAT, "labels": (), "own_prompt": True, "stream": True}
    return ask(document, **given | how)


def world(continues: bool = False, **models: Scripted) -> World:
    its = World()
    its.models |= models  # type: ignore[arg-type]  # scripted ones among the others
    if continues:
        able = {m.name: msgspec.structs.replace(m, continues=True) for m in MODELS}
        object.__setattr__(its.parts, "catalogue", Catalogue(able, {"local": LOCAL}))
    return its


def frames(*, usage_asked: bool = False) -> ChatFrames:
    return ChatFrames("x", "m", 1, usage_asked=usage_asked)


def events(sent: bytes) -> list[Any]:
    found = [line.removeprefix(b"data: ") for line in sent.split(b"\n\n") if line.startswith(b"data: ")]
    return [data.decode() if data == b"[DONE]" else json.loads(data) for data in found]


def text_of(sent: bytes) -> str:
    said = [e for e in events(sent) if isinstance(e, dict) and e.get("choices")]
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in said)


async def all_of(stream: Opened, **how: Any) -> bytes:
    return b"".join([bit async for bit in stream.frames(frames(**how), lambda _: b"{}")])


async def streamed(its: World, asked: Ask | None = None, **how: Any) -> bytes:
    return await all_of(await opened(asked or chat(), its.parts), **how)


async def here() -> bool:
    return False


def last(its: World) -> PredictionMade:
    return its.store.held[-1]


async def test_a_stream_is_passed_on_and_recorded_as_one_answer() -> None:
    its = world(small=Scripted([["On ", "Monday.", None, USED]]))
    sent = await streamed(its)
    assert text_of(sent) == "On Monday."
    assert events(sent)[-1] == "[DONE]"
    event = last(its)
    assert (event.output, event.outcome, event.usage, event.model) == ("On Monday.", "ok", USED, "small")
    assert event.cost_usd == Decimal("0.0011")


async def test_the_count_of_tokens_is_for_those_who_asked() -> None:
    its = world(small=Scripted([["Yes.", None, USED]]))
    hidden = events(await streamed(its, chat(cache="off")))
    assert not [e for e in hidden if isinstance(e, dict) and e.get("usage")]
    counted = [e for e in events(await streamed(its, chat(cache="off"), usage_asked=True)) if isinstance(e, dict)]
    assert [e["usage"]["total_tokens"] for e in counted if e.get("usage")] == [1_100]


async def test_what_nobody_counted_is_estimated_and_says_so() -> None:
    its = world(small=Scripted([["Yes.", None]]))
    counted = [e for e in events(await streamed(its, usage_asked=True)) if isinstance(e, dict) and e.get("usage")]
    assert len(counted) == 1
    assert last(its).usage.estimated
    assert last(its).cost_usd > 0


async def test_the_same_answer_costs_the_same_streamed_and_whole() -> None:
    its = world(small=Scripted([["Yes.", None, USED]]))
    await streamed(its, chat(cache="off"))
    whole = await answer(chat(cache="off", stream=False), its.parts, here)
    assert its.store.held[0].cost_usd == whole.cost_usd == its.store.held[1].cost_usd > 0


async def test_the_end_is_withheld_until_the_answer_is_recorded() -> None:
    its = world(small=Scripted([["On ", "Monday.", None, USED]]))
    sent: list[bytes] = []
    stream = await opened(chat(), its.parts)
    async for bit in stream.frames(frames(), lambda _: b"{}"):
        sent.append(bit)
        if not its.store.held:
            assert b'finish_reason":"stop' not in b"".join(sent)
            assert b"[DONE]" not in b"".join(sent)
    assert b"[DONE]" in sent[-1]


async def test_an_answer_that_cannot_be_recorded_has_no_end() -> None:
    its = world(small=Scripted([["On Monday.", None, USED]]))
    stream = await opened(chat(), its.parts)
    its.store.away = its.bus.away = True
    sent = events(await all_of(stream))
    assert sent[-1]["error"]["code"] == "not-recorded"
    assert "[DONE]" not in sent


async def test_before_the_first_token_another_model_answers_and_nobody_notices() -> None:
    its = world(small=Scripted([[CUT]]), middle=Scripted([["Yes.", None, USED]]))
    assert text_of(await streamed(its)) == "Yes."
    assert [(a.model, a.error) for a in last(its).attempts] == [("small", "cut"), ("small", "cut"), ("middle", "")]
    assert last(its).model == "middle"


async def test_what_fails_before_the_first_token_is_an_ordinary_error() -> None:
    full = Scripted([[ProviderError("overloaded", status=529)]])
    its = world(small=full, middle=full, large=full)
    with pytest.raises(NoAnswerError) as failed:
        await opened(chat(), its.parts)
    assert failed.value.status == 503
    assert last(its).outcome == "failed"


async def test_what_was_shown_is_continued_by_a_model_that_can() -> None:
    small = Scripted(
        [[LONG, CUT], ["Nothing ", "else is planned until the end of the year, as far as is known.", None, USED]]
    )
    its = world(small=small, continues=True)
    sent = await streamed(its)
    assert text_of(sent) == LONG + "Nothing else is planned until the end of the year, as far as is known."
    assert small.asked[1].so_far == LONG
    assert events(sent)[-1] == "[DONE]"
    assert last(its).output == text_of(sent)
    assert [a.error for a in last(its).attempts] == ["cut", ""]
    cut, whole = last(its).attempts
    assert (cut.usage is not None and cut.usage.estimated, whole.usage) == (True, None)
    assert last(its).cost_usd == Decimal("0.0011")


async def test_words_that_a_continuation_repeats_are_shown_once() -> None:
    small = Scripted(
        [[LONG, CUT], ["to decide on the budget. And on the ", "rest." + " Then they go." * 20, None, USED]]
    )
    its = world(small=small, continues=True)
    assert text_of(await streamed(its)) == LONG + "And on the rest." + " Then they go." * 20


async def test_a_continuation_that_begins_anew_is_an_error() -> None:
    small = Scripted([[LONG, CUT], [LONG + "And so on, and on, and on." * 9, None, USED]])
    its = world(small=small, middle=small, large=small, continues=True)
    sent = await streamed(its)
    assert text_of(sent) == LONG
    assert "error" in events(sent)[-1]
    assert last(its).outcome == "failed"


@pytest.mark.parametrize("script", [[LONG, CUT], [LONG, ProviderError("timeout")], [calling("f", "{"), CUT]])
async def test_what_nobody_can_continue_ends_in_an_error_and_never_as_if_it_were_whole(script: Any) -> None:
    its = world(small=Scripted([script]), middle=Scripted([["other", None]]))
    sent = await streamed(its)
    assert "error" in events(sent)[-1]
    assert "other" not in text_of(sent)
    event = last(its)
    assert (event.outcome, event.output) == ("failed", text_of(sent) or None)
    assert event.attempts[0].usage is not None


async def test_of_several_choices_none_is_continued() -> None:
    """A model goes on with one text: what it then said as another choice would lack its beginning."""
    both: list[Step] = [" It ends.", word("Another one ends.", index=1), None, end(index=1), USED]
    its = world(small=Scripted([[LONG, CUT], both]), middle=Scripted([both]), continues=True)
    sent = await streamed(its, chat(choices=2))
    assert text_of(sent) == LONG
    assert "error" in events(sent)[-1]
    assert (last(its).outcome, [a.error for a in last(its).attempts]) == ("failed", ["cut"])


async def test_of_several_choices_all_begin_anew_while_nothing_was_shown() -> None:
    its = world(small=Scripted([[CUT], ["On Monday.", word("On Tuesday.", index=1), None, end(index=1), USED]]))
    sent = await streamed(its, chat(choices=2))
    said = [choice for event in events(sent)[:-1] for choice in event["choices"]]
    assert [c["delta"].get("content") for c in said] == ["On Monday.", "On Tuesday.", None, None]
    assert events(sent)[-1] == "[DONE]"


async def test_a_call_of_a_tool_at_the_beginning_of_what_goes_on_is_not_lost() -> None:
    small = Scripted([[LONG, CUT], ["I look.", calling("f", "{}"), end("tool_calls"), USED]])
    its = world(small=small, continues=True)
    sent = await streamed(its)
    calls = [c for e in events(sent)[:-1] if e["choices"] for c in e["choices"][0]["delta"].get("tool_calls") or []]
    assert (text_of(sent), [c["id"] for c in calls]) == (LONG + "I look.", ["t"])


async def test_who_hangs_up_ends_the_call_and_what_was_spent_is_recorded() -> None:
    small = Scripted([["On ", 30.0, None]])
    its = world(small=small)
    stream = await opened(chat(), its.parts)
    coming = stream.frames(frames(), lambda _: b"{}")
    assert text_of(await anext(coming)) == "On "
    waiting = asyncio.ensure_future(anext(coming))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert small.closed == 1
    assert (last(its).outcome, last(its).output, last(its).usage.estimated) == ("cancelled", "On ", True)
    assert last(its).cost_usd > 0


async def test_who_reads_no_further_ends_the_call_too() -> None:
    small = Scripted([["On ", 30.0, None]])
    its = world(small=small)
    coming: AsyncGenerator[bytes, None] = (await opened(chat(), its.parts)).frames(frames(), lambda _: b"{}")
    await anext(coming)
    await coming.aclose()
    assert (small.closed, last(its).outcome) == (1, "cancelled")


async def test_a_hit_is_given_as_a_stream() -> None:
    small = Scripted([["On ", calling("f", "{}"), None, USED]])
    its = world(small=small)
    first, again = await streamed(its), await streamed(its, usage_asked=True)
    assert len(small.asked) == 1
    assert text_of(again) == text_of(first)
    calls = [c for e in events(again)[:-1] if e["choices"] for c in e["choices"][0]["delta"].get("tool_calls") or []]
    assert [(c["id"], c["function"]["name"]) for c in calls] == [("t", "f")]
    assert last(its).cached_from == its.store.held[0].result_id
    assert last(its).cost_usd == 0


async def test_a_call_of_a_custom_tool_is_kept_as_one() -> None:
    call = ToolCallDelta(index=0, id="t", type="custom", custom=CustomCall(name="code", input="print(1)"))
    small = Scripted([[call, end("tool_calls"), USED]])
    its = world(small=small)
    await streamed(its)
    again = [c for e in events(await streamed(its))[:-1] if e["choices"] for c in e["choices"]]
    whole = await answer(chat(stream=False), its.parts, here)
    assert whole.body is not None
    (kept,) = json.loads(bytes(whole.body["choices"]))[0]["message"]["tool_calls"]
    assert len(small.asked) == 1
    assert kept == {"id": "t", "type": "custom", "custom": {"name": "code", "input": "print(1)"}}
    assert [c for a in again for c in a["delta"].get("tool_calls") or []] == [kept | {"index": 0}]


async def test_calls_of_tools_alone_are_estimated_by_what_they_say() -> None:
    its = world(small=Scripted([[calling("look_up", '{"of":"Monday"}'), end("tool_calls")]]))
    await streamed(its)
    assert (last(its).usage.estimated, last(its).usage.output_tokens) == (True, 6)


async def test_what_a_filter_withheld_costs_what_was_counted_streamed_and_whole_and_nobody_else_is_asked() -> None:
    filtered = Scripted([[end("content_filter"), USED]])
    its = world(small=filtered)
    sent = await streamed(its, chat(cache="off"))
    whole = await answer(chat(cache="off", stream=False), its.parts, here)
    assert [c["finish_reason"] for e in events(sent)[:-1] for c in e["choices"]] == ["content_filter"]
    assert events(sent)[-1] == "[DONE]"
    assert (whole.output, whole.finish, [a.model for a in whole.attempts]) == ("", "content_filter", ["small"])
    assert its.store.held[0].cost_usd == whole.cost_usd > 0


async def test_a_text_in_parts_of_which_a_filter_withheld_one_is_no_whole_answer() -> None:
    its = world(large=Scripted([[end("content_filter"), USED]]))
    asked = ask("The steering group meets on Monday. " * 2_000, task_type=TaskType.ACTION_ITEMS, labels=(), cache="off")
    with pytest.raises(NoAnswerError) as failed:
        await answer(asked, its.parts, here)
    assert failed.value.code == "content_filter"


async def test_a_broken_stream_is_not_kept() -> None:
    small = Scripted([["On ", CUT], ["On Monday.", None, USED]])
    its = world(small=small)
    noted = breaking_off.begin()
    await streamed(its)
    assert noted == [503]
    noted.clear()
    assert text_of(await streamed(its)) == "On Monday."
    assert not noted


async def test_a_stream_may_take_longer_than_others_would_have_to_wait_for_their_turn() -> None:
    its = world(small=Scripted([["On ", 0.3, "Monday.", None, USED]]))
    assert text_of(await streamed(its, chat(deadline_s=0.4))) == "On Monday."


async def test_usage_is_what_was_said_last() -> None:
    its = world(small=Scripted([["Yes.", Usage(input_tokens=5), None, Usage(input_tokens=5, output_tokens=7)]]))
    await streamed(its)
    assert last(its).usage == Usage(input_tokens=5, output_tokens=7)


def test_the_catalogue_of_these_tests_has_three_models() -> None:
    assert list(CATALOGUE.models) == ["small", "middle", "large"]


async def test_what_no_model_can_hold_is_worked_on_in_parts_streamed_and_whole() -> None:
    """The models hold 1,000, 1,000 and 10,000 tokens; the text has about 17,000."""
    long = "The steering group meets on Monday. " * 2_000
    large = Scripted([["- Meet on Monday", None, USED]])
    its = world(large=large)
    asked = ask(long, task_type=TaskType.ACTION_ITEMS, labels=(), cache="off")
    whole = await answer(asked, its.parts, here)
    calls = len(large.asked)
    assert calls > 1
    assert whole.items == ("Meet on Monday",)
    assert whole.cost_usd == last(its).cost_usd == Decimal("0.0121") * calls
    assert (last(its).usage.input_tokens, len(last(its).attempts)) == (1_000 * calls, calls)
    sent = await streamed(its, asked)
    assert text_of(sent) == "- Meet on Monday"
    assert events(sent)[-1] == "[DONE]"
    assert last(its).cost_usd == whole.cost_usd


async def test_what_is_too_long_for_other_reasons_is_refused_as_before() -> None:
    its = world()
    with pytest.raises(NoModelFitsError):
        await streamed(its, chat("word " * 50_000))
