"""What a model's name says of it. Pure."""

import re
from typing import Final

GENERATION: Final = re.compile(r"(?:^|/)gemini-(\d{1,2})(?:\.\d|-|$)")


def generation(model: str) -> int:
    """3 of gemini-3.1-pro; 0 where the name does not say, as of a tuned model."""
    found = GENERATION.search(model)
    return int(found[1]) if found else 0
