"""Which models failed just now? Each replica remembers, and leaves them out until they have had a rest."""

from collections.abc import Callable

FAILURES_IN_A_ROW = 3
REST_S = 10.0


class Health:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[str, int] = {}
        self._rests_until: dict[str, float] = {}

    def answered(self, model: str) -> None:
        if model in self._failures:
            self._failures.pop(model, None)
            self._rests_until.pop(model, None)

    def failed(self, model: str) -> None:
        self._failures[model] = self._failures.get(model, 0) + 1
        if self._failures[model] >= FAILURES_IN_A_ROW:
            self._rests_until[model] = self._clock() + REST_S

    def down(self) -> frozenset[str]:
        if not self._rests_until:
            return frozenset()
        now = self._clock()
        return frozenset(model for model, until in self._rests_until.items() if now < until)
