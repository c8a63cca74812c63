"""Tuners as Jobs of a cluster: made once, looked for by name, removed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import kubernetes_validate
import pytest

from ratchet_trainer.artifacts import artifacts_at
from ratchet_trainer.platforms.lora.cluster import KubernetesRunner, access_in_cluster
from ratchet_trainer.platforms.lora.judging import Rules
from ratchet_trainer.platforms.lora.manifest import Pod, job_of
from ratchet_trainer.platforms.lora.ordering import Habits
from ratchet_trainer.platforms.lora.platform import LoraPlatform, Means
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunState
from ratchet_tuner.digest import folder_sha256
from ratchet_tuner.status import State, Status, write_status
from tests.unit.trainer.platforms.lora.cluster import Cluster, cluster_in
from tests.unit.trainer.platforms.promises import PROMISES, Promise, Trial, name_of, order, training_files

POD = Pod(image="ratchet-tuner:0.1.0", claim="ratchet-lora", claim_path=Path("/var/lib/ratchet-lora"))
RULES = Rules(at_once=2, silent=timedelta(0))


@dataclass(frozen=True)
class Rig:
    folder: Path
    cluster: Cluster
    runner: KubernetesRunner
    platform: LoraPlatform

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def trial(self) -> Trial:
        wanted = replace(order("tiny"), hyperparameters={"epochs": 2})
        return Trial(self.platform, wanted, training_files(self.folder), between=self.pods_work)

    async def pods_work(self) -> None:
        """What the pods of all Jobs would have done meanwhile."""
        for name in self.cluster.jobs:
            self.writes(name, State.SUCCEEDED)
            self.cluster.end(name)

    def writes(self, name: str, state: State) -> None:
        work, now = self.work / name.removeprefix("ratchet-"), datetime.now(UTC)
        (work / "adapter").mkdir(exist_ok=True)
        (work / "adapter" / "card.json").write_text("{}")
        digest = folder_sha256(work / "adapter") if state is State.SUCCEEDED else ""
        write_status(work, Status(state=state, started=now, heartbeat=now, adapter_sha256=digest))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    for name in ("account", "artifacts", "models/tiny"):
        (tmp_path / name).mkdir(parents=True)
    with cluster_in(tmp_path / "account") as (cluster, access):
        runner = KubernetesRunner(access, POD)
        means = Means(runner, tmp_path / "work", Habits(models=tmp_path / "models"), RULES)
        platform = LoraPlatform(lambda: means, artifacts_at((tmp_path / "artifacts").as_uri()))
        yield Rig(tmp_path, cluster, runner, platform)
        runner.close()


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, rig: Rig) -> None:
    await promise(rig.trial())


@pytest.mark.parametrize(
    "pod",
    [
        POD,
        replace(POD, gpus=0),
        replace(POD, secret="hub"),
        replace(POD, node_selector={"gpu": "a100"}, gpu_resource="amd.com/gpu"),
    ],
)
@pytest.mark.parametrize("version", ["1.30", kubernetes_validate.latest_version()])
def test_the_job_is_a_valid_one(pod: Pod, version: str) -> None:
    job = job_of("ratchet-abc", Path("/var/lib/ratchet-lora/work/abc"), pod)
    kubernetes_validate.validate(job, version, strict=True)
    assert job["spec"]["activeDeadlineSeconds"] == pod.limit_s
    spec = job["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["command"][-2:] == ["--work", "/var/lib/ratchet-lora/work/abc"]
    assert container["resources"]["limits"].get(pod.gpu_resource) == ("1" if pod.gpus else None)
    assert spec.get("nodeSelector", {}) == pod.node_selector


def test_secrets_are_named_and_never_written_into_the_job() -> None:
    (container,) = job_of("ratchet-abc", Path("/work"), replace(POD, secret="hub"))["spec"]["template"]["spec"][
        "containers"
    ]
    assert container["envFrom"] == [{"secretRef": {"name": "hub"}}]
    assert "env" not in container


def test_the_pod_has_no_rights() -> None:
    spec = job_of("ratchet-abc", Path("/work"), POD)["spec"]["template"]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


async def test_a_job_bears_the_orders_token_and_is_made_once(rig: Rig) -> None:
    trial = rig.trial()
    run_id = await trial.created()
    await trial.created()
    assert list(rig.cluster.jobs) == [f"ratchet-{run_id}"]
    assert rig.cluster.calls.count("POST") == 1


async def test_one_that_another_service_made_meanwhile_is_taken(rig: Rig) -> None:
    (rig.work / "abc").mkdir(parents=True)
    for _ in range(2):
        rig.runner.start("abc", rig.work / "abc")
    assert list(rig.cluster.jobs) == ["ratchet-abc"]


async def test_a_job_that_failed_without_a_word_is_made_anew_and_then_given_up(rig: Rig) -> None:
    run_id = await rig.trial().created()
    for _ in range(10):
        if (status := await rig.platform.status(run_id)).state is RunState.FAILED:
            break
        for name in rig.cluster.jobs:
            rig.cluster.end(name, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert rig.cluster.calls.count("POST") == 3
    assert "Its last words: BackoffLimitExceeded: Job has reached" in status.reason


async def test_a_pod_that_does_not_begin_is_told_once_with_where_to_look(rig: Rig) -> None:
    means = Means(rig.runner, rig.work, Habits(models=rig.folder / "models"), replace(RULES, late=timedelta(0)))
    platform = LoraPlatform(lambda: means, artifacts_at((rig.folder / "artifacts").as_uri()))
    run_id = await replace(rig.trial(), platform=platform).created()
    for _ in range(3):
        assert (await platform.status(run_id)).state is RunState.WAITING
    (said,) = await platform.events(run_id)
    assert f"kubectl describe pods -l job-name=ratchet-{run_id}" in said.message


async def test_a_cancelled_one_is_cancelled_once_its_pod_is_gone(rig: Rig) -> None:
    rig.cluster.lingers = True
    run_id = await rig.trial().created()
    rig.writes(f"ratchet-{run_id}", State.RUNNING)
    await rig.platform.cancel(run_id)
    assert (await rig.platform.status(run_id)).state is RunState.RUNNING
    rig.cluster.let_go(f"ratchet-{run_id}")
    assert (await rig.platform.status(run_id)).state is RunState.CANCELLED


async def test_one_that_is_being_removed_is_waited_for(rig: Rig) -> None:
    run_id = await rig.trial().created()
    rig.cluster.lingers = True
    rig.cluster.end(f"ratchet-{run_id}", "Failed")
    with pytest.raises(PlatformAwayError, match="still being removed"):
        await rig.platform.status(run_id)
    rig.cluster.let_go(f"ratchet-{run_id}")
    await rig.platform.status(run_id)
    assert rig.cluster.calls.count("POST") == 2


@pytest.mark.parametrize(
    ("status", "kind"), [(429, PlatformAwayError), (500, PlatformAwayError), (400, PlatformRefusedError)]
)
async def test_what_the_api_says_is_told_apart(rig: Rig, status: int, kind: type[Exception]) -> None:
    run_id = await rig.trial().created()
    rig.cluster.broken = status
    with pytest.raises(kind, match=f"{status}: the server is not itself"):
        await rig.platform.status(run_id)


async def test_an_account_without_rights_is_said(rig: Rig) -> None:
    run_id = await rig.trial().created()
    (rig.folder / "account" / "namespace").write_text("of-others")
    with pytest.raises(PlatformRefusedError, match="create, get and delete of jobs"):
        await rig.platform.status(run_id)


async def test_a_token_that_was_exchanged_is_read_anew(rig: Rig) -> None:
    run_id = await rig.trial().created()
    (rig.folder / "account" / "token").write_text("stale")
    with pytest.raises(PlatformRefusedError, match="Unauthorized"):
        await rig.platform.status(run_id)
    (rig.folder / "account" / "token").write_text("of-the-account")
    await rig.platform.status(run_id)


async def test_an_api_that_is_away_is_a_reason_to_wait(tmp_path: Path) -> None:
    (tmp_path / "account").mkdir()
    with cluster_in(tmp_path / "account") as (_, access):
        runner = KubernetesRunner(access, POD)
    with pytest.raises(PlatformAwayError, match="cannot be reached"):
        runner.lives("abc", tmp_path)


def test_the_way_to_the_api_is_what_the_cluster_says(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    found = access_in_cluster({"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}, tmp_path)
    assert found.url == "https://[fd00::1]:6443"
