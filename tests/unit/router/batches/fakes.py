"""What stands at the borders of batches in the tests: a provider's batch API, and the budgets."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.batching import BatchState, Result
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who


async def _travels() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@dataclass
class FakeBatchPlatform:
    """Ends what it was given at once. It yields before and after everything it does, as a network would."""

    batches: dict[str, Mapping[str, ModelRequest]] = field(default_factory=dict)  # by the name that we gave

    async def submit(self, name: str, requests: Mapping[str, ModelRequest]) -> str:
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

    async def results(self, id: str, requests: Mapping[str, ModelRequest]) -> Mapping[str, Result]:  # noqa: A002
        await _travels()
        usage = Usage(input_tokens=1_000, output_tokens=100)
        known = self.batches[id.removeprefix("theirs-")]
        return {
            key: Result(answer=ModelAnswer(output="Yes.", usage=usage, model=request.model))
            for key, request in requests.items()
            if key in known
        }

    async def cancel(self, id: str) -> None: ...  # noqa: A002


@dataclass
class Purse:
    """Lets all in, and remembers what was charged."""

    charged: list[Decimal] = field(default_factory=list)

    async def admit(self, who: Who, estimate: Estimate) -> Admitted:  # noqa: ARG002
        return Admitted([], estimate.needs, lambda _: None)

    def charge(self, who: Who, cost: Decimal) -> None:  # noqa: ARG002
        self.charged.append(cost)
