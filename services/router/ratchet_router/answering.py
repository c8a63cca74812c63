"""Who answers for each model and platform of the catalogue, and who makes its embeddings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ratchet_catalogue.adapters import Adapter, adapter
from ratchet_catalogue.catalogue import LOCAL_STUDENT, SIMULATED, Catalogue, Model
from ratchet_providers.base import Streaming
from ratchet_providers.batching import BatchPlatform
from ratchet_providers.embedding import Embedding
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.simulated import Simulated
from ratchet_providers.simulated_embeddings import SimulatedEmbeddings
from ratchet_providers.wire import Wire
from ratchet_router.settings import RouterSettings

Adapters = Mapping[str, Adapter]  # by the provider's name


@dataclass(frozen=True, slots=True)
class Answering:
    models: Mapping[str, Streaming]
    platforms: Mapping[str, Streaming]
    embeddings: Mapping[str, Embedding]
    batch_platforms: Mapping[str, BatchPlatform]
    goes_on: Callable[[Model], bool]


def adapters_of(catalogue: Catalogue, settings: RouterSettings, wire: Wire) -> Adapters:
    """Raises CannotStartError naming the provider and what is wrong with it, such as a key that is not set."""
    limit = settings.upstream_body_limit_bytes
    return {name: adapter(name, table, wire, limit) for name, table in catalogue.providers.items()}


def answering_with(
    catalogue: Catalogue, adapters: Adapters, settings: RouterSettings, students: LocalStudents
) -> Answering:

    def simulated(model: Model) -> Simulated:
        return Simulated(latency_ms=model.latency_ms * settings.simulated_latency, reads=model.reads)

    return Answering(
        {
            name: simulated(model) if model.provider == SIMULATED else adapters[model.provider].answers
            for name, model in catalogue.models.items()
        },
        {
            name: students if platform.provider == LOCAL_STUDENT else adapters[platform.provider].answers
            for name, platform in catalogue.platforms.items()
        },
        {
            name: embeds
            for name, model in catalogue.embedding_models.items()
            if (embeds := _embeds(model.provider, adapters)) is not None
        },
        {name: batches for name, adapter in adapters.items() if (batches := adapter.batches) is not None},
        lambda model: _goes_on(model, adapters),
    )


def _goes_on(model: Model, adapters: Adapters) -> bool:
    its = adapters.get(model.provider)
    return its.continues(model.upstream_model or model.name) if its else False


def _embeds(provider: str, adapters: Adapters) -> Embedding | None:
    return SimulatedEmbeddings() if provider == SIMULATED else adapters[provider].embeds
