"""Work on a document while its lease is renewed beside it. Who loses the lease is stopped: another has it now."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from ratchet_common.background import cancelled
from ratchet_common.errors import RetryLaterError
from ratchet_router.documents.work_store import LEASE_S, Held, MongoWorkStore, OvertakenError

RENEWED_EVERY_S: Final = LEASE_S / 6
LOOKS_EVERY_S: Final = 1.0


async def under_lease(
    store: MongoWorkStore, held: Held, work: Coroutine[Any, Any, None], tell: Callable[[], Awaitable[None]]
) -> None:
    """`tell`: writes how far it has come, if it has. Raises what the work raises, and OvertakenError."""
    working, keeping = asyncio.create_task(work), asyncio.create_task(_keep(store, held, tell))
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await cancelled([working])
            keeping.result()  # raises
        working.result()
    finally:
        await cancelled([working, keeping])


async def _keep(store: MongoWorkStore, held: Held, tell: Callable[[], Awaitable[None]]) -> None:
    """Ends by an error alone."""
    renewed_at = time.monotonic()
    while True:
        await asyncio.sleep(LOOKS_EVERY_S)
        try:
            await tell()
            if time.monotonic() - renewed_at >= RENEWED_EVERY_S:
                now = time.monotonic()
                if not await store.renew(held):
                    raise OvertakenError(f"The document {held.record.id} is another worker's now.")
                renewed_at = now
        except OvertakenError:
            raise
        except RetryLaterError as error:  # the store is away: as long as the lease holds, nobody else is at it
            if time.monotonic() - renewed_at > LEASE_S - RENEWED_EVERY_S:
                raise OvertakenError(f"The lease on the document {held.record.id} ran out: {error}") from error
