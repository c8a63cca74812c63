"""A run as a Kubernetes Job. Pure."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

KEPT_S: Final = 7 * 24 * 3600  # a Job that has ended, for whoever reads its log
USER: Final = 10001  # the images' own, as in deploy/Dockerfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """`claim_path`: where the claim is mounted, in the service as in the tuner: a folder has one name for both."""

    image: str
    claim: str
    claim_path: Path
    gpus: int = 1
    gpu_resource: str = "nvidia.com/gpu"
    cpu: str = "4"
    memory: str = "32Gi"
    node_selector: dict[str, str] = field(default_factory=dict)
    grace_s: int = 60
    limit_s: int = 73 * 3600  # the cluster ends what runs longer, should no trainer be there to do so
    secret: str = ""  # whose values the tuner has as variables, such as HF_TOKEN; they are never read here


def job_of(name: str, folder: Path, pod: Pod) -> dict[str, Any]:
    """A pod that a node sheds is made anew, and goes on from its last checkpoint; of one that died by itself the
    platform decides."""
    labels = {"app.kubernetes.io/name": "tuner", "app.kubernetes.io/part-of": "ratchet"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": pod.limit_s,
            "ttlSecondsAfterFinished": KEPT_S,
            "podFailurePolicy": {
                "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
            },
            "template": {"metadata": {"labels": labels}, "spec": _pod_spec(folder, pod)},
        },
    }


def _pod_spec(folder: Path, pod: Pod) -> dict[str, Any]:
    gpu = {pod.gpu_resource: str(pod.gpus)} if pod.gpus else {}
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "enableServiceLinks": False,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": pod.grace_s,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "tuner",
                "image": pod.image,
                "command": ["python", "-m", "ratchet_tuner", "--work", str(folder)],
                "resources": {
                    "requests": {"cpu": pod.cpu, "memory": pod.memory, **gpu},
                    "limits": {"memory": pod.memory, **gpu},
                },
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [
                    {"name": "lora", "mountPath": str(pod.claim_path)},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  inside the container
                ],
            }
        ],
        "volumes": [
            {"name": "lora", "persistentVolumeClaim": {"claimName": pod.claim}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "20Gi"}},
        ],
    }
    if pod.gpus:  # nodes with GPUs are commonly kept free of everything else
        spec["tolerations"] = [{"key": pod.gpu_resource, "operator": "Exists", "effect": "NoSchedule"}]
    if pod.secret:
        spec["containers"][0]["envFrom"] = [{"secretRef": {"name": pod.secret}}]
    if pod.node_selector:
        spec["nodeSelector"] = pod.node_selector
    return spec
