"""Time limits for many short waits at once: one timer for all of them, where each of its own would cost as much as all
else of the wait. A limit is kept to within a twentieth of a second, and never early.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Final
from weakref import WeakKeyDictionary

EVERY_S: Final = 0.05


class Alarms:
    """Of one event loop. While nobody waits there is no timer either."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._set: dict[object, tuple[float, Callable[[], None]]] = {}
        self._ticks = False

    def set(self, key: object, after_s: float, ring: Callable[[], None]) -> None:
        """`ring` is called once, unless `off` is before."""
        self._set[key] = self.loop.time() + after_s, ring
        if not self._ticks:
            self._ticks = True
            self.loop.call_later(EVERY_S, self._tick)

    def off(self, key: object) -> None:
        self._set.pop(key, None)

    def _tick(self) -> None:
        self._ticks = bool(self._set)
        if self._ticks:
            self.loop.call_later(EVERY_S, self._tick)  # first: whatever a ring brings about, the others ring
        now = self.loop.time()
        for key, (at, ring) in list(self._set.items()):
            if at <= now and self._set.pop(key, None) is not None:
                ring()


_of_loops: "WeakKeyDictionary[asyncio.AbstractEventLoop, Alarms]" = WeakKeyDictionary()
_latest: Alarms | None = None  # nearly always the only ones


def alarms(loop: asyncio.AbstractEventLoop) -> Alarms:
    """Those of this loop, which runs."""
    global _latest
    if _latest is None or _latest.loop is not loop:
        _latest = _of_loops.get(loop) or Alarms(loop)
        _of_loops[loop] = _latest
    return _latest


class Within:
    """`with Within(2.0):` as `async with asyncio.timeout(2.0):`, in a task. Raises TimeoutError."""

    __slots__ = ("_alarms", "_cancelled_before", "_late", "_seconds", "_task")

    def __init__(self, seconds: float) -> None:
        self._seconds, self._late = seconds, False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()  # asked once: each time it asks the system who it is
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("A limit of time is for what runs in a task.")
        self._task, self._cancelled_before, self._alarms = task, task.cancelling(), alarms(loop)
        self._alarms.set(self, self._seconds, self._ring)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._alarms.off(self)
        if self._late and self._task.uncancel() <= self._cancelled_before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _ring(self) -> None:
        self._late = True
        self._task.cancel()
