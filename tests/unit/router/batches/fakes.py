"""What stands at the borders of batches in the tests: a provider's batch API, and the budgets."""

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer
from ratchet_providers.batching import BatchRequest, BatchState, Result
from ratchet_router.limits.allowances import Allowance, Measure, nano
from ratchet_router.limits.subjects import Who


async def _travels() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@dataclass
class FakeBatchPlatform:
    """Ends what it was given at once. It yields before and after everything it does, as a network would."""

    batches: dict[str, Mapping[str, BatchRequest]] = field(default_factory=dict)  # by the name that we gave

    async def submit(self, name: str, requests: Mapping[str, BatchRequest]) -> str:
        await _travels()
        assert name not in self.batches, "it was submitted twice"
        self.batches[name] = requests
        await _travels()
        return f"theirs-{name}"

    async def find(self, name: str, since: datetime) -> str | None:  # noqa: ARG002
        await _travels()
        return f"theirs-{name}" if name in self.batches else None

    async def state(self, id: str) -> BatchState:  # noqa: A002, ARG002
        await _travels()
        return BatchState("ended")

    async def results(
        self,
        id: str,  # noqa: A002
        requests: Mapping[str, BatchRequest],
    ) -> AsyncGenerator[tuple[str, Result], None]:
        await _travels()
        usage = Usage(input_tokens=1_000, output_tokens=100)
        known = self.batches[id.removeprefix("theirs-")]
        for key, request in requests.items():
            if key in known:
                yield key, Result(answer=ModelAnswer(output="Yes.", usage=usage, model=request.model))

    async def cancel(self, id: str) -> None: ...  # noqa: A002


@dataclass
class Purse:
    """One budget, which covers all, and remembers what was held and what it came to."""

    held: dict[str, Decimal] = field(default_factory=dict)
    settled: list[Decimal] = field(default_factory=list)

    def budgets(self, who: Who) -> list[Allowance]:
        return [Allowance("purse", who.tenant, "tenant", Measure.COST, "day", nano(Decimal(100)), math.inf)]

    async def hold(self, budget: Allowance, name: str, cost: Decimal) -> None:
        await _travels()
        self.held.setdefault(f"{budget.key}/{name}", cost)
        await _travels()

    async def settle(self, budget: str, name: str, cost: Decimal) -> None:
        await _travels()
        if self.held.pop(f"{budget}/{name}", None) is not None:
            self.settled.append(cost)
        await _travels()
