"""What an answer amounts to for its task: one label, a list of items, a text; and whether it looks whole. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_common.events import Check
from ratchet_common.vocabulary import TaskType
from ratchet_router.checking.checks import checked
from ratchet_router.checking.subject import Subject
from ratchet_router.label_told import label_told
from ratchet_router.reasoning import answer_in

BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
FENCED = re.compile(r"```[a-z]*\n(?P<inside>.*)\n```", re.DOTALL)
NOTHING: Final = frozenset({"none", "nothing", "n/a", "no action items"})
LISTS: Final = frozenset({TaskType.ENTITIES, TaskType.RISK_ASSESSMENT})  # whose text stays as it is
DEEPEST = 4  # parts of parts of an item
OF_FORM = ("not_empty", "label_known", "shorter")


class Shaped(msgspec.Struct, frozen=True):
    output: str
    items: tuple[str, ...] | None = None
    label: str | None = None


def shaped(
    task_type: str, output: str, labels: Sequence[str], *, items: Sequence[str] | None = None, label: str | None = None
) -> Shaped:
    """`items` and `label`: as the provider told them apart, if it did. Thoughts before the answer are cut off."""
    said = output if task_type == TaskType.CHAT else answer_in(output)
    if task_type == TaskType.CLASSIFICATION:
        found = label if label is not None else label_told(said, labels)
        return Shaped(found if found is not None else said.strip(), label=found)
    if task_type == TaskType.ACTION_ITEMS:
        return _action_items(said, items)
    if task_type in LISTS:
        return _listed(said)
    return Shaped(said)


def _action_items(said: str, given: Sequence[str] | None) -> Shaped:
    if entries_in(_unfenced(said)) is not None:
        return _listed(said)
    items = tuple(given) if given is not None else _items_in(said)
    return Shaped("\n".join(f"- {item}" for item in items), items=items)


def _listed(said: str) -> Shaped:
    """JSON gives its list as items; marked lines are items too; other text has none that could be told apart."""
    bare = _unfenced(said)
    entries = entries_in(bare)
    if entries is not None:
        return Shaped(bare, items=tuple(text for entry in entries if (text := item_text(entry))))
    marked = tuple(item for line in said.splitlines() if BULLET.match(line) and (item := BULLET.sub("", line).strip()))
    return Shaped(said, items=marked or None)


def entries_in(output: str) -> list[Any] | None:
    """The one list of a JSON object; None for what is no such object."""
    if not output.startswith("{"):
        return None
    try:
        value = msgspec.json.decode(output, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return None
    lists = [part for part in value.values() if isinstance(part, list)]
    return lists[0] if len(lists) == 1 else None


def item_text(entry: object, depth: int = DEEPEST) -> str:
    """An entry on one line, as it is scored and learned from: of an object its values, with commas between."""
    if isinstance(entry, Mapping | list):
        parts = entry.values() if isinstance(entry, Mapping) else entry
        return ", ".join(filter(None, (item_text(part, depth - 1) for part in parts))) if depth else ""
    return "" if entry is None else " ".join(str(entry).split())


def _unfenced(said: str) -> str:
    bare = said.strip()
    fenced = FENCED.fullmatch(bare)
    return fenced["inside"].strip() if fenced else bare


def _items_in(output: str) -> tuple[str, ...]:
    """The lines that are marked as items, or all lines where none is."""
    lines = [line for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if BULLET.match(line)]
    found = tuple(item for line in marked or lines if (item := BULLET.sub("", line).strip()))
    return () if len(found) == 1 and found[0].strip(".").casefold() in NOTHING else found


def checks(task_type: str, answer: Shaped, labels: Sequence[str], document: str) -> tuple[Check, ...]:
    """Looks at the form alone; `checking` looks at all."""
    subject = Subject(
        task_type=task_type,
        output=answer.output,
        items=answer.items,
        label=answer.label,
        labels=tuple(labels),
        document=document,
    )
    return checked(subject, only=OF_FORM)
