"""Prices out of a CSV file, and what a body says twice: by a process of the pool, where it takes a processor long."""

from datetime import date
from typing import Final

import msgspec

from ratchet_common.workers import Workers
from ratchet_figures.reading import read_prices
from ratchet_router.reporting.doubles import Doubles, doubles_in

SMALL: Final = 32 * 1024  # bytes that take less than a millisecond
Prices = dict[str, dict[date, float | None]]


async def prices_in(text: str, workers: Workers) -> Prices:
    """By instrument. Raises CannotComputeError, which names the line; WorkerDiedError, DeadlyWorkError."""
    return msgspec.json.decode(await workers.run_or_blame(read, text), type=Prices)


async def doubles_of(body: bytes, workers: Workers) -> Doubles:
    """Raises WorkerDiedError, DeadlyWorkError."""
    return doubles_in(body) if len(body) <= SMALL else await workers.run_or_blame(doubles_in, body)


def read(text: str) -> bytes:
    """As JSON. Raises CannotComputeError."""
    return msgspec.json.encode(read_prices(text.splitlines(keepends=True)))
