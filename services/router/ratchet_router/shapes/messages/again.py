"""A message of Anthropic's that was kept whole, as the events of a stream; and one kept as events, whole. Pure.

What their own models said stays as they said it: a block that is not known here is begun whole, as they do it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

Event = tuple[str, msgspec.Raw]
Fields = dict[str, Any]
AT_THE_END: Final = ("stop_reason", "stop_sequence", "stop_details", "container")
BITS: Final = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
}  # added to which field
EMPTY: Final[Mapping[str, Fields]] = {
    "text": {"text": "", "citations": None},
    "thinking": {"thinking": "", "signature": ""},
    "tool_use": {"input": {}},
    "server_tool_use": {"input": {}},
    "mcp_tool_use": {"input": {}},
}
_fields = msgspec.json.Decoder(Fields)
_encode = msgspec.json.Encoder().encode


def events_of(body: Mapping[str, msgspec.Raw]) -> list[Event]:
    """Of a whole message."""
    message = _fields.decode(_encode(body))
    begun = message | {"content": [], "stop_reason": None, "stop_sequence": None}
    ending = {name: message.get(name) for name in AT_THE_END if name in message}
    found = [_event("message_start", message=begun)]
    for index, block in enumerate(message["content"]):
        opening = EMPTY.get(block["type"], {})
        start = block | {name: value for name, value in opening.items() if name in block}
        found.append(_event("content_block_start", index=index, content_block=start))
        found += [_event("content_block_delta", index=index, delta=delta) for delta in _deltas(block)]
        found.append(_event("content_block_stop", index=index))
    found.append(_event("message_delta", delta=ending, usage=message.get("usage")))
    return [*found, _event("message_stop")]


def _deltas(block: Fields) -> Iterator[Fields]:
    if block["type"] not in EMPTY:
        return
    for citation in block.get("citations") or ():
        yield {"type": "citations_delta", "citation": citation}
    for kind, name in BITS.items():
        if block.get(name):
            yield {"type": kind, name: block[name]}
    if block.get("input"):
        yield {"type": "input_json_delta", "partial_json": _encode(block["input"]).decode()}


def _event(kind: str, **said: Any) -> Event:
    return kind, msgspec.Raw(_encode({"type": kind, **said}))


def body_of(events: Sequence[Event]) -> dict[str, msgspec.Raw] | None:
    """The whole message; None where something in it is not known here."""
    gathered = _Gathered()
    try:
        for _, data in events:
            gathered.add(_fields.decode(data))
    except (_UnknownError, msgspec.DecodeError, KeyError):
        return None
    content = [gathered.blocks[index] for index in sorted(gathered.blocks)]
    return {name: msgspec.Raw(_encode(value)) for name, value in (gathered.message | {"content": content}).items()}


class _UnknownError(Exception):
    """What this adds cannot be said."""


class _Gathered:
    def __init__(self) -> None:
        self.message: Fields = {}
        self.blocks: dict[int, Fields] = {}
        self._inputs: dict[int, str] = {}

    def add(self, event: Fields) -> None:
        match event["type"]:
            case "message_start":
                self.message = event["message"]
            case "content_block_start":
                self.blocks[event["index"]] = event["content_block"]
            case "content_block_delta":
                self._delta(event["index"], event["delta"])
            case "content_block_stop":
                if said := self._inputs.pop(event["index"], ""):
                    self.blocks[event["index"]]["input"] = msgspec.json.decode(said)
            case "message_delta":
                usage = {name: count for name, count in (event.get("usage") or {}).items() if count is not None}
                self.message |= event["delta"] | {"usage": (self.message.get("usage") or {}) | usage}
            case "message_stop" | "ping":
                pass
            case _:
                raise _UnknownError

    def _delta(self, index: int, delta: Fields) -> None:
        block = self.blocks[index]
        if (name := BITS.get(delta["type"])) is not None:
            block[name] = (block.get(name) or "") + delta[name]
        elif delta["type"] == "input_json_delta":
            self._inputs[index] = self._inputs.get(index, "") + delta["partial_json"]
        elif delta["type"] == "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]
        else:
            raise _UnknownError
