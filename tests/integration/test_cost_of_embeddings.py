"""What vectors cost is seen by whoever pays: router, Kafka, monitor. Nothing else is said of them."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from ratchet_monitor.main import build as build_monitor
from ratchet_monitor.settings import MonitorSettings
from ratchet_router.main import build as build_router
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.router_site import CATALOGUE, MAIL
from tests.integration.test_monitor import until
from tests.patience import PATIENCE_S


async def cost_of(router: Running, path: str, body: Any) -> float:
    async with router.http.post(router.url + path, json=body) as response:
        assert response.status == 200
        return round(float(response.headers["x-ratchet-cost-usd"]), 6)


async def test_vectors_are_paid_for_and_neither_scored_nor_counted_as_answers(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path
) -> None:
    (tmp_path / "catalogue.toml").write_text(CATALOGUE.replace("price = 0.02", "price = 1_000"))
    settings = settings_for(RouterSettings, catalogue=tmp_path / "catalogue.toml", explore=0)
    monitors = settings_for(MonitorSettings)
    assert isinstance(settings, RouterSettings)
    assert isinstance(monitors, MonitorSettings)
    async with (
        asyncio.timeout(PATIENCE_S),
        running_app(build_router(settings), tenant) as router,
        running_app(build_monitor(monitors), tenant) as monitor,
    ):
        words = {"model": "words", "input": f"invoice {uuid4().hex}"}
        paid = await cost_of(router, "/v1/embeddings", words)
        assert paid > 0
        assert await cost_of(router, "/v1/embeddings", words) == 0  # kept
        answered = await cost_of(router, "/api/generate", MAIL | {"model": "quick"})
        costs = await until(
            monitor,
            "/api/models/costs/summary",
            lambda found: len(found["cost_by_task"]) == 2 and found["savings_from_caching"] > 0,
        )
        assert costs["cost_by_task"] == {"classification": answered, "embedding": paid}
        assert costs["cost_by_model"] == {"quick": answered, "words": paid}
        assert costs["savings_from_caching"] == paid
        _, numbers = await monitor.get("/api/models/performance")
        assert (numbers["total_predictions"], list(numbers["by_task"])) == (1, ["classification"])
        _, summary = await monitor.get("/api/models/metrics/summary")
        assert summary["total_predictions"] == 1
        assert summary["total_cost"] == round(paid + answered, 6)
