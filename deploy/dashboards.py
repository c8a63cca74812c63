"""Writes Grafana's dashboards, and Prometheus' rules with the objectives worked out. `make dashboards` runs it."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
PANELS: Final = HERE / "grafana" / "panels.toml"
DASHBOARDS: Final = HERE / "grafana" / "dashboards"
ALERTS: Final = HERE / "prometheus" / "alerts.yaml"
RULES: Final = HERE / "prometheus" / "rules.yaml"
OPERATOR: Final = HERE / "prometheus" / "prometheusrule.yaml"
NOTE: Final = "# Written by deploy/dashboards.py from {}: change it there, then `make dashboards`.\n"
SOURCE: Final = {"type": "prometheus", "uid": "${source}"}
WIDTH: Final = 24
LABELS: Final = {"app.kubernetes.io/name": "ratchet", "app.kubernetes.io/part-of": "ratchet"}

# Objectives: what share of a month's answers may fail, or be later than SLOW_S seconds.
ROUTES: Final = 'service="router",http_route=~"/v1/.+|/api/generate"'
ASKED: Final = f"http_server_request_duration_seconds_count{{{ROUTES}}}"
FAILED: Final = f'http_server_request_duration_seconds_count{{{ROUTES},error_type=~"5.."}}'
MAY_FAIL: Final = 0.005
MAY_BE_SLOW, SLOW_S = 0.05, "10.24"  # a bucket's bound
ANSWERS: Final = "ratchet_answer_seconds_count"
QUICK: Final = f'ratchet_answer_seconds_bucket{{le="{SLOW_S}"}}'
NO_CHANCE: Final = 5  # in the long window; at night one of a dozen requests says little, and must wake nobody
WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
# A long window says that it matters, a short one that it goes on: (burn rate, long, short, severity).
BURNS: Final = (
    (14.4, "1h", "5m", "critical"),
    (6.0, "6h", "30m", "critical"),
    (3.0, "1d", "2h", "warning"),
    (1.0, "3d", "6h", "warning"),
)


def dashboards() -> dict[str, str]:
    """By the file's name."""
    found = tomllib.loads(PANELS.read_text())
    return {f"{name}.json": _text(_dashboard(name, said)) for name, said in found.items()}


def _text(dashboard: dict[str, Any]) -> str:
    """A line for each panel: a change can be read, and it stays light."""
    panels = ",\n".join(json.dumps(panel, separators=(",", ":")) for panel in dashboard["panels"])
    rest = json.dumps(dashboard | {"panels": []}, separators=(",", ":"))
    return rest.replace('"panels":[]', f'"panels":[\n{panels}\n]') + "\n"


def _dashboard(name: str, said: dict[str, Any]) -> dict[str, Any]:
    panels, x, y, height = [], 0, 0, 0
    for number, panel in enumerate(said["panels"], 1):
        width, its_height = panel.get("width", 8), panel.get("height", 7)
        if x + width > WIDTH:
            x, y, height = 0, y + height, 0
        panels.append(_panel(number, panel, {"x": x, "y": y, "w": width, "h": its_height}))
        x, height = x + width, max(height, its_height)
    source = {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}
    return {
        "uid": f"ratchet-{name}",
        "title": said["title"],
        "description": said["description"],
        "tags": ["ratchet"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "1m",
        "time": {"from": said.get("from", "now-6h"), "to": "now"},
        "templating": {"list": [source]},
        "links": [
            {"type": "dashboards", "title": "Ratchet", "tags": ["ratchet"], "asDropdown": True, "keepTime": True}
        ],
        "panels": panels,
    }


def _panel(number: int, said: dict[str, Any], place: dict[str, int]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": said["unit"], "min": 0}
    if "most" in said:
        defaults["max"] = said["most"]
    if "alarming" in said:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": said["alarming"]}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    return {
        "id": number,
        "type": said.get("type", "timeseries"),
        "title": said["title"],
        "description": said["description"],
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": " ".join(expr.split()), "legendFormat": legend}
            for n, (expr, legend) in enumerate(said["show"])
        ],
    }


def rules() -> str:
    groups = [{"name": "ratchet-objectives", "rules": [*_recorded(), *_burning()]}]
    groups += yaml.safe_load(ALERTS.read_text())["groups"]
    return NOTE.format("alerts.yaml and the objectives in it") + _yaml({"groups": groups})


def _recorded() -> list[dict[str, Any]]:
    found = []
    for window in WINDOWS:
        failed = f"sum(rate({FAILED}[{window}])) or vector(0)"
        asked = f"sum(rate({ASKED}[{window}]))"
        quick = f"sum(rate({QUICK}[{window}]))"
        found.append({"record": f"ratchet:requests_failed:ratio_rate{window}", "expr": f"({failed}) / ({asked} > 0)"})
        found.append(
            {
                "record": f"ratchet:answers_slow:ratio_rate{window}",
                "expr": f"1 - {quick} / (sum(rate({ANSWERS}[{window}])) > 0)",
            }
        )
    return found


def _burning() -> list[dict[str, Any]]:
    found = []
    for burn in BURNS:
        failed = f"sum(increase({FAILED}[{burn[1]}]))"
        what = ("RatchetRequestsFail", "ratchet:requests_failed", failed, MAY_FAIL, "end in an error of ours (5xx)")
        found.append(_burn(*what, *burn))
    for burn in BURNS:
        late = f"sum(increase({ANSWERS}[{burn[1]}])) - sum(increase({QUICK}[{burn[1]}]))"
        what = ("RatchetAnswersSlow", "ratchet:answers_slow", late, MAY_BE_SLOW, f"take longer than {SLOW_S} s")
        found.append(_burn(*what, *burn))
    return found


def _burn(
    name: str, ratio: str, number: str, budget: float, what: str, rate: float, long: str, short: str, severity: str
) -> dict[str, Any]:
    limit = round(rate * budget, 6)
    return {
        "alert": name,
        "expr": " and ".join(
            (f"{ratio}:ratio_rate{long} > {limit}", f"{ratio}:ratio_rate{short} > {limit}", f"{number} > {NO_CHANCE}")
        ),
        "for": "2m" if severity == "critical" else "15m",
        "labels": {"severity": severity, "window": long},
        "annotations": {
            "summary": f"Too many requests to the router {what}",
            "description": (
                f"{{{{ $value | humanizePercentage }}}} of the last {long} {what}; {budget:.1%} may in a month."
                f" At this pace the month's budget lasts for {30 / rate:.2g} days at most."
                " The dashboard Router says which, and why."
            ),
        },
    }


def operator() -> str:
    """The same for the Prometheus operator."""
    spec = yaml.safe_load(rules())
    kind = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule"}
    return NOTE.format("alerts.yaml") + _yaml(kind | {"metadata": {"name": "ratchet", "labels": LABELS}, "spec": spec})


def _yaml(what: dict[str, Any]) -> str:
    return yaml.safe_dump(what, sort_keys=False, width=120, allow_unicode=True)


def main() -> None:
    DASHBOARDS.mkdir(exist_ok=True)
    for name, text in dashboards().items():
        (DASHBOARDS / name).write_text(text)
    RULES.write_text(rules())
    OPERATOR.write_text(operator())


if __name__ == "__main__":
    main()
