"""Training jobs over HTTP, from examples to a version, at the tuning platform that aimock imitates."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_trainer.main import build
from ratchet_trainer.settings import TrainerSettings
from tests.imitations.rig import KEY
from tests.integration.conftest import Ground, Running, Tenant, running_app

pytestmark = pytest.mark.imitations
MODEL: Final = "gpt-4.1-mini-2025-04-14"
JOB: Final[dict[str, object]] = {"task_type": "classification", "platform": "openai", "base_model": MODEL}
ENDED: Final = ("succeeded", "failed", "cancelled")


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    name = f"tenant-{uuid4().hex[:8]}"
    token, row = new_token(name, frozenset(Scope))
    write_tokens(tmp_path / "tokens.json", [row])
    return Tenant(name, token, tmp_path / "tokens.json")


@asynccontextmanager
async def trainer(stack: Ground, tenant: Tenant, folder: Path, url: str, **more: Any) -> AsyncIterator[Running]:
    (folder / "key").write_text(KEY)
    settings = TrainerSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=tenant.tokens_file,
        artifacts_url=(folder / "artifacts").as_uri(),
        min_examples=20,
        look_every_s=0.05,
        platform_settle_s=0.2,
        **{"openai_base_url": f"{url}/v1", "openai_key": f"file:{folder / 'key'}"} | more,
    )
    async with running_app(build(settings), tenant) as app:
        await learn(app)
        yield app


async def learn(app: Running, count: int = 40) -> None:
    for number in range(count):
        text = f"the order number {number} of the shop {number * 17} has not come, {number * 31} days later"
        label = "complaint" if number % 2 else "question"
        body = {
            "task_type": "classification",
            "document_text": text,
            "target": label,
            "labels": ["complaint", "question"],
        }
        status, said = await app.post("/api/models/examples", body)
        assert status < 300, said


async def ended(app: Running, job_id: str) -> Any:
    while True:
        _, job = await app.get(f"/api/models/jobs/{job_id}")
        if job["state"] in ENDED:
            return job
        await asyncio.sleep(0.05)


async def files_at(url: str) -> list[str]:
    async with httpx2.AsyncClient() as http:
        found = await http.get(f"{url}/v1/files", headers={"Authorization": f"Bearer {KEY}"})
    return [file["filename"] for file in found.json()["data"]]


async def test_a_job_becomes_a_version_that_the_platform_serves(
    stack: Ground, tenant: Tenant, imitated: str, tmp_path: Path
) -> None:
    async with asyncio.timeout(120), trainer(stack, tenant, tmp_path, imitated) as app:
        status, preview = await app.post("/api/models/jobs/estimate", JOB)
        assert status == 200, preview
        assert preview["estimate"]["examples"] > 20
        assert preview["hyperparameters"]["epochs"] == 5
        status, asked = await app.post("/api/models/jobs", JOB | {"max_cost_usd": 5})
        assert status == 201, asked
        job = await ended(app, asked["job_id"])
        assert job["state"] == "succeeded", job
        assert job["estimate"] == preview["estimate"]
        _, version = await app.get(f"/api/models/versions/{job['version_id']}")
        assert (version["platform"], version["base_model"]) == ("openai", MODEL)
        _, events = await app.get(f"/api/models/jobs/{job['job_id']}/events")
        assert events["items"][-1]["message"].startswith("Training complete")
        status, _ = await app.get(f"/api/models/jobs/{job['job_id']}/curves")
        assert status == 200
        token = job["job_id"].replace("-", "")
        while any(token in name for name in await files_at(imitated)):  # noqa: ASYNC110  another process removes them
            await asyncio.sleep(0.05)


async def test_a_budget_refuses_it_with_the_price(stack: Ground, tenant: Tenant, imitated: str, tmp_path: Path) -> None:
    async with asyncio.timeout(120), trainer(stack, tenant, tmp_path, imitated) as app:
        _, asked = await app.post("/api/models/jobs", JOB | {"max_cost_usd": 0})
        job = await ended(app, asked["job_id"])
        assert job["state"] == "failed"
        assert "and may cost 0.00 USD" in job["reason"]
        assert job["run_id"] is None


async def test_a_wrong_key_fails_the_job_with_what_to_do_and_not_with_the_key(
    stack: Ground, tenant: Tenant, imitated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "a-wrong-key-of-somebody")
    how = {"openai_key": "env:SOME_KEY"}
    async with asyncio.timeout(120), trainer(stack, tenant, tmp_path, imitated, **how) as app:
        _, asked = await app.post("/api/models/jobs", JOB)
        job = await ended(app, asked["job_id"])
        assert job["state"] == "failed"
        assert "TRAINER_OPENAI_KEY" in job["reason"]
        assert "a-wrong-key-of-somebody" not in job["reason"]


async def test_a_key_that_is_not_there_is_said_too(
    stack: Ground, tenant: Tenant, imitated: str, tmp_path: Path
) -> None:
    how = {"openai_key": "env:NOBODY_HAS_SET_THIS"}
    async with asyncio.timeout(120), trainer(stack, tenant, tmp_path, imitated, **how) as app:
        _, asked = await app.post("/api/models/jobs", JOB)
        job = await ended(app, asked["job_id"])
        assert "NOBODY_HAS_SET_THIS" in job["reason"]


REFUSED: Final[list[tuple[dict[str, object], str]]] = [
    ({"base_model": "gpt-nobody"}, "The platform openai has no base model gpt-nobody"),
    ({"platform": "bedrock", "base_model": "anthropic.claude-3-haiku-20240307-v1:0:200k"}, "amazon.nova-lite-v1:0"),
    ({"hyperparameters": {"epochs": 99}}, "from 1 to 50"),
    ({"method": "dpo", "base_model": "gpt-4o-mini-2024-07-18"}, "is not tuned by dpo"),
    ({"hyperparameters": {"epochs": "many"}}, "hyperparameters"),
    ({"max_cost_usd": -1}, "max_cost_usd"),
    ({"platform": "abacus"}, "platform"),
    ({"dataset_id": "classification-0123456789ab"}, "There is no dataset"),
]


async def test_what_cannot_be_is_refused_at_once(stack: Ground, tenant: Tenant, imitated: str, tmp_path: Path) -> None:
    async with asyncio.timeout(120), trainer(stack, tenant, tmp_path, imitated) as app:
        for change, said in REFUSED:
            for path in ("/api/models/jobs", "/api/models/jobs/estimate"):
                status, problem = await app.post(path, JOB | change)
                assert 400 <= status < 500, (change, problem)
                assert said in str(problem), problem
        _, jobs = await app.get("/api/models/jobs")
        assert jobs["items"] == []
        _, known = await app.get("/api/models/base-models")
        past = [model for model in known["items"] if not model["takes_jobs"]]
        assert [model["successor"] for model in past if model["platform"] == "bedrock"] == [
            "amazon.nova-lite-v1:0:300k"
        ]
