"""Where a continuation meets what the caller has seen already."""


class Seam:
    """The model has not been shown the white space that its words ended with: what it says of that again is dropped."""

    def __init__(self, space: str) -> None:
        self._space = space

    def joined(self, text: str) -> str:
        """What is new of it. Text may come bit by bit."""
        if not self._space:
            return text
        again = 0
        while text[again : again + 1] and text[again] == self._space[again : again + 1]:
            again += 1
        self._space = self._space[again:] if again == len(text) else ""
        return text[again:]
