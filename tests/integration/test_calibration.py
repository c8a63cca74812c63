"""What people said of answers comes back as what confidence means: monitor, Kafka, the router's store and snapshot."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from ratchet_common.bus import Bus
from ratchet_common.events import Calibration, RawConfidence
from ratchet_monitor.main import build as build_monitor
from ratchet_monitor.settings import MonitorSettings
from ratchet_router.confidence import calibrated
from ratchet_router.main import build as build_router
from ratchet_router.parts import Parts
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.router_site import CATALOGUE
from tests.integration.test_monitor import publish
from tests.patience import PATIENCE_S
from tests.unit.monitor.make import Said, joined, prediction

N = 200
SEEMED, WAS = 0.95, 0.6  # sure of the answers, and how many of them were right


def said_of(tenant: str, now: datetime) -> list[Said]:
    """Answers of the router's cheapest model, each with what somebody said of it; a third of all comes twice."""
    events: list[Said] = []
    for number in range(N):
        raw = RawConfidence(value=SEEMED, source="logprobs")
        made = prediction(number, at=now, tenant=tenant, model="quick", confidence=SEEMED, raw_confidence=raw)
        score = float(number < WAS * N)
        events += [made, joined(number, score, at=now, tenant=tenant, event_id=uuid4(), model="quick")]
    repeated = events + events[::3]
    random.Random(4).shuffle(repeated)
    return repeated


@asynccontextmanager
async def a_router(settings_for: SettingsFor, tenant: Tenant, folder: Path) -> AsyncIterator[FastAPI]:
    (folder / "catalogue.toml").write_text(CATALOGUE)
    settings = settings_for(RouterSettings, catalogue=folder / "catalogue.toml")
    assert isinstance(settings, RouterSettings)
    app = build_router(settings)
    async with running_app(app, tenant):
        yield app


async def learned(parts: Parts, tenant: str) -> tuple[Calibration, ...]:
    """Once all scores are in it."""
    while True:
        found = parts.snapshot.calibrations(tenant, "summary", "quick")
        if found and found[0].n >= N / 2:
            return found
        await asyncio.sleep(0.2)


async def measured_error(monitor: Running) -> float:
    while True:
        _, numbers = await monitor.get("/api/models/performance?task_type=summary")
        if numbers["scored_predictions"] == N:
            return float(numbers["calibration_error"])
        await asyncio.sleep(0.2)


async def test_feedback_teaches_the_router_what_confidence_means(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path
) -> None:
    settings = settings_for(MonitorSettings, quality_every_s=0.2)
    assert isinstance(settings, MonitorSettings)
    async with (
        asyncio.timeout(PATIENCE_S),
        a_router(settings_for, tenant, tmp_path) as router,
        running_app(build_monitor(settings), tenant) as monitor,
        Bus(settings) as bus,
    ):
        now = datetime.now(UTC) - timedelta(minutes=1)
        await publish(bus, *said_of(tenant.name, now))
        (curve,) = await learned(router.state.parts, tenant.name)
        assert curve.source == "logprobs"
        told = calibrated(RawConfidence(value=SEEMED, source="logprobs"), (curve,))
        assert told is not None
        assert abs(told - WAS) < 0.08
        assert calibrated(RawConfidence(value=SEEMED, source="checks"), (curve,)) == SEEMED
        assert router.state.parts.snapshot.calibrations("somebody-else", "summary", "quick") == ()
        assert abs(await measured_error(monitor) - (SEEMED - WAS)) < 0.01
