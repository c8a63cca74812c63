"""Who answers for each model and platform of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from ratchet_common.workers import Workers
from ratchet_providers.base import Provider
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.openai_shaped import Dialect, OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.simulated import Simulated
from ratchet_providers.wire import Wire
from ratchet_router.catalogue import Catalogue, Model, Platform
from ratchet_router.settings import RouterSettings

Keys = Mapping[str, Secret]  # by the environment variable that holds it


@dataclass(frozen=True, slots=True)
class Answering:
    models: Mapping[str, Provider]
    platforms: Mapping[str, Provider]
    students: LocalStudents


def keys(catalogue: Catalogue) -> Keys:
    """Raises CannotStartError naming the model and the variable that is not set."""
    named: list[tuple[str, Model | Platform]] = [*catalogue.models.items(), *catalogue.platforms.items()]
    found: dict[str, Secret] = {}
    for name, of in named:
        if of.provider == "openai_shaped" and of.api_key_env:
            found[of.api_key_env] = Secret(f"env:{of.api_key_env}")
            found[of.api_key_env].read_first(f"The model {name}")
    return found


def answering_with(
    catalogue: Catalogue, held: Keys, settings: RouterSettings, wire: Wire, workers: Workers
) -> Answering:
    students = LocalStudents(workers)

    def over_http(of: Model | Platform) -> OpenAIShaped:
        return OpenAIShaped(
            wire,
            of.base_url,
            held.get(of.api_key_env, Secret("")),
            Dialect(limit_field=of.limit_field),
            body_limit=settings.upstream_body_limit_bytes,
        )

    def simulated(model: Model) -> Simulated:
        return Simulated(latency_ms=model.latency_ms * settings.simulated_latency, reads=model.reads)

    models = catalogue.models.items()
    return Answering(
        {name: simulated(model) if model.provider == "simulated" else over_http(model) for name, model in models},
        {
            name: students if platform.provider == "local_student" else over_http(platform)
            for name, platform in catalogue.platforms.items()
        },
        students,
    )
