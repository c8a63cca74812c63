"""What an answer amounts to for its task: one label, a list of items, a text; and whether it looks whole. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ratchet_common.events import Check
from ratchet_common.vocabulary import TaskType

BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
LONG_ENOUGH_TO_SHORTEN = 600  # characters


@dataclass(frozen=True, slots=True)
class Shaped:
    output: str
    items: tuple[str, ...] | None = None
    label: str | None = None


def shaped(
    task_type: str, output: str, labels: Sequence[str], *, items: Sequence[str] | None = None, label: str | None = None
) -> Shaped:
    """`items` and `label`: as the provider told them apart, if it did."""
    if task_type == TaskType.CLASSIFICATION:
        found = label if label is not None else _label_in(output, labels)
        return Shaped(found if found is not None else output.strip(), label=found)
    if task_type == TaskType.ACTION_ITEMS:
        found_items = tuple(items) if items is not None else _items_in(output)
        return Shaped("\n".join(f"- {item}" for item in found_items), items=found_items)
    return Shaped(output)


def _label_in(output: str, labels: Sequence[str]) -> str | None:
    """The label that the output is, else the first that it names; without labels the first line is the label."""
    said = output.strip().strip("\"'`.*").strip()
    if not labels:
        return said.partition("\n")[0][:200] or None
    same = next((label for label in labels if label.casefold() == said.casefold()), None)
    if same is not None:
        return same
    named = [(at, -len(label), label) for label in labels if (at := said.casefold().find(label.casefold())) >= 0]
    return min(named)[2] if named else None


def _items_in(output: str) -> tuple[str, ...]:
    """The lines that are marked as items, or all lines where none is."""
    lines = [line for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if BULLET.match(line)]
    return tuple(item for line in marked or lines if (item := BULLET.sub("", line).strip()))


def checks(task_type: str, answer: Shaped, labels: Sequence[str], document: str) -> tuple[Check, ...]:
    """Looks at the form alone; what an answer is worth others say."""
    if task_type == TaskType.ACTION_ITEMS:
        return ()  # none at all is an answer too
    found = [_check("not_empty", bool(answer.output.strip()), "The answer is empty.")]
    if task_type == TaskType.CLASSIFICATION and labels:
        found.append(_check("label_known", answer.label in labels, "The answer is none of the labels."))
    if task_type == TaskType.SUMMARY and len(document) >= LONG_ENOUGH_TO_SHORTEN:
        found.append(_check("shorter", len(answer.output) < len(document), "The summary is as long as the text."))
    return tuple(found)


def _check(name: str, passed: bool, otherwise: str) -> Check:
    return Check(name=name, passed=passed, detail="" if passed else otherwise)
