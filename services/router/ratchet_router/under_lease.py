"""Work on something while its lease is renewed beside it. Who loses the lease is stopped: another has it now."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

from ratchet_common.background import cancelled
from ratchet_common.errors import RetryLaterError

LEASE_S: Final = 30.0  # a worker that was killed is missed for so long
RENEWED_EVERY_S: Final = LEASE_S / 6
LOOKS_EVERY_S: Final = 1.0
HeldT = TypeVar("HeldT", contravariant=True)


class OvertakenError(RetryLaterError):
    """Another worker has it now, or it changed: it got a new revision, or is to be deleted."""


class Renews(Protocol[HeldT]):
    async def renew(self, held: HeldT) -> bool:
        """False: another worker has it now. Raises RetryLaterError."""


async def nothing_to_tell() -> None:
    return


async def under_lease(
    store: Renews[HeldT],
    held: HeldT,
    name: str,
    work: Coroutine[Any, Any, None],
    tell: Callable[[], Awaitable[None]] = nothing_to_tell,
) -> None:
    """`name`: what it is, for a sentence. `tell`: writes how far it has come, if it has.

    Raises what the work raises, and OvertakenError.
    """
    working, keeping = asyncio.create_task(work), asyncio.create_task(_keep(store, held, name, tell))
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await cancelled([working])
            keeping.result()  # raises
        working.result()
    finally:
        await cancelled([working, keeping])


async def _keep(store: Renews[HeldT], held: HeldT, name: str, tell: Callable[[], Awaitable[None]]) -> None:
    """Ends by an error alone."""
    renewed_at = time.monotonic()
    while True:
        await asyncio.sleep(LOOKS_EVERY_S)
        try:
            await tell()
            if time.monotonic() - renewed_at >= RENEWED_EVERY_S:
                now = time.monotonic()
                if not await store.renew(held):
                    raise OvertakenError(f"{name} is another worker's now.")
                renewed_at = now
        except OvertakenError:
            raise
        except RetryLaterError as error:  # the store is away: as long as the lease holds, nobody else is at it
            if time.monotonic() - renewed_at > LEASE_S - RENEWED_EVERY_S:
                raise OvertakenError(f"The lease ran out: {name}, {error}") from error
