from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ratchet_common.events import (
    EVERYONE,
    EstimateTrained,
    ExperimentChanged,
    QualityMeasured,
    TrafficAssigned,
)
from ratchet_common.forgotten import Person
from ratchet_router.changed_documents import REMEMBERED, ChangedDocument, ChangedDocuments
from ratchet_router.consumers import Consumers
from ratchet_router.epochs import EVERYTHING, Drop, Dropped, Epoch, Kind
from ratchet_router.routing import Measured
from ratchet_router.snapshot import LOOK_BACK, Changes, Snapshot
from tests.unit.router.asks import NOW, VERSION, assigned, experiment
from tests.unit.router.fakes import FakeStore

KIND = Kind(None, "base", "small")


def changes(revision: int) -> Changes:
    return Changes([assigned({VERSION: 10, "base": 90}, revision=revision)], [], [("acme", Epoch(2))], NOW)


async def test_only_news_comes_out_and_an_older_revision_changes_nothing() -> None:
    store, snapshot = FakeStore(), Snapshot()
    store.now = changes(5)
    assert await snapshot.refresh(store) == [*store.now.traffic, Dropped("acme", EVERYTHING)]
    assert await snapshot.refresh(store) == []
    store.now = changes(4)
    assert await snapshot.refresh(store) == []
    known = snapshot.traffic("acme", "classification")
    assert known is not None
    assert known.revision == 5
    assert snapshot.epoch("acme", KIND) == (2, 0)


async def test_what_was_taken_back_between_two_looks_leaves_its_answers_all_the_same() -> None:
    store, snapshot = FakeStore(), Snapshot()
    store.now = changes(5)
    await snapshot.refresh(store)
    store.now = Changes([assigned({"base": 100}, revision=7)], [], [], NOW)  # 6 took it back, and was never seen
    (event,) = await snapshot.refresh(store)
    assert isinstance(event, TrafficAssigned)
    assert event.revoked == (VERSION,)


async def test_a_share_waits_until_the_replica_is_ready_and_the_latest_one_counts_then() -> None:
    store, snapshot = FakeStore(), Snapshot()
    ready: list[int] = []
    store.now = Changes([], [], [], None)
    await snapshot.refresh(store)

    async def revision_after(now: Changes) -> int | None:
        store.now = now
        await snapshot.refresh(store, lambda event: event.revision in ready)
        known = snapshot.traffic("acme", "classification")
        return known.revision if known else None

    assert await revision_after(changes(1)) is None
    ready.append(1)
    assert await revision_after(Changes([], [], [], NOW)) == 1
    assert await revision_after(changes(2)) == 1
    assert await revision_after(changes(3)) == 1
    ready += [2, 3]
    assert await revision_after(changes(2)) == 3


async def test_what_was_assigned_before_a_replica_began_waits_for_nothing() -> None:
    store, snapshot = FakeStore(), Snapshot()
    store.now = changes(5)
    await snapshot.refresh(store, lambda _: False)
    assert snapshot.traffic("acme", "classification") is not None


async def test_it_asks_for_what_was_written_since_with_some_overlap() -> None:
    store, snapshot = FakeStore(), Snapshot()
    store.now = changes(1)
    await snapshot.refresh(store)
    store.now = Changes([], [], [], None)
    await snapshot.refresh(store)
    await snapshot.refresh(store)
    assert store.asked_since == [None, NOW - LOOK_BACK, NOW - LOOK_BACK]


async def test_a_drop_is_news_once_and_changes_the_epoch_of_what_it_takes() -> None:
    store, snapshot = FakeStore(), Snapshot()
    drop = Drop(version="small")
    store.now = Changes([], [], [("acme", Epoch(0, {drop: 1}))], NOW)
    assert await snapshot.refresh(store) == [Dropped("acme", drop)]
    assert await snapshot.refresh(store) == []
    store.now = Changes([], [], [("acme", Epoch(0, {drop: 2, Drop("qa"): 1}))], NOW)
    assert await snapshot.refresh(store) == [Dropped("acme", drop), Dropped("acme", Drop("qa"))]
    assert snapshot.epoch("acme", KIND) == (0, 2)
    assert snapshot.epoch("acme", KIND._replace(model="large")) == snapshot.epoch("other", KIND) == (0, 0)


async def test_what_was_measured_of_a_model_is_the_tenants_own_else_everyones() -> None:
    store, snapshot = FakeStore(), Snapshot()
    told = [
        QualityMeasured(tenant=tenant, task_type=task, model=model, score=score, n=9, interval=(0, 1))
        for tenant, task, model, score in [
            (EVERYONE, "summary", "small", 0.5),
            (EVERYONE, "qa", "small", 0.6),
            ("acme", "summary", "small", 0.7),
            ("acme", "summary", "large", 0.8),
            ("other", "risks", "small", 0.9),
        ]
    ]
    store.now = Changes([], told, [], NOW)
    await snapshot.refresh(store)
    assert [(one.task_type, one.score) for one in snapshot.measurements("acme", "small")] == [
        ("qa", 0.6),
        ("summary", 0.7),
    ]
    assert [one.score for one in snapshot.measurements("new", "small")] == [0.6, 0.5]
    assert snapshot.measurements("new", "unknown") == []


async def test_another_tenants_traffic_is_unknown() -> None:
    store, snapshot = FakeStore(), Snapshot()
    store.now = changes(1)
    await snapshot.refresh(store)
    assert snapshot.traffic("other", "classification") is None


async def test_a_tenants_own_measurement_goes_before_everyones() -> None:
    store, snapshot = FakeStore(), Snapshot()
    store.now = Changes(
        [],
        [
            QualityMeasured(tenant=tenant, task_type="qa", model="small", score=score, n=40, interval=(0, 1))
            for tenant, score in (("*", 0.5), ("acme", 0.8))
        ],
        [],
        NOW + timedelta(seconds=1),
    )
    await snapshot.refresh(store)
    assert snapshot.measured("acme", "qa", "small") == Measured(0.8, 40)
    assert snapshot.measured("other", "qa", "small") == Measured(0.5, 40)
    assert snapshot.measured("other", "qa", "large") is None


class KnowledgeStore(FakeStore):
    def __init__(self) -> None:
        super().__init__()
        self.saved: list[object] = []

    async def save_traffic(self, events: Sequence[TrafficAssigned]) -> None:
        self.saved += events

    async def save_quality(self, events: Sequence[QualityMeasured]) -> None:
        self.saved += events

    async def save_estimates(self, events: Sequence[EstimateTrained]) -> None:
        self.saved += events

    async def save_experiments(self, events: Sequence[ExperimentChanged]) -> None:
        self.saved += events


def test_what_changed_is_news_once_and_is_not_remembered_for_ever() -> None:
    known = ChangedDocuments()
    early = [ChangedDocument("acme", f"d{n}", NOW) for n in range(REMEMBERED)]
    assert len(known.newly(early)) == REMEMBERED
    assert known.newly(early[:5]) == []
    late = ChangedDocument("acme", "d0", NOW + timedelta(hours=1))
    other = ChangedDocument("other", "d0", NOW + timedelta(hours=1))
    assert known.newly([late, other]) == [late, other]
    assert known.newly([late]) == []
    assert (known.times("acme"), known.times("other"), known.times("none")) == (REMEMBERED + 1, 1, 0)
    assert len(known._seen) == 2


def test_an_answer_is_out_of_date_if_a_document_that_it_read_has_changed_since() -> None:
    known = ChangedDocuments()
    known.newly(
        [ChangedDocument("acme", "a", NOW), ChangedDocument("acme", "b", NOW), ChangedDocument("other", "c", NOW)]
    )
    assert known.times("acme") == 2
    assert not known.any_since("acme", ["a", "b", "c"], 2)
    assert known.any_since("acme", ["c", "b"], 1)
    assert not known.any_since("acme", ["a"], 1)
    assert not known.any_since("acme", [], 0)
    known.newly([ChangedDocument("acme", f"d{n}", NOW + timedelta(hours=1)) for n in range(REMEMBERED)])
    assert known.any_since("acme", ["never heard of"], 1)  # which ones came second is no longer known
    assert not known.any_since("acme", ["never heard of"], 2)


async def test_a_revoked_versions_answers_leave_the_store() -> None:
    store, poked = KnowledgeStore(), []
    store.entries = {b"a": ("acme", VERSION, b""), b"b": ("acme", "base", b"")}
    event = assigned({"base": 100}, revoked=(VERSION,))
    await Consumers(store, lambda: poked.append(1)).on_traffic([event])
    assert list(store.entries) == [b"b"]
    assert (store.saved, poked) == ([event], [1])


async def test_running_experiments_are_known_by_tenant_and_task_until_they_stop() -> None:
    store, snapshot = FakeStore(), Snapshot()
    running = [experiment("e2"), experiment("e1"), experiment("e3", tenant="other"), experiment("e4", task_type="qa")]
    store.now = Changes([], [], [], NOW, running)
    await snapshot.refresh(store)
    assert [one.experiment_id for one in snapshot.experiments("acme", "classification")] == ["e1", "e2"]
    store.now = Changes([], [], [], NOW, [experiment("e1", state="stopped"), experiment("e9", state="stopped")])
    await snapshot.refresh(store)
    assert [one.experiment_id for one in snapshot.experiments("acme", "classification")] == ["e2"]
    assert not snapshot.experiments("acme", "summary")


def estimate(revision: int, **how: Any) -> EstimateTrained:
    given: dict[str, Any] = {"tenant": "acme", "task_type": "qa", "artifact": "file:///a"}
    return EstimateTrained(revision=revision, **given | how)


async def test_a_newer_estimate_is_news_once() -> None:
    store, snapshot = FakeStore(), Snapshot()
    new, of_other, of_summary = estimate(2), estimate(1, tenant="other"), estimate(3, task_type="summary")
    store.now = Changes([], [], [], NOW, estimates=[new, of_other])
    assert await snapshot.refresh(store) == [new, of_other]
    store.now = Changes([], [], [], NOW, estimates=[new, estimate(1), of_summary])
    assert await snapshot.refresh(store) == [of_summary]


async def test_an_estimate_goes_to_the_store_and_the_snapshot_is_told() -> None:
    store, poked = KnowledgeStore(), []
    await Consumers(store, lambda: poked.append(1)).on_estimates([estimate(1)])
    assert [type(event) for event in store.saved] == [EstimateTrained]
    assert poked == [1]


async def test_who_is_forgotten_is_news_once_and_again_when_he_asks_again() -> None:
    store, snapshot = FakeStore(), Snapshot()
    ann, later = Person("acme", "a1", NOW), Person("acme", "a1", NOW + timedelta(days=1))
    store.now = Changes([], [], [], NOW, forgotten=[ann])
    assert await snapshot.refresh(store) == []  # before anything is kept here
    assert await snapshot.refresh(store) == []
    store.now = Changes([], [], [], NOW, forgotten=[later])
    assert await snapshot.refresh(store) == [later]
