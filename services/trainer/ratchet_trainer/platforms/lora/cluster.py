"""Tuners as Kubernetes Jobs of the service's own namespace, by three calls: create, get, delete."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from ratchet_trainer.platforms.lora.manifest import Pod, job_of
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError
from ratchet_tuner.process import Process

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
CALL_S: Final = 10.0
SAID_CHARS: Final = 300
LAST_CHARS: Final = 400


@dataclass(frozen=True, slots=True)
class Access:
    """`account`: the folder where the cluster puts a pod's token, which it exchanges now and then, its namespace, and
    the certificate of its API."""

    url: str
    account: Path = ACCOUNT


def access_in_cluster(environment: Mapping[str, str] = os.environ, account: Path = ACCOUNT) -> Access:
    """Raises PlatformRefusedError outside of a cluster."""
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (account / "token").is_file():
        raise PlatformRefusedError(
            "TRAINER_LORA_RUNNER is kubernetes, and this is no pod with a service account: run the trainer in the "
            "cluster, with the component deploy/k8s/components/lora."
        )
    return Access(f"https://{f'[{host}]' if ':' in host else host}:{port}", account)


class KubernetesRunner:
    def __init__(self, access: Access, pod: Pod) -> None:
        self._access, self._pod = access, pod
        self._client = httpx2.Client(base_url=access.url, timeout=CALL_S, verify=_trust(access))

    def start(self, token: str, folder: Path) -> Process | None:
        """A Job of the name that has ended is in the way, and goes."""
        found = self._get(token)
        if found is not None and _has_ended(found):
            self.stop(token, folder, at_once=False)
            found = self._get(token)
        if found is None:
            made = self._call("POST", "", job_of(name_of(token), folder, self._pod))
            if made.status_code != httpx2.codes.CONFLICT:
                _checked(made)
        elif _has_ended(found) or found["metadata"].get("deletionTimestamp"):
            raise PlatformAwayError(f"The Job {name_of(token)} is still being removed from the cluster.")
        return None

    def lives(self, token: str, folder: Path) -> bool:  # noqa: ARG002
        """One that waits for a node does."""
        found = self._get(token)
        return found is not None and not _has_ended(found)

    def stop(self, token: str, folder: Path, *, at_once: bool) -> None:  # noqa: ARG002
        """The cluster sends SIGTERM, and SIGKILL later. In the foreground: the Job stays until its pod is gone."""
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground"}
        answer = self._call("DELETE", f"/{name_of(token)}", options)
        if answer.status_code != httpx2.codes.NOT_FOUND:
            _checked(answer)

    def look_at(self, token: str) -> str:
        return (
            f"kubectl describe pods -l job-name={name_of(token)} says whether its image or a node with a GPU is missing"
        )

    def last_words(self, token: str, folder: Path) -> str:  # noqa: ARG002
        found = self._get(token)
        ends = [c for c in _conditions(found or {}) if c.get("type") == "Failed"]
        return " ".join(f"{c.get('reason', '')}: {c.get('message', '')}" for c in ends)[:LAST_CHARS]

    def close(self) -> None:
        self._client.close()

    def _get(self, token: str) -> dict[str, Any] | None:
        answer = self._call("GET", f"/{name_of(token)}")
        return None if answer.status_code == httpx2.codes.NOT_FOUND else _checked(answer)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        try:
            token = (self._access.account / "token").read_text().strip()
            namespace = (self._access.account / "namespace").read_text().strip()
            return self._client.request(
                method,
                f"/apis/batch/v1/namespaces/{namespace}/jobs{path}",
                json=body,
                headers={"Authorization": f"Bearer {token}"},
            )
        except httpx2.TransportError as error:
            raise PlatformAwayError(f"The cluster's API cannot be reached ({type(error).__name__}).") from error
        except OSError as error:
            raise PlatformAwayError(f"The service account in {self._access.account} cannot be read.") from error


def name_of(token: str) -> str:
    """Lower case is all that a Job's name may have."""
    return f"ratchet-{token.lower()}"


def _trust(access: Access) -> ssl.SSLContext | bool:
    certificate = access.account / "ca.crt"
    return ssl.create_default_context(cafile=certificate) if certificate.is_file() else True


def _conditions(job: dict[str, Any]) -> list[dict[str, Any]]:
    return job.get("status", {}).get("conditions") or []


def _has_ended(job: dict[str, Any]) -> bool:
    return any(c.get("type") in ("Complete", "Failed") and c.get("status") == "True" for c in _conditions(job))


def _checked(answer: httpx2.Response) -> dict[str, Any]:
    """Its body. Raises PlatformAwayError, PlatformRefusedError."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.is_success and isinstance(body, dict):
        return body
    said = str(body.get("message", "")) if isinstance(body, dict) else ""
    what = f"{answer.status_code}: {said[:SAID_CHARS]}" if said else str(answer.status_code)
    if answer.status_code in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        raise PlatformRefusedError(
            f"The cluster's API does not let the trainer tune ({what}): its account needs create, get and delete of "
            "jobs, as deploy/k8s/components/lora has it."
        )
    if answer.is_client_error and answer.status_code != httpx2.codes.TOO_MANY_REQUESTS:
        raise PlatformRefusedError(f"The cluster's API refuses the Job ({what}).")
    raise PlatformAwayError(f"The cluster's API is busy or broken ({what}).")
