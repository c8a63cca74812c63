"""The data half of the composition root: what collects, keeps and hands out what is worth learning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ratchet_common.events import FeedbackJoined
from ratchet_common.forgetting import Forgetting, forgetting
from ratchet_common.messaging import SMALL, Handle
from ratchet_common.service import Connections
from ratchet_common.topics import DOCUMENTS, ERASURES, FEEDBACK, FORGOTTEN, PREDICTIONS, SHADOWS
from ratchet_common.workers import Workers
from ratchet_trainer.collecting import preparing
from ratchet_trainer.collecting.collection import Collector
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.importing import Importing
from ratchet_trainer.collecting.preparing import Prepared
from ratchet_trainer.data_settings import DataSettings
from ratchet_trainer.datasets import analysis, composing, overlap
from ratchet_trainer.datasets.augmenting import Plan
from ratchet_trainer.datasets.composing import Composed
from ratchet_trainer.datasets.dataset import Rules
from ratchet_trainer.datasets.datasets import TrainingData
from ratchet_trainer.datasets.overlap import Fingerprints
from ratchet_trainer.documents.following import Following
from ratchet_trainer.documents.tracing import Tracing
from ratchet_trainer.estimate import looking
from ratchet_trainer.estimate.outcomes import Asked, Look, OutcomeCollector
from ratchet_trainer.privacy.erasing import Erasing
from ratchet_trainer.privacy.finding.sought import Sought
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.rollouts.shadow_answers import ShadowCollector
from ratchet_trainer.store.dataset_documents import MongoDatasetDocuments
from ratchet_trainer.store.datasets import MongoDatasetStore
from ratchet_trainer.store.document_traces import MongoDocumentTraces
from ratchet_trainer.store.erasures import MongoErasureStore
from ratchet_trainer.store.estimates import MongoOutcomeNews
from ratchet_trainer.store.examples import MongoExampleStore
from ratchet_trainer.store.fates import MongoFateStore
from ratchet_trainer.store.marks import MongoMarks
from ratchet_trainer.store.outcomes import MongoOutcomeStore
from ratchet_trainer.store.salts import kept_salt
from ratchet_trainer.store.served import MongoServedStore
from ratchet_trainer.store.shadow_answers import MongoShadowAnswerStore
from ratchet_trainer.store.traces import MongoTraces
from ratchet_trainer.suites.learned import SeenAmong


@dataclass(frozen=True)
class Data:
    """For `app.state.data`, where the routes of examples and datasets look."""

    collector: Collector
    importing: Importing
    examples: MongoExampleStore
    datasets: MongoDatasetStore
    training: TrainingData
    outcomes: MongoOutcomeStore
    served: MongoServedStore
    erasures: MongoErasureStore
    erasing: Erasing
    shadows: MongoShadowAnswerStore
    seen_among: SeenAmong
    made_of: MongoDatasetDocuments
    tracing: Tracing


async def data_of(its: Connections, settings: DataSettings) -> Data:
    """Makes the indexes, and hears what is answered and said of it."""
    kept = timedelta(days=settings.served_days)
    examples, datasets = MongoExampleStore(its.database), MongoDatasetStore(its.database)
    served = MongoServedStore(its.database, kept=kept)
    outcomes = MongoOutcomeStore(its.database, kept=timedelta(days=settings.estimate_days))
    shadows = MongoShadowAnswerStore(its.database, kept=timedelta(days=settings.shadow_days))
    erasures, traces = MongoErasureStore(its.database), MongoTraces(its.database)
    for store in (examples, datasets, served, outcomes, erasures, traces, shadows):
        await store.create_indexes()
    work = AtWork(its.workers, settings.sought)
    hashes = Hashes(await _salt(its, settings))
    fates, of_documents, made_of = await _documents(its)
    following = Following(fates, of_documents, made_of)
    collector = Collector(examples, served, work.prepare, hashes, settings.sampling, following)
    others = OutcomeCollector(outcomes, MongoOutcomeNews(its.database), work.look_at, hashes)
    marks = MongoMarks(its.database)
    training = TrainingData(
        examples=examples,
        answers=served,
        datasets=datasets,
        compose=work.compose,
        read_through=work.read_through,
        rules=settings.rules,
        counted=kept,
        wishes=erasures,
        marks=marks,
        documents=following,
        archive_days=settings.archive_days,
        vary=work.vary,
    )
    erasing = Erasing(erasures, traces, marks, hashes)
    forgets = await _forgetting(its, erasing)
    on_feedback = _both(collector, others) if settings.estimate_outcomes else collector.on_feedback
    its.hear(PREDICTIONS, forgets.sparing(collector.on_predictions), SMALL)
    its.hear(FEEDBACK, forgets.sparing(on_feedback), SMALL)
    its.hear(SHADOWS, forgets.sparing(ShadowCollector(shadows, work.prepare, hashes).on_answered), SMALL)
    its.hear(DOCUMENTS, following.on_documents)
    its.hear(ERASURES, forgets.on_erasures)
    its.hear(FORGOTTEN, erasing.on_done)
    return Data(
        collector,
        Importing(collector, examples, erasing.spare),
        examples,
        datasets,
        training,
        outcomes,
        served,
        erasures,
        erasing,
        shadows,
        work.seen_among(settings.near_duplicate),
        made_of,
        Tracing(fates, of_documents, made_of),
    )


async def _documents(its: Connections) -> tuple[MongoFateStore, MongoDocumentTraces, MongoDatasetDocuments]:
    fates, traces = MongoFateStore(its.database), MongoDocumentTraces(its.database)
    made_of = MongoDatasetDocuments(its.database)
    for store in (fates, traces, made_of):
        await store.create_indexes()
    return fates, traces, made_of


async def _forgetting(its: Connections, erasing: Erasing) -> Forgetting:
    return await forgetting(its.database, its.name, erasing.steps, name_of=erasing.name_of, name_in=erasing.name_in)


def _both(collector: Collector, outcomes: OutcomeCollector) -> Handle:
    """One group a topic: either may be done twice, and the write removes the duplicate. The collector comes last: it
    looks whether a document was deleted meanwhile, and takes out what rests on it of both.
    """

    async def on_feedback(said: Sequence[FeedbackJoined]) -> None:
        await outcomes.on_feedback(said)
        await collector.on_feedback(said)

    return on_feedback


async def _salt(its: Connections, settings: DataSettings) -> bytes:
    if settings.hash_salt is not None:
        return settings.hash_salt.get_secret_value().encode()
    return await kept_salt(its.database)


@dataclass(frozen=True)
class AtWork:
    """What burns CPU, in worker processes."""

    workers: Workers
    sought: Sought

    async def prepare(self, batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
        return await self.workers.run_or_blame(preparing.prepare, list(batch), self.sought)

    async def look_at(self, batch: Sequence[Asked]) -> list[Look]:
        return await self.workers.run_or_blame(looking.look_at, list(batch), self.sought)

    async def compose(self, task_type: str, newest: Sequence[Head], rules: Rules) -> Composed:
        return await self.workers.run(composing.compose, task_type, list(newest), rules)

    async def read_through(self, examples: Sequence[Example]) -> analysis.Read:
        return await self.workers.run(analysis.read_through, list(examples))

    def seen_among(self, threshold: float) -> SeenAmong:
        async def seen(known: Fingerprints, asked: Sequence[Sequence[str]]) -> list[bool]:
            return await self.workers.run(overlap.seen_among, known, list(asked), threshold)

        return seen

    async def vary(self, examples: Sequence[Example], plan: Plan) -> list[Example]:
        return await self.workers.run(preparing.varied, list(examples), plan, self.sought)
