"""The Kubernetes manifests, as kustomize renders them and as they stand in the files."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"
Manifest = dict[str, Any]


@cache
def from_files() -> list[Manifest]:
    """The documents of the kustomization's resources: all but the namespace and the tags that kustomize adds."""
    resources = yaml.safe_load((K8S / "kustomization.yaml").read_text())["resources"]
    return [manifest for name in resources for manifest in yaml.safe_load_all((K8S / name).read_text())]


@cache
def from_kustomize() -> list[Manifest]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip(
            "kubectl is not there: install it (https://kubernetes.io/docs/tasks/tools/) to render with kustomize"
        )
    done = subprocess.run([kubectl, "kustomize", str(K8S)], check=True, capture_output=True, text=True, timeout=60)
    return list(yaml.safe_load_all(done.stdout))


either_way = pytest.mark.parametrize("render", [from_files, from_kustomize])


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {m["metadata"]["name"]: m for m in manifests if m["kind"] == kind}


def pod_of(deployment: Manifest) -> Manifest:
    pod: Manifest = deployment["spec"]["template"]["spec"]
    return pod


def container_of(deployment: Manifest) -> Manifest:
    (container,) = pod_of(deployment)["containers"]
    return dict(container)
