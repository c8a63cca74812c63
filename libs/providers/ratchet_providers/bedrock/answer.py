"""A whole answer of Converse's in the chat shape. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.bedrock.request import Asked
from ratchet_providers.bedrock.seam import Seam
from ratchet_providers.bedrock.shape import SERVERS, Answered, Block, Reasoning, ToolUse, finish_of, usage_of
from ratchet_providers.bedrock.stops import stopped_at
from ratchet_providers.bedrock.tools import ANSWER
from ratchet_providers.bedrock.withheld import withheld
from ratchet_providers.chat_shape import UNKNOWN, Choice, Completion, FunctionCall, Message, ToolCall
from ratchet_providers.failing import ProviderError
from ratchet_providers.usage import counted_or_estimated
from ratchet_providers.written import written_by

_answered = msgspec.json.Decoder(Answered)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Content:
    text: str = ""
    answer: str | None = None  # by the tool that stands for it
    thoughts: str = ""
    thinking_blocks: list[dict[str, Any]] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)


def understood(body: bytes, request: ModelRequest, its: Asked, frame: Completion) -> ModelAnswer:
    """`frame`: the answer's id, time and model. Raises ProviderError: malformed, or filtered with nothing to show."""
    try:
        answered = _answered.decode(body)
        content = _content(answered.output.message.content, its)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", type(error).__name__) from error
    finish = finish_of(answered.stop_reason)
    if content.answer is not None and not content.calls and finish == "tool_calls":
        finish = "stop"
    output = content.text if content.answer is None else content.answer
    if not (output or content.calls or content.thoughts) and finish == "content_filter":
        raise withheld(answered.stop_reason, answered.trace).having_used(usage_of(answered.usage)[1])
    wire, used = usage_of(answered.usage)
    choice = Choice(
        message=_message(output, content),
        finish_reason=finish,
        stop_reason=stopped_at(answered.stop_reason, answered.additional_model_response_fields, its.stops),
        native_finish_reason=answered.stop_reason if finish == "content_filter" else UNKNOWN,
    )
    completion = msgspec.structs.replace(frame, choices=[choice], usage=wire)
    return ModelAnswer(
        output=output,
        usage=counted_or_estimated(used, request.messages, written_by([choice.message]), request.fields),
        model=request.model,
        finish=finish,
        body=_fields.decode(_encode(completion)),
    )


def _content(blocks: Iterable[Block], its: Asked) -> _Content:
    found = _Content()
    for block in blocks:
        found.text += block.text or ""
        if block.citations_content is not None:
            found.text += "".join(one.text or "" for one in block.citations_content.content)
        if block.reasoning_content is not None:
            _think(block.reasoning_content, found)
        if block.tool_use is not None and block.tool_use.type != SERVERS:
            _call(block.tool_use, found, its)
    found.text = Seam(its.space).joined(found.text)
    return found


def _think(said: Reasoning, found: _Content) -> None:
    if said.redacted_content is not None:
        found.thinking_blocks.append({"type": "redacted_thinking", "data": said.redacted_content})
    elif said.reasoning_text is not None:
        text, signature = said.reasoning_text.text or "", said.reasoning_text.signature
        found.thoughts += text
        if signature:
            found.thinking_blocks.append({"type": "thinking", "thinking": text, "signature": signature})


def _call(use: ToolUse, found: _Content, its: Asked) -> None:
    arguments = bytes(use.input).decode()
    if its.by_tool and use.name == ANSWER:
        found.answer = (found.answer or "") + arguments
    elif not (its.one_call and found.calls):
        found.calls.append(ToolCall(id=use.tool_use_id, function=FunctionCall(name=use.name, arguments=arguments)))


def _message(output: str, content: _Content) -> Message:
    return Message(
        content=output or (None if content.calls else ""),
        tool_calls=content.calls or UNKNOWN,
        reasoning_content=content.thoughts or UNKNOWN,
        thinking_blocks=content.thinking_blocks or UNKNOWN,
    )
