"""A worker that is killed before or after one of its calls to the parts around it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


class Killed(BaseException):
    """No `except` of ours sees it."""


@dataclass
class Life:
    """Of one process: how many more steps it has. Before each call out, and after it, one goes."""

    steps: int

    def spend(self) -> None:
        self.steps -= 1
        if self.steps <= 0:
            raise Killed


class Mortal:
    """A real part as seen by a process that is killed before or after one of its calls to it."""

    def __init__(self, real: object, life: Life) -> None:
        self._real, self._life = real, life

    def __getattr__(self, name: str) -> Any:
        there = getattr(self._real, name)
        return self._mortal(there) if callable(there) else there

    def _mortal(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **named: Any) -> Any:
            self._life.spend()
            result = await method(*args, **named)
            self._life.spend()
            return result

        return call
