"""What this replica has read anew of its own store, and who takes it: memory, caches, warm models."""

from fastapi import FastAPI

from ratchet_common.events import EstimateTrained
from ratchet_common.forgotten import Person
from ratchet_router.changed_documents import ChangedDocument
from ratchet_router.epochs import Dropped
from ratchet_router.parts import Parts
from ratchet_router.still_to_forget import StillToForget
from ratchet_router.stores import Stores
from ratchet_router.unserved import Unserved
from ratchet_router.warming import Warming


async def refreshed(
    app: FastAPI, stores: Stores, warming: Warming, unserved: Unserved, still_to_forget: StillToForget
) -> bool:
    """True: there is more to do. Raises RetryLaterError; by then all that was read has been taken up in memory, since
    it is told only once.
    """
    parts: Parts = app.state.parts  # of the moment: they change when files are read anew
    await parts.library.refresh(stores.templates)
    for event in await parts.snapshot.refresh(stores.router, warming.readies):
        if isinstance(event, EstimateTrained):
            parts.estimates.hear(event)
        elif isinstance(event, Dropped):
            parts.cache.drop(event.tenant, event.drop)
        elif isinstance(event, Person):
            parts.cache.forget(event)
            still_to_forget.hear(event)
        elif isinstance(event, ChangedDocument):
            parts.cache.drop_document(event.tenant, event.document_id)
            parts.retrieves.open_soon()
            still_to_forget.hear(event)
        else:
            parts.cache.drop_versions(event.tenant, event.revoked)
            warming.hear(event)
            unserved.hear(event)
    return await still_to_forget.one_round()
