"""What the trainer learns of who needs a stronger model: collected, and trained from, through crashes at every step."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from ratchet_common.events import FeedbackJoined
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.topics import FEEDBACK
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.estimate.estimates import Rules, Tried
from ratchet_trainer.estimate.estimating import Estimating
from ratchet_trainer.estimate.fit import Lessons
from ratchet_trainer.estimate.outcomes import Asked, Look, OutcomeCollector
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.store.estimates import MongoEstimateStore, MongoOutcomeNews
from ratchet_trainer.store.outcomes import MongoOutcomeStore
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import crash_at_each_await
from tests.integration.mortal import Killed, Life, Mortal
from tests.unit.trainer.decision_fakes import NOW
from tests.unit.trainer.make_data import said

KEPT = timedelta(days=36_500)
LEASE_S = 0.05
TRIED = Tried(((0.0, 0.4, 0.5), (1.0, -0.2, 0.8)), 0.05, (0.01, 0.09), 1, 1)


async def look_at(batch: Sequence[Asked]) -> list[Look]:
    """In the place of the worker processes, and as they do it makes its caller wait."""
    await asyncio.sleep(0)
    return [Look(b"", b"", b"", asked.document) for asked in batch]


def collector(database: Database) -> OutcomeCollector:
    outcomes, news = MongoOutcomeStore(database, kept=KEPT), MongoOutcomeNews(database)
    return OutcomeCollector(outcomes, news, look_at, Hashes(b"salt" * 8))


class Feedback:
    """The last word counts, wherever it stands."""

    topic = FEEDBACK

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    @property
    def events(self) -> list[FeedbackJoined]:
        words = [self.said("one", revision=revision, score=revision / 4) for revision in (1, 3, 3, 2)]
        return [*words, self.said("two", tier="premium"), self.said("kept out", collect=False)]

    def said(self, name: str, **fields: object) -> FeedbackJoined:
        result = uuid5(NAMESPACE_OID, f"{self.tenant}/{name}")
        return said(**{"tenant": self.tenant, "result_id": result, "tier": "fast", **fields})

    def handler(self, database: Database) -> Handle:
        return collector(database).on_feedback

    async def before(self, database: Database) -> None: ...

    async def check(self, database: Database) -> None:
        known = await MongoOutcomeStore(database, kept=KEPT).newest(self.tenant, "summary", 10)
        assert known is not None
        found = sorted((one.tier, one.revision, one.score) for one in known.outcomes)
        assert found == [("fast", 3, 0.75), ("premium", 1, 0.4)]
        document = await database.estimates.find_one({"_id": f"{self.tenant}:summary"})
        assert document is not None
        assert "heard" in document


async def test_each_word_is_one_outcome_and_its_task_is_heard_of(stack: Ground, database: Database) -> None:
    await MongoOutcomeStore(database, kept=KEPT).create_indexes()
    await crash_at_each_await("trainer", Feedback, stack, database)


class Weighing:
    async def of_strata(self, tenant: str, task_type: str, strata: Sequence[str]) -> list[float]:
        return [float(len(tenant) > 0 < len(task_type)) for _ in strata]


class Fits:
    """Writes what can be told apart by its tenant."""

    async def fit(self, lessons: Lessons, path: str) -> Tried:
        await asyncio.to_thread(Path(path).write_text, lessons.outcomes[0].tenant)
        return TRIED


def worker(database: Database, folder: Path, life: Life) -> Estimating:
    estimates: Any = Mortal(MongoEstimateStore(database, lease_s=LEASE_S, rest=timedelta()), life)
    outcomes: Any = Mortal(MongoOutcomeStore(database, kept=KEPT), life)
    fits: Any = Mortal(Fits(), life)
    return Estimating(
        outcomes=outcomes,
        estimates=estimates,
        weigh=Weighing(),
        artifacts=FileArtifacts(folder),
        fit=fits.fit,
        rules=Rules(per_side=1),
        seed=42,
        renew_every=60,
        now=lambda: NOW,
    )


async def test_wherever_a_training_is_killed_the_next_one_sends_the_estimate_out_once(
    database: Database, tmp_path: Path
) -> None:
    await MongoEstimateStore(database, lease_s=LEASE_S, rest=timedelta()).create_indexes()
    for steps in count(1):
        tenant, life = f"tenant-{steps}", Life(steps)
        await collector(database).on_feedback([said(tenant=tenant, tier=tier) for tier in ("fast", "premium")])
        try:
            while await worker(database, tmp_path, life).run_once():
                pass
        except Killed:
            await asyncio.sleep(2 * LEASE_S)
        while await worker(database, tmp_path, Life(10**6)).run_once():
            pass
        document = await database.estimates.find_one({"_id": f"{tenant}:summary"})
        assert document is not None
        assert (document["revision"], document["unsent"], len(document["outbox"])) == (1, 1, 1)
        assert await asyncio.to_thread((tmp_path / document["sha256"]).read_text) == tenant
        assert "heard" not in document
        if life.steps > 0:
            break
    assert steps > 15
