"""What others have written may have letters that command a terminal."""


def shown_safely(text: str) -> str:
    """Each of them as a mark, so that one sees that something stood there; ends of lines stay."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)
