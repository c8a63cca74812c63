"""What stands at the router's borders in the tests: models, Kafka, the store."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_common.events import (
    ExperimentChanged,
    PredictionMade,
    QualityMeasured,
    ShadowAnswered,
    TrafficAssigned,
    Usage,
)
from ratchet_providers.base import ErrorKind, Evidence, ModelAnswer, ModelRequest, Piece, ProviderError
from ratchet_providers.replay import replayed
from ratchet_providers.simulated_embeddings import SimulatedEmbeddings
from ratchet_router.best_answers import Word
from ratchet_router.breaker import Breakers
from ratchet_router.cache import AnswerCache, Tallies
from ratchet_router.epochs import Epoch
from ratchet_router.estimates import Estimates
from ratchet_router.gate import Gates
from ratchet_router.idempotency import Held, Once
from ratchet_router.library import Library
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.allowances import Allowance, Measure
from ratchet_router.limits.slices import Slice
from ratchet_router.limits.subjects import Who
from ratchet_router.memory import Entry, Memory
from ratchet_router.parts import Parts
from ratchet_router.recording import Recorder
from ratchet_router.retrying import RetryBudget
from ratchet_router.sessions import Sessions
from ratchet_router.settings import RouterSettings
from ratchet_router.shadows import Shadows
from ratchet_router.snapshot import UNTOUCHED, Changes, Snapshot
from ratchet_router.surroundings import Surroundings
from ratchet_router.template_files import read_templates
from tests.unit.router.asks import CATALOGUE


@dataclass
class FakeModel:
    """Answers with its words, or fails, or never answers."""

    output: str = "risk"
    fails: ErrorKind | None = None
    unsure: bool = False  # abstains where it may
    used: Usage | None = None  # by what failed
    hangs: bool = False
    confidence: float | None = 0.7
    simulated: bool = False
    picks: str = ""  # out of what it reads: its evidence
    output_of: Callable[[str], str] | None = None  # by the text that it is told
    asked: list[ModelRequest] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        self.was_asked.set()
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise ProviderError(self.fails).having_used(self.used)
        if self.unsure and request.may_abstain:
            raise ProviderError("unsure").having_used(self.used)
        usage = Usage(input_tokens=1_000, output_tokens=100)
        output = self.output_of(str(request.messages)) if self.output_of else self.output
        at = request.document.find(self.picks)
        picked = (Evidence(self.picks, at, at + len(self.picks)),) if self.picks else ()
        return ModelAnswer(
            output=output,
            usage=usage,
            model=request.model,
            confidence=self.confidence,
            simulated=self.simulated,
            evidence=picked,
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        for piece in replayed(await self.answer(request)):
            yield [piece]


class FakeStore:
    """Kept answers, held events, and what the snapshot reads. `away`: nothing works. `lets`: events wait for it."""

    def __init__(self) -> None:
        self.away = False
        self.lets: asyncio.Event | None = None
        self.asked_to_hold = asyncio.Event()
        self.entries: dict[bytes, tuple[str, str, bytes]] = {}
        self.held: list[PredictionMade] = []
        self.shadows: list[ShadowAnswered] = []
        self.holds = asyncio.Event()
        self.counted: list[Tallies] = []
        self.now = Changes([], [], [], None)
        self.asked_since: list[datetime | None] = []

    def _there(self) -> None:
        if self.away:
            raise RetryLaterError("The store is away.")

    async def hold(self, event: PredictionMade | ShadowAnswered) -> None:
        self._there()
        if isinstance(event, ShadowAnswered):
            self.shadows.append(event)
            return
        self.asked_to_hold.set()
        if self.lets is not None:
            await self.lets.wait()
        self.held.append(event)
        self.holds.set()

    async def changes(self, since: datetime | None) -> Changes:
        self._there()
        self.asked_since.append(since)
        return self.now

    async def cached(self, key: bytes, tenant: str) -> bytes | None:
        self._there()
        found = self.entries.get(key)
        return found[2] if found and found[0] == tenant else None

    async def forget(self, key: bytes, tenant: str) -> None:
        self._there()
        if self.entries.get(key, ("",))[0] == tenant:
            del self.entries[key]

    async def forget_versions(self, tenant: str, versions: Collection[str]) -> None:
        self._there()
        self.entries = {k: e for k, e in self.entries.items() if e[0] != tenant or e[1] not in versions}

    async def count(self, tallies: Tallies) -> None:
        self._there()
        self.counted.append(tallies)

    def offer(self, key: bytes, entry: Entry, body: bytes) -> bool:
        self.entries.setdefault(key, (entry.tenant, entry.version_id, body))
        return True


@dataclass
class FakeBus:
    away: bool = False
    sent: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    hangs: bool = False

    async def publish(self, topic: str, key: bytes, body: bytes) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise RetryLaterError("Kafka is away.")
        self.sent.append((topic, key, body))


class FakeBestAnswers:
    """`words`: by who said them of what."""

    def __init__(self) -> None:
        self.words: dict[tuple[str, UUID, str], Word] = {}

    async def save(self, words: Sequence[Word]) -> None:
        for word in words:
            key = (word.tenant, word.about, word.speaker)
            if key not in self.words or self.words[key].revision < word.revision:
                self.words[key] = word

    async def of(self, tenant: str, task_type: str, document_type: str | None) -> Sequence[Word]:
        doubted = {(word.tenant, word.result_id) for word in self.words.values() if word.doubted}
        kind = (tenant, task_type, document_type)
        found = [word for word in self.words.values() if (word.tenant, word.task_type, word.document_type) == kind]
        shown = [
            (word.shown.corrected, word.at, word)
            for word in found
            if word.shown and (word.shown.corrected or (tenant, word.result_id) not in doubted)
        ]
        return [word for *_, word in sorted(shown, key=lambda one: one[:2], reverse=True)]


def settings(**how: Any) -> RouterSettings:
    given: dict[str, Any] = {
        "kafka_bootstrap_servers": "127.0.0.1:9",
        "mongodb_url": "mongodb://127.0.0.1:9",
        "tokens_file": Path("none"),
        "explore": 0,  # what a test expects of routing shall be so every time
    }
    return RouterSettings(**given | how)


@dataclass
class FakeAdmission:
    """Lets all in, unless told why not; remembers what was expected."""

    refuses: RefusedError | None = None
    asked: list[tuple[Who, Estimate]] = field(default_factory=list)
    admitted: list[Admitted] = field(default_factory=list)

    async def admit(self, who: Who, estimate: Estimate) -> Admitted:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((who, estimate))
        allowance = Allowance("k", who.tenant, "tenant", Measure.COST, "day", 10**12, 2.0**40)
        one = Slice(allowance, left=10**12)
        one.reserve(estimate.needs[Measure.COST])
        self.admitted.append(Admitted([one], estimate.needs, lambda _: None))
        return self.admitted[-1]


@dataclass
class FakeKeys:
    """`away`: nothing more is written. What was begun stays held until `leases_end`."""

    held: dict[bytes, Held] = field(default_factory=dict)
    away: bool = False

    async def hold(self, once: Once, seconds: float) -> Held:  # noqa: ARG002  nobody dies here
        found = self.held.get(once.key)
        if found is not None:
            return found

        async def release() -> None:
            self._there()
            self.held.pop(once.key, None)

        async def done(entry: Entry) -> None:
            self._there()
            self.held[once.key] = Held(once.fingerprint, answer=entry)

        self.held[once.key] = Held(once.fingerprint)
        return Held(once.fingerprint, mine=True, release=release, done=done)

    def _there(self) -> None:
        if self.away:
            raise RetryLaterError("The store is away.")

    def leases_end(self) -> None:
        self.held = {key: held for key, held in self.held.items() if held.answer is not None}


@dataclass
class World:
    """All parts of the router with fakes at the borders."""

    models: dict[str, FakeModel] = field(default_factory=lambda: {name: FakeModel() for name in CATALOGUE.models})
    student: FakeModel = field(default_factory=lambda: FakeModel("request"))
    store: FakeStore = field(default_factory=FakeStore)
    bus: FakeBus = field(default_factory=FakeBus)
    snapshot: Snapshot = field(default_factory=Snapshot)
    admission: "FakeAdmission" = field(default_factory=lambda: FakeAdmission())
    keys: "FakeKeys" = field(default_factory=lambda: FakeKeys())
    settings: RouterSettings = field(default_factory=settings)
    best: FakeBestAnswers = field(default_factory=FakeBestAnswers)
    shadow_patience_s: float = 5

    def __post_init__(self) -> None:
        cache = AnswerCache(self.store, Memory(entries=100, size=10**6), kept=timedelta(hours=24), store_lookup=True)
        sessions = Sessions(100)
        recorder = Recorder(
            self.bus.publish,
            self.store.hold,
            forgets=True,
            patience_s=1,
            answer_unrecorded=False,
            heard=sessions.heard,
        )
        around = Surroundings(Breakers(lambda: 0.0), Gates({}), RetryBudget(), random.Random(7))
        self.parts = Parts(
            settings=self.settings,
            catalogue=CATALOGUE,
            library=Library(read_templates()),
            best=self.best,
            models=self.models,
            platforms={"local": self.student},
            embeddings=dict.fromkeys(CATALOGUE.embedding_models, SimulatedEmbeddings()),
            snapshot=self.snapshot,
            cache=cache,
            recorder=recorder,
            batch_platforms={},
            goes_on=lambda _: False,
            keys=self.keys,
            admission=self.admission,
            sessions=sessions,
            estimates=Estimates(self.settings.aim, most=self.settings.estimates),
            around=around,
            shadows=Shadows(around, recorder.record_beside, at_once=2, waiting=3, patience_s=self.shadow_patience_s),
        )

    async def knows(
        self,
        traffic: Sequence[TrafficAssigned] = (),
        quality: Sequence[QualityMeasured] = (),
        epoch: Epoch = UNTOUCHED,
        experiments: Sequence[ExperimentChanged] = (),
    ) -> None:
        epochs = [("acme", epoch)] if epoch != UNTOUCHED else []
        self.store.now = Changes(traffic, quality, epochs, datetime.now(UTC), experiments)
        await self.snapshot.refresh(self.store)
