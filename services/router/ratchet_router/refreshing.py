"""What this replica has read anew of its own store, and who takes it: memory, caches, warm models."""

from fastapi import FastAPI

from ratchet_common.events import EstimateTrained
from ratchet_common.forgotten import Person
from ratchet_router.changed_documents import ChangedDocument
from ratchet_router.epochs import Dropped
from ratchet_router.parts import Parts
from ratchet_router.stores import Stores
from ratchet_router.unserved import Unserved
from ratchet_router.warming import Warming


async def refreshed(app: FastAPI, stores: Stores, warming: Warming, unserved: Unserved) -> None:
    parts: Parts = app.state.parts  # of the moment: they change when files are read anew
    forgotten = []
    await parts.library.refresh(stores.templates)
    for event in await parts.snapshot.refresh(stores.router, warming.readies):
        if isinstance(event, EstimateTrained):
            parts.estimates.hear(event)
        elif isinstance(event, Dropped):
            parts.cache.drop(event.tenant, event.drop)
        elif isinstance(event, Person):
            parts.cache.forget(event)
            forgotten.append(event)
        elif isinstance(event, ChangedDocument):
            parts.cache.drop_document(event.tenant, event.document_id)
            await stores.kept.forget(event.tenant, event.document_id)  # what was about to be kept
        else:
            parts.cache.drop_versions(event.tenant, event.revoked)
            warming.hear(event)
            unserved.hear(event)
    for person in forgotten:
        await stores.router.forget_person(person)
