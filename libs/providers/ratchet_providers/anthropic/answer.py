"""A message of Anthropic's as a chat completion. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.anthropic.failures import failure_in
from ratchet_providers.anthropic.message import Block, Message, counted, finish_of, in_chat, own_word, written_in
from ratchet_providers.anthropic.seam import Seam
from ratchet_providers.anthropic.tools import ANSWER
from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.chat_shape import UNKNOWN, Choice, Completion, FunctionCall, ToolCall
from ratchet_providers.chat_shape import Message as ChatMessage
from ratchet_providers.failing import ProviderError, Said
from ratchet_providers.usage import counted_or_estimated

_message = msgspec.json.Decoder(Message)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def as_it_came(body: bytes, request: ModelRequest) -> ModelAnswer:
    """In Anthropic's shape. Raises ProviderError."""
    message, fields = _read(body)
    output = _words(message.content)
    return ModelAnswer(
        output=output,
        usage=_used(message, request),
        model=request.model,
        finish=finish_of(message.stop_reason, calls=True),
        body=fields,
        shape="messages",
    )


def in_chat_shape(body: bytes, request: ModelRequest, *, by_tool: bool, created: int) -> ModelAnswer:
    """Raises ProviderError: malformed, or filtered where a refusal is all that was said."""
    message, _ = _read(body)
    blocks = message.content
    calls = [block for block in blocks if block.type == "tool_use" and not (by_tool and block.name == ANSWER)]
    text = Seam(request.so_far).joined(_answer(blocks) if by_tool else _words(blocks))
    if message.stop_reason == "refusal" and not (text or calls):
        withheld = refusal(message.stop_details.explanation if message.stop_details else None)
        raise withheld.having_used(counted(message.usage))
    usage = _used(message, request)
    finish = finish_of(message.stop_reason, calls=bool(calls))
    completion = Completion(
        id=message.id,
        created=created,
        model=message.model,
        choices=[
            Choice(
                message=_said(text, blocks, calls),
                finish_reason=finish,
                stop_reason=message.stop_sequence or UNKNOWN,
                native_finish_reason=own_word(finish, message.stop_reason),
            )
        ],
        usage=in_chat(usage),
    )
    fields = _fields.decode(_encode(completion))
    return ModelAnswer(output=text, usage=usage, model=request.model, finish=finish, body=fields)


def _used(message: Message, request: ModelRequest) -> Usage:
    written = sum(map(written_in, message.content))
    return counted_or_estimated(counted(message.usage), request.messages, written, request.fields)


def refusal(explanation: str | None) -> ProviderError:
    said = Said(explanation, "refusal") if explanation else None
    return ProviderError("filtered", "refusal", said=said)


def thought(block: Block) -> dict[str, Any]:
    """As it is given back to the model that had it."""
    if block.type == "redacted_thinking":
        return {"type": block.type, "data": block.data or ""}
    return {"type": block.type, "thinking": block.thinking or "", "signature": block.signature or ""}


def _read(body: bytes) -> tuple[Message, Mapping[str, msgspec.Raw]]:
    try:
        fields = _fields.decode(body)
        if fields.get("type") == msgspec.Raw(b'"error"'):
            raise failure_in(body)
        return _message.decode(body), fields
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", type(error).__name__) from error


def _said(text: str, blocks: Sequence[Block], calls: Sequence[Block]) -> ChatMessage:
    thoughts = [block for block in blocks if block.type in ("thinking", "redacted_thinking")]
    return ChatMessage(
        content=text if text or not calls else None,
        tool_calls=[_call(block) for block in calls] or UNKNOWN,
        reasoning_content="".join(block.thinking or "" for block in thoughts) or UNKNOWN,
        thinking_blocks=[thought(block) for block in thoughts] or UNKNOWN,
    )


def _words(blocks: Sequence[Block]) -> str:
    return "".join(block.text or "" for block in blocks if block.type == "text")


def _answer(blocks: Sequence[Block]) -> str:
    """What the answering tool was given; what was said beside it is no part of the answer."""
    given = "".join(_input(block) for block in blocks if block.type == "tool_use" and block.name == ANSWER)
    return given or _words(blocks)


def _input(block: Block) -> str:
    return "{}" if isinstance(block.input, msgspec.UnsetType) else bytes(block.input).decode()


def _call(block: Block) -> ToolCall:
    return ToolCall(id=block.id or "", function=FunctionCall(name=block.name or "", arguments=_input(block)))
