"""One example, two examples: of nouns that take an s."""


def plural(number: float, noun: str) -> str:
    """The noun as it stands after that number."""
    return noun if number == 1 else f"{noun}s"


def so_many(number: int, noun: str) -> str:
    """1 epoch, 2,000 epochs."""
    return f"{number:,} {plural(number, noun)}"
