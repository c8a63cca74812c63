"""A chat completion as a response: the items of its output, and how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.carried_calls import carrying
from ratchet_providers.chat_shape import Choice, Completion, SaidCall
from ratchet_providers.chat_shape import CustomCall as Custom
from ratchet_providers.chat_shape import FunctionCall as Function
from ratchet_providers.chat_shape import Message as Said
from ratchet_router.shapes.responses.ids import item_id
from ratchet_router.shapes.responses.reasoning import Thoughts, carried
from ratchet_router.shapes.responses.response import (
    CustomToolCall,
    FunctionCall,
    IncompleteDetails,
    Message,
    Output,
    OutputText,
    Reasoning,
    ReasoningText,
    Refusal,
    Response,
    SummaryText,
    used,
)

INCOMPLETE: Final[Mapping[str, Literal["max_output_tokens", "content_filter"]]] = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
}


class TopLogprob(msgspec.Struct, frozen=True):
    token: str = ""
    logprob: float = 0.0
    bytes: list[int] | None = None


class Logprob(msgspec.Struct, frozen=True):
    """As chat has it; the bytes may be missing there."""

    token: str = ""
    logprob: float = 0.0
    bytes: list[int] | None = None
    top_logprobs: list[TopLogprob] | None = None


class Logprobs(msgspec.Struct, frozen=True):
    content: list[Logprob] | None = None


_logprobs = msgspec.json.Decoder(Logprobs | None)
_completion = msgspec.json.Decoder(Completion)


def whole(begun: Response, completion: Completion, usage: Usage, *, now: int) -> Response:
    """Its first choice. `now`: seconds since 1970."""
    first = next((choice for choice in completion.choices if choice.index == 0), Choice(message=Said()))
    output = _output(first, begun.id, summary=begun.wants_summary)
    return ended(begun, output, first.finish_reason or "stop", usage, now=now, model=completion.model)


def as_completion(body: Mapping[str, msgspec.Raw] | None, output: str, finish: str, *, model: str) -> Completion:
    """A model's answer as a completion; `body` in the chat shape, where there was one. Raises msgspec.DecodeError."""
    if body is not None:
        return _completion.decode(msgspec.json.encode(body))
    return Completion(model=model, choices=[Choice(message=Said(content=output), finish_reason=finish)])


def ended(
    begun: Response, output: Sequence[Output], finish: str, usage: Usage, *, now: int, model: str = ""
) -> Response:
    """`finish`: in chat's words. What ended too early is itself incomplete, and so is its last item."""
    reason = INCOMPLETE.get(finish)
    items = list(output) or [Message(id=item_id("msg", begun.id, 0), content=[OutputText(text="")])]
    if reason is not None:
        items[-1] = msgspec.structs.replace(items[-1], status="incomplete")
    return msgspec.structs.replace(
        begun,
        status="completed" if reason is None else "incomplete",
        completed_at=now if reason is None else None,
        incomplete_details=None if reason is None else IncompleteDetails(reason=reason),
        model=model or begun.model,
        output=items,
        usage=used(usage),
    )


def _output(choice: Choice, response: str, *, summary: bool) -> list[Output]:
    said, found = choice.message, list[Output]()
    thoughts = Thoughts(_set(said.reasoning_content) or _set(said.reasoning) or "", _set(said.thinking_blocks) or [])
    if thoughts.text or thoughts.blocks:
        found.append(reasoning(item_id("rs", response, 0), thoughts, summary=summary))
    content: list[OutputText | Refusal] = []
    if said.content:
        content.append(OutputText(text=said.content, logprobs=logprobs(choice.logprobs)))
    if refusal := _set(said.refusal):
        content.append(Refusal(refusal=refusal))
    if content:
        found.append(Message(id=item_id("msg", response, len(found)), content=content))
    for call in _set(said.tool_calls) or ():
        found.append(_call(call, response, len(found)))
    return found


def reasoning(name: str, thoughts: Thoughts, *, summary: bool) -> Reasoning:
    """What a model wants back, signed, travels with it unseen."""
    item = Reasoning(id=name)
    if thoughts.text and summary:
        item.summary = [SummaryText(text=thoughts.text)]
    elif thoughts.text:
        item.content = [ReasoningText(text=thoughts.text)]
    if thoughts.blocks or summary:
        item.encrypted_content = carried(thoughts)
    return item


def _call(call: SaidCall, response: str, number: int) -> FunctionCall | CustomToolCall:
    call_id = carrying(call.id or item_id("call", response, number), call.extra_content)
    if isinstance(call.custom, Custom):
        name, said = call.custom.name or "", call.custom.input or ""
        return CustomToolCall(id=item_id("ctc", response, number), call_id=call_id, name=name, input=said)
    function = call.function if isinstance(call.function, Function) else Function()
    name, said = function.name or "", function.arguments or ""
    return FunctionCall(id=item_id("fc", response, number), call_id=call_id, name=name, arguments=said)


def logprobs(given: msgspec.Raw | msgspec.UnsetType) -> list[dict[str, Any]]:
    """Of the text, as responses have them. What some provider calls so and is not is left out: the answer counts."""
    if isinstance(given, msgspec.UnsetType):
        return []
    try:
        found = _logprobs.decode(given)
    except msgspec.DecodeError:
        return []
    return [] if found is None else [_as_in_responses(one) for one in found.content or ()]


def _as_in_responses(one: Logprob) -> dict[str, Any]:
    top = [_of_token(other) for other in one.top_logprobs or ()]
    return _of_token(one) | {"top_logprobs": top}


def _of_token(one: Logprob | TopLogprob) -> dict[str, Any]:
    return {"token": one.token, "logprob": one.logprob, "bytes": one.bytes or []}


def _set(value: Any) -> Any:
    return None if value is msgspec.UNSET else value
