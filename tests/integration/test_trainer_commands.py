"""`ratchet data`, `tune`, `versions` and `rollout` against a running trainer."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.main import app as ratchet_app
from ratchet_trainer.main import build
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.test_registered_versions import CATALOGUE
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers

TASK = "classification"


class Ratchet:
    """The command, as somebody with the tenant's token runs it."""

    def __init__(self, url: str, token: str) -> None:
        self._env = {"RATCHET_URL": url, "RATCHET_TOKEN": token, "COLUMNS": "200"}

    async def __call__(self, *arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, ratchet_app, [*arguments], env=self._env)

    async def json(self, *arguments: str) -> Any:
        result = await self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
async def ratchet(tenant: Tenant, settings_for: SettingsFor, tmp_path: Path) -> AsyncIterator[Ratchet]:
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE.format(url="http://127.0.0.1:9"))
    settings = settings_for(TrainerSettings, min_examples=20, look_every_s=0.05, catalogue=catalogue)
    assert isinstance(settings, TrainerSettings)
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings, ready_workers), tenant) as app:
        await learn(app)
        yield Ratchet(app.url, tenant.token)


async def learn(app: Running) -> None:
    for number in range(40):
        text = f"the order number {number} of the shop {number * 17} has not come, {number * 31} days later"
        label = "complaint" if number % 2 else "question"
        labels = ["complaint", "question"]
        body = {"task_type": TASK, "document_text": text, "target": label, "labels": labels}
        status, said = await app.post("/api/models/examples", body)
        assert status < 300, said


async def test_from_examples_to_a_version_that_serves_and_back(ratchet: Ratchet, tmp_path: Path) -> None:
    assert (await ratchet.json("data", "stats"))["total_examples"] == 40
    dataset = await ratchet.json("data", "build", TASK)
    card = await ratchet("data", "show", dataset["dataset_id"])
    assert dataset["dataset_id"] in card.stdout
    lines = tmp_path / "train.jsonl"
    exported = await ratchet("data", "export", dataset["dataset_id"], str(lines), "--format", "chat")
    assert exported.exit_code == 0, exported.output
    assert len(lines.read_bytes().splitlines()) == dataset["examples"]["train"]
    started = await ratchet("tune", "start", TASK, "--dataset", dataset["dataset_id"], "--wait")
    assert started.exit_code == 0, started.output
    assert "succeeded" in started.stdout
    (job,) = await ratchet.json("tune", "list", "--state", "succeeded")
    assert job["dataset_id"] == dataset["dataset_id"]
    version = job["version_id"]
    assert version in (await ratchet("versions", "list")).stdout
    assert (await ratchet.json("versions", "show", version))["job_id"] == job["job_id"]
    activated = await ratchet("versions", "activate", version, "--why", "tried by hand")
    assert activated.exit_code == 0, activated.output
    assert "tried by hand" in activated.stdout
    rollout = await ratchet.json("rollout", "show", TASK)
    assert (rollout["stable"], rollout["history"][-1]["why"]) == (version, "tried by hand")
    back = await ratchet("versions", "rollback", version, "--why", "it was a trial")
    assert "it was a trial" in back.stdout
    assert [one["task_type"] for one in await ratchet.json("rollout", "list")] == [TASK]
    await _traced_and_registered(ratchet, version, dataset["dataset_id"])
    await _looked_at(ratchet, dataset["dataset_id"], job["job_id"], version)


async def _traced_and_registered(ratchet: Ratchet, version: str, dataset_id: str) -> None:
    shown = await ratchet("versions", "show", version)
    assert shown.exit_code == 0, shown.output
    assert dataset_id in shown.stdout
    traced = await ratchet("versions", "lineage", version, "--limit", "30")
    assert "There is more: --cursor 30" in traced.stdout
    rest = await ratchet.json("versions", "lineage", version, "--limit", "30", "--cursor", "30")
    assert len(rest["items"]) == 10
    named = ("--model", "ft:x", "--parent", version, "--why", "tuned by hand", "--metric", "f1=0.8")
    brought = ("versions", "register", TASK, "openai", *named)
    found = await ratchet.json(*brought)
    assert (found["why"], found["metrics"]) == ("tuned by hand", {"f1": 0.8})
    dark = await ratchet("versions", "shadow", found["version_id"], "20", "--why", "to see it at work")
    assert dark.exit_code == 0, dark.output
    assert (await ratchet.json("rollout", "show", TASK))["shadow"] == {"version_id": found["version_id"], "percent": 20}
    assert "candidate" in (await ratchet(*brought)).stdout


async def _looked_at(ratchet: Ratchet, dataset: str, job: str, version: str) -> None:
    assert [one["dataset_id"] for one in await ratchet.json("data", "list")] == [dataset]
    assert dataset in (await ratchet("data", "list", "--task-type", TASK)).stdout
    own = await ratchet("tune", "events", job)
    assert (own.exit_code, "was fitted here" in own.stderr) == (1, True)
    assert job in (await ratchet("tune", "show", job)).stdout
    over = await ratchet("tune", "cancel", job)
    assert over.exit_code == 1
    assert "succeeded" in over.stderr
    assert {one["platform"] for one in await ratchet.json("tune", "models", "--platform", "bedrock")} == {"bedrock"}
    (outside,) = [one for one in await ratchet.json("versions", "list") if one["model"] == "ft:x"]
    beside = await ratchet("versions", "compare", version, outside["version_id"])
    assert beside.exit_code == 0, beside.output
    assert f"{version} beside {outside['version_id']}" in beside.stdout
    trial = await ratchet("versions", "traffic", version, "10", "--why", "to see")
    assert trial.exit_code == 0, trial.output
    shown = await ratchet.json("rollout", "show", TASK)
    assert shown["shares"][version] == 10
    assert shown["history"][-1]["why"] == "to see"
    await ratchet("versions", "traffic", version, "0")
    assert version not in (await ratchet.json("rollout", "show", TASK))["shares"]


async def test_a_search_is_begun_shown_and_ended(ratchet: Ratchet) -> None:
    how = ("--platform", "openai", "--strategy", "grid", "--jobs", "2", "--max-cost", "5")
    begun = await ratchet.json("tune", "search", TASK, "--try", "epochs=1,2", *how)
    its = begun["search_id"]
    assert [one["hyperparameters"]["epochs"] for one in begun["trials"]] == [1, 2]
    assert its in (await ratchet("tune", "searches")).stdout
    shown = await ratchet("tune", "trials", its)
    assert shown.exit_code == 0, shown.output
    assert "epochs 2" in shown.stdout
    assert (await ratchet.json("tune", "cancel-search", its))["state"] == "cancelled"
    wrong = await ratchet("tune", "search", TASK, "--try", "epochs=many", *how)
    assert (wrong.exit_code, wrong.stderr.startswith("ratchet: ")) == (1, True)


async def test_what_a_job_would_cost_is_said_before_it_begins(ratchet: Ratchet) -> None:
    said = await ratchet("tune", "estimate", TASK, "--platform", "openai", "--set", "epochs=3")
    assert said.exit_code == 0, said.output
    assert "$0." in said.stdout
    assert "epochs 3" in said.stdout


REFUSED = [
    (("tune", "start", "nonsense"), "answered 404"),
    (("tune", "start", TASK, "--set", "epochs"), "write it as --set epochs=3"),
    (("tune", "start", TASK, "--platform", "openai", "--base-model", "claude-1"), "has no base model claude-1"),
    (("tune", "show", "0"), "answered 422"),
    (("tune", "wait", "00000000-0000-0000-0000-000000000000"), "There is no job"),
    (("versions", "show", "qa-00000000"), "There is no version"),
    (("data", "show", "qa-0123456789ab"), "There is no dataset"),
    (("data", "export", "qa-0123456789ab", "/nowhere/x.jsonl"), "answered 404"),
    (("rollout", "show", "nonsense"), "answered 404"),
]


async def test_what_cannot_be_is_one_sentence(ratchet: Ratchet) -> None:
    for arguments, said in REFUSED:
        result = await ratchet(*arguments)
        assert result.exit_code == 1
        assert said in result.stderr
        assert result.stderr.startswith("ratchet: ")
        assert "Traceback" not in result.output


async def test_a_dataset_is_built_as_the_options_say_and_a_wrong_one_is_named(ratchet: Ratchet, tmp_path: Path) -> None:
    how = (
        "--since",
        "2026-01-01",
        "--by-user",
        "--balance",
        "cap:2",
        "--augment",
        "casing,whitespace",
        "--factor",
        "3",
    )
    dataset = await ratchet.json("data", "build", TASK, "--split", "90/10", "--seed", "0", *how)
    rules = dataset["rules"]
    assert (rules["seed"], rules["split_by_user"], rules["since"]) == (0, True, "2026-01-01T00:00:00Z")
    assert rules["balance"] == {"kind": "cap", "most": 2.0}
    assert rules["augment"] == {"recipes": ["casing", "whitespace"], "factor": 3, "rare_labels": False}
    lines = tmp_path / "train.jsonl"
    await ratchet("data", "export", dataset["dataset_id"], str(lines), "--format", "examples")
    assert len(lines.read_bytes().splitlines()) > dataset["examples"]["train"]
    wrong = await ratchet("data", "build", TASK, "--balance", "cap")
    assert (wrong.exit_code, "cap:2 (times the median)" in wrong.output) == (1, True)
