"""deploy/k8s/components/lora: what the trainer needs to tune in the cluster, and no right beyond that."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from ratchet_trainer.platforms.lora.composing import means_of
from ratchet_trainer.platforms.platform import PlatformRefusedError
from ratchet_trainer.settings import TrainerSettings
from tests.contract.images import chain, last, stages
from tests.contract.manifests import K8S, Manifest, from_files, of_kind, pod_of
from tests.contract.started import started
from tests.contract.test_deploy_kubernetes import OLDEST, variables_of

COMPONENT = K8S / "components" / "lora"


def kustomization() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((COMPONENT / "kustomization.yaml").read_text())
    return found


def resources() -> list[Manifest]:
    files = [COMPONENT / name for name in kustomization()["resources"]]
    return [manifest for path in files for manifest in yaml.safe_load_all(path.read_text())]


def patch() -> Manifest:
    (one,) = kustomization()["patches"]
    found: Manifest = yaml.safe_load((COMPONENT / one["path"]).read_text())
    return found


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_every_object_is_valid(version: str) -> None:
    for manifest in resources():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_trainer_may_make_look_at_and_remove_jobs_and_nothing_else() -> None:
    manifests = resources()
    (role,) = of_kind(manifests, "Role").values()
    assert role["rules"] == [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "get", "delete"]}]
    assert not of_kind(manifests, "ClusterRole")
    (binding,) = of_kind(manifests, "RoleBinding").values()
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    account = pod_of(patch())["serviceAccountName"]
    assert [(s["kind"], s["name"]) for s in binding["subjects"]] == [("ServiceAccount", account)]
    assert list(of_kind(manifests, "ServiceAccount")) == [account]


def test_trainer_and_tuners_see_the_same_folders() -> None:
    (claim,) = of_kind(resources(), "PersistentVolumeClaim").values()
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    pod = pod_of(patch())
    (volume,), (container,) = pod["volumes"], pod["containers"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    variables = {one["name"]: one["value"] for one in container["env"]}
    (mount,) = container["volumeMounts"]
    assert mount["mountPath"] == variables["TRAINER_LORA_CLAIM_PATH"]
    for name in ("TRAINER_LORA_WORK_DIR", "TRAINER_LORA_MODELS_DIR"):
        assert Path(variables[name]).is_relative_to(mount["mountPath"])


def test_the_trainer_starts_with_it_and_lacks_nothing_but_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    base = of_kind(from_files(), "Deployment")["trainer"]
    (container,) = pod_of(patch())["containers"]
    variables = variables_of(base, from_files()) | {one["name"]: one["value"] for one in container["env"]}
    settings = started("trainer", variables, monkeypatch)
    assert isinstance(settings, TrainerSettings)
    with pytest.raises(PlatformRefusedError, match="this is no pod with a service account"):
        means_of(settings, timedelta(hours=72))


def test_the_tuners_image_runs_a_tuner_as_the_others_user() -> None:
    assert last("tuner", "ENTRYPOINT") == '["python", "-m", "ratchet_tuner"]'
    assert last("tuner", "USER") == last("trainer", "USER")
    assert chain("tuner")[-1].steps[-2] == ("COPY", "--from=build-tuner /opt/ratchet /opt/ratchet")
    (install,) = stages()["build-tuner"].all("RUN")
    assert install.count("requirements-lora.lock") == 2
    assert "'./libs/tuner[gpu]'" in install


def test_kustomize_puts_all_of_it_into_the_namespace(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip(
            "kubectl is not there: install it (https://kubernetes.io/docs/tasks/tools/) to render the component"
        )
    shutil.copytree(K8S, tmp_path / "k8s")
    overlay = {"kind": "Kustomization", "resources": ["k8s"], "components": ["k8s/components/lora"]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    done = subprocess.run([kubectl, "kustomize", str(tmp_path)], check=True, capture_output=True, text=True, timeout=60)
    rendered = list(yaml.safe_load_all(done.stdout))
    assert {m["metadata"].get("namespace") for m in rendered if m["kind"] != "Namespace"} == {"ratchet"}
    pod = pod_of(of_kind(rendered, "Deployment")["trainer"])
    assert pod["automountServiceAccountToken"] is True
    others = [pod_of(d) for name, d in of_kind(rendered, "Deployment").items() if name != "trainer"]
    assert not any(pod["automountServiceAccountToken"] for pod in others)
    mounts = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    assert mounts >= {"/var/lib/ratchet-lora", "/var/lib/ratchet", "/etc/ratchet"}
    assert {v["name"] for v in pod["containers"][0]["env"]} >= {"TRAINER_LORA_IMAGE", "TRAINER_ARTIFACTS_URL"}
