"""What a model's name says of it. Pure."""

import re
from typing import Final

GENERATION: Final = re.compile(r"(?:^|/)gemini-(\d{1,2})(?:\.\d|-|$)")
PRO: Final = re.compile(r"(?:^|/)gemini-(\d{1,2})(?:\.(\d{1,2}))?-pro(?:-|$)")
LEVELS: Final = ("MINIMAL", "LOW", "MEDIUM", "HIGH")  # of thinking, from the third generation on


def generation(model: str) -> int:
    """3 of gemini-3.1-pro; 0 where the name does not say, as of a tuned model."""
    found = GENERATION.search(model)
    return int(found[1]) if found else 0


def levels(model: str) -> tuple[str, ...]:
    """Of thinking, that it takes: a Pro cannot do without, and the first of the third generation knew two."""
    found = PRO.search(model)
    if found is None:
        return LEVELS
    return ("LOW", "HIGH") if (int(found[1]), int(found[2] or 0)) == (3, 0) else LEVELS[1:]


def least_budget(model: str) -> int:
    """Tokens of thoughts that it can be held to."""
    return 128 if PRO.search(model) else 0
