"""An experiment on real parts: set up at the monitor, drawn by the router, decided, and over at the router."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from ratchet_common.bus import Bus
from ratchet_common.events import Arm, ExperimentChanged
from ratchet_monitor.main import build
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.studies.saying import told_by
from ratchet_monitor.studies.study import Ended, changed, stopped
from ratchet_router.experiments import arm_of
from tests.integration.conftest import Ground, Running, running_app
from tests.integration.router_site import MAIL, Site, site
from tests.integration.test_monitor import a_store, publish, verdicts_of
from tests.unit.monitor.make import joined
from tests.unit.monitor.studies.make import Played, study

pytestmark = pytest.mark.asyncio(loop_scope="module")

__all__ = ["site"]  # a fixture

PROBLEM = "urn:ratchet:problem:"
EXPERIMENTS = "/api/models/experiments"
ASKED: dict[str, Any] = {
    "name": "is the slow one worth it",
    "task_type": "classification",
    "arms": [{"name": "quick", "share": 50, "model": "quick"}, {"name": "slow", "share": 50, "model": "slow"}],
    "guard_rails": [{"metric": "failure", "limit": 0.1}],
    "why": "it costs twice as much",
}
OF_EACH = 50  # sessions
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Both:
    router: Running
    monitor: Running
    bus: Bus
    settings: MonitorSettings
    tenant: str

    async def answer(self, session: str, **how: Any) -> dict[str, Any]:
        text = f"Please send draft {uuid4().hex} by Monday."
        status, body = await self.router.post(
            "/api/generate", MAIL | {"document_text": text, "session_id": session} | how
        )
        assert status == 200, body
        found: dict[str, Any] = body
        return found

    async def twice(self, session: str) -> list[dict[str, Any]]:
        return [await self.answer(session), await self.answer(session)]

    async def drawn(self, session: str, wanted: str) -> dict[str, Any]:
        """Once the router knows."""
        while True:
            answer = await self.answer(session)
            if answer["routing"]["experiment"].startswith(wanted) and bool(answer["routing"]["experiment"]) == bool(
                wanted
            ):
                return answer
            await asyncio.sleep(0.2)

    async def rated(self, answer: dict[str, Any], session: str, score: float) -> None:
        result = UUID(answer["result_id"])
        of: dict[str, Any] = {
            "task_type": "classification",
            "result_id": result,
            "unit": session,
            "assigned_by": "experiment",
        }
        word = joined(1, score, at=datetime.now(UTC), tenant=self.tenant, event_id=uuid4(), **of)
        await publish(self.bus, word)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(site: Site, stack: Ground) -> AsyncIterator[Both]:
    settings = MonitorSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=site.tenant.tokens_file,
        min_step_hours=0,
    )
    async with running_app(build(settings), site.tenant) as monitor, Bus(settings) as bus:
        yield Both(site.app, monitor, bus, settings, site.tenant.name)


def sessions_of(both: Both, experiment_id: str) -> dict[str, str]:
    """As many of each arm, in the order in which the hash gives them: each with its arm."""
    arms = tuple(Arm(name=arm["name"], share=arm["share"]) for arm in ASKED["arms"])
    of = ExperimentChanged(
        tenant=both.tenant,
        experiment_id=experiment_id,
        task_type="classification",
        arms=arms,
        unit="session",
        metric="score",
        state="running",
    )
    found: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for number in range(1_000):
        arm = arm_of(of, f"session-{number}")
        assert arm is not None
        if counted[arm.name] < OF_EACH:
            found[f"session-{number}"] = arm.name
            counted[arm.name] += 1
    assert set(counted.values()) == {OF_EACH}
    return found


async def test_units_stick_the_verdict_comes_and_the_router_goes_back(both: Both) -> None:
    async with asyncio.timeout(PATIENCE_S):
        key = {"Idempotency-Key": "once"}
        status, made = await both.monitor.post(EXPERIMENTS, ASKED, headers=key)
        assert (status, made["state"], made["arms"][0]["what"]) == (201, "running", "model quick")
        assert (await both.monitor.post(EXPERIMENTS, ASKED, headers=key))[1]["experiment_id"] == made["experiment_id"]
        status, refused = await both.monitor.post(EXPERIMENTS, ASKED)
        assert (status, refused["type"]) == (409, f"{PROBLEM}experiment-runs")
        own_id = made["experiment_id"]
        sessions = sessions_of(both, own_id)
        await both.drawn(next(iter(sessions)), own_id)

        answered = await asyncio.gather(*(both.twice(session) for session in sessions))
        for (session, arm), answers in zip(sessions.items(), answered, strict=True):
            for answer in answers:
                assert answer["routing"]["experiment"] == f"{own_id}:{arm}"
                assert answer["model"] == arm
                assert any(f"the arm {arm} of the experiment {own_id}" in why for why in answer["routing"]["reasons"])
            await both.rated(answers[0], session, 1.0 if arm == "slow" else 0.0)
        pinned = await both.answer(next(iter(sessions)), model="quick")
        assert pinned["routing"]["experiment"] == ""

        while True:
            status, found = await both.monitor.get(f"{EXPERIMENTS}/{own_id}")
            if found["state"] != "running":
                break
            await asyncio.sleep(0.2)
        assert (found["state"], found["verdict"], found["winner"]) == ("decided", "advance", "slow")
        assert found["shares"]["mismatch"] is False
        assert "name it in requests" in found["what_now"]
        (listed,) = (await both.monitor.get(EXPERIMENTS))[1]["items"]
        assert listed == found
        (verdict,) = [one for one in await verdicts_of(both.settings, both.tenant) if one.conclusion != "hold"]
        assert (verdict.conclusion, verdict.arm, verdict.experiment_id) == ("advance", "slow", own_id)
        assert verdict.numbers["slow.gain_low"] > 0

        back = await both.drawn(next(iter(sessions)), "")
        assert back["routing"]["assigned_by"] == "routed"
        status, stopped = await both.monitor.post(f"{EXPERIMENTS}/{own_id}/stop", {"why": "too late"})
        assert (status, stopped["type"]) == (409, f"{PROBLEM}experiment-over")


async def test_somebody_stops_it_and_the_router_hears(both: Both) -> None:
    async with asyncio.timeout(PATIENCE_S):
        _, made = await both.monitor.post(EXPERIMENTS, ASKED)
        await both.drawn("s", made["experiment_id"])
        status, over = await both.monitor.post(f"{EXPERIMENTS}/{made['experiment_id']}/stop", {"why": "a mistake"})
        assert (status, over["state"], over["why"]) == (200, "stopped", "a mistake")
        await both.drawn("s", "")
        status, again = await both.monitor.post(EXPERIMENTS, ASKED)
        assert status == 201
        await both.monitor.post(f"{EXPERIMENTS}/{again['experiment_id']}/stop")


async def test_what_cannot_be_is_refused_in_words(both: Both) -> None:
    async with asyncio.timeout(PATIENCE_S):
        wrong = ASKED | {
            "arms": [ASKED["arms"][0], {"name": "v", "share": 50, "version_id": "classification-99999999"}]
        }
        status, refused = await both.monitor.post(EXPERIMENTS, wrong)
        assert (status, refused["type"], refused["field"]) == (422, f"{PROBLEM}experiment-refused", "arms.1.version_id")
        assert "base can" in refused["detail"]
        assert (await both.monitor.post(EXPERIMENTS, ASKED | {"task_type": "poetry"}))[0] == 404
        assert (await both.monitor.post(EXPERIMENTS, ASKED | {"minimum_effect": -1}))[0] == 422
        assert (await both.monitor.post(f"{EXPERIMENTS}/exp-none/stop"))[0] == 404
        _, made = await both.monitor.post(EXPERIMENTS, ASKED | {"task_type": "qa"})
        assert [note.split(" has not")[0] for note in made["notes"]] == ["The model quick", "The model slow"]


async def test_of_many_who_change_it_at_once_one_is_heard(stack: Ground) -> None:
    """Without any lease: the write itself sees to it."""
    async with a_store(stack) as store:
        asked = [study(experiment_id=f"exp-{number}") for number in range(8)]
        added = await asyncio.gather(*(store.studies.add(one, changed(one)) for one in asked))
        assert added.count(True) == 1
        running = await store.studies.running(asked[0].task)
        assert running is not None
        assert await store.studies.all_running() == [running]
        over = stopped(running, Ended(at=datetime.now(UTC), who="ann", why="enough"))
        said = told_by(running, over)
        written = await asyncio.gather(*(store.studies.record(running, over, said) for _ in range(16)))
        assert written.count(True) == 1
        assert await store.studies.running(running.task) is None
        document = await store.studies.collection.find_one({"_id": f"{running.experiment_id}|acme"})
        assert document is not None
        assert len(document["outbox"]) == 2
        after = await Played(study(), 1).scored(100, {"a": 0.5, "b": 0.5}).found()
        again = study(experiment_id="exp-again", finding=after)
        assert await store.studies.add(again, changed(again))
        kept = await store.studies.study("acme", "exp-again")
        assert kept is not None
        assert msgspec.json.encode(kept) == msgspec.json.encode(again)
        assert await store.studies.study("globex", "exp-again") is None


async def test_a_look_that_took_long_takes_no_later_ones_place(stack: Ground) -> None:
    async with a_store(stack) as store:
        found = await Played(study(), 1).scored(100, {"a": 0.5, "b": 0.5}).found()
        asked = study(experiment_id="exp-slow")
        assert await store.studies.add(asked, changed(asked))
        later = replace(asked, finding=replace(found, at=found.at + timedelta(seconds=30)))
        assert await store.studies.record(asked, replace(asked, finding=found), [])
        assert await store.studies.record(asked, later, [])
        assert not await store.studies.record(asked, replace(asked, finding=found), [])
        kept = await store.studies.study("acme", "exp-slow")
        assert kept is not None
        assert kept.finding is not None
        assert kept.finding.at == found.at + timedelta(seconds=30)
