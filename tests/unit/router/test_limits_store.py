"""The fake passes what tests/integration/test_limits.py asks of the real store."""

from collections.abc import Awaitable, Callable

import pytest

from ratchet_router.limits.admission import LimitsStore
from tests.unit.router.limits_store import SUITE, InMemoryLimitsStore


@pytest.mark.parametrize("holds", SUITE, ids=lambda holds: holds.__name__)
async def test_the_fake(holds: Callable[[LimitsStore], Awaitable[None]]) -> None:
    await holds(InMemoryLimitsStore())
