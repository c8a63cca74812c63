"""How good is an answer beside what somebody says it should have been? Decided by the task.

Total: whatever JSON value a correction is, the score is a number from 0 to 1.
"""

import json
from collections.abc import Mapping
from typing import Any

from ratchet_scoring.hybrid_answers import hybrid_answer, hybrid_score, is_hybrid
from ratchet_scoring.items import item_text, items_f1, items_in, items_kept, items_of, text_of
from ratchet_scoring.quantities import quantity, same_quantity
from ratchet_scoring.rouge import rouge_l

LABEL_TASKS = frozenset({"classification"})
LIST_TASKS = frozenset({"action_items", "entities", "risk_assessment"})  # all others are free text


def score_output(task_type: str, output: str, target: object) -> float:
    """0 to 1. Labels: the same or not. Lists: F1 over items. Of qa, several parts with a number among them: F1 as
    TAT-QA defines it. Numbers on both sides: equal within the tolerance or not. Everything else: ROUGE-L. The very
    same text is always 1."""
    wanted = render_target(task_type, target)
    if output.strip() == wanted.strip():
        return 1.0
    if task_type in LABEL_TASKS:
        return float(_label(output) == _label(wanted))
    if task_type in LIST_TASKS:
        return items_f1(items_of(output), items_in(target))
    if task_type == "qa" and is_hybrid(target):
        return hybrid_score(hybrid_answer(output), hybrid_answer(target), computed=False).f1
    said, meant = quantity(output), quantity(target)
    if said and meant:
        return float(same_quantity(said, meant))
    return rouge_l(output, wanted)


def score_corrected(task_type: str, output: str, correction: object) -> float:
    """As `score_output`, by what somebody made of the answer: in a list what he changed was not right, however much it
    is like what he put in its place."""
    if task_type in LIST_TASKS:
        return items_kept(items_of(output), items_in(correction))
    return score_output(task_type, output, correction)


def render_target(task_type: str, target: object) -> str:
    """The text that a model should have written: a label as it is, a list one item a line ("- item", or "None")."""
    if task_type in LIST_TASKS:
        return "\n".join(f"- {item}" for item in items_in(target)) or "None"
    if isinstance(target, list | tuple):
        return "\n".join(item_text(item) for item in target)
    if isinstance(target, Mapping):
        return _json(target)
    return text_of(target).strip()


def _json(target: Mapping[Any, Any]) -> str:
    try:
        return json.dumps(target, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):  # keys that are no text, a cycle, too deep
        return item_text(target)


def _label(text: str) -> str:
    return " ".join(text.casefold().split())
