"""Prices out of a CSV file: by a process of the pool, since a large one takes a second of a processor."""

from datetime import date

import msgspec

from ratchet_common.workers import Workers
from ratchet_figures.reading import read_prices

Prices = dict[str, dict[date, float | None]]


async def prices_in(text: str, workers: Workers) -> Prices:
    """By instrument. Raises CannotComputeError, which names the line; WorkerDiedError, DeadlyWorkError."""
    return msgspec.json.decode(await workers.run_or_blame(read, text), type=Prices)


def read(text: str) -> bytes:
    """As JSON. Raises CannotComputeError."""
    return msgspec.json.encode(read_prices(text.splitlines(keepends=True)))
