"""One autoscaler a service, by what KEDA's documentation asks of a ScaledObject, a kafka trigger and a cpu trigger.

https://keda.sh/docs/2.17/reference/scaledobject-spec/, …/scalers/apache-kafka/ and …/scalers/cpu/.
"""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ratchet_common import topics
from ratchet_common.topics import BY_NAME, EVERY_SERVICE, Topic, group_of
from ratchet_router.documents.work_store import SHOWN
from ratchet_router.reporting.record import OF_WORKERS
from tests.contract.images import ROOT
from tests.contract.manifests import Manifest, container_of, either_way, of_kind

Render = Callable[[], list[Manifest]]
ON_LAG = ("feedback", "trainer", "monitor")
SPEC = {
    "scaleTargetRef",
    "pollingInterval",
    "cooldownPeriod",
    "initialCooldownPeriod",
    "idleReplicaCount",
    "minReplicaCount",
    "maxReplicaCount",
    "fallback",
    "advanced",
    "triggers",
}
KAFKA_NEEDS = {"bootstrapServers", "consumerGroup", "topic", "lagThreshold"}
KAFKA_MAY = KAFKA_NEEDS | {
    "activationLagThreshold",
    "offsetResetPolicy",
    "allowIdleConsumers",
    "scaleToZeroOnInvalidOffset",
    "excludePersistentLag",
    "limitToPartitionsWithLag",
    "ensureEvenDistributionOfPartitions",
    "version",
    "partitionLimitation",
    "sasl",
    "tls",
    "unsafeSsl",
}

WORKER = "documents"  # of the router: it hears the topic, and counts what waits in the store
each_service = pytest.mark.parametrize("service", EVERY_SERVICE)
each_on_lag = pytest.mark.parametrize("service", ON_LAG)


def scalers(manifests: list[Manifest]) -> dict[str, Manifest]:
    return of_kind(manifests, "ScaledObject")


def kafka_triggers(manifests: list[Manifest], service: str) -> list[dict[str, str]]:
    return [t["metadata"] for t in scalers(manifests)[service]["spec"]["triggers"] if t["type"] == "kafka"]


@either_way
def test_each_deployment_has_exactly_one_autoscaler(render: Render) -> None:
    manifests = render()
    found = [m for m in manifests if m["kind"] in {"ScaledObject", "HorizontalPodAutoscaler"}]
    targets = [scaler["spec"]["scaleTargetRef"]["name"] for scaler in found]
    assert sorted(targets) == sorted(of_kind(manifests, "Deployment"))
    assert all("replicas" not in d["spec"] for d in of_kind(manifests, "Deployment").values())  # the scaler's business


@pytest.mark.parametrize("service", [*EVERY_SERVICE, WORKER])
@either_way
def test_a_scaled_object_says_what_keda_asks_for(render: Render, service: str) -> None:
    scaler = scalers(render())[service]
    spec = scaler["spec"]
    assert scaler["apiVersion"] == "keda.sh/v1alpha1"
    assert spec.keys() <= SPEC
    assert spec["scaleTargetRef"] == {"name": service}  # kind and apiVersion default to a Deployment's
    assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"]
    assert spec["triggers"]
    for trigger in spec["triggers"]:
        assert trigger.keys() <= {"type", "name", "metadata", "metricType", "authenticationRef", "useCachedMetrics"}
        assert all(isinstance(value, str) for value in trigger["metadata"].values())


@each_on_lag
@either_way
def test_a_kafka_trigger_says_what_keda_asks_for(render: Render, service: str) -> None:
    for metadata in kafka_triggers(render(), service):
        assert KAFKA_NEEDS <= metadata.keys() <= KAFKA_MAY
        assert int(metadata["lagThreshold"]) > 0
        assert metadata["offsetResetPolicy"] == "earliest"  # as the consumers have it


@each_on_lag
@either_way
def test_a_service_scales_on_every_topic_that_it_reads_and_on_no_other(render: Render, service: str) -> None:
    """Of a topic that no group reads the lag only grows."""
    scaled_on = [metadata["topic"] for metadata in kafka_triggers(render(), service)]
    assert sorted(scaled_on) == sorted(topic.name for topic in heard_by(service))


@each_on_lag
@either_way
def test_the_lag_is_that_of_the_services_own_group(render: Render, service: str) -> None:
    for metadata in kafka_triggers(render(), service):
        assert service in BY_NAME[metadata["topic"]].read_by
        assert metadata["consumerGroup"] == group_of(service, metadata["topic"])


@each_service
def test_a_service_reads_only_topics_that_the_table_gives_it(service: str) -> None:
    assert heard_by(service)
    assert all(service in topic.read_by for topic in heard_by(service))


def heard_by(service: str, part: str = "") -> list[Topic]:
    """The topics that its code subscribes to: the first argument of each `its.hear(…)`."""
    code = ROOT / "services" / service / f"ratchet_{service}" / part
    return [topic for path in sorted(code.rglob("*.py")) for topic in heard_in(path)]


def heard_in(path: Path) -> list[Topic]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    heard = [call.args[0] for call in calls if ast.unparse(call.func) == "its.hear"]
    return [getattr(topics, ast.unparse(argument).rpartition(".")[2]) for argument in heard]


@each_on_lag
@either_way
def test_keda_finds_the_bus_that_the_services_use(render: Render, service: str) -> None:
    manifests = render()
    servers = of_kind(manifests, "ConfigMap")["ratchet"]["data"]["KAFKA_BOOTSTRAP_SERVERS"]
    assert {metadata["bootstrapServers"] for metadata in kafka_triggers(manifests, service)} == {servers}
    hosts = [server.rpartition(":")[0] for server in servers.split(",")]
    assert all("." in host for host in hosts)  # with the namespace: KEDA looks from its own


@each_on_lag
@either_way
def test_no_more_replicas_than_partitions_to_read(render: Render, service: str) -> None:
    manifests = render()
    partitions = int(of_kind(manifests, "ConfigMap")["ratchet"]["data"]["KAFKA_PARTITIONS"])
    assert scalers(manifests)[service]["spec"]["maxReplicaCount"] <= partitions


@either_way
def test_the_router_scales_on_its_load(render: Render) -> None:
    manifests = render()
    (trigger,) = scalers(manifests)["router"]["spec"]["triggers"]
    assert (trigger["type"], trigger["metricType"]) == ("cpu", "Utilization")
    assert 0 < int(trigger["metadata"]["value"]) < 100
    assert "cpu" in container_of(of_kind(manifests, "Deployment")["router"])["resources"]["requests"]


@either_way
def test_the_workers_scale_on_documents_and_reports_that_wait(render: Render) -> None:
    """https://keda.sh/docs/2.17/scalers/mongodb/. The names are those of the store that they work on."""
    manifests = render()
    triggers = scalers(manifests)[WORKER]["spec"]["triggers"]
    waiting = {one["metadata"]["collection"]: one["metadata"] for one in triggers if one["type"] == "mongodb"}
    assert {name: json.loads(its["query"])["state"]["$in"] for name, its in waiting.items()} == {
        "documents": list(SHOWN),
        "reports": [state for state in OF_WORKERS if state != "gone"],
    }
    for its in waiting.values():
        assert its.keys() == {"connectionStringFromEnv", "dbName", "collection", "query", "queryValue"}
        assert (its["connectionStringFromEnv"], its["dbName"]) == ("MONGODB_URL", "router")
        assert int(its["queryValue"]) > 0
    lags = [one["metadata"] for one in triggers if one["type"] == "kafka"]
    assert {BY_NAME[lag["topic"]].name for lag in lags} == {topic.name for topic in heard_by("router", "documents")}
    config = of_kind(manifests, "ConfigMap")["ratchet"]["data"]
    for lag in lags:
        assert lag["consumerGroup"] == group_of("router", lag["topic"])
        assert lag["bootstrapServers"] == config["KAFKA_BOOTSTRAP_SERVERS"]
    assert scalers(manifests)[WORKER]["spec"]["maxReplicaCount"] <= int(config["KAFKA_PARTITIONS"])
