"""Conversations that are kept: what of them a model is given when they go on, and how their items are listed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from ratchet_router.shapes.responses.body import Item
from ratchet_router.shapes.responses.errors import InvalidResponsesError
from ratchet_router.shapes.responses.ids import is_ours
from ratchet_router.shapes.responses.reasoning import MARK

PAGE: Final = 20
LARGEST_PAGE: Final = 100
NAMED: Final = frozenset({"reasoning", "item_reference"})  # these are nothing without their ids
PREFIXES: Final[Mapping[str, str]] = {
    "message": "msg",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "function_call_output": "fco",
}


def as_items(given: str | list[Item] | None) -> list[Item]:
    """A request's input. A text is what a user says."""
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return given or []


def for_others(items: Sequence[Item]) -> list[Item]:
    """The items for a provider that speaks responses itself: it knows none of our names, and cannot read our reasoning.

    What bears another's names stays as it is.
    """
    return [_without_name(item) if is_ours(item.get("id")) else item for item in items if not _our_reasoning(item)]


def _our_reasoning(item: Item) -> bool:
    encrypted = item.get("encrypted_content")
    carries = isinstance(encrypted, str) and encrypted.startswith(MARK)
    return item.get("type") == "reasoning" and (carries or is_ours(item.get("id")))


def _without_name(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "id"}


def again(history: Sequence[Item]) -> list[Item]:
    """Earlier items for any provider that speaks responses itself, none of whose own the names may be.

    Reasoning without its encrypted content is a reference to what only one provider keeps.
    """
    there = [item for item in for_others(history) if item.get("type") != "reasoning" or item.get("encrypted_content")]
    return [item if item.get("type") in NAMED else _without_name(item) for item in there]


def listed(response: str, items: Sequence[Item]) -> list[Item]:
    """The input of a response as it is shown: every item has an id, and content in parts."""
    return [_shown(item, response, number) for number, item in enumerate(items)]


def _shown(item: Item, response: str, number: int) -> Item:
    kind = item.get("type") or "message"
    named = f"{PREFIXES.get(kind, 'item')}_{response.removeprefix('resp_')}i{number:04x}"
    given = {name: value for name, value in item.items() if value is not None}
    shown: Item = {"id": named, "status": "completed"} | given | {"type": kind}
    if kind == "message" and isinstance(item.get("content"), str):
        shown["content"] = [_as_part(item["content"], said=item.get("role") == "assistant")]
    return shown


def _as_part(text: str, *, said: bool) -> Item:
    return {"type": "output_text", "text": text, "annotations": []} if said else {"type": "input_text", "text": text}


def page(items: Sequence[Item], *, limit: int = PAGE, order: Literal["asc", "desc"] = "desc", after: str = "") -> Item:
    """A part of the list, as OpenAI's cursor pages are. Raises InvalidResponsesError."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidResponsesError("limit", f"it is not from 1 to {LARGEST_PAGE}")
    ordered: list[Any] = list(items) if order == "asc" else list(reversed(items))
    names = [item["id"] for item in ordered]
    if after and after not in names:
        raise InvalidResponsesError("after", "no item of this response has that id")
    first = names.index(after) + 1 if after else 0
    shown = ordered[first : first + limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": first + limit < len(ordered),
    }
