"""The events of a stream put together to the message that they make up, in Anthropic's shape."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ratchet_providers.base import Piece

Fields = dict[str, Any]
_event = msgspec.json.Decoder(Fields)


class MessageAssembly:
    """Feed it pieces in Anthropic's shape. Another beginning, after a try that showed nothing, begins it anew."""

    def __init__(self) -> None:
        self._message: Fields = {}
        self._blocks: dict[int, _Block] = {}

    @property
    def begun(self) -> bool:
        return bool(self._message)

    def add(self, piece: Piece) -> None:
        event = _event.decode(piece.data)
        kind, index = event["type"], event.get("index", 0)
        if kind == "message_start":
            self._message, self._blocks = dict(event["message"]), {}
        elif kind == "content_block_start":
            self._blocks[index] = _Block(event["content_block"])
        elif kind == "content_block_delta" and index in self._blocks:
            self._blocks[index].add(event["delta"])
        elif kind == "message_delta":
            counts = {name: count for name, count in (event.get("usage") or {}).items() if count is not None}
            self._message |= event["delta"] | {"usage": (self._message.get("usage") or {}) | counts}

    def body(self) -> Mapping[str, msgspec.Raw]:
        content = [self._blocks[index].whole() for index in sorted(self._blocks)]
        whole = self._message | {"content": content}
        return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in whole.items()}


class _Block:
    def __init__(self, begun: Fields) -> None:
        self._begun = begun
        self._bits: dict[str, list[Any]] = {}

    def add(self, delta: Fields) -> None:
        for name in ("text", "thinking", "signature", "partial_json", "citation"):
            if name in delta:
                self._bits.setdefault(name, []).append(delta[name])

    def whole(self) -> Fields:
        whole = dict(self._begun)
        for name in ("text", "thinking", "signature"):
            if name in self._bits:
                whole[name] = whole.get(name, "") + "".join(self._bits[name])
        if citations := self._bits.get("citation"):
            whole["citations"] = [*(whole.get("citations") or ()), *citations]
        if given := "".join(self._bits.get("partial_json", ())):
            whole["input"] = msgspec.Raw(given.encode())
        return whole
