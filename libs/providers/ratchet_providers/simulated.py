"""A provider for those without a key: rules instead of a model. Every answer says that it is simulated."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from ratchet_common.conversation import Reading
from ratchet_providers.base import ModelAnswer, ModelRequest, Piece, estimated_usage
from ratchet_providers.replay import replayed
from ratchet_providers.rules import answer_by_rule


class Simulated:
    """Deterministic. Waits `latency_ms` before it answers; reads the first `reads` characters of a document only."""

    def __init__(self, *, latency_ms: float, reads: int) -> None:
        self._latency_s, self._reads = latency_ms / 1000, reads

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        reading = Reading(request.document[: self._reads], request.question)
        said = answer_by_rule(request.task_type, reading, request.labels)
        return ModelAnswer(
            output=said.output,
            items=said.items,
            label=said.label,
            usage=estimated_usage(len(request.document) + len(request.question), len(said.output)),
            model=request.model,
            simulated=True,
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        for piece in replayed(await self.answer(request)):
            yield [piece]
