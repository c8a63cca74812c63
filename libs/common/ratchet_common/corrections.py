"""What a correction is about: the whole answer, or a part of it."""

from collections.abc import Mapping
from typing import Any, Final

# The fields of a correction that replace the whole answer, the most telling one first. Any other is about a part of it.
REPLACING: Final[Mapping[str, tuple[str, ...]]] = {
    "classification": ("label", "output", "answer", "value"),
    "action_items": ("action_items", "items", "output"),
    "entities": ("entities", "items", "output"),
    "risk_assessment": ("risks", "items", "risk_assessment", "output"),
    "summary": ("summary", "output", "text"),
    "report": ("report", "output", "text"),
    "qa": ("answer", "value", "output", "text"),
    "chat": ("answer", "output", "text"),
}


def correction_for(task_type: str, corrections: Mapping[str, Any]) -> object | None:
    """What should have been answered, or None where the corrections are about parts of the answer only.

    An empty list is an answer (there was nothing to find), an empty text is none.
    """
    for field in REPLACING.get(task_type, ("output",)):
        value: object = corrections.get(field)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            return value
    return None
