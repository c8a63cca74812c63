"""Admission on the router's own store, for as long as the router runs."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Database
from ratchet_router.limits.admission import Admission
from ratchet_router.limits.file import LimitsFile
from ratchet_router.limits_store import MongoLimitsStore
from ratchet_router.settings import RouterSettings


@asynccontextmanager
async def admitting(settings: RouterSettings, file: LimitsFile, database: Database) -> AsyncIterator[Admission]:
    """Gives back at the end what this replica took and did not use; what it cannot give back is lost to its window."""
    store = MongoLimitsStore(database)
    await store.create_indexes()
    admission = Admission(store, file, tracked=settings.limits_tracked, without_store=settings.limits_without_store)
    await admission.round()
    try:
        yield admission
    finally:
        with contextlib.suppress(RetryLaterError):
            await admission.close()
