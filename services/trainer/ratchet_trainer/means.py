"""What the deciding half works with: what it is given, and its own stores."""

from collections.abc import Mapping
from dataclasses import dataclass

from ratchet_common.service import Connections
from ratchet_common.workers import Workers
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.data import Data
from ratchet_trainer.platforms.platform import TuningPlatform
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.suites.asking import Askers
from ratchet_trainer.tuning.base_models import BaseModels


@dataclass(frozen=True)
class Means:
    """What all of it works with. `fitting`: a worker of its own, since fits take minutes."""

    its: Connections
    settings: TrainerSettings
    data: Data
    artifacts: FileArtifacts
    estimates: FileArtifacts
    fitting: Workers
    base_models: BaseModels
    platforms: Mapping[str, TuningPlatform]
    askers: Askers

    @property
    def renew_every(self) -> float:
        return self.settings.lease_s / 3


@dataclass(frozen=True)
class Stores:
    jobs: MongoJobStore
    versions: MongoVersionStore
    rollouts: MongoRolloutStore
    evaluations: MongoEvaluationStore


async def stores_of(means: Means) -> Stores:
    database, lease_s = means.its.database, means.settings.lease_s
    stores = Stores(
        MongoJobStore(database, lease_s=lease_s),
        MongoVersionStore(database, lease_s=lease_s),
        MongoRolloutStore(database),
        MongoEvaluationStore(database),
    )
    for store in (stores.jobs, stores.versions, stores.rollouts, stores.evaluations):
        await store.create_indexes()
    return stores
