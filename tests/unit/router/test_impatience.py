"""What a caller's own short limits break off says nothing of the model, and takes it from nobody else."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from ratchet_catalogue.provider_table import LimitsTable
from ratchet_providers.base import ModelAnswer, ModelRequest, ProviderError, TimeLimits
from ratchet_providers.failing import ErrorKind
from ratchet_router.answer import answer
from ratchet_router.breaker import IN_A_ROW
from ratchet_router.failures import NoAnswerError
from ratchet_router.impatience import is_the_callers
from tests.unit.router.asks import ask
from tests.unit.router.fakes import FakeModel, World
from tests.unit.router.scripted import USED
from tests.unit.router.test_stream import here


@dataclass
class TakesItsTime(FakeModel):
    """As a provider's adapter does, it gives up when the limit is over that it is given."""

    after_s: float = 0.2

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        await asyncio.sleep(min(self.after_s, request.limits.total_s))
        if request.limits.total_s < self.after_s:
            raise ProviderError("timeout")
        return ModelAnswer(output="Yes.", usage=USED, model=request.model)


async def after_many(its: World, **limits: Any) -> None:
    for number in range(IN_A_ROW + 1):
        with pytest.raises(NoAnswerError):
            await answer(ask(f"Question {number}", model="small", **limits), its.parts, here)


@pytest.mark.parametrize("limits", [{"deadline_s": 0.02}, {"limits": LimitsTable(answer_ms=20)}], ids=repr)
async def test_who_waits_for_less_takes_the_model_from_nobody(limits: dict[str, Any]) -> None:
    its = World()
    its.models["small"] = TakesItsTime()
    await after_many(its, **limits)
    assert (await answer(ask("Another's", model="small", tenant="other"), its.parts, here)).output == "Yes."


async def test_a_model_that_is_silent_for_all_rests_as_before() -> None:
    its = World()
    its.models["small"] = FakeModel(fails="timeout")
    await after_many(its)
    assert its.parts.around.breakers.is_open("small")


USUAL = TimeLimits(connect_s=5, first_s=60, gap_s=30, total_s=120)


@pytest.mark.parametrize(
    ("kind", "waited_s", "streams", "is_his"),
    [
        ("timeout", 59.0, False, True),
        ("timeout", 61.0, False, False),
        ("timeout", 14.0, True, True),
        ("timeout", 16.0, True, False),
        ("unreachable", 0.0001, False, False),
        ("unreachable", 0.01, False, True),
        ("unreachable", 3.0, False, False),
        ("unavailable", 0.01, False, False),
        ("cut", 0.01, True, False),
    ],
)
def test_half_of_the_usual_time_tells(kind: ErrorKind, waited_s: float, *, streams: bool, is_his: bool) -> None:
    assert is_the_callers(kind, waited_s, USUAL, LimitsTable(connect_ms=1), streams=streams) == is_his
