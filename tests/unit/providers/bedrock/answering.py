"""Converse's answers as a caller reads them in the chat shape, whole or streamed."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.bedrock.answer import understood
from ratchet_providers.bedrock.request import Asked
from ratchet_providers.bedrock.stream import ConverseStream
from ratchet_providers.chat_shape import Chunk, Completion
from tests.unit.providers.bedrock.aws import frames_of

PLAIN = Asked(b"")
BY_TOOL = Asked(b"", by_tool=True)
SIGNATURE = "c2lnbmF0dXJl"


def text(said: str) -> dict[str, Any]:
    return {"text": said}


def use(name: str, id_: str = "t1", **given: Any) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": id_, "name": name, "input": given}}


def thought(said: str, signature: str = SIGNATURE) -> dict[str, Any]:
    return {"reasoningContent": {"reasoningText": {"text": said, **({"signature": signature} if signature else {})}}}


REDACTED = {"reasoningContent": {"redactedContent": base64.b64encode(b"hidden").decode()}}


@dataclass
class Said:
    """What a caller makes of an answer."""

    text: str = ""
    thoughts: str = ""
    blocks: list[Any] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    finish: str = ""
    usage: Usage | None = None
    stop: Any = None  # the sequence that ended it
    native: Any = None  # Bedrock's own word for why


def request() -> ModelRequest:
    return ModelRequest(model="m", task_type="chat", messages=[{"role": "user", "content": "When?"}], document="")


def answered(body: dict[str, Any], its: Asked = PLAIN) -> ModelAnswer:
    return understood(json.dumps(body).encode(), request(), its, Completion(id="c", created=1, model="m", choices=[]))


def whole(body: dict[str, Any], its: Asked = PLAIN) -> Said:
    answer = answered(body, its)
    assert answer.body is not None
    (choice,) = msgspec.json.decode(answer.body["choices"])
    message = choice["message"]
    assert (message["content"] or "") == answer.output
    functions = [(call["id"], call["function"]) for call in message.get("tool_calls", [])]
    calls = [(id_, function["name"], json.loads(function["arguments"])) for id_, function in functions]
    assert choice["finish_reason"] == answer.finish
    thoughts, blocks = message.get("reasoning_content", ""), message.get("thinking_blocks", [])
    stop, native = choice.get("stop_reason"), choice.get("native_finish_reason")
    return Said(answer.output, thoughts, blocks, calls, answer.finish, answer.usage, stop, native)


def events_of(body: dict[str, Any], size: int = 3) -> list[tuple[str, dict[str, Any]]]:
    """The same answer as ConverseStream would say it."""
    events: list[tuple[str, dict[str, Any]]] = [("messageStart", {"role": "assistant"})]
    for at, block in enumerate(body["output"]["message"]["content"]):
        if "toolUse" in block:
            start = {name: value for name, value in block["toolUse"].items() if name != "input"}
            events.append(("contentBlockStart", {"contentBlockIndex": at, "start": {"toolUse": start}}))
        events += [("contentBlockDelta", {"contentBlockIndex": at, "delta": delta}) for delta in _deltas(block, size)]
        events.append(("contentBlockStop", {"contentBlockIndex": at}))
    own = "additionalModelResponseFields"
    events.append(("messageStop", {name: body[name] for name in ("stopReason", own) if name in body}))
    trace = {"trace": body["trace"]} if "trace" in body else {}
    return [*events, ("metadata", {"usage": body["usage"], "metrics": {"latencyMs": 1}, **trace})]


def _deltas(block: dict[str, Any], size: int) -> list[dict[str, Any]]:
    def bits(said: str) -> list[str]:
        return [said[at : at + size] for at in range(0, len(said), size)]

    if "text" in block:
        return [{"text": bit} for bit in bits(block["text"])]
    if "toolUse" in block:
        given = block["toolUse"]["input"]
        return [{"toolUse": {"input": bit}} for bit in (bits(json.dumps(given)) if given else [""])]
    if "citationsContent" in block:
        return [{"text": one["text"]} for one in block["citationsContent"]["content"]]
    reasoning = block["reasoningContent"]
    if "redactedContent" in reasoning:
        return [{"reasoningContent": reasoning}]
    its = reasoning["reasoningText"]
    signed = [{"reasoningContent": {"signature": its["signature"]}}] if "signature" in its else []
    return [{"reasoningContent": {"text": bit}} for bit in bits(its["text"])] + signed


def pieces_of(body: dict[str, Any], its: Asked = PLAIN) -> list[Piece]:
    stream = ConverseStream(its, Chunk(id="c", created=1, model="m"))
    pieces = stream.pieces(frames_of(*events_of(body)))
    stream.ended()
    assert stream.done
    return pieces


def streamed(body: dict[str, Any], its: Asked = PLAIN) -> Said:
    """As the official client puts chunks together."""
    said = Said()
    calls: dict[int, list[str]] = {}
    for piece in pieces_of(body, its):
        assert piece.chunk is not None
        said.text += piece.text
        said.finish = piece.finish or said.finish
        said.usage = piece.usage or said.usage
        for choice in piece.chunk.choices:
            if choice.finish_reason:
                told = msgspec.to_builtins(choice)
                said.stop, said.native = told.get("stop_reason"), told.get("native_finish_reason")
            said.thoughts += choice.delta.reasoning_content or ""
            said.blocks += choice.delta.thinking_blocks or []
            for call in choice.delta.tool_calls or []:
                assert call.index is not None
                assert call.function is not None
                one = calls.setdefault(call.index, [call.id or "", call.function.name or "", ""])
                one[2] += call.function.arguments or ""
    said.calls = [(id_, name, json.loads(given)) for id_, name, given in calls.values()]
    return said


def both(body: dict[str, Any], its: Asked = PLAIN) -> Said:
    """What is understood of it, whole and streamed the same."""
    found = whole(body, its)
    assert streamed(body, its) == found
    return found
