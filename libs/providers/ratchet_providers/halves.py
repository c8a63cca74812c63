"""Characters of two units in UTF-16, such as emoji, that a server has cut in half: between two chunks, or at the end.

Such JSON is none for strict readers. Who cuts text by units writes it all the same, and many clients read it.
"""

import json
import re
from typing import Any, Final

HALF: Final = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
FIRST_HALVES: Final = "\ud800", "\udbff"


class Halves:
    """Of one stream: what a chunk ends with is held until the next of its choice begins with the rest."""

    def __init__(self) -> None:
        self._held: dict[Any, str] = {}

    def joined(self, chunk: bytes) -> bytes | None:
        """The chunk with whole characters alone; None where that is not what is wrong with it."""
        found = _lenient(chunk)
        for choice in found.get("choices") or () if isinstance(found, dict) else ():
            delta = choice.get("delta") if isinstance(choice, dict) else None
            if isinstance(delta, dict) and isinstance(text := delta.get("content"), str):
                delta["content"] = self._whole(choice.get("index"), text)
        return None if found is None else _strict(found)

    def _whole(self, choice: Any, text: str) -> str:
        text = self._held.pop(choice, "") + text
        if text and FIRST_HALVES[0] <= text[-1] <= FIRST_HALVES[1]:
            self._held[choice], text = text[-1], text[:-1]
        return text


def without_halves(body: bytes) -> bytes | None:
    """None where that is not what is wrong with it."""
    found = _lenient(body)
    return None if found is None else _strict(found)


def _lenient(data: bytes) -> Any:
    if HALF.search(data) is None:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _strict(found: Any) -> bytes:
    """Halves that meet are one character; one alone is the sign for what cannot be shown."""
    text = json.dumps(found, ensure_ascii=False)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
