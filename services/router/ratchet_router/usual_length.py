"""How long answers usually are, for estimates of what one will cost."""

from collections.abc import Mapping
from typing import Final

USUAL_OUTPUT: Final[Mapping[str, int]] = {  # tokens
    "classification": 10,
    "summary": 150,
    "action_items": 150,
    "entities": 150,
    "qa": 120,
    "risk_assessment": 400,
    "report": 800,
    "chat": 300,
}


def usual_output(task_type: str) -> int:
    return USUAL_OUTPUT.get(task_type, USUAL_OUTPUT["chat"])
