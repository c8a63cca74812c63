"""What others have written may have letters that command a terminal."""

from ratchet_common.legible import legible


def shown_safely(text: str) -> str:
    """Each of them as a mark, so that one sees that something stood there; ends of lines stay."""
    return "\n".join(map(legible, text.split("\n")))
