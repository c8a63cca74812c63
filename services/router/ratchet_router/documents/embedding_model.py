"""Who makes the vectors of passages for a worker: the model that is set, and of all keys that of its provider alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ratchet_catalogue.adapters import Adapter, adapter
from ratchet_catalogue.catalogue import SIMULATED, Catalogue, EmbeddingModel
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_common.background import Loop
from ratchet_common.errors import CannotStartError
from ratchet_common.events import PredictionMade
from ratchet_providers.base import TimeLimits
from ratchet_providers.embedding import Embedding
from ratchet_providers.simulated_embeddings import SimulatedEmbeddings
from ratchet_providers.wire import Wire
from ratchet_router.documents.passage_vectors import PassageVectors
from ratchet_router.files import refuse_unknown_embeddings
from ratchet_router.settings import RouterSettings


@dataclass(frozen=True, slots=True)
class ByModel:
    catalogue: Catalogue
    model: EmbeddingModel
    by: Embedding
    limits: TimeLimits
    adapter: Adapter | None = None

    async def start(self) -> None:
        """Raises CannotStartError, RetryLaterError."""
        if self.adapter is not None:
            await self.adapter.start()

    async def stop(self) -> None:
        if self.adapter is not None:
            await self.adapter.stop()

    @property
    def loops(self) -> Mapping[str, Loop]:
        return self.adapter.loops if self.adapter is not None else {}

    def vectors(self, record: Callable[[PredictionMade], Awaitable[object]]) -> PassageVectors:
        def allows(tenant: str) -> bool:
            return self.model.name in self.catalogue.of(tenant).embedding_models

        return PassageVectors(self.model, self.by, record, allows, self.limits)


def embedding_model_of(settings: RouterSettings, wire: Wire) -> ByModel | None:
    """None: none is set. Raises CannotStartError."""
    if not settings.document_embeddings:
        return None
    known = read_catalogue(settings.catalogue)
    refuse_unknown_embeddings(known, settings)
    model = known.embedding_models[settings.document_embeddings]
    limits = TimeLimits(connect_s=settings.connect_ms / 1000, total_s=settings.answer_ms / 1000)
    if model.provider == SIMULATED:
        return ByModel(known, model, SimulatedEmbeddings(), limits)
    table = known.providers[model.provider]
    made_by = adapter(model.provider, table, wire, settings.upstream_body_limit_bytes)
    if made_by.embeds is None:
        raise CannotStartError(
            f"The provider {model.provider} of {model.name} makes no embeddings: name another model."
        )
    limits = table.limits.over(limits)
    return ByModel(known, model, made_by.embeds, model.limits.over(limits) if model.limits else limits, made_by)
