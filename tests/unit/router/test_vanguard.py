"""Many callers at once, and a provider that is down, slow or well."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ratchet_providers.base import ErrorKind, ModelAnswer, ModelRequest, ProviderError
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.breaker import IN_A_ROW
from ratchet_router.failures import NoAnswerError
from ratchet_router.gate import Cap, Gates
from ratchet_router.stream import opened
from ratchet_router.vanguard import AT_ONCE, FRESH_S, Vanguards
from tests.unit.router.fakes import FakeModel, World
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import chat

CALLERS = 200
MOST = AT_ONCE + IN_A_ROW - 1 + 1  # those at once, one more for each failure before the last of the row, one probe


@dataclass
class Down(FakeModel):
    """Fails, after a moment."""

    fails: ErrorKind | None = "unreachable"
    after_s: float = 0.01

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        await asyncio.sleep(self.after_s)
        raise ProviderError(self.fails or "unreachable")


@dataclass
class Crowded(FakeModel):
    """Answers nobody before so many have come."""

    together: int = CALLERS
    all_there: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        if len(self.asked) == self.together:
            self.all_there.set()
        await self.all_there.wait()
        return ModelAnswer(output="Yes.", usage=USED, model=request.model)


async def here() -> bool:
    return False


async def all_of(its: World, model: str = "auto", callers: int = CALLERS) -> Sequence[Answered | BaseException]:
    """None of them asks what another asks."""
    asked = [chat(f"Question {number}", stream=False, model=model) for number in range(callers)]
    return await asyncio.gather(*(answer(one, its.parts, here) for one in asked), return_exceptions=True)


def patient_world() -> World:
    """However slow the machine is, nobody stops waiting for the first ones."""
    its = World()
    its.parts = replace(its.parts, around=replace(its.parts.around, vanguards=Vanguards(head_start_s=60)))
    return its


@pytest.mark.parametrize("kind", ["unreachable", "overloaded", "unauthorized"])
async def test_a_dead_provider_is_called_by_few_of_all_who_come_at_once(kind: ErrorKind) -> None:
    its = patient_world()
    down = its.models["small"] = Down(fails=kind)
    failed = await all_of(its, "small")
    assert {type(one) for one in failed} == {NoAnswerError}
    assert len(down.asked) <= MOST
    assert len(its.store.held) == CALLERS


async def test_the_others_are_answered_by_the_next_model() -> None:
    its = patient_world()
    down = its.models["small"] = Down()
    found = await all_of(its)
    assert {one.output for one in found if isinstance(one, Answered)} == {"risk"}
    assert len([one for one in found if isinstance(one, Answered)]) == CALLERS
    assert len(down.asked) <= MOST


async def test_who_waits_at_the_gate_of_one_that_fails_meanwhile_does_not_call_it() -> None:
    its = World()
    its.parts = replace(its.parts, around=replace(its.parts.around, gates=Gates({"simulated": Cap(2, CALLERS)})))
    await answer(chat("Are you well?", stream=False, model="small"), its.parts, here)
    its.models["small"] = down = Down()
    failed = await all_of(its, "small")
    assert {type(one) for one in failed} == {NoAnswerError}
    assert len(down.asked) <= IN_A_ROW + 2  # the two that were let in together, and the probe


async def test_whom_the_gate_turns_away_is_told_so_and_the_next_model_is_asked() -> None:
    its = World()
    its.parts = replace(its.parts, around=replace(its.parts.around, gates=Gates({"simulated": Cap(1, 1)})))
    its.models["small"] = Crowded(together=2)
    first = [asyncio.create_task(answer(chat(f"{n}", stream=False), its.parts, here)) for n in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(NoAnswerError) as busy:
        await answer(chat("3", stream=False, model="small"), its.parts, here)
    assert (busy.value.status, busy.value.type) == (503, "busy")
    assert [one.error for one in its.store.held[-1].attempts] == ["busy"]
    for one in first:
        one.cancel()


async def test_one_that_is_only_slow_is_kept_from_nobody() -> None:
    its = World()
    crowded = its.models["small"] = Crowded()
    found = await all_of(its, "small")
    assert {one.output for one in found if isinstance(one, Answered)} == {"Yes."}
    assert len(crowded.asked) == CALLERS


async def test_a_stream_that_has_begun_is_good_news_before_it_ends() -> None:
    vanguards = Vanguards(Clock())
    for _ in range(AT_ONCE):
        vanguards.begun("m")
    assert await waits(vanguards)
    vanguards.shows("m")
    assert not await waits(vanguards)


async def test_streams_let_the_others_come_while_they_go_on() -> None:
    its = World()
    its.models["small"] = Scripted([["On ", 30.0]])  # type: ignore[assignment]  # a scripted one among the others
    found = [await opened(chat(f"Question {number}"), its.parts) for number in range(AT_ONCE)]
    assert await waits(its.parts.around.vanguards, "small") is False
    for stream in found:
        await stream.coming.aclose()
        stream.progress.over()


async def test_of_one_that_answered_lately_all_may_come_at_once() -> None:
    vanguards = Vanguards()
    vanguards.begun("m")
    vanguards.ended("m", well=True)
    for _ in range(CALLERS):
        await vanguards.turn("m", 0.0, lambda _: False)
        vanguards.begun("m")


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


async def waits(vanguards: Vanguards, name: str = "m", *, rests: bool = False) -> bool:
    turn = asyncio.create_task(vanguards.turn(name, 60, lambda _: rests))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = not turn.done()
    turn.cancel()
    return waiting


async def test_good_news_fade_and_bad_news_count_at_once() -> None:
    clock = Clock()
    vanguards = Vanguards(clock)
    for _ in range(AT_ONCE + 1):
        vanguards.begun("m")
    assert await waits(vanguards)
    assert not await waits(vanguards, rests=True)
    vanguards.ended("m", well=True)
    assert not await waits(vanguards)
    clock.now += FRESH_S
    assert await waits(vanguards)
    vanguards.begun("m")
    vanguards.ended("m", well=True)
    vanguards.begun("m")
    vanguards.ended("m", well=False)
    assert await waits(vanguards)


async def test_a_call_that_ends_lets_those_who_wait_look_again() -> None:
    vanguards = Vanguards(Clock())
    for _ in range(AT_ONCE):
        vanguards.begun("m")
    turn = asyncio.create_task(vanguards.turn("m", 60, lambda _: False))
    await asyncio.sleep(0)
    vanguards.ended("m")
    await turn
