"""Training jobs over HTTP, from examples to a version, at imitations of Bedrock and of Vertex."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from ratchet_trainer.main import build
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.versions import name_of
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers
from tests.unit.trainer.platforms.bedrock import site as bedrock_site
from tests.unit.trainer.platforms.vertex import site as vertex_site
from tests.unit.trainer.platforms.vertex.imitation import imitated_google

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ENDED: Final = ("succeeded", "failed", "cancelled")
CREATE_AT_AWS, DEPLOY = "CreateModelCustomizationJob", "CreateCustomModelDeployment"


@asynccontextmanager
async def trainer(settings_for: SettingsFor, tenant: Tenant, **more: Any) -> AsyncIterator[Running]:
    settings = settings_for(
        TrainerSettings, min_examples=20, look_every_s=0.05, platform_settle_s=0.2, lease_s=2, **more
    )
    assert isinstance(settings, TrainerSettings)
    async with running_app(build(settings, ready_workers), tenant) as app:
        yield app


async def learn(app: Running, count: int = 30) -> None:
    for number in range(count):
        body = {
            "task_type": "classification",
            "document_text": f"the order number {number} of the shop {number * 17} came {number * 31} days later",
            "target": "complaint" if number % 2 else "question",
            "labels": ["complaint", "question"],
        }
        status, said = await app.post("/api/models/examples", body)
        assert status < 300, said


async def begin(app: Running, platform: str) -> str:
    status, job = await app.post("/api/models/jobs", {"task_type": "classification", "platform": platform})
    assert status == 201, job
    return str(job["job_id"])


async def until(app: Running, job_id: str, there: Callable[[Any], bool], between: Callable[[], None]) -> Any:
    while True:
        _, job = await app.get(f"/api/models/jobs/{job_id}")
        if there(job):
            return job
        between()
        await asyncio.sleep(0.05)


async def until_gone(left: Callable[[], object]) -> None:
    """The files go when the job has ended."""
    while left():  # noqa: ASYNC110  another part of the process removes them
        await asyncio.sleep(0.05)


def has_ended(job: Any) -> bool:
    return job["state"] in ENDED


def runs(job: Any) -> bool:
    return has_ended(job) or bool(job["run_id"])


def nothing() -> None:
    """Time passes by itself."""


async def test_a_job_at_bedrock_outlives_its_trainer_and_every_lost_answer(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bedrock_site.as_nobody(monkeypatch, tmp_path)
    with bedrock_site.aws_with_bucket() as aws:
        how = bedrock_site.settings_of(aws).model_dump()
        aws.loses_answer("PUT")
        aws.loses_answer(CREATE_AT_AWS)
        async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, **how) as app:
            await learn(app)
            job_id = await begin(app, "bedrock")
            job = await until(app, job_id, runs, nothing)
            assert job["state"] == "running", job["reason"]
        aws.loses_answer(DEPLOY)
        async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, **how) as app:
            job = await until(app, job_id, has_ended, aws.complete_all)
            assert job["state"] == "succeeded", job["reason"]
            _, version = await app.get(f"/api/models/versions/{job['version_id']}")
            assert version["platform"] == "bedrock"
            assert job["version_id"] == name_of("classification", Tuned(model=aws.made[job["run_id"]].arn).identity)
            s3 = bedrock_site.s3_of(aws)
            await until_gone(lambda: s3.list_objects_v2(Bucket=bedrock_site.BUCKET)["KeyCount"])
        assert [aws.asked(call) for call in ("PUT", CREATE_AT_AWS, DEPLOY)] == [2, 1, 1]  # both sides' files


async def test_a_job_at_vertex_outlives_its_trainer_and_every_lost_answer(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vertex_site.as_nobody(monkeypatch, tmp_path)
    async with imitated_google() as google:
        how = vertex_site.settings_of(google, tmp_path).model_dump()
        google.loses_answer("part")
        google.loses_answer("tuningJobs.create")
        async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, **how) as app:
            await learn(app)
            job_id = await begin(app, "vertex")
            job = await until(app, job_id, runs, nothing)
            assert job["state"] == "running", job["reason"]
        async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, **how) as app:
            job = await until(app, job_id, has_ended, google.hours_pass)
            assert job["state"] == "succeeded", job["reason"]
            _, version = await app.get(f"/api/models/versions/{job['version_id']}")
            assert version["platform"] == "vertex"
            await until_gone(lambda: google.storage.buckets[vertex_site.BUCKET])
        assert google.asked("tuningJobs.create") == len(google.jobs) == 1
        assert google.asked("part") == google.storage.written


async def test_a_platform_that_nobody_set_up_fails_the_job_with_what_to_do(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant) as app:
        await learn(app)
        for platform, named in (("bedrock", "TRAINER_BEDROCK_BUCKET"), ("vertex", "TRAINER_VERTEX_PROJECT")):
            job = await until(app, await begin(app, platform), has_ended, nothing)
            assert (job["state"], named in job["reason"]) == ("failed", True), job
