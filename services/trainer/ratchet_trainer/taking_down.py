"""The part of the composition root that removes what ended jobs have left at their platforms."""

from datetime import UTC, datetime, timedelta

from ratchet_common.background import Loop
from ratchet_trainer.decisions import FORGET_EVERY_S
from ratchet_trainer.means import Means
from ratchet_trainer.store.leavings import MongoLeavingStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.searches import MongoSearchStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.tuning.leavings import TakingDown


def taking_down(means: Means) -> dict[str, Loop]:
    settings, database = means.settings, means.its.database
    if not settings.unused_days:
        return {}
    leaving = TakingDown(
        leavings=MongoLeavingStore(database),
        versions=MongoVersionStore(database, lease_s=settings.lease_s),
        rollouts=MongoRolloutStore(database),
        searches=MongoSearchStore(database, lease_s=settings.lease_s),
        platforms={name: one for name, one in means.platforms.items() if not one.in_process},
        keep=timedelta(days=settings.unused_days),
        now=lambda: datetime.now(UTC),
    )
    return {"what is left at platforms": Loop(leaving.run_once, every=FORGET_EVERY_S)}
