"""The collections of the router's own database, each with those who know its queries."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from ratchet_common.mongo import Database
from ratchet_router.best_answer_store import MongoBestAnswers
from ratchet_router.conversation_store import MongoConversationStore
from ratchet_router.documents.store import MongoDocumentStore
from ratchet_router.graph.store import MongoGraphStore
from ratchet_router.grounding.order.store import MongoOrderStore
from ratchet_router.idempotency_store import MongoKeyStore
from ratchet_router.kept_from_documents import MongoKeptFromDocuments
from ratchet_router.reporting.store import MongoReportStore
from ratchet_router.settings import RouterSettings
from ratchet_router.store import MongoRouterStore
from ratchet_router.template_store import MongoTemplateStore
from ratchet_router.traces import MongoTraces


@dataclass(frozen=True, slots=True)
class Stores:
    router: MongoRouterStore
    templates: MongoTemplateStore
    best: MongoBestAnswers
    keys: MongoKeyStore
    conversations: MongoConversationStore
    traces: MongoTraces
    documents: MongoDocumentStore
    kept: MongoKeptFromDocuments
    reports: MongoReportStore
    graphs: MongoGraphStore
    orders: MongoOrderStore

    @classmethod
    def of(cls, database: Database, settings: RouterSettings) -> Self:
        conversations = MongoConversationStore(database)
        return cls(
            router=MongoRouterStore(database),
            templates=MongoTemplateStore(database),
            best=MongoBestAnswers(
                database, most=settings.best_answers, kept=timedelta(days=settings.best_answers_days)
            ),
            keys=MongoKeyStore(database),
            conversations=conversations,
            traces=MongoTraces(database, conversations),
            documents=MongoDocumentStore(database),
            kept=MongoKeptFromDocuments(database),
            reports=MongoReportStore(database),
            graphs=MongoGraphStore(database),
            orders=MongoOrderStore(database, kept=timedelta(days=settings.learned_order_days)),
        )

    async def create_indexes(self) -> None:
        of_answers = (self.router, self.templates, self.best, self.keys, self.conversations, self.traces, self.kept)
        for store in (*of_answers, self.documents, self.reports, self.graphs, self.orders):
            await store.create_indexes()
