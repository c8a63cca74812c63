"""One block of a message that is being said: begun when it is its turn, added to, and ended."""

from typing import Any

import msgspec

from ratchet_router.shapes.messages.framing import event

CALL = "tool_use"
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


class OpenBlock:
    """What is added before its turn waits for that. `ended`: nothing more is said in it; `spoke`: something was."""

    def __init__(self, index: int, start: dict[str, Any], *, begun: bool = False) -> None:
        self.index, self._start = index, start
        self.begun, self.spoke, self.ended = begun, False, False
        self._waiting: list[bytes] = []
        self._arguments: list[str] = []

    @property
    def kind(self) -> str:
        found: str = self._start["type"]
        return found

    @property
    def may_end(self) -> bool:
        """Of a call: its arguments are a whole object, which nothing but blanks can follow."""
        if self.kind != CALL:
            return True
        if not self._arguments or not self._arguments[-1].rstrip().endswith("}"):
            return False
        try:
            _object.decode("".join(self._arguments))
        except (msgspec.DecodeError, RecursionError):
            return False
        return True

    def begin(self) -> bytes:
        self.begun = True
        early, self._waiting = self._waiting, []
        return b"".join([event("content_block_start", index=self.index, content_block=self._start), *early])

    def add(self, delta: dict[str, Any]) -> bytes:
        self.spoke = True
        said = event("content_block_delta", index=self.index, delta=delta)
        if self.begun:
            return said
        self._waiting.append(said)
        return b""

    def add_arguments(self, bit: str) -> bytes:
        """After its end only blanks can come."""
        if self.ended:
            return b""
        self._arguments.append(bit)
        return self.add({"type": "input_json_delta", "partial_json": bit})

    def end(self) -> bytes:
        self.ended = True
        return event("content_block_stop", index=self.index)
