"""Streamed answers as the official client of Anthropic's puts them together."""

from collections.abc import Sequence
from typing import Any

import anthropic
import httpx2
import msgspec
from anthropic.types import Message

from ratchet_common.events import Usage
from ratchet_providers.anthropic.as_it_came import AsItCame
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import (
    Chunk,
    ChunkChoice,
    Completion,
    Delta,
    FunctionCall,
    ToolCallDelta,
)
from ratchet_providers.replay import of_body
from ratchet_providers.sse import Events
from ratchet_router.shapes.messages.frames import MessagesFrames
from ratchet_router.shapes.messages.whole import message_of
from ratchet_router.shapes.shape import Failure
from tests.unit.providers.anthropic_rig import events_of, message, sse

USAGE = Usage(input_tokens=100, output_tokens=9, cached_tokens=30, cache_written_tokens=20, reasoning_tokens=4)
SIGNED = {"type": "thinking", "thinking": "hm", "signature": "S"}
HIDDEN = {"type": "redacted_thinking", "data": "D"}
DOWN = Failure(503, "providers-down", "No model answered. Try again later.")


def frames() -> MessagesFrames:
    return MessagesFrames(message_id="msg_1", model="gpt")


def heard(stream: bytes) -> Message:
    """What the official client makes of it."""
    answer = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=stream)
    transport = httpx2.MockTransport(lambda _: answer)
    with httpx2.Client(transport=transport) as http, anthropic.Anthropic(api_key="k", http_client=http) as client:
        asking = [anthropic.types.UserMessageParam(role="user", content="When?")]
        with client.messages.stream(model="m", max_tokens=9, messages=asking) as streamed:
            return streamed.get_final_message()


def streamed(pieces: Sequence[Piece], usage: Usage = USAGE) -> dict[str, Any]:
    out = frames()
    stream = b"".join(out.said([piece]) for piece in pieces) + out.ended(usage, b'{"cost_usd":0.1}')
    return heard(stream).model_dump(mode="json", exclude_none=True)


def completion(*, content: str | None = "", finish: str = "stop", **said: Any) -> Completion:
    choice = {"message": {"content": content, **said}, "finish_reason": finish}
    return msgspec.convert({"id": "c", "model": "m", "choices": [choice]}, Completion)


def whole(said: Completion) -> dict[str, Any]:
    """Checked by the types of the official client."""
    found = msgspec.json.encode(message_of(body(said), USAGE, message_id="msg_1", model="gpt"))
    return Message.model_validate_json(found, strict=True).model_dump(mode="json", exclude_none=True)


def replayed(said: Completion) -> list[Piece]:
    return of_body(body(said), USAGE)


def body(said: Completion) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(msgspec.json.encode(said), type=dict[str, msgspec.Raw])


def bit(finish: str | None = None, index: int = 0, **delta: Any) -> Piece:
    return Piece(chunk=Chunk(choices=[ChunkChoice(index=index, delta=Delta(**delta), finish_reason=finish)]))


def call(number: int | None, arguments: str, id_: str | None = None, name: str | None = None) -> ToolCallDelta:
    return ToolCallDelta(index=number, id=id_, function=FunctionCall(name=name, arguments=arguments))


def calls(*named: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"id": id_, "function": {"name": name, "arguments": given}} for id_, name, given in named]


def own(*content: dict[str, Any], **how: Any) -> list[Piece]:
    return AsItCame().pieces(Events().feed(sse(events_of(message(*content, **how)))))
