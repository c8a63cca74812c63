"""docker-compose.yml: valid, locked down, and wired to settings, stages and paths that exist."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml
from deploy.routes import NGINX, PORT

from ratchet_common.topics import EVERY_SERVICE
from ratchet_router.settings import RouterSettings
from tests.contract.images import ROOT, environment, last, stages
from tests.contract.started import started

WORKER = "documents"  # of the router, in its image
each_service = pytest.mark.parametrize("service", EVERY_SERVICE)


@cache
def composed() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def services() -> dict[str, Any]:
    found: dict[str, Any] = composed()["services"]
    return found


def resolved(value: str) -> str:
    """With each `${NAME:-default}` at its default, as where no .env says otherwise."""
    found = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    assert "$" not in found, f"{value} has a placeholder without a default"
    return found


def variables_of(service: str) -> dict[str, str]:
    return {name: resolved(value) for name, value in services()[service]["environment"].items()}


def test_it_is_valid_by_the_specifications_own_schema() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(composed(), json.loads(schema.read_text()))


def test_it_runs_bus_store_gateway_and_each_service_once() -> None:
    assert services().keys() == {"kafka", "mongodb", "gateway", WORKER, *EVERY_SERVICE}


@each_service
def test_a_service_starts_with_what_compose_sets(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(service, variables_of(service), monkeypatch)
    assert settings.host == "0.0.0.0"  # noqa: S104  inside a container
    assert settings.port == PORT
    assert settings.kafka_idempotence
    assert not settings.bus_forgets


@each_service
def test_a_service_is_built_from_its_own_stage(service: str) -> None:
    build = services()[service]["build"]
    assert (ROOT / build["dockerfile"]).exists()
    assert build["target"] == service
    assert service in stages()


@each_service
def test_a_service_finds_bus_store_and_tokens(service: str) -> None:
    its = services()[service]
    assert its["depends_on"] == {name: {"condition": "service_healthy"} for name in ("kafka", "mongodb")}
    assert all("healthcheck" in services()[name] for name in its["depends_on"])
    variables = variables_of(service)
    assert variables["KAFKA_BOOTSTRAP_SERVERS"].partition(":")[0] in services()
    assert re.findall(r"//([^:/]+)", variables["MONGODB_URL"])[0] in services()
    (secret,) = its["secrets"]
    assert secret in composed()["secrets"]
    assert variables["TOKENS_FILE"] == f"/run/secrets/{secret}"


@pytest.mark.parametrize("name", [*EVERY_SERVICE, WORKER, "gateway"])
def test_a_container_has_no_rights(name: str) -> None:
    container = services()[name]
    assert container["read_only"] is True
    assert container["tmpfs"] == ["/tmp"]  # noqa: S108  the container's own
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert not container.keys() & {"privileged", "user", "cap_add", "network_mode"}


def test_only_the_gateway_is_reached_from_outside_and_only_from_this_machine() -> None:
    published = {name: s["ports"] for name, s in services().items() if "ports" in s}
    assert published == {"gateway": [f"127.0.0.1:8080:{PORT}"]}


def test_the_trainer_writes_models_where_the_router_reads_them() -> None:
    volume, place = services()["trainer"]["volumes"][0].split(":")
    assert f"{volume}:{place}:ro" in services()["router"]["volumes"]
    assert volume in composed()["volumes"]
    assert variables_of("trainer")["TRAINER_ARTIFACTS_URL"].startswith(f"file://{place}/")


@pytest.mark.parametrize("service", ["trainer", "router", WORKER])
def test_a_new_volume_belongs_to_the_services_user(service: str) -> None:
    """An empty named volume takes owner and mode of the image's directory at its place."""
    (prepared,) = stages()["runtime"].all("RUN")
    made = re.search(r"install -d -o (\d+) -g (\d+) ([\w/ -]+)", prepared)
    assert made is not None
    assert last("router" if service == WORKER else service, "USER") == f"{made[1]}:{made[2]}"
    assert {volume.split(":")[1] for volume in services()[service]["volumes"]} <= set(made[3].split())


def test_the_worker_is_the_routers_image_beside_the_routers_documents() -> None:
    worker, router = services()[WORKER], services()["router"]
    assert worker["image"] == router["image"]
    assert worker["command"] == ["python", "-m", "ratchet_router.documents"]
    assert worker["environment"] == router["environment"]
    (volume,) = worker["volumes"]
    assert volume in router["volumes"]
    assert RouterSettings.model_fields["documents_url"].default.startswith(f"file://{volume.split(':')[1]}/")


def test_nginx_reads_its_routes_and_sends_to_services_that_are_there() -> None:
    source, place, mode = services()["gateway"]["volumes"][0].split(":")
    assert (ROOT / source, place, mode) == (NGINX, "/etc/nginx/nginx.conf", "ro")
    upstreams = set(re.findall(r"set \$upstream http://(\w+):(\d+);", NGINX.read_text()))
    assert upstreams == {(service, environment()["PORT"]) for service in EVERY_SERVICE}
    assert set(EVERY_SERVICE) <= set(services()["gateway"]["depends_on"])
