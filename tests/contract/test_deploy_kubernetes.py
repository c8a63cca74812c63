"""deploy/k8s: valid, one Deployment a service, locked down, and wired to settings that exist."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import kubernetes_validate
import pytest

from ratchet_common.topics import EVERY_SERVICE
from ratchet_router.settings import RouterSettings
from tests.contract.images import environment, last
from tests.contract.manifests import Manifest, container_of, either_way, from_files, from_kustomize, of_kind, pod_of
from tests.contract.started import started

Render = Callable[[], list[Manifest]]
CUSTOM = {"ScaledObject"}  # in no schema of Kubernetes: test_deploy_autoscaling.py
YOURS = {"ratchet-store": {"MONGODB_URL"}, "ratchet-tokens": {"tokens.json"}}  # secrets that the README has made
OLDEST = "1.30"  # the first where a pod may sleep before it stops, without a switch

QDRANTS_PORT = 6333  # where its URL names none

WORKER = "documents"  # a role of the router, in its image: nobody sends it requests
each_service = pytest.mark.parametrize("service", EVERY_SERVICE)
each_deployed = pytest.mark.parametrize("service", [*EVERY_SERVICE, WORKER])


@either_way
@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_every_object_is_valid(render: Render, version: str) -> None:
    for manifest in render():
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, version, strict=True)


@either_way
def test_a_wrong_object_would_be_noticed(render: Render) -> None:
    good = of_kind(render(), "Deployment")["router"]
    wrong = good | {"spec": good["spec"] | {"replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


@either_way
def test_each_service_has_one_deployment_one_service_and_one_budget(render: Render) -> None:
    manifests = render()
    for kind, more in (("Deployment", [WORKER]), ("Service", []), ("PodDisruptionBudget", [WORKER])):
        names = sorted(m["metadata"]["name"] for m in manifests if m["kind"] == kind)
        assert names == sorted([*EVERY_SERVICE, *more])


@each_deployed
@either_way
def test_labels_find_their_pods(render: Render, service: str) -> None:
    manifests = render()
    spec = of_kind(manifests, "Deployment")[service]["spec"]
    labels = spec["template"]["metadata"]["labels"].items()
    for selector in (
        spec["selector"]["matchLabels"],
        *([of_kind(manifests, "Service")[service]["spec"]["selector"]] if service != WORKER else []),
        of_kind(manifests, "PodDisruptionBudget")[service]["spec"]["selector"]["matchLabels"],
    ):
        assert selector == {"app.kubernetes.io/name": service}
        assert selector.items() <= labels


@each_deployed
@either_way
def test_a_pod_has_no_rights(render: Render, service: str) -> None:
    pod = pod_of(of_kind(render(), "Deployment")[service])
    user, group = map(int, last(image_of(service), "USER").split(":"))
    assert pod["enableServiceLinks"] is False
    assert pod["automountServiceAccountToken"] is False
    expected = {"runAsNonRoot": True, "runAsUser": user, "runAsGroup": group, "fsGroup": group}
    assert expected.items() <= pod["securityContext"].items()
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@each_deployed
@either_way
def test_a_pod_asks_for_what_it_needs_and_is_bounded(render: Render, service: str) -> None:
    resources = container_of(of_kind(render(), "Deployment")[service])["resources"]
    assert resources["requests"].keys() >= {"cpu", "memory"}
    assert "memory" in resources["limits"]


@each_deployed
@either_way
def test_a_start_needs_bus_and_store_and_what_follows_does_not(render: Render, service: str) -> None:
    """Else an absent Kafka would take all routers away, which answer without it."""
    container = container_of(of_kind(render(), "Deployment")[service])
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")}
    assert {kind: probe["path"] for kind, probe in asked.items()} == {
        "startup": "/readyz",
        "readiness": "/healthz",
        "liveness": "/healthz",
    }
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": int(environment()["PORT"])}
    assert {probe["port"] for probe in asked.values()} == {"http"}


@each_deployed
@either_way
def test_a_service_starts_with_what_its_deployment_sets(
    render: Render, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = render()
    deployment = of_kind(manifests, "Deployment")[service]
    settings = started(image_of(service), variables_of(deployment, manifests), monkeypatch)
    assert settings.host == "0.0.0.0"  # noqa: S104  inside a container
    assert str(settings.tokens_file) in files_of(deployment)


def image_of(service: str) -> str:
    return "router" if service == WORKER else service


@either_way
def test_a_worker_is_the_routers_image_in_a_role_of_its_own(render: Render) -> None:
    deployments = of_kind(render(), "Deployment")
    worker = container_of(deployments[WORKER])
    assert worker["image"] == container_of(deployments["router"])["image"]
    assert worker["command"] == ["python", "-m", "ratchet_router.documents"]
    assert find_spec("ratchet_router.documents.__main__") is not None


@either_way
def test_the_router_keeps_documents_where_its_workers_read_them(render: Render) -> None:
    manifests = render()
    deployments = of_kind(manifests, "Deployment")
    mounts = [claims_of(deployments[name])["ratchet-documents"] for name in ("router", WORKER)]
    assert mounts[0] == mounts[1]
    for field in ("documents_url", "index_url"):
        assert RouterSettings.model_fields[field].default.startswith(f"file://{mounts[0]['mountPath']}/")
    assert of_kind(manifests, "PersistentVolumeClaim")["ratchet-documents"]["spec"]["accessModes"] == ["ReadWriteMany"]


@either_way
def test_a_worker_is_reached_for_its_metrics_alone_and_reaches_bus_and_stores(render: Render) -> None:
    manifests = render()
    policy = of_kind(manifests, "NetworkPolicy")[WORKER]["spec"]
    deployment = of_kind(manifests, "Deployment")[WORKER]
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    assert policy["podSelector"]["matchLabels"].items() <= labels
    assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
    (ingress,) = policy["ingress"]
    (port,) = ingress["ports"]
    assert port["port"] in {one["name"] for one in container_of(deployment)["ports"]}
    reached = {
        (one["protocol"], number)
        for rule in policy["egress"]
        for one in rule["ports"]
        for number in range(one["port"], one.get("endPort", one["port"]) + 1)
    }
    bus = of_kind(manifests, "ConfigMap")["ratchet"]["data"]["KAFKA_BOOTSTRAP_SERVERS"]
    wanted = {int(bus.rpartition(":")[2]), 27017, 443, QDRANTS_PORT, 53}
    assert {("TCP", number) for number in wanted} | {("UDP", 53)} <= reached
    assert not {("TCP", 22), ("TCP", 80)} & reached


def variables_of(deployment: Manifest, manifests: list[Manifest]) -> dict[str, str]:
    container = container_of(deployment)
    found: dict[str, str] = {}
    for source in container["envFrom"]:
        if "configMapRef" in source:
            found |= of_kind(manifests, "ConfigMap")[source["configMapRef"]["name"]]["data"]
        else:
            found |= dict.fromkeys(YOURS[source["secretRef"]["name"]], "mongodb://placeholder")
    return found | {variable["name"]: variable["value"] for variable in container.get("env", [])}


def files_of(deployment: Manifest) -> set[str]:
    """Where the files of the secrets appear in the container."""
    mounts = {mount["name"]: mount["mountPath"] for mount in container_of(deployment)["volumeMounts"]}
    secrets = [volume for volume in pod_of(deployment)["volumes"] if "secret" in volume]
    return {f"{mounts[s['name']]}/{file}" for s in secrets for file in YOURS[s["secret"]["secretName"]]}


@either_way
def test_the_trainer_writes_models_where_the_router_reads_them(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = render()
    deployments = of_kind(manifests, "Deployment")
    mounts = {name: claim_of(deployments[name]) for name in ("trainer", "router")}
    assert mounts["router"] == mounts["trainer"] | {"readOnly": True}
    claim = of_kind(manifests, "PersistentVolumeClaim")[mounts["trainer"]["claim"]]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    url = variables_of(deployments["trainer"], manifests)["TRAINER_ARTIFACTS_URL"]
    assert url.startswith(f"file://{mounts['trainer']['mountPath']}/")


def claim_of(deployment: Manifest) -> dict[str, Any]:
    return claims_of(deployment)["ratchet-artifacts"]


def claims_of(deployment: Manifest) -> dict[str, dict[str, Any]]:
    """Where each is mounted."""
    found = {}
    for volume in [v for v in pod_of(deployment)["volumes"] if "persistentVolumeClaim" in v]:
        (mount,) = [m for m in container_of(deployment)["volumeMounts"] if m["name"] == volume["name"]]
        claim = volume["persistentVolumeClaim"]["claimName"]
        found[claim] = {**mount, "claim": claim}
    return found


@either_way
def test_the_ingress_leads_to_ports_that_exist(render: Render) -> None:
    manifests = render()
    ports = {(name, port["name"]) for name, s in of_kind(manifests, "Service").items() for port in s["spec"]["ports"]}
    rules = [r for i in of_kind(manifests, "Ingress").values() for r in i["spec"]["rules"]]
    backends = [path["backend"]["service"] for rule in rules for path in rule["http"]["paths"]]
    assert {(backend["name"], backend["port"]["name"]) for backend in backends} == ports


def test_kustomize_adds_the_namespace_and_a_tag_to_every_image() -> None:
    rendered = from_kustomize()
    assert {m["metadata"].get("namespace") for m in rendered if m["kind"] != "Namespace"} == {"ratchet"}
    images = [container_of(d)["image"] for d in of_kind(rendered, "Deployment").values()]
    assert all(":" in image and not image.endswith(":latest") for image in images)
    assert len(rendered) == len(from_files())
