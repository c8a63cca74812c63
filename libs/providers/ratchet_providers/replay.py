"""A whole answer as a stream: for those that answer at once, and for what was kept."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer, Piece
from ratchet_providers.beyond_chat import unknown_of_answer
from ratchet_providers.chat_shape import (
    WHY_IT_ENDED,
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    Delta,
    Message,
    SaidCall,
    ToolCallDelta,
)

BIT: Final = re.compile(r"(?:\S+\s*|\s+){1,6}")  # a few words
Beside = Mapping[str, Any]
NONE: Final[Beside] = {}
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
    frame = Chunk(
        id=completion.id,
        created=completion.created,
        model=completion.model,
        service_tier=completion.service_tier,
        system_fingerprint=completion.system_fingerprint,
    )
    unknown = unknown_of_answer(body)
    pieces: list[Piece] = []
    for choice, (_, of_choice, of_message) in zip(completion.choices, unknown.of_choices, strict=True):
        pieces += [_said(frame, choice.index, delta) for delta in _deltas(choice.message)]
        if of_message:
            pieces.append(_with(_said(frame, choice.index, Delta()), of_delta=of_message))
        end = _ended(frame, choice.index, choice.finish_reason or "stop", choice)
        last = choice is completion.choices[-1]
        pieces.append(_with(end, of_chunk=unknown.of_chunk if last else {}, of_choice=of_choice))
    return [*pieces, Piece(chunk=msgspec.structs.replace(frame, usage=completion.usage), usage=usage)]


def _deltas(said: Message) -> list[Delta]:
    first = Delta(
        role="assistant",
        content="",
        reasoning_content=_set(said.reasoning_content),
        reasoning=_set(said.reasoning),
        thinking_blocks=_set(said.thinking_blocks),
    )
    found = [first, *(Delta(content=bit[0]) for bit in BIT.finditer(said.content or ""))]
    if refusal := _set(said.refusal):
        found.append(Delta(refusal=refusal))
    if calls := _set(said.tool_calls):
        found.append(Delta(tool_calls=_calls(calls)))
    beside = Delta(
        images=_set(said.images),
        annotations=_set(said.annotations),
        audio=_set(said.audio),
        extra_content=_set(said.extra_content),
    )
    return [*found, beside] if beside != Delta() else found


def _with(piece: Piece, *, of_chunk: Beside = NONE, of_choice: Beside = NONE, of_delta: Beside = NONE) -> Piece:
    """The same, with fields that the chat shape does not name."""
    if not (of_chunk or of_choice or of_delta):
        return piece
    chunk = msgspec.json.decode(msgspec.json.encode(piece.chunk), type=dict[str, Any])
    (choice,) = chunk["choices"]
    chunk["choices"] = [{**of_choice, **choice, "delta": {**of_delta, **choice["delta"]}}]
    return msgspec.structs.replace(piece, data=msgspec.json.encode({**of_chunk, **chunk}))


def _set(value: T | msgspec.UnsetType) -> T | None:
    return None if isinstance(value, msgspec.UnsetType) else value


def _calls(calls: Sequence[SaidCall]) -> list[ToolCallDelta]:
    return [
        ToolCallDelta(
            index=number,
            id=call.id,
            type=call.type,
            function=_set(call.function),
            custom=_set(call.custom),
            extra_content=_set(call.extra_content),
        )
        for number, call in enumerate(calls)
    ]


def _said(frame: Chunk, index: int, delta: Delta) -> Piece:
    text = (delta.content or delta.refusal or "") if index == 0 else ""
    chunk = msgspec.structs.replace(frame, choices=[ChunkChoice(index=index, delta=delta)])
    return Piece(chunk=chunk, text=text, shows=delta.shows)


def _ended(frame: Chunk, index: int, finish: str, of: Choice | None = None) -> Piece:
    said: Beside = {name: getattr(of, name) for name in ("logprobs", *WHY_IT_ENDED)} if of else NONE
    choice = ChunkChoice(index=index, finish_reason=finish, **said)
    return Piece(chunk=msgspec.structs.replace(frame, choices=[choice]), finish=finish if index == 0 else "")
