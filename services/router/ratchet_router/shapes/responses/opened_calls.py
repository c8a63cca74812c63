"""A call of a tool while it is still being said: of a function, whose arguments are JSON, or of a custom tool, whose
input is any text.
"""

from typing import Any, Final

import msgspec

from ratchet_providers.carried_calls import carrying
from ratchet_providers.chat_shape import ToolCallDelta
from ratchet_router.shapes.responses.events import Events
from ratchet_router.shapes.responses.response import CustomToolCall, FunctionCall, Status

FUNCTION: Final = "response.function_call_arguments"
CUSTOM: Final = "response.custom_tool_call_input"
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


class OpenCall:
    def __init__(self, name: str, at: int, call_id: str, *, custom: bool = False) -> None:
        self._name, self._at, self._custom = name, at, custom
        self._call_id, self._tool = "", ""
        self._otherwise = call_id  # where its provider gives it none
        self._extra: dict[str, Any] | None = None
        self._bits: list[str] = []
        self._turn: Events | None = None
        self._announced = self._ended = False

    @property
    def may_end(self) -> bool:
        """Its arguments are a whole object: nothing can come after it but blanks. To any text more may be added."""
        if self._custom or not self._bits or not self._bits[-1].rstrip().endswith("}"):
            return False
        try:
            _object.decode("".join(self._bits))
        except (msgspec.DecodeError, RecursionError):
            return False
        return True

    def is_another(self, delta: ToolCallDelta) -> bool:
        return bool(delta.id and self._call_id and delta.id != self._call_id)

    def call(self, delta: ToolCallDelta) -> None:
        """What comes after its end can be blanks alone."""
        if self._ended:
            return
        self._call_id, self._extra = self._call_id or delta.id or "", self._extra or delta.extra_content
        name, bit = _said(delta)
        self._tool = self._tool or name
        if self._tool:
            self._announce()
        if bit:
            self._bits.append(bit)
            self._tell(bit)

    def begin(self, events: Events) -> None:
        self._turn = events
        if self._tool:
            self._announce()

    def end(self, events: Events, status: Status) -> None:
        self._announce()
        self._ended = True
        said = "".join(self._bits)
        if self._custom:
            events.add(f"{CUSTOM}.done", item_id=self._name, output_index=self._at, input=said)
        else:
            events.add(f"{FUNCTION}.done", item_id=self._name, output_index=self._at, arguments=said)
        events.add("response.output_item.done", output_index=self._at, item=self.item(status))

    def item(self, status: Status) -> FunctionCall | CustomToolCall:
        return self._item(status, "".join(self._bits))

    def _item(self, status: Status, said: str) -> FunctionCall | CustomToolCall:
        call_id = carrying(self._call_id or self._otherwise, self._extra)
        if self._custom:
            return CustomToolCall(id=self._name, status=status, call_id=call_id, name=self._tool, input=said)
        return FunctionCall(id=self._name, status=status, call_id=call_id, name=self._tool, arguments=said)

    def _announce(self) -> None:
        """Nothing can be said of a call before its name is known."""
        if self._turn is None or self._announced:
            return
        self._announced = True
        item = self._item("in_progress", "")
        self._turn.add("response.output_item.added", output_index=self._at, item=item)
        self._tell("".join(self._bits))

    def _tell(self, delta: str) -> None:
        if delta and self._announced and self._turn is not None:
            kind = f"{CUSTOM if self._custom else FUNCTION}.delta"
            self._turn.add(kind, item_id=self._name, output_index=self._at, delta=delta)


def _said(delta: ToolCallDelta) -> tuple[str, str]:
    """The tool's name, and a bit of what it is called with."""
    if delta.custom is not None:
        return delta.custom.name or "", delta.custom.input or ""
    if delta.function is not None:
        return delta.function.name or "", delta.function.arguments or ""
    return "", ""
