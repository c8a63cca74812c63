"""Faults of our own midway: the caller hears of them, and what was asked and spent is recorded, once."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.failures import NoAnswerError
from ratchet_router.shapes.chat import ChatFrames
from ratchet_router.stream import opened
from tests.unit.router.fakes import FakeModel, World
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import all_of, chat, events, frames, last, text_of, world

PRIVATE = "Ann's diagnosis"


async def here() -> bool:
    return False


async def answered(its: World, request: Ask | None = None) -> Answered:
    return await answer(request or chat(stream=False), its.parts, here)


@dataclass
class Stumbles(Scripted):
    """Says its script, and meets a fault at the end of it."""

    scripts: list[Sequence[Any]] = field(default_factory=lambda: [[]])

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        async for pieces in super().stream(request):
            yield pieces
        raise KeyError(PRIVATE)


async def test_a_fault_in_speaking_with_one_provider_is_another_ones_turn() -> None:
    its = world(small=Stumbles(), middle=Scripted([["Yes.", None, USED]]))
    assert (await answered(its)).output == "Yes."
    assert text_of(await all_of(await opened(chat("Streamed?"), its.parts))) == "Yes."
    assert [(one.model, one.error) for one in last(its).attempts] == [("small", "unforeseen"), ("middle", "")]


@pytest.mark.parametrize("stream", [False, True])
async def test_where_nobody_else_answers_it_is_recorded_and_said_without_its_text(
    stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    its = world(small=Stumbles())
    asked = chat(stream=stream, model="small")
    with pytest.raises(NoAnswerError) as failed:
        await (opened(asked, its.parts) if stream else answered(its, asked))
    assert (failed.value.status, failed.value.type) == (502, "provider-unforeseen")
    event = last(its)
    assert (event.outcome, [one.error for one in event.attempts]) == ("failed", ["unforeseen"])
    assert "KeyError at " in caplog.text
    assert PRIVATE not in f"{caplog.text}{failed.value}{event}"


async def test_what_was_spent_before_the_fault_is_recorded_with_it() -> None:
    its = world(small=Stumbles([["On ", "Monday ", USED]]))
    sent = await all_of(await opened(chat(model="small"), its.parts))
    assert text_of(sent) == "On Monday "
    assert events(sent)[-1]["error"]["code"] == "provider-unforeseen"
    (tried,) = last(its).attempts
    assert (last(its).outcome, tried.usage, tried.cost_usd) == ("failed", USED, Decimal("0.0011"))


async def test_one_fault_after_another_does_not_keep_a_model_from_those_who_ask_well() -> None:
    its = world(small=Stumbles())
    for number in range(5):
        with pytest.raises(NoAnswerError):
            await answered(its, chat(f"{number}", stream=False, model="small"))
    its.models["small"] = FakeModel("Yes.")
    assert (await answered(its, chat(stream=False, model="small"))).output == "Yes."


class NoBody(Mapping[str, msgspec.Raw]):
    """A body that nobody can read."""

    def __getitem__(self, name: str) -> msgspec.Raw:
        raise KeyError(PRIVATE)

    def get(self, *_: Any) -> Any:
        raise KeyError(PRIVATE)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


class Unreadable(FakeModel):
    async def answer(self, request: ModelRequest) -> ModelAnswer:
        return ModelAnswer(output="Yes.", usage=USED, model=request.model, body=NoBody())


async def test_a_fault_after_the_answer_leaves_an_event_with_what_it_cost_and_no_bill() -> None:
    its = world()
    its.models["small"] = Unreadable()
    with pytest.raises(KeyError):
        await answered(its)
    (event,) = its.store.held
    assert (event.outcome, event.cost_usd) == ("failed", Decimal(0))
    assert [(one.error, one.usage, one.cost_usd) for one in event.attempts] == [("", USED, Decimal("0.0011"))]
    assert not its.parts.in_flight.waiting


class Stammers(ChatFrames):
    def said(self, pieces: Sequence[Piece]) -> bytes:
        if any(piece.text == "Monday." for piece in pieces):
            raise KeyError(PRIVATE)
        return super().said(pieces)


async def test_a_fault_in_the_midst_of_a_stream_leaves_an_event_too() -> None:
    its = world(small=Scripted([["On ", "Monday.", None, USED]]))
    stream = await opened(chat(), its.parts)
    with pytest.raises(KeyError):
        async for _ in stream.frames(Stammers("x", "m", 1, usage_asked=False), lambda _: b"{}"):
            pass
    (event,) = its.store.held
    assert (event.outcome, event.output, event.usage.estimated) == ("failed", "On Monday.", True)
    assert event.cost_usd > 0


@pytest.mark.parametrize("stream", [False, True])
async def test_who_hangs_up_while_the_record_is_written_is_recorded_once(stream: bool) -> None:
    its = world(small=Scripted([["Yes.", None, USED]]))
    its.store.lets = asyncio.Event()
    asked = chat(stream=stream)

    async def all_the_way() -> None:
        if stream:
            async for _ in (await opened(asked, its.parts)).frames(frames(), lambda _: b"{}"):
                pass
        else:
            await answered(its, asked)

    request = asyncio.create_task(all_the_way())
    await its.store.asked_to_hold.wait()
    request.cancel()
    its.store.lets.set()
    with pytest.raises(asyncio.CancelledError):
        await request
    await its.parts.recorder.settled()
    assert len({event.event_id for event in its.store.held}) == 1
    assert {(event.outcome, event.output, event.cost_usd) for event in its.store.held} == {
        ("ok", "Yes.", Decimal("0.0011"))
    }
