"""Where a continuation meets what the caller has seen already."""


class Seam:
    """The model was given the words without the space at their end: what of it comes again is not said again."""

    def __init__(self, so_far: str) -> None:
        self._space = so_far[len(so_far.rstrip()) :]

    def joined(self, more: str) -> str:
        """`more`, bit by bit, without what stands before the seam."""
        while self._space and more:
            if more[0] != self._space[0]:
                self._space = ""
                break
            more, self._space = more[1:], self._space[1:]
        return more
