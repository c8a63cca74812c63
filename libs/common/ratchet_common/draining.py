"""How an app stops: what is under way may finish within a limit, and what does not is told so."""

from collections.abc import Callable


class Draining:
    """Of one app. `limit_s`: how long requests under way may take once the end has begun."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.begun = False
        self._endings: list[Callable[[], None]] = []

    def at_the_limit(self, end: Callable[[], None]) -> None:
        """`end` is called once the time is up, shortly before connections are cut."""
        self._endings.append(end)

    def begin(self) -> None:
        self.begun = True

    def end(self) -> None:
        for end in self._endings:
            end()
