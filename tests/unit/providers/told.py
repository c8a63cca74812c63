"""One answer as each provider streams it, byte by byte, without sockets: how it is cut up is the test's to say."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import ModelRequest, Native, Piece, Streaming
from ratchet_providers.bedrock.provider import Bedrock
from ratchet_providers.connection import NotAnsweredError
from ratchet_providers.gemini.provider import Gemini
from ratchet_providers.openai_responses import OpenAIResponses
from ratchet_providers.openai_shaped import OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Endpoint, Wire
from tests.unit.providers import anthropic_rig, responses_rig
from tests.unit.providers.bedrock import aws
from tests.unit.providers.bedrock.imitation import MODEL, REGION, named_keys
from tests.unit.providers.gemini import rig as gemini_rig

Block = tuple[str, str]  # "text" and words, "thought" and words, or "call" and its arguments as JSON
URL = "http://provider"


@dataclass(frozen=True)
class Told:
    """`ended`: the number of the event with which the answer is whole; what follows only counts or closes."""

    events: Sequence[bytes]
    ended: int

    @property
    def body(self) -> bytes:
        return b"".join(self.events)

    @property
    def whole_from(self) -> int:
        """So many bytes, and nothing of the answer is missing. The empty line that closes an event may be."""
        return len(b"".join(self.events[: self.ended + 1]).rstrip(b"\r\n"))


@dataclass(frozen=True)
class Shape:
    """How one provider tells an answer, and what it may tell beside."""

    name: str
    provider: Callable[[Wire], Streaming]
    request: ModelRequest
    tell: Callable[[Sequence[Block]], Told]
    error: bytes
    malformed: bytes
    unknown: bytes


class Bits(Wire):
    """A wire over which these bits come, one at a time, to a clean end or a broken one."""

    def __init__(self, bits: Sequence[bytes], *, broken: bool = False) -> None:
        super().__init__()
        self.status, self.headers = 200, dict[bytes, bytes]()
        self._bits, self._broken = bits if isinstance(bits, list) else list(bits), broken

    @asynccontextmanager
    async def stream(self, endpoint: Endpoint, body: bytes, **_: Any) -> AsyncIterator[Any]:
        assert endpoint.request(body)
        yield self

    async def more(self, _: float) -> bytes:
        if self._bits:
            return self._bits.pop(0) or await self.more(0)
        if self._broken:
            raise NotAnsweredError("the connection broke")
        return b""


async def pieces_of(shape: Shape, bits: Sequence[bytes], *, broken: bool = False) -> list[Piece]:
    """Raises ProviderError."""
    provider = shape.provider(Bits(bits, broken=broken))
    return [piece async for pieces in provider.stream(shape.request) for piece in pieces]


def amounts_to(pieces: Sequence[Piece]) -> dict[str, Any]:
    """What a caller has in the end: words, thoughts, calls, and why it ended."""
    found: dict[str, Any] = {"text": "", "thought": "", "calls": {}, "finish": "", "native": []}
    for piece in pieces:
        found["text"] += piece.text
        found["finish"] = piece.finish or found["finish"]
        if piece.chunk is None:
            found["native"].append((piece.event, piece.data))
        for choice in piece.chunk.choices if piece.chunk else ():
            found["thought"] += choice.delta.reasoning_content or ""
            for call in choice.delta.tool_calls or ():
                name, arguments = found["calls"].get(call.index, ("", ""))
                function = call.function
                added = ((function.name or "", function.arguments or "")) if function else ("", "")
                found["calls"][call.index] = (name + added[0], arguments + added[1])
    return found


def _halves(said: str) -> list[str]:
    return [said[: len(said) // 2], said[len(said) // 2 :]]


def _sse(*events: Any) -> list[bytes]:
    return [b"data: %b\n\n" % (e if isinstance(e, bytes) else msgspec.json.encode(e)) for e in events]


# OpenAI's chat, and what is shaped like it


def openai(blocks: Sequence[Block]) -> Told:
    def chunk(delta: Any, finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    found, calls = [chunk({"role": "assistant", "content": ""})], 0
    for kind, said in blocks:
        first, second = _halves(said)
        if kind == "call":
            head = {"index": calls, "id": f"call_{calls}", "type": "function"}
            found.append(chunk({"tool_calls": [head | {"function": {"name": "f", "arguments": first}}]}))
            found.append(chunk({"tool_calls": [{"index": calls, "function": {"arguments": second}}]}))
            calls += 1
        else:
            name = "content" if kind == "text" else "reasoning_content"
            found += [chunk({name: first}), chunk({name: second})]
    found.append(chunk({}, "tool_calls" if calls else "stop"))
    used = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
    return Told(_sse(*found, used, b"[DONE]"), len(found) - 1)


# Anthropic's messages


def anthropic(blocks: Sequence[Block]) -> Told:
    content: list[dict[str, Any]] = []
    for number, (kind, said) in enumerate(blocks):
        if kind == "call":
            content.append({"type": "tool_use", "id": f"t{number}", "name": "f", "input": msgspec.json.decode(said)})
        elif kind == "text":
            content.append(anthropic_rig.text(said))
        else:
            content.append({"type": "thinking", "thinking": said, "signature": "S"})
    calls = any(kind == "call" for kind, _ in blocks)
    said_all = anthropic_rig.message(*content, stop="tool_use" if calls else "end_turn")
    size = max(5, *(len(said) // 2 + 1 for _, said in blocks), 0)
    events = [anthropic_rig.sse([event]) for event in anthropic_rig.events_of(said_all, size)]
    return Told(events, len(events) - 2)


# Gemini, and Vertex


def gemini(blocks: Sequence[Block]) -> Told:
    parts: list[dict[str, Any]] = []
    for kind, said in blocks:
        if kind == "call":
            parts.append({"functionCall": {"name": "f", "args": msgspec.json.decode(said)}})
        else:
            parts += [{"text": half} | ({"thought": True} if kind == "thought" else {}) for half in _halves(said)]
    frame: dict[str, Any] = {"createTime": "2026-11-26T10:00:00Z"}
    events = [gemini_rig.saying(part, **frame) for part in parts]
    used = {"promptTokenCount": 9, "candidatesTokenCount": 2}
    events.append(gemini_rig.saying(finish="STOP", usageMetadata=used, **frame))
    return Told([gemini_rig.sse(event) for event in events], len(events) - 1)


# Bedrock's Converse


def bedrock(blocks: Sequence[Block]) -> Told:
    events = [aws.event("messageStart", role="assistant")]
    for number, (kind, said) in enumerate(blocks):
        if kind == "call":
            start = {"toolUse": {"toolUseId": f"t{number}", "name": "f"}}
            events.append(aws.event("contentBlockStart", contentBlockIndex=number, start=start))
        for half in _halves(said):
            delta = {
                "text": {"text": half},
                "thought": {"reasoningContent": {"text": half}},
                "call": {"toolUse": {"input": half}},
            }
            events.append(aws.event("contentBlockDelta", contentBlockIndex=number, delta=delta[kind]))
        events.append(aws.event("contentBlockStop", contentBlockIndex=number))
    calls = any(kind == "call" for kind, _ in blocks)
    events.append(aws.event("messageStop", stopReason="tool_use" if calls else "end_turn"))
    used = {"inputTokens": 20, "outputTokens": 3, "totalTokens": 23}
    return Told([*events, aws.event("metadata", usage=used, metrics={"latencyMs": 1})], len(events) - 1)


# OpenAI's responses


def responses(blocks: Sequence[Block]) -> Told:
    items: list[dict[str, Any]] = []
    events = [responses_rig.event("response.created", response=responses_rig.response("in_progress", output=[]))]
    for number, (kind, said) in enumerate(blocks):
        item, name = _item(kind, said, number)
        items.append(item)
        events.append(responses_rig.event("response.output_item.added", output_index=number, item=item))
        events += [responses_rig.event(f"response.{name}.delta", delta=half) for half in _halves(said)]
        events.append(responses_rig.event("response.output_item.done", output_index=number, item=item))
    ended = responses_rig.response("completed", *(items or [responses_rig.SAID]))
    return Told([*events, responses_rig.event("response.completed", response=ended)], len(events))


def _item(kind: str, said: str, number: int) -> tuple[dict[str, Any], str]:
    if kind == "call":
        item = {"type": "function_call", "call_id": f"c{number}", "name": "f", "arguments": said}
        return item, "function_call_arguments"
    if kind == "text":
        return {"type": "message", "content": [{"type": "output_text", "text": said}]}, "output_text"
    return {"type": "reasoning", "summary": [{"type": "summary_text", "text": said}]}, "reasoning_summary_text"


def _native(shape: Any, **fields: Any) -> Mapping[str, Any]:
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}
    return {"native": Native(shape=shape, fields=raw)}


MESSAGES = [{"role": "user", "content": "When?"}]
ASKED: dict[str, Any] = {"model": "m", "task_type": "chat", "messages": MESSAGES, "document": "When?"}
OVERLOADED = {"message": "x", "code": 503}
ANTHROPICS = anthropic_rig.sse([anthropic_rig.failing("overloaded_error")])
NEW = b'event: something_new\ndata: {"type": "something_new", "index": "x"}\n\n'
NO_JSON = b'event: content_block_delta\ndata: {"type": "content_block_delta", "de\n\n'
SHAPES = [
    Shape(
        "openai",
        lambda wire: OpenAIShaped(wire, f"{URL}/v1", Secret("")),
        ModelRequest(**ASKED),
        openai,
        *_sse({"error": OVERLOADED}, b'{"choices": [{"del', {"something_new": 1}),
    ),
    Shape(
        "anthropic",
        lambda wire: Anthropic(wire, URL, Secret("")),
        ModelRequest(**ASKED),
        anthropic,
        ANTHROPICS,
        NO_JSON,
        NEW,
    ),
    Shape(
        "anthropic's own",
        lambda wire: Anthropic(wire, URL, Secret("")),
        ModelRequest(**ASKED, **_native("messages", max_tokens=5, messages=MESSAGES)),
        anthropic,
        ANTHROPICS,
        NO_JSON,
        NEW,
    ),
    Shape(
        "gemini",
        lambda wire: Gemini(wire, URL, Secret("")),
        ModelRequest(**ASKED),
        gemini,
        *_sse({"error": {"code": 503, "status": "UNAVAILABLE"}}, b'{"candidates": [{"con', {"somethingNew": 1}),
    ),
    Shape(
        "bedrock",
        lambda wire: Bedrock(wire, REGION, named_keys()),
        ModelRequest(**ASKED | {"model": MODEL}),
        bedrock,
        aws.exception("serviceUnavailableException", "x"),
        aws.frame(aws.headers_of("contentBlockDelta"), b'{"delta": {"te'),
        aws.event("somethingNew", x=1),
    ),
    Shape(
        "responses",
        lambda wire: OpenAIResponses(wire, f"{URL}/v1", Secret("")),
        ModelRequest(**ASKED, **_native("responses", input="When?")),
        responses,
        responses_rig.event("error", code="server_error", message="x", param=None),
        b'event: response.output_text.delta\ndata: {"type": "response.out\n\n',
        responses_rig.event("response.something_new", x=1),
    ),
]
