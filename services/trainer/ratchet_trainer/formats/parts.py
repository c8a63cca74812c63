"""What a message of OpenAI's shape is made of: a text, or parts of it. Pure.

The kinds of parts by role are those of the API's reference; that the assistant's turn has no image is of the guide to
vision fine-tuning, read in 2026. That a turn must say something is ours: of blanks nothing is learned.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("text", "image_url", "input_audio", "file"),
    "assistant": ("text", "refusal"),
}
TEXT_ONLY: Final = ("text",)  # of every other role
TEXTS: Final = ("text", "refusal")  # the part's field of that name is what it says

Content = str | Sequence[Mapping[str, Any]] | None


def wrong_parts(content: Content, role: str, place: int) -> str | None:
    """`place`: of the message, from 1."""
    if content is None or isinstance(content, str):
        return None
    if not content:
        return f"message {place} is an empty list of parts"
    kinds = KINDS.get(role, TEXT_ONLY)
    for number, part in enumerate(content, 1):
        kind = part.get("type")
        if kind == "image_url" and kind not in kinds:
            return f"part {number} of message {place} is an image, which only a user's message may have"
        if kind not in kinds:
            return f"part {number} of message {place} is none of what the {role}'s may have: {', '.join(kinds)}"
        if kind in TEXTS and not isinstance(part.get(kind), str):
            return f"part {number} of message {place} has no {kind}"
        if kind == "image_url" and not _has_address(part):
            return f"part {number} of message {place} is an image without its image_url.url"
    return None


def says_something(content: Content) -> bool:
    """An image says something, an empty text does not. Of parts that `wrong_parts` has passed."""
    if content is None or isinstance(content, str):
        return bool((content or "").strip())
    return any(part["type"] not in TEXTS or part[part["type"]].strip() for part in content)


def _has_address(part: Mapping[str, Any]) -> bool:
    image = part.get("image_url")
    return isinstance(image, Mapping) and isinstance(image.get("url"), str) and bool(image["url"].strip())
