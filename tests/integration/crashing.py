"""Crashes at a chosen await, as a kill would make them: what ran until there has happened, nothing after it does."""

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

DROPPED: list[Generator[Any, Any, Any]] = []  # kept, so that not even their `finally` runs


class CrashedError(Exception):
    pass


class CrashAt(Generic[T]):
    """Awaits `work`, and drops it for good when it suspends for the n-th time. None: lets it come to its end."""

    def __init__(self, n: int | None, work: Coroutine[Any, Any, T]) -> None:
        self._n, self._work = n, work

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._work.__await__()
        thrown: BaseException | None = None
        suspended = 0
        while True:
            try:
                waits_for = steps.send(None) if thrown is None else steps.throw(thrown)
            except StopIteration as done:
                result: T = done.value
                return result
            suspended += 1
            if suspended == self._n:
                DROPPED.append(steps)
                raise CrashedError
            thrown = None
            try:
                yield waits_for
            except BaseException as error:  # noqa: BLE001  a cancellation or time-out is for `work` to handle
                thrown = error
