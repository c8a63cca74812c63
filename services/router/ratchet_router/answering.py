"""Who answers for each model and platform of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from ratchet_common.workers import Workers
from ratchet_providers.base import Streaming
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.openai_shaped import Dialect, OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.simulated import Simulated
from ratchet_providers.wire import Wire
from ratchet_router.catalogue import LOCAL_STUDENT, SIMULATED, Catalogue, Model
from ratchet_router.provider_table import ProviderTable
from ratchet_router.settings import RouterSettings

Keys = Mapping[str, Secret]  # by the provider's name


@dataclass(frozen=True, slots=True)
class Answering:
    models: Mapping[str, Streaming]
    platforms: Mapping[str, Streaming]
    students: LocalStudents


def keys(catalogue: Catalogue) -> Keys:
    """Raises CannotStartError naming the provider and the variable or file that holds no key."""
    found = {name: Secret(table.key) for name, table in catalogue.providers.items()}
    for name, secret in found.items():
        secret.read_first(f"The provider {name}")
    return found


def answering_with(
    catalogue: Catalogue, held: Keys, settings: RouterSettings, wire: Wire, workers: Workers
) -> Answering:
    students = LocalStudents(workers)
    others = {name: _over_http(table, held[name], settings, wire) for name, table in catalogue.providers.items()}

    def simulated(model: Model) -> Simulated:
        return Simulated(latency_ms=model.latency_ms * settings.simulated_latency, reads=model.reads)

    return Answering(
        {
            name: simulated(model) if model.provider == SIMULATED else others[model.provider]
            for name, model in catalogue.models.items()
        },
        {
            name: students if platform.provider == LOCAL_STUDENT else others[platform.provider]
            for name, platform in catalogue.platforms.items()
        },
        students,
    )


def _over_http(table: ProviderTable, key: Secret, settings: RouterSettings, wire: Wire) -> Streaming:
    dialect = Dialect(
        limit_field=table.limit_field,
        key_header=table.key_header,
        path=table.path,
        query=table.query,
        usage_in_streams=table.usage_in_streams,
        continues=table.continues,
    )
    return OpenAIShaped(wire, table.base_url, key, dialect, body_limit=settings.upstream_body_limit_bytes)
