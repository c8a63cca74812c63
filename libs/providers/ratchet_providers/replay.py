"""A whole answer as a stream: for those that answer at once, and for what was kept."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer, Piece
from ratchet_providers.chat_shape import Chunk, ChunkChoice, Completion, Delta, FunctionCall, ToolCall, ToolCallDelta

BIT: Final = re.compile(r"(?:\S+\s*|\s+){1,6}")  # a few words
T = TypeVar("T")
_completion = msgspec.json.Decoder(Completion)


def replayed(answer: ModelAnswer) -> list[Piece]:
    """Its pieces, the last with the usage. Needs no body, but one in the chat shape where there is one."""
    if answer.body is not None:
        return of_body(answer.body, answer.usage)
    return of_text(answer.output, answer.finish, answer.usage, model=answer.model)


def of_text(output: str, finish: str, usage: Usage, *, model: str = "") -> list[Piece]:
    pieces = [_said(Chunk(model=model), 0, Delta(role="assistant", content=""))]
    pieces += [_said(Chunk(model=model), 0, Delta(content=bit[0])) for bit in BIT.finditer(output)]
    return [*pieces, _ended(Chunk(model=model), 0, finish), Piece(chunk=Chunk(model=model), usage=usage)]


def of_body(body: Mapping[str, msgspec.Raw], usage: Usage) -> list[Piece]:
    """`body` in the chat shape. Raises msgspec.DecodeError for another."""
    completion = _completion.decode(msgspec.json.encode(body))
    frame = Chunk(id=completion.id, created=completion.created, model=completion.model)
    pieces: list[Piece] = []
    for choice in completion.choices:
        said = choice.message
        first = Delta(
            role="assistant",
            content="",
            reasoning_content=_set(said.reasoning_content),
            thinking_blocks=_set(said.thinking_blocks),
        )
        pieces.append(_said(frame, choice.index, first))
        pieces += [_said(frame, choice.index, Delta(content=bit[0])) for bit in BIT.finditer(said.content or "")]
        if refusal := _set(said.refusal):
            pieces.append(_said(frame, choice.index, Delta(refusal=refusal)))
        if calls := _set(said.tool_calls):
            pieces.append(_said(frame, choice.index, Delta(tool_calls=_calls(calls))))
        if (images := _set(said.images)) or _set(said.extra_content):
            pieces.append(_said(frame, choice.index, Delta(images=images, extra_content=_set(said.extra_content))))
        pieces.append(_ended(frame, choice.index, choice.finish_reason or "stop", choice.logprobs))
    return [*pieces, Piece(chunk=msgspec.structs.replace(frame, usage=completion.usage), usage=usage)]


def _set(value: T | msgspec.UnsetType) -> T | None:
    return None if isinstance(value, msgspec.UnsetType) else value


def _calls(calls: Sequence[ToolCall]) -> list[ToolCallDelta]:
    return [
        ToolCallDelta(
            index=number,
            id=call.id,
            type=call.type,
            function=FunctionCall(name=call.function.name, arguments=call.function.arguments),
            extra_content=_set(call.extra_content),
        )
        for number, call in enumerate(calls)
    ]


def _said(frame: Chunk, index: int, delta: Delta) -> Piece:
    text = (delta.content or delta.refusal or "") if index == 0 else ""
    chunk = msgspec.structs.replace(frame, choices=[ChunkChoice(index=index, delta=delta)])
    return Piece(chunk=chunk, text=text, shows=delta.shows)


def _ended(frame: Chunk, index: int, finish: str, logprobs: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET) -> Piece:
    choice = ChunkChoice(index=index, finish_reason=finish, logprobs=logprobs)
    return Piece(chunk=msgspec.structs.replace(frame, choices=[choice]), finish=finish if index == 0 else "")
