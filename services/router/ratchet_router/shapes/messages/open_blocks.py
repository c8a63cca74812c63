"""The blocks of a message that is being said: one after another, each begun, added to, and ended.

One is open at a time, as Anthropic has it. A chat's calls of tools may come interleaved: what belongs to a later block
waits until the earlier one is whole, or all is said.
"""

from collections import deque
from typing import Any

import msgspec

from ratchet_providers.carried_calls import carrying
from ratchet_providers.chat_shape import ToolCallDelta
from ratchet_router.shapes.messages.block import CALL, OpenBlock


class _Block(msgspec.Struct, frozen=True):
    type: str = ""


class _Begun(msgspec.Struct, frozen=True):
    index: int = 0
    content_block: _Block | None = None


_begun = msgspec.json.Decoder(_Begun)


class OpenBlocks:
    def __init__(self) -> None:
        self._next = 0
        self._blocks: deque[OpenBlock] = deque()  # the open one, and those that wait for their turn
        self._calls: dict[int, tuple[str, OpenBlock]] = {}  # by their number in the chat: id, and block

    def passing(self, name: str, data: bytes) -> None:
        """An event of Anthropic's own goes by. Raises msgspec.DecodeError for one that is none."""
        if name == "content_block_start":
            begun = _begun.decode(data)
            kind = (begun.content_block or _Block()).type
            self._blocks = deque([OpenBlock(begun.index, {"type": kind}, begun=True)])
            self._next = begun.index + 1
        elif name == "content_block_stop":
            self._blocks.clear()
        elif name == "content_block_delta" and self._blocks:
            self._blocks[-1].spoke = True

    def says(self, words: str) -> bytes:
        begun, block = self._into({"type": "text", "text": ""})
        return begun + block.add({"type": "text_delta", "text": words})

    def thinks(self, words: str) -> bytes:
        begun, block = self._into({"type": "thinking", "thinking": "", "signature": ""})
        return begun + block.add({"type": "thinking_delta", "thinking": words})

    def thought(self, block: dict[str, Any]) -> bytes:
        """A whole thought, with the signature that closes it, or a bit of one. Its words may have gone before."""
        if block.get("type") == "redacted_thinking":
            return self._opens(block)[0] + self._ends_last()
        words = block.get("thinking") or ""
        signature = block.get("signature")
        last = self._blocks[-1] if self._blocks else None
        said = last is not None and last.kind == "thinking" and last.spoke and signature is not None
        found = b"" if said else self.thinks(words)
        if signature:
            found += self._blocks[-1].add({"type": "signature_delta", "signature": signature})
        return found if signature is None else found + self._ends_last()

    def calls(self, call: ToolCallDelta) -> bytes:
        number, function = call.index or 0, call.function
        known = self._calls.get(number)
        begun = b""
        if known is not None and call.id and call.id != known[0]:  # some give one number to all calls
            known[1].ended, known = True, None
        if known is None:
            id_ = call.id or f"call_{self._next}"
            name = (function.name if function else None) or ""
            shown = carrying(id_, call.extra_content)
            begun, block = self._opens({"type": CALL, "id": shown, "name": name, "input": {}})
            known = self._calls[number] = id_, block
        if function is None or not function.arguments:
            return begun
        return begun + known[1].add_arguments(function.arguments) + self._go_on()

    def close(self) -> bytes:
        """All is said."""
        for block in self._blocks:
            block.ended = True
        return self._go_on()

    def _into(self, start: dict[str, Any]) -> tuple[bytes, OpenBlock]:
        if self._blocks and self._blocks[-1].kind == start["type"]:
            return b"", self._blocks[-1]
        return self._opens(start)

    def _opens(self, start: dict[str, Any]) -> tuple[bytes, OpenBlock]:
        block = OpenBlock(self._next, start)
        self._next += 1
        self._blocks.append(block)
        return self._go_on(), block

    def _ends_last(self) -> bytes:
        self._blocks[-1].ended = True
        return self._go_on()

    def _go_on(self) -> bytes:
        """What has ended, or may be whole while others wait, makes way for the next."""
        found = b""
        while self._blocks:
            first = self._blocks[0]
            if not first.begun:
                found += first.begin()
            if not first.ended and (len(self._blocks) == 1 or not first.may_end):
                break
            found += first.end()
            self._blocks.popleft()
        return found
