"""deploy/prometheus and deploy/grafana: written from what they say, of metrics that exist, and taken by promtool."""

import json
import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ratchet_common.topics import EVERY_SERVICE
from ratchet_providers.failing import THE_REQUESTS_FAULT
from tests.contract.manifests import ROOT, container_of, from_files, of_kind
from tests.contract.metrics import unknown_in

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yaml"
RULE_TESTS = sorted((DEPLOY / "prometheus" / "tests").glob("*_test.yaml"))
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
LIGHT = 60 * 1024  # bytes, all of them
WRITER = runpy.run_path(str(DEPLOY / "dashboards.py"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def recorded() -> frozenset[str]:
    return frozenset(rule["record"] for rule in rules() if "record" in rule)


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            yield path.stem, panel


def queries() -> Iterator[tuple[str, str]]:
    for where, panel in panels():
        for target in panel["targets"]:
            yield f"{where}: {panel['title']}", target["expr"].replace("$__rate_interval", "5m")


def test_what_is_written_is_up_to_date() -> None:
    assert {path.name: path.read_text() for path in DASHBOARDS} == WRITER["dashboards"]()
    assert RULES.read_text() == WRITER["rules"]()
    assert (DEPLOY / "prometheus" / "prometheusrule.yaml").read_text() == WRITER["operator"]()


def test_no_rule_names_what_nobody_exports() -> None:
    named = {rule.get("alert") or rule["record"]: unknown_in(rule["expr"], recorded()) for rule in rules()}
    assert {name: found for name, found in named.items() if found} == {}


def test_no_dashboard_names_what_nobody_exports() -> None:
    named = {where: unknown_in(query, recorded()) for where, query in queries()}
    assert {where: found for where, found in named.items() if found} == {}


def test_a_wrong_name_would_be_noticed() -> None:
    assert unknown_in("sum(rate(ratchet_prediction_total[5m]))", recorded()) == ["ratchet_prediction_total"]
    assert unknown_in('ratchet_jobs{task="qa"}', recorded()) == ["ratchet_jobs{task}"]
    assert unknown_in("sum by (tenant) (ratchet_jobs)", recorded()) == ["by (tenant)"]
    assert unknown_in("rate(ratchet_answer_seconds[5m])", recorded()) == ["ratchet_answer_seconds"]  # a histogram


def test_alerts_say_how_bad_it_is_and_what_to_do() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    assert {rule["labels"]["severity"] for rule in alerts} == {"warning", "critical"}
    assert all(set(rule["annotations"]) == {"summary", "description"} for rule in alerts)


def test_what_a_request_brought_about_itself_is_no_failure_of_a_provider() -> None:
    (expr,) = (rule["expr"] for rule in rules() if rule.get("alert") == "RatchetModelFails")
    of_failed, of_asked = ({*said.split("|")} for said in re.findall(r'error_type!~"([^"]*)"', expr))
    assert of_failed == {"", "unsure", "cancelled", *THE_REQUESTS_FAULT}
    assert of_asked == of_failed - {""}


def test_every_service_is_missed_by_a_rule() -> None:
    (expr,) = (rule["expr"] for rule in rules() if rule.get("alert") == "RatchetServiceGone")
    assert set(re.findall(r'service="(\w+)"', expr)) == set(EVERY_SERVICE)


def test_every_panel_has_a_unit_a_description_and_the_chosen_source() -> None:
    for where, panel in panels():
        assert panel["fieldConfig"]["defaults"]["unit"], where
        assert panel["description"].endswith("."), (where, panel["title"])
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${source}"}


def test_panels_lie_side_by_side_and_the_files_are_light() -> None:
    for path in DASHBOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(path.read_text())["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not cells & taken
            assert max(x for x, _ in cells) < 24
            taken |= cells
    assert sum(path.stat().st_size for path in DASHBOARDS) < LIGHT


def test_dashboards_have_each_a_place_of_their_own() -> None:
    found = [json.loads(path.read_text()) for path in DASHBOARDS]
    assert len({dashboard["uid"] for dashboard in found}) == len(found) == 5
    assert all(dashboard["templating"]["list"][0]["type"] == "datasource" for dashboard in found)


def test_the_monitor_of_pods_finds_each_service_and_its_port() -> None:
    spec = yaml.safe_load((DEPLOY / "prometheus" / "podmonitor.yaml").read_text())["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    for deployment in of_kind(from_files(), "Deployment").values():
        template = deployment["spec"]["template"]
        assert spec["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
        assert template["metadata"]["labels"][spec["jobLabel"]] == "ratchet"  # the job that the rules ask for
        assert endpoint["port"] in {port["name"] for port in container_of(deployment)["ports"]}
        annotations = template["metadata"]["annotations"]
        assert (annotations["prometheus.io/scrape"], annotations["prometheus.io/path"]) == ("true", endpoint["path"])


def test_the_components_name_files_that_are_there() -> None:
    for folder in ("prometheus", "grafana"):
        component = yaml.safe_load((DEPLOY / folder / "kustomization.yaml").read_text())
        generated = [name for one in component.get("configMapGenerator", ()) for name in one["files"]]
        files = [*component.get("resources", ()), *generated]
        assert files
        assert all((DEPLOY / folder / name).is_file() for name in files)
    (dashboards,) = yaml.safe_load((DEPLOY / "grafana" / "kustomization.yaml").read_text())["configMapGenerator"]
    assert sorted(dashboards["files"]) == [f"dashboards/{path.name}" for path in DASHBOARDS]


def test_they_render_as_components_of_an_overlay(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not there: install it (https://kubernetes.io/docs/tasks/tools/) to render")
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    overlay: dict[str, Any] = {"kind": "Kustomization", "resources": ["deploy/k8s"]}
    overlay |= {"components": ["deploy/prometheus", "deploy/grafana"]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    done = subprocess.run([kubectl, "kustomize", str(tmp_path)], check=True, capture_output=True, text=True, timeout=60)
    kinds = [manifest["kind"] for manifest in yaml.safe_load_all(done.stdout)]
    assert {"PodMonitor", "PrometheusRule", "ConfigMap"} <= set(kinds)


# with Prometheus' own tool


def promtool(*arguments: str) -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not there: it comes with Prometheus (Debian: apt-get install prometheus)")
    done = subprocess.run([tool, *arguments], check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_rules_and_the_configuration() -> None:
    promtool("check", "rules", str(RULES))
    promtool("check", "config", str(DEPLOY / "prometheus" / "prometheus.yml"))


def test_promtool_sees_the_rules_tell_what_they_should() -> None:
    promtool("test", "rules", *map(str, RULE_TESTS))


def test_promtool_takes_the_queries_of_the_dashboards(tmp_path: Path) -> None:
    asked = [{"record": f"query:{n}", "expr": query} for n, (_, query) in enumerate(queries())]
    (tmp_path / "queries.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": asked}]}))
    promtool("check", "rules", str(tmp_path / "queries.yaml"))
