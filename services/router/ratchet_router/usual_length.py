"""How long answers usually are, for estimates of what one will cost."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

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


PICTURE: Final = 1_300  # tokens of one that a model draws: Gemini's 1,290, OpenAI's from 272 to some 6,000


def usual_output(task_type: str) -> int:
    return USUAL_OUTPUT.get(task_type, USUAL_OUTPUT["chat"])


def usual_pictures(fields: Mapping[str, Any]) -> int:
    """Tokens of what a model is asked to draw beside, by the fields of a chat request."""
    asked = fields.get("modalities")
    return PICTURE if asked is not None and b'"image"' in msgspec.json.encode(asked) else 0
