"""Every route of the router, and those that are answered in front of FastAPI's layers."""

from typing import Final

from ratchet_common.http import Front
from ratchet_router.api import (
    batch_items,
    batches,
    cache,
    catalogue,
    chat,
    documents,
    embeddings,
    generate,
    graph,
    limits,
    messages,
    models,
    openai_batches,
    openai_files,
    order,
    predictions,
    reports,
    responses,
    route,
    templates,
)

OF_BATCHES = (batch_items, batches, openai_batches, openai_files)
APIS = (
    chat,
    messages,
    responses,
    models,
    embeddings,
    generate,
    predictions,
    route,
    *OF_BATCHES,
    catalogue,
    cache,
    limits,
    templates,
    graph,  # before the documents: it is no id of one
    order,  # nor is it
    documents,
    reports,
)

ROUTERS: Final = [api.routes for api in APIS]
FRONT: Final[Front] = {**chat.front, **messages.front}
