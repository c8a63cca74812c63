"""The blocks of a message that is being said: one after another, each begun, added to, and ended."""

from typing import Any

import msgspec

from ratchet_providers.carried_calls import carrying
from ratchet_providers.chat_shape import ToolCallDelta
from ratchet_router.shapes.messages.framing import event


class _Block(msgspec.Struct, frozen=True):
    type: str = ""


class _Begun(msgspec.Struct, frozen=True):
    index: int = 0
    content_block: _Block = _Block()


_begun = msgspec.json.Decoder(_Begun)


class OpenBlocks:
    """Calls that a chat makes side by side come one after another: the later ones wait until the open one is whole."""

    def __init__(self) -> None:
        self._next = 0
        self._open = ""  # what kind of block is open: the last one that began
        self._spoke = False  # something was added to it
        self._calls: dict[int, tuple[str, int]] = {}  # by their number in the chat: id, and number of the block
        self._calling: int | None = None  # whose block is open, and what it has said
        self._arguments: list[str] = []
        self._waiting: dict[int, list[ToolCallDelta]] = {}

    def passing(self, name: str, data: bytes) -> None:
        """An event of Anthropic's own goes by. Raises msgspec.DecodeError for one that is none."""
        if name == "content_block_start":
            begun = _begun.decode(data)
            self._open, self._next, self._spoke = begun.content_block.type, begun.index + 1, False
        elif name == "content_block_stop":
            self._open = ""
        elif name == "content_block_delta":
            self._spoke = True

    def says(self, words: str) -> bytes:
        return self._into({"type": "text", "text": ""}) + self._adds({"type": "text_delta", "text": words})

    def thinks(self, words: str) -> bytes:
        begun = self._into({"type": "thinking", "thinking": "", "signature": ""})
        return begun + self._adds({"type": "thinking_delta", "thinking": words})

    def thought(self, block: dict[str, Any]) -> bytes:
        """A whole thought, with the signature that closes it, or a bit of one. Its words may have gone before."""
        if block.get("type") == "redacted_thinking":
            return self.close() + self._opens(block) + self.close()
        words = block.get("thinking") or ""
        signature = block.get("signature")
        said = self._open == "thinking" and self._spoke and signature is not None
        found = b"" if said else self.thinks(words)
        if signature:
            found += self._adds({"type": "signature_delta", "signature": signature})
        return found if signature is None else found + self.close()

    def calls(self, call: ToolCallDelta) -> bytes:
        number, known = call.index or 0, self._calls.get(call.index or 0)
        anew = known is None or bool(call.id and call.id != known[0])  # some give one number to all calls
        if number in self._waiting or (anew and number != self._calling and self._is_under_way()):
            self._waiting.setdefault(number, []).append(call)
            return b""
        said = (self._begins(call, number) if anew else b"") + self._argues(call, number)
        if self._waiting and not self._is_under_way():
            said += self._goes_on()
        return said

    def close(self) -> bytes:
        """What still waits is said as it is."""
        said = self._stops()
        while self._waiting:
            said += self._goes_on() + self._stops()
        return said

    def _stops(self) -> bytes:
        if not self._open:
            return b""
        self._open, self._calling = "", None
        return event("content_block_stop", index=self._next - 1)

    def _goes_on(self) -> bytes:
        waiting, self._waiting = self._waiting, {}
        return b"".join([self.calls(call) for calls in waiting.values() for call in calls])

    def _begins(self, call: ToolCallDelta, number: int) -> bytes:
        stopped = self._stops()
        known = self._calls[number] = call.id or f"call_{self._next}", self._next
        self._calling, self._arguments = number, []
        name = (call.function.name if call.function else None) or ""
        shown = carrying(known[0], call.extra_content)
        return stopped + self._opens({"type": "tool_use", "id": shown, "name": name, "input": {}})

    def _argues(self, call: ToolCallDelta, number: int) -> bytes:
        if call.function is None or not call.function.arguments:
            return b""
        if number == self._calling:
            self._arguments.append(call.function.arguments)
        return self._adds({"type": "input_json_delta", "partial_json": call.function.arguments}, self._calls[number][1])

    def _is_under_way(self) -> bool:
        """Whether the call that is open may have more to say."""
        if self._calling is None:
            return False
        try:
            msgspec.json.decode("".join(self._arguments))
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return True
        return False

    def _into(self, block: dict[str, Any]) -> bytes:
        return b"" if self._open == block["type"] else self.close() + self._opens(block)

    def _opens(self, block: dict[str, Any]) -> bytes:
        self._open, self._spoke, self._next = block["type"], False, self._next + 1
        return event("content_block_start", index=self._next - 1, content_block=block)

    def _adds(self, delta: dict[str, Any], index: int | None = None) -> bytes:
        self._spoke = True
        return event("content_block_delta", index=self._next - 1 if index is None else index, delta=delta)
