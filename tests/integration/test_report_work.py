"""Reports on the real store: what becomes of them, and what is left after a worker dies at any of its steps."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.auth import Caller, Scope
from ratchet_common.errors import RetryLaterError
from ratchet_common.events import ReportChanged
from ratchet_common.forgotten import Person
from ratchet_common.mongo import Database
from ratchet_common.persons import digest
from ratchet_documents.graph import Entity, Graph, Relation, Where
from ratchet_figures.figure import Figure, Period
from ratchet_figures.narrating import Marked
from ratchet_router.graph.part import Part
from ratchet_router.graph.store import MongoGraphStore
from ratchet_router.grounding.context import Context
from ratchet_router.reporting.computed import Computed
from ratchet_router.reporting.from_documents import NOT_NAMED, FromDocuments
from ratchet_router.reporting.jobs import Done, HasComputed, HasRefused, HasWritten, Job, ToCompute, ToWrite
from ratchet_router.reporting.maker import DiedError
from ratchet_router.reporting.making import AGAIN_AFTER, TOLD, Making
from ratchet_router.reporting.record import OF_ROUTERS, OF_WORKERS, Made, Refusal, ReportRecord
from ratchet_router.reporting.reports import NoReportError, NotReadyError, Reports, TooManyReportsError
from ratchet_router.reporting.store import MongoReportStore
from ratchet_router.reporting.tending import ReportTending
from ratchet_router.reporting.told import Told
from ratchet_router.reporting.wanted import Holdings, Wanted
from ratchet_router.reporting.work_store import MongoReportWork
from ratchet_router.reporting.worker import MOST_TRIES, Worker
from tests.integration.conftest import Ground
from tests.integration.mortal import Killed, Life, Mortal

MOST_STEPS = 200
MADE = Made(approach="direct", confidence=None, passed=True, plots=0, figures=0, citations=0, cost_usd=Decimal("0.25"))
PAGES = {"json": b"{}", "markdown": b"# A", "html": b"<p>", "pdf": b"%PDF"}
HELD = Holdings(prices={"A": {date(2026, 1, 1): 1.0, date(2026, 1, 2): 2.0}})


@dataclass
class FakeMaker:
    """The process that makes reports, without one."""

    will: list[Done | Exception] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    async def done(self, job: Job) -> Done:
        self.jobs.append(job)
        does = self.will.pop(0) if self.will else None
        if isinstance(does, Exception):
            raise does
        if does is not None:
            return does
        return HasComputed(Computed(text="It did.")) if isinstance(job, ToCompute) else HasWritten(MADE, PAGES)


class Desk:
    def __init__(self, database: Database) -> None:
        self.database, self.store, self.maker = database, MongoReportStore(database), FakeMaker()
        self.graphs = MongoGraphStore(database)
        self.now = datetime.now(UTC)
        self.tenant = f"tenant-{uuid4().hex[:8]}"
        self.caller = Caller(sha256="0" * 64, tenant=self.tenant, scopes=frozenset(Scope))
        self.reports = Reports(self.store, 3, timedelta(days=7), lambda: self.now)
        self.tending = ReportTending(self.store, lambda: self.now)

    async def ask(self, **how: Any) -> ReportRecord:
        wanted: dict[str, Any] = {"question": "How did it do?", "holdings": HELD, "parts": ("figures",)} | how
        return await self.reports.take(Wanted(**wanted), self.caller, None)

    async def work(self, life: Life | None = None, after: timedelta = timedelta(seconds=1)) -> None:
        """Everything that is due then."""
        self.now += after
        work: Any = MongoReportWork(self.store, OF_WORKERS)
        work = Mortal(work, life) if life else work
        making = Making(work, self.maker, FromDocuments(self.graphs), lambda: self.now)
        worker = Worker(work, making, lambda: self.now)
        while await worker.round():
            pass

    async def dies_after(self, steps: int) -> bool:
        with suppress(Killed):
            await self.work(Life(steps))
            return False
        return True

    async def is_taken_up(self, after: timedelta = timedelta(seconds=1)) -> None:
        """By a later worker, once the lease of the dead one has run out."""
        await self.database.reports.update_many({"tenant": self.tenant}, {"$set": {"lease.until_ms": 0}})
        await self.work(after=after)

    async def get(self, of: ReportRecord) -> ReportRecord:
        return await self.reports.get(self.tenant, of.id)

    async def told(self, of: ReportRecord) -> list[str]:
        found = await self.database.reports.find_one({"_id": of.id})
        return [msgspec.json.decode(e["body"], type=ReportChanged).state for e in (found or {}).get("outbox", ())]

    async def parts(self, of: ReportRecord) -> list[str]:
        found = self.database.report_parts.find({"report": of.id}, {"name": 1})
        return sorted([one["name"] async for one in found])


@pytest.fixture
async def desk(stack: Ground) -> AsyncIterator[Desk]:
    client = mongo.connect(stack.mongodb_url)
    database: Database = mongo.database(client, f"reports-{uuid4().hex[:8]}")
    await MongoReportStore(database).create_indexes()
    yield Desk(database)
    await client.drop_database(database.name)
    await client.close()


async def test_a_report_is_computed_written_and_told(desk: Desk) -> None:
    asked = await desk.ask()
    with pytest.raises(NotReadyError):
        await desk.reports.page(desk.tenant, asked.id, "pdf")
    await desk.work()
    assert (await desk.get(asked)).made == MADE
    assert await desk.told(asked) == ["computing", "writing", "ready"]
    assert await desk.reports.page(desk.tenant, asked.id, "pdf") == b"%PDF"
    with pytest.raises(NoReportError):
        await desk.reports.page(desk.tenant, asked.id, "plot-1.svg")
    with pytest.raises(NoReportError):
        await desk.reports.get("another tenant", asked.id)


@pytest.mark.parametrize("seed", range(3))
async def test_wherever_a_worker_dies_the_report_is_made_once_and_whole(desk: Desk, seed: int) -> None:
    for steps in range(1 + seed, MOST_STEPS, 3):
        asked = await desk.ask()
        died = await desk.dies_after(steps)
        await desk.is_taken_up()
        found = await desk.get(asked)
        assert (found.state, found.made) == ("ready", MADE)
        assert await desk.told(asked) == ["computing", "writing", "ready"]
        assert await desk.parts(asked) == sorted(["computed", "wanted", *PAGES])
        await desk.reports.delete(desk.tenant, asked.id)
        await desk.work()
        if not died:
            return
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("seed", range(3))
async def test_wherever_a_worker_dies_a_deleted_report_goes_wholly(desk: Desk, seed: int) -> None:
    for steps in range(1 + seed, MOST_STEPS, 3):
        asked = await desk.ask()
        await desk.work()
        await desk.reports.delete(desk.tenant, asked.id)
        died = await desk.dies_after(steps)
        await desk.is_taken_up()
        assert await desk.parts(asked) == []
        kept = await desk.database.reports.find_one({"_id": asked.id})
        assert kept is not None
        assert (kept["state"], kept["question"], kept["caller"]) == ("gone", "", b"")
        await desk.store.put_parts(
            desk.tenant, asked.id, PAGES, desk.now + timedelta(days=7)
        )  # of a worker that had lost its lease
        await desk.is_taken_up(AGAIN_AFTER)
        assert await desk.parts(asked) == []
        if not died:
            return
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("figures", [True, False])
async def test_an_answer_that_no_page_takes_is_left_out_where_something_is_left(desk: Desk, *, figures: bool) -> None:
    asked = await desk.ask()
    its = Figure("beta", "A", 1.0, "ratio", Period(date(2026, 1, 1), date(2026, 1, 2)), "its formula", ())
    why = "ALFA has no prices from 2031-01-01."
    computed = Computed(figures=(Marked("F1", its),)) if figures else Computed(refused=(why,))
    desk.maker.will = [HasComputed(computed), HasRefused("too_large", "It has 300,000 characters.")]
    told = msgspec.json.encode(Told(output="word " * 9, model="m", confidence=0.8, read=()))
    await desk.store.put_parts(desk.tenant, asked.id, {"told": told}, desk.now + timedelta(days=7))
    await desk.work()
    found = await desk.get(asked)
    if not figures:
        assert (found.state, found.refusal) == ("failed", Refusal("too_large", f"It has 300,000 characters. {why}"))
        return
    assert found.state == "ready"
    last = desk.maker.jobs[-1]
    assert isinstance(last, ToWrite)
    assert last.told is not None
    assert (last.told.output, last.told.confidence) == (None, None)
    assert last.told.why == "What m said was left out: It has 300,000 characters."


async def test_one_that_is_deleted_while_it_is_made_is_not_made(desk: Desk) -> None:
    asked = await desk.ask()

    class DeletedMeanwhile(FakeMaker):
        async def done(self, job: Job) -> Done:
            await desk.reports.delete(desk.tenant, asked.id)
            return await super().done(job)

    desk.maker = DeletedMeanwhile()
    await desk.work()
    desk.maker = FakeMaker()
    await desk.work()
    assert await desk.parts(asked) == []
    with pytest.raises(NoReportError):
        await desk.get(asked)


async def test_a_process_that_dies_is_tried_again_and_then_given_up(desk: Desk) -> None:
    asked = await desk.ask()
    desk.maker.will = [DiedError("It died.")]
    await desk.work()
    assert (await desk.get(asked)).state == "computing"
    await desk.work(after=timedelta(minutes=1))
    assert (await desk.get(asked)).state == "ready"
    other = await desk.ask()
    desk.maker.will = [DiedError("It died.") for _ in range(MOST_TRIES)]
    for _ in range(MOST_TRIES + 1):
        await desk.work(after=timedelta(minutes=1))
    found = await desk.get(other)
    assert found.refusal is not None
    assert (found.state, found.refusal.type) == ("failed", "no_end")


async def test_what_is_refused_says_why(desk: Desk) -> None:
    asked = await desk.ask()
    desk.maker.will = [HasRefused("too_large", "It is too large.")]
    await desk.work()
    found = await desk.get(asked)
    assert found.refusal is not None
    assert (found.state, found.refusal.sentence) == ("failed", "It is too large.")
    assert await desk.told(asked) == ["computing", "failed"]


async def test_no_more_than_a_tenant_may_have_under_way(desk: Desk) -> None:
    for _ in range(3):
        await desk.ask()
    with pytest.raises(TooManyReportsError):
        await desk.ask()
    await desk.work()
    await desk.ask()


async def test_a_report_whose_document_goes_and_whose_time_is_over_goes(desk: Desk) -> None:
    asked = await desk.ask(holdings=None, context=Context(), parts=("answer",))
    routers = MongoReportWork(desk.store, OF_ROUTERS)
    held = await routers.take(desk.now + timedelta(seconds=1))
    assert held is not None
    told = msgspec.json.encode(Told(output="So it is."))
    await routers.step(held, "writing", desk.now, {TOLD: told}, {"documents": ["doc_1", "doc_2"]})
    await routers.release(held)
    await desk.work()
    other = await desk.ask()
    await desk.work()
    await desk.tending.document_went(desk.tenant, "doc_3")
    await desk.tending.document_went("another tenant", "doc_2")
    assert (await desk.get(asked)).state == "ready"
    await desk.tending.document_went(desk.tenant, "doc_2")
    await desk.tending.document_went(desk.tenant, "doc_2")
    with pytest.raises(NoReportError):
        await desk.get(asked)
    assert not await desk.tending.expire()
    assert (await desk.get(other)).state == "ready"
    desk.now += timedelta(days=8)
    await desk.tending.expire()
    with pytest.raises(NoReportError):
        await desk.get(other)
    await desk.work()
    assert (await desk.parts(asked), await desk.parts(other)) == ([], [])


async def test_figures_are_computed_from_what_documents_report(desk: Desk) -> None:
    company = Entity("company:apple", "company", "Apple Inc.", ("Apple Inc.",))
    ends = {metric: (company.id, f"metric:{metric}", "period:3M-2022-06-25") for metric in ("revenue", "net_income")}
    relations = tuple(Relation("reports", its, Where("doc_1", 0, 4, 0, 9), 5.0, "USD") for its in ends.values())
    graph = Graph({company.id: company}, relations)
    await desk.graphs.put(desk.tenant, Part("doc_1", 1, "10-Q", "apple", "2022-Q3", "financial_report", graph))
    asked = await desk.ask(question="What was the net margin of Apple?", holdings=None, context=Context())
    await desk.work()
    (job, _) = desk.maker.jobs
    assert isinstance(job, ToCompute)
    assert [one.items["revenue"].page for one in job.wanted.statements] == [4]
    await desk.tending.document_went(desk.tenant, "doc_1")  # its amounts are in the report
    with pytest.raises(NoReportError):
        await desk.get(asked)
    other = await desk.ask(question="What was the net margin of Nobody?", holdings=None, context=Context())
    desk.maker.jobs.clear()
    await desk.work()
    (job,) = desk.maker.jobs
    assert isinstance(job, ToWrite)
    assert job.computed.refused == (NOT_NAMED,)
    assert (await desk.get(other)).state == "ready"


async def test_a_person_who_is_forgotten_takes_his_reports_along(desk: Desk) -> None:
    his, others = await desk.ask(user="ann"), await desk.ask()
    await desk.work()
    asked = Person(desk.tenant, digest(desk.tenant, "ann"), desk.now)
    desk.now += timedelta(seconds=5)
    later = await desk.ask(user="ann")

    async def forget() -> int:
        return sum([count async for count in desk.tending.steps["reports"](asked)])

    with pytest.raises(RetryLaterError):
        await forget()
    await desk.work()
    assert await forget() == 0
    assert await desk.parts(his) == []
    assert {(await desk.get(one)).state for one in (others, later)} == {"ready"}
