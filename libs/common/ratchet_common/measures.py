"""What is looked up when `/metrics` is asked for, and not before: how much waits, how old it is, how far behind."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from prometheus_client import Gauge

from ratchet_common import telemetry

log = logging.getLogger(__name__)
FRESH_S: Final = 5.0  # whoever asks more often gets the same again: nobody shall keep the store busy with this
PATIENCE_S: Final = 3.0

Found = Sequence[tuple[Gauge, tuple[str, ...], float]]  # each gauge, its labels, its value
Measure = Callable[[], Awaitable[Found]]


class Measures:
    """Of one service. Where a look fails, what it measured is missing from then on: an old number would be no news."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._measures: dict[str, Measure] = {}
        self._shown: dict[str, set[tuple[Gauge, tuple[str, ...]]]] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    def add(self, name: str, measure: Measure) -> None:
        telemetry.UNMEASURED.labels(self._service, name)
        self._measures[name] = measure

    async def look(self) -> None:
        async with self._looking:
            if time.monotonic() - self._looked_at < FRESH_S:
                return
            await asyncio.gather(*(self._look(name, measure) for name, measure in self._measures.items()))
            self._looked_at = time.monotonic()

    async def _look(self, name: str, measure: Measure) -> None:
        found: Found = ()
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await measure()
        except Exception as error:  # noqa: BLE001  the edge: one look that fails must not take all counters away
            telemetry.UNMEASURED.labels(self._service, name).inc()
            log.info("%s could not measure %s: %s", self._service, name, type(error).__name__)
        now = {(gauge, labels) for gauge, labels, _ in found}
        for gauge, labels in self._shown.get(name, set()) - now:
            gauge.remove(*labels)
        for gauge, labels, value in found:
            gauge.labels(*labels).set(value)
        self._shown[name] = now
