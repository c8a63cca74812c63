"""The models that the trainer may ask: those of the catalogue, and what was trained, each at its platform."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from ratchet_catalogue.adapters import Adapter, adapter
from ratchet_catalogue.catalogue import LOCAL_STUDENT, SIMULATED, Catalogue, Model
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_catalogue.provider_table import LocalEmbeddingsTable
from ratchet_common.background import Loop
from ratchet_common.service import Connections
from ratchet_providers.base import Provider
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.simulated import Simulated
from ratchet_providers.wire import Wire
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.suites.asking import Askers

SETTING: Final = "TRAINER_CATALOGUE"
BODY_LIMIT_BYTES: Final = 8 * 1024 * 1024  # of an answer


@dataclass(frozen=True, slots=True)
class Answering:
    """`loops`: of providers whose credentials are lent."""

    askers: Askers
    loops: Mapping[str, Loop] = field(default_factory=dict)


@asynccontextmanager
async def answering(its: Connections, settings: TrainerSettings) -> AsyncIterator[Answering]:
    """Raises CannotStartError."""
    catalogue = read_catalogue(settings.catalogue, SETTING)
    async with Wire() as wire:
        adapters = {
            name: adapter(name, table, wire, BODY_LIMIT_BYTES)
            for name, table in catalogue.providers.items()
            if not isinstance(table, LocalEmbeddingsTable)  # it answers nothing, and would load its model here
        }
        for one in adapters.values():
            await one.start()
        versions = MongoVersionStore(its.database, lease_s=settings.lease_s)
        loops = {name: loop for one in adapters.values() for name, loop in one.loops.items()}
        yield Answering(_askers(catalogue, adapters, LocalStudents(its.workers), versions), loops)


def _askers(
    catalogue: Catalogue, adapters: Mapping[str, Adapter], students: Provider, versions: MongoVersionStore
) -> Askers:
    models = {
        name: _simulated(model) if model.provider == SIMULATED else adapters[model.provider].answers
        for name, model in catalogue.models.items()
    }
    platforms = {
        name: students if platform.provider == LOCAL_STUDENT else adapters[platform.provider].answers
        for name, platform in catalogue.platforms.items()
    }
    return Askers(catalogue, models, platforms, students, versions)


def _simulated(model: Model) -> Provider:
    return Simulated(latency_ms=model.latency_ms, reads=model.reads)
