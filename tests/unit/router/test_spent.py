"""What was spent on what came to no end: hung up on, cut off, gone on with by another, worked on in parts."""

import asyncio
from collections.abc import Awaitable
from decimal import Decimal
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.anthropic.as_chat import AsChat
from ratchet_providers.anthropic.as_it_came import AsItCame
from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.chat_shape import Chunk, WireUsage
from ratchet_providers.sse import Events
from ratchet_router.answer import answer
from ratchet_router.ask import Ask
from ratchet_router.shapes.messages.frames import MessagesFrames
from ratchet_router.shapes.shape import Frames
from ratchet_router.spent import Spent
from ratchet_router.stream import opened
from tests.unit.providers.anthropic_rig import events_of, message, sse, text
from tests.unit.router.asks import ask
from tests.unit.router.fakes import FakeModel, World
from tests.unit.router.scripted import USED, Scripted, end, word
from tests.unit.router.test_embed import Maker, embedded
from tests.unit.router.test_embed import ask as to_embed
from tests.unit.router.test_embed import world as world_of_vectors
from tests.unit.router.test_native_streams import asked
from tests.unit.router.test_stream import CUT, LONG, chat, frames, here, last, streamed, world

BEFORE = Usage(input_tokens=1_000, output_tokens=1)  # as Anthropic's first event has it
REST = "Nothing else is planned until the end of the year, as far as is known to anybody who was there. " * 2
REQUEST = ModelRequest(model="m", task_type="chat", messages=[{"role": "user", "content": "Hi."}], document="Hi.")


def counts(usage: Usage) -> Piece:
    return Piece(usage=usage)


def spent(*pieces: Piece) -> Usage:
    found = Spent()
    for piece in pieces:
        found.add(piece)
    usage = found.usage(REQUEST, "", asked=False)
    assert usage is not None
    return usage


def test_what_was_written_since_the_last_count_is_estimated() -> None:
    usage = spent(counts(BEFORE), word("x" * 400))
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (1_000, 101, True)


def test_a_count_that_keeps_up_is_taken_as_it_is() -> None:
    assert spent(counts(BEFORE), word("x" * 400), counts(USED)) == USED


def test_the_count_at_the_end_is_the_count() -> None:
    assert spent(counts(BEFORE), word("x" * 400), end(), counts(BEFORE)) == BEFORE


def test_who_wrote_something_and_counts_none_of_it_has_not_counted_that() -> None:
    usage = spent(word("x" * 400), end(), counts(Usage(input_tokens=1_000)))
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (1_000, 100, True)


@pytest.mark.parametrize("shape", ["messages", "chat"])
@pytest.mark.parametrize(("counts_at_the_end", "output"), [(True, 2), (False, 101)])
def test_what_an_imitation_of_anthropic_counts_at_no_end_is_estimated(
    shape: str, counts_at_the_end: bool, output: int
) -> None:
    said = message(text("x" * 400), usage={"input_tokens": 9, "output_tokens": 2})
    events = events_of(said)
    if not counts_at_the_end:
        events = [{k: v for k, v in event.items() if k != "usage"} for event in events]
    reading = AsItCame() if shape == "messages" else AsChat(by_tool=False, so_far="", created=1)
    usage = spent(*reading.pieces(Events().feed(sse(events))))
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (9, output, not counts_at_the_end)


def test_a_call_that_was_never_at_work_has_used_nothing() -> None:
    assert Spent().usage(REQUEST, LONG, asked=False) is None
    used = Spent().usage(REQUEST, "x" * 400, asked=True)
    assert used is not None
    assert used.input_tokens > 100  # it read what had been written as well


async def hung_up_after(first: int, request: Ask, its: World, seen_as: Frames | None = None) -> None:
    coming = (await opened(request, its.parts)).frames(seen_as or frames(), lambda _: b"{}")
    for _ in range(first):
        await anext(coming)
    await coming.aclose()


async def test_who_hangs_up_pays_for_what_was_written_and_not_for_the_count_that_came_before() -> None:
    its = world(small=Scripted([[BEFORE, "x" * 200, "y" * 200, 30.0, None]]))
    await hung_up_after(2, chat(), its)
    assert (last(its).outcome, last(its).usage.output_tokens) == ("cancelled", 101)
    assert last(its).cost_usd == Decimal("0.001101")


async def test_thoughts_and_calls_of_a_native_stream_are_paid_for_as_well() -> None:
    thinks = Piece(shape="messages", event="content_block_delta", data=b"{}", shows=True, written=400)
    its = world(small=Scripted([[counts(BEFORE), thinks, 30.0]]))
    await hung_up_after(1, asked(), its, MessagesFrames(message_id="msg_1", model="m"))
    assert (last(its).outcome, last(its).usage.output_tokens) == ("cancelled", 101)


async def test_a_cut_call_costs_what_it_had_written_and_is_billed_to_nobody() -> None:
    its = world(small=Scripted([[BEFORE, LONG, CUT]]))
    await streamed(its)
    cut = last(its).attempts[0]
    assert cut.usage == Usage(input_tokens=1_000, output_tokens=16, estimated=True)
    assert (cut.cost_usd, last(its).outcome, last(its).cost_usd) == (Decimal("0.001016"), "failed", Decimal(0))


async def test_who_goes_on_and_counts_nothing_is_not_paid_by_the_count_of_the_one_before() -> None:
    its = world(small=Scripted([[BEFORE, LONG, CUT], [REST, None]]), continues=True)
    await streamed(its)
    used = last(its).usage
    assert (last(its).outcome, used.estimated, used.output_tokens) == ("ok", True, len(REST) // 4)
    assert 15 < used.input_tokens < 100  # the request, and what was there to go on from


async def test_who_could_not_be_asked_to_go_on_costs_nothing() -> None:
    its = world(small=Scripted([[LONG, CUT], [CUT]]), continues=True)
    await streamed(its)
    assert [one.cost_usd > 0 for one in last(its).attempts][:2] == [True, False]


async def test_a_count_of_nothing_is_told_to_nobody() -> None:
    nothing = Chunk(id="c", usage=WireUsage(prompt_tokens=0, completion_tokens=0, total_tokens=0))
    its = world(small=Scripted([["On Monday.", None, Piece(chunk=nothing)]]))
    assert b'"completion_tokens":3' in await streamed(its, usage_asked=True)


async def stopped(calling: Awaitable[Any], when: asyncio.Event) -> None:
    task = asyncio.ensure_future(calling)
    await when.wait()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_hangs_up_while_a_stronger_model_is_asked_leaves_the_weak_ones_cost_counted() -> None:
    its = World()
    its.models["small"].output = "poetry"
    its.models["middle"].hangs = True
    await stopped(answer(ask(), its.parts, here), its.models["middle"].was_asked)
    weak, strong = last(its).attempts
    assert (weak.model, weak.cost_usd, strong.error) == ("small", Decimal("0.0011"), "cancelled")
    assert last(its).cost_usd > 0


def cost_of_attempts() -> float:
    return REGISTRY.get_sample_value("ratchet_attempts_cost_usd_total", {"model": "small"}) or 0.0


async def test_what_a_weak_answer_cost_is_counted_in_the_metrics() -> None:
    its, before = World(), cost_of_attempts()
    its.models["small"].output = "poetry"
    its.models["middle"].output = "risk"
    await answer(ask(), its.parts, here)
    assert cost_of_attempts() - before == pytest.approx(0.0011)


class Third(FakeModel):
    """Answers twice, and then no more."""

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.hangs = len(self.asked) == 2
        return await super().answer(request)


async def test_who_hangs_up_pays_for_the_parts_that_were_answered() -> None:
    its = World()
    large = its.models["large"] = Third("- Meet on Monday")
    document = "The steering group meets on Monday. " * 2_600
    long = ask(document, task_type=TaskType.ACTION_ITEMS, labels=(), model="large")
    await stopped(answer(long, its.parts, here), large.was_asked)
    event = last(its)
    answered = sum(one.error == "" for one in event.attempts)
    assert (event.outcome, answered, event.usage.output_tokens) == ("cancelled", 2, 200)
    assert event.cost_usd == Decimal(11) * (event.usage.input_tokens + 200) / 1_000_000
    assert event.usage.input_tokens > 5_000  # of the third part, too


async def test_who_hangs_up_pays_for_texts_that_were_read_to_make_vectors() -> None:
    maker = Maker(hangs=True)
    its = world_of_vectors(maker)
    asking = asyncio.ensure_future(embedded(its, to_embed("Invoice " * 1_000)))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    (event,) = its.store.held
    assert (event.outcome, event.usage) == ("cancelled", Usage(input_tokens=2_000, estimated=True))
    assert event.cost_usd == Decimal("0.00004")
