"""The provider is well again: who named its only model gets answers at once, not after the first long one has ended."""

import asyncio
import dataclasses
import random
from contextlib import aclosing
from dataclasses import dataclass, field

from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_router.breaker import FIRST_REST_S, IN_A_ROW, Breakers
from ratchet_router.gate import Gates
from ratchet_router.retrying import RetryBudget
from ratchet_router.stream import opened
from ratchet_router.surroundings import Surroundings
from tests.unit.router.fakes import FakeModel, World
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import chat, frames
from tests.unit.router.test_vanguard import all_of


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Slow(FakeModel):
    after_s: float = 0.05
    together: int = 0
    most: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        self.together += 1
        self.most = max(self.most, self.together)
        await asyncio.sleep(self.after_s)
        self.together -= 1
        return ModelAnswer(output="Yes.", usage=USED, model=request.model)


def after_an_outage() -> World:
    """Of the model `small`, which is due for its probe."""
    its, clock = World(), Clock()
    breakers = Breakers(clock, seed=7)
    for _ in range(IN_A_ROW):
        breakers.failed("small", "unavailable")
    clock.now += FIRST_REST_S + 1
    around = Surroundings(breakers, Gates({}), RetryBudget(), random.Random(7))
    its.parts = dataclasses.replace(its.parts, around=around)
    return its


async def test_those_who_come_with_the_probe_wait_for_what_becomes_of_it() -> None:
    its = after_an_outage()
    its.models["small"] = slow = Slow()
    ended = await all_of(its, "small", callers=10)
    assert [one for one in ended if isinstance(one, BaseException)] == []
    assert len(slow.asked) == 10


async def test_a_probe_that_fails_is_the_only_call() -> None:
    its = after_an_outage()
    its.models["small"].fails = "quota"
    ended = await all_of(its, "small", callers=10)
    assert all(isinstance(one, BaseException) for one in ended)
    assert len(its.models["small"].asked) == 1


async def test_a_stream_that_flows_is_enough() -> None:
    its = after_an_outage()
    flows = Scripted([["One", 30.0, "two", None], ["Yes", None]])
    its.models["small"] = flows  # type: ignore[assignment]  # it speaks as one
    first = await opened(chat("Question", model="small"), its.parts)
    second = await asyncio.wait_for(opened(chat("Another question", model="small"), its.parts), 1.0)
    assert len(flows.asked) == 2
    for stream in (first, second):
        async with aclosing(stream.frames(frames(), lambda _: b"{}")) as coming:
            assert await anext(coming)
