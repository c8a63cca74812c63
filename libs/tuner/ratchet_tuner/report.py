"""Keeps the status of a run under way: what changes is written at once or with the next heartbeat."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from ratchet_tuner.process import this_process
from ratchet_tuner.status import Measured, State, Status, add_event, add_metrics, read_status, write_status

HEARTBEAT_S: Final = 2.0


class Report:
    def __init__(self, work: Path) -> None:
        """Goes on with what an earlier process has reported: when it began, how far it is."""
        self._work, self._lock = work, threading.Lock()
        before, now = read_status(work), datetime.now(UTC)
        started = before.started if before else now
        step, tokens = (before.step, before.trained_tokens) if before else (0, 0)
        progress = before.progress if before else 0.0
        self._status = Status(
            state=State.PREPARING,
            started=started,
            heartbeat=now,
            progress=progress,
            step=step,
            trained_tokens=tokens,
            process=this_process(),
        )
        self.write()

    def moved(self, **changes: Any) -> None:
        """To be written with the next heartbeat."""
        with self._lock:
            self._status = msgspec.structs.replace(self._status, **changes)

    def write(self, **changes: Any) -> None:
        with self._lock:
            self._status = msgspec.structs.replace(self._status, heartbeat=datetime.now(UTC), **changes)
            write_status(self._work, self._status)

    def say(self, message: str, level: Literal["info", "warn", "error"] = "info") -> None:
        add_event(self._work, message, level)

    def measured(self, step: int, epoch: float, values: dict[str, float]) -> None:
        add_metrics(self._work, Measured(step, epoch, values))

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Loading a large model takes minutes without a step: a thread says meanwhile that the process lives."""
        over = threading.Event()
        heart = threading.Thread(target=self._beat, args=(over,), daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(HEARTBEAT_S):
            self.write()
