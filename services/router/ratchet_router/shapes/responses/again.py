"""A provider's own response that was kept whole, as the events of a stream; and one kept as events, whole. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

Event = tuple[str, msgspec.Raw]
Fields = dict[str, Any]
BEGUN: Final[Fields] = {"status": "in_progress", "output": [], "usage": None, "completed_at": None}
CALLS: Final = {  # their field that is said bit by bit, and the events that say it
    "function_call": ("arguments", "response.function_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
    "mcp_call": ("arguments", "response.mcp_call_arguments"),
}
PARTS: Final = {
    "output_text": ("text", "response.output_text"),
    "refusal": ("refusal", "response.refusal"),
    "reasoning_text": ("text", "response.reasoning_text"),
}


class _Closing(msgspec.Struct, frozen=True):
    response: dict[str, msgspec.Raw]


_closing = msgspec.json.Decoder(_Closing)
_fields = msgspec.json.Decoder(Fields)
_encode = msgspec.json.Encoder().encode


def events_of(body: Mapping[str, msgspec.Raw]) -> list[Event]:
    """Of a whole response."""
    response = _fields.decode(_encode(body))
    telling = _Telling()
    begun = response | {name: value for name, value in BEGUN.items() if name in response}
    telling.add("response.created", response=begun)
    telling.add("response.in_progress", response=begun)
    for at, item in enumerate(response["output"]):
        telling.item(item, at)
    telling.add(f"response.{response.get('status') or 'completed'}", response=response)
    return telling.events


class _Telling:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: str, **said: Any) -> None:
        numbered = {"type": kind, "sequence_number": len(self.events), **said}
        self.events.append((kind, msgspec.Raw(_encode(numbered))))

    def item(self, item: Fields, at: int) -> None:
        """One of a kind that is not known here is told at once."""
        kind, where = item["type"], {"item_id": item.get("id"), "output_index": at}
        begun = item | ({"status": "in_progress"} if "status" in item else {})
        if kind in CALLS:
            name, event = CALLS[kind]
            self.add("response.output_item.added", output_index=at, item=begun | {name: ""})
            self.add(f"{event}.delta", **where, delta=item.get(name) or "")
            self.add(f"{event}.done", **where, **{name: item.get(name) or ""})
        elif kind in ("message", "reasoning"):
            emptied: Fields = {name: [] for name in ("content", "summary") if item.get(name)}
            self.add("response.output_item.added", output_index=at, item=begun | emptied)
            self._parts(item, where)
        else:
            self.add("response.output_item.added", output_index=at, item=begun)
        self.add("response.output_item.done", output_index=at, item=item)

    def _parts(self, item: Fields, where: Fields) -> None:
        for number, part in enumerate(item.get("summary") or ()):
            self._summary(part, where | {"summary_index": number})
        for number, part in enumerate(item.get("content") or ()):
            self._part(part, where | {"content_index": number})

    def _part(self, part: Fields, where: Fields) -> None:
        name, event = PARTS.get(part["type"], ("", ""))
        if not name:
            self.add("response.content_part.added", **where, part=part)
        else:
            weights = {"logprobs": part.get("logprobs") or []} if part["type"] == "output_text" else {}
            emptied: Fields = {field: [] for field in ("annotations", "logprobs") if field in part}
            self.add("response.content_part.added", **where, part=part | emptied | {name: ""})
            self.add(f"{event}.delta", **where, delta=part[name], **weights)
            for number, said in enumerate(part.get("annotations") or ()):
                self.add("response.output_text.annotation.added", **where, annotation_index=number, annotation=said)
            self.add(f"{event}.done", **where, **{name: part[name]}, **weights)
        self.add("response.content_part.done", **where, part=part)

    def _summary(self, part: Fields, where: Fields) -> None:
        self.add("response.reasoning_summary_part.added", **where, part=part | {"text": ""})
        self.add("response.reasoning_summary_text.delta", **where, delta=part["text"])
        self.add("response.reasoning_summary_text.done", **where, text=part["text"])
        self.add("response.reasoning_summary_part.done", **where, part=part)


def body_of(events: Sequence[Event]) -> dict[str, msgspec.Raw] | None:
    """The whole response: the event that ends a stream holds it. None where it does not."""
    try:
        return _closing.decode(events[-1][1]).response
    except (msgspec.DecodeError, IndexError):
        return None
