"""How hard is a request? 0 to 1, from its length, the task, the kind of document and its structure. Pure."""

import math
from collections.abc import Mapping
from typing import Final

SHORT, LONG = 250, 32_000  # tokens: below the first nothing is added for length, at the second everything
TASKS: Final[Mapping[str, float]] = {
    "classification": 0.05,
    "chat": 0.2,
    "action_items": 0.3,
    "summary": 0.35,
    "entities": 0.35,
    "qa": 0.45,
    "risk_assessment": 0.8,
    "report": 1.0,
}
DOCUMENTS: Final[Mapping[str, float]] = {
    "email": 0.1,
    "meeting_notes": 0.3,
    "status_report": 0.3,
    "other": 0.3,
    "technical_spec": 0.6,
    "contract": 0.9,
    "financial_report": 1.0,
}
OF_LENGTH, OF_TASK, OF_DOCUMENT, OF_STRUCTURE = 0.4, 0.3, 0.2, 0.1
LOOKED_AT = 20_000  # characters, for the structure
MANY_MARKS = 0.02  # marks a character at which a text is all tables and lists
MARKS = ("|", "\t", "\n- ", "\n* ", "\n#", "%", "$")


def complexity(*, tokens: int, task_type: str, document_type: str | None, text: str, documents: int = 1) -> float:
    hardness = (
        OF_LENGTH * _length(tokens)
        + OF_TASK * TASKS.get(task_type, 0.5)
        + OF_DOCUMENT * DOCUMENTS.get(document_type or "other", DOCUMENTS["other"])
        + OF_STRUCTURE * _structure(text, documents)
    )
    return round(min(hardness, 1.0), 4)


def _length(tokens: int) -> float:
    if tokens <= SHORT:
        return 0.0
    return min(1.0, math.log(tokens / SHORT) / math.log(LONG / SHORT))


def _structure(text: str, documents: int) -> float:
    """Tables, lists, headings and figures are harder than prose; so are several documents at once."""
    head = text[:LOOKED_AT]
    marks = sum(map(head.count, MARKS)) / len(head) if head else 0.0
    return min(1.0, marks / MANY_MARKS * 0.7 + (documents - 1) * 0.15)
