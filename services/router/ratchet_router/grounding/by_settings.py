"""Who looks into the tenants' documents, as the settings have it."""

from collections.abc import Callable
from functools import partial

from ratchet_router.documents.index import index_of
from ratchet_router.documents.store import MongoDocumentStore
from ratchet_router.graph.store import MongoGraphStore
from ratchet_router.grounding.from_graph import FromGraph
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.known import KnownDocuments
from ratchet_router.grounding.order.learned import Orders
from ratchet_router.grounding.question_vectors import QuestionVectors
from ratchet_router.grounding.reranker import Reranker
from ratchet_router.grounding.sources import NOTHING_JOINED, Joins, Retrieves
from ratchet_router.parts import Parts
from ratchet_router.settings import RouterSettings


def from_index(
    settings: RouterSettings,
    documents: MongoDocumentStore,
    reranker: Reranker | None,
    orders: Orders,
    parts: Callable[[], Parts],
) -> FromIndex:
    """`parts`: of the moment."""
    model = settings.document_embeddings

    def embeds(tenant: str) -> QuestionVectors:
        return QuestionVectors(tenant, model, parts)

    return FromIndex(
        partial(index_of, settings),
        KnownDocuments(documents),
        embeds if model else None,
        reranker.of if reranker is not None else None,
        orders if settings.learned_order_days else None,
    )


def joins_over(graphs: MongoGraphStore, looks: Retrieves) -> Joins:
    """Nothing where the passages are not those of an index that has the graph's documents."""
    return FromGraph(graphs, looks.passages, looks.knows) if isinstance(looks, FromIndex) else NOTHING_JOINED
