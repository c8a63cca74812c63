"""A model that says what its script says: words, ends, failures, pauses; one script a call."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer, ModelRequest, Piece, ProviderError
from ratchet_providers.chat_shape import Chunk, ChunkChoice, Delta, FunctionCall, ToolCallDelta

Step = str | float | ProviderError | Usage | ToolCallDelta | Piece | None
USED = Usage(input_tokens=1_000, output_tokens=100)


def word(text: str, *, index: int = 0) -> Piece:
    chunk = Chunk(id="c", choices=[ChunkChoice(index=index, delta=Delta(content=text))])
    return Piece(chunk=chunk, text=text if index == 0 else "", shows=True)


def end(finish: str = "stop", *, index: int = 0) -> Piece:
    chunk = Chunk(id="c", choices=[ChunkChoice(index=index, finish_reason=finish)])
    return Piece(chunk=chunk, finish=finish if index == 0 else "")


def calling(name: str, arguments: str) -> ToolCallDelta:
    return ToolCallDelta(index=0, id="t", type="function", function=FunctionCall(name=name, arguments=arguments))


def _piece(step: Step) -> Piece:
    if isinstance(step, Piece):
        return step
    if step is None:
        return end()
    if isinstance(step, Usage):
        return Piece(chunk=Chunk(id="c"), usage=step)
    if isinstance(step, ToolCallDelta):
        return Piece(chunk=Chunk(id="c", choices=[ChunkChoice(delta=Delta(tool_calls=[step]))]), shows=True)
    return word(str(step))


@dataclass
class Scripted:
    """None is the end of the answer, a number a pause in seconds. Without a script it goes on with the last one."""

    scripts: list[Sequence[Step]]
    asked: list[ModelRequest] = field(default_factory=list)
    closed: int = 0

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        said: list[str] = []
        usage, finish = USED, "stop"
        async for pieces in self.stream(request):
            said += [piece.text for piece in pieces]
            usage = next((piece.usage for piece in pieces if piece.usage), usage)
            finish = next((piece.finish for piece in pieces if piece.finish), finish)
        return ModelAnswer(output="".join(said), usage=usage, model=request.model, finish=finish)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        script = self.scripts[min(len(self.asked), len(self.scripts) - 1)]
        self.asked.append(request)
        try:
            for step in script:
                if isinstance(step, ProviderError):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield [_piece(step)]
        finally:
            self.closed += 1
