"""`ratchet alerts`: what is wrong now, who is told of it, and by which rules."""

import json
import sys
import urllib.parse
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import details, short, show, text_of
from ratchet_common.errors import CannotStartError

ALERTS: Final = "/api/models/alerts"
LISTED: Final = "/api/models/performance/alerts"
RULES: Final = f"{ALERTS}/rules"
RECEIVERS: Final = f"{ALERTS}/receivers"
SILENCES: Final = f"{ALERTS}/silences"
DELIVERIES: Final = f"{ALERTS}/deliveries"
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def list_alerts(monitor: Router, state: str, limit: int, *, as_json: bool) -> None:
    asked = urllib.parse.urlencode({"state": state, "limit": limit})
    found = monitor.get(f"{LISTED}?{asked}")["items"]
    show(found, [_row(one) for one in found], f"Alerts that are {state}", as_json=as_json)


def show_alert(monitor: Router, alert_id: str, *, as_json: bool) -> None:
    found = monitor.get(under(ALERTS, alert_id))
    if as_json:
        return details(found, alert_id, as_json=True)
    history = found.pop("history")
    details(found, alert_id, as_json=False)
    rows = [
        {"at": short(one["at"]), "what": one["what"], "severity": one["severity"], "who": one["who"], "why": one["why"]}
        for one in history
    ]
    show(history, rows, "How it came to be so", as_json=False)
    return None


def acknowledge(monitor: Router, alert_id: str, why: str, *, as_json: bool) -> None:
    found = monitor.post(under(ALERTS, alert_id, "/acknowledge"), {"why": why})
    show(found, [_row(found)], "Acknowledged", as_json=as_json)


def resolve(monitor: Router, alert_id: str, why: str, *, as_json: bool) -> None:
    found = monitor.post(under(ALERTS, alert_id, "/resolve"), {"why": why})
    show(found, [_row(found)], "Resolved", as_json=as_json)


def silence(monitor: Router, match: Sequence[str], lasting: str, why: str, *, as_json: bool) -> None:
    until = datetime.now(UTC) + span(lasting)
    found = monitor.post(SILENCES, {"match": dict(map(label, match)), "until": until.isoformat(), "why": why})
    show(found, [_silence_row(found)], "A silence", as_json=as_json)


def list_silences(monitor: Router, *, as_json: bool) -> None:
    found = monitor.get(SILENCES)["items"]
    show(found, [_silence_row(one) for one in found], "Silences", as_json=as_json)


def end_silence(monitor: Router, silence_id: str) -> None:
    monitor.delete(under(SILENCES, silence_id))
    sys.stdout.write(f"The silence {silence_id} ends within a minute.\n")


def list_rules(monitor: Router, *, as_json: bool) -> None:
    found = monitor.get(RULES)["items"]
    show(found, [_rule_row(one) for one in found], "Rules", as_json=as_json)


def put(
    monitor: Router, path: str, key: str, file: Path, *, as_json: bool, shown: Collection[str] = ("default",)
) -> None:
    """A file as the API takes it: made, or put in the place of the one of its name. `shown`: fields that the API shows
    and does not take. Raises CannotStartError."""
    body = _read(file)
    name = str(body.get(key, ""))
    if not name:
        raise CannotStartError(f"The file {file} has no {key}: it names what is made or replaced.")
    rest = {field: value for field, value in body.items() if field not in (key, *shown)}  # as `show` gives it
    if name in {one[key] for one in monitor.get(path)["items"]}:
        found = monitor.put(under(path, name), rest)
    else:
        found = monitor.post(path, {key: name} | rest)
    details(found, name, as_json=as_json)


def show_one(monitor: Router, path: str, name: str, *, as_json: bool) -> None:
    details(monitor.get(under(path, name)), name, as_json=as_json)


def delete(monitor: Router, path: str, name: str) -> None:
    monitor.delete(under(path, name))
    sys.stdout.write(f"{name} is deleted.\n")


def switch_defaults(monitor: Router, *, enabled: bool, as_json: bool) -> None:
    found = monitor.put(RULES, {"enabled": enabled})
    show(found["items"], [_rule_row(one) for one in found["items"]], "Rules", as_json=as_json)


def list_receivers(monitor: Router, *, as_json: bool) -> None:
    found = monitor.get(RECEIVERS)["items"]
    rows = [
        {
            "receiver": one["receiver_id"],
            "kind": one["kind"],
            "to": one["url"] or ", ".join(one["to"]) or f"secret {one['secret']}",
            "least": one["least"],
            "match": text_of(one["match"]),
            "after": f"{one['after_minutes']} min",
            "on": "yes" if one["enabled"] else "no",
        }
        for one in found
    ]
    show(found, rows, "Receivers", as_json=as_json)


def list_deliveries(monitor: Router, state: str, limit: int, *, as_json: bool) -> None:
    asked = urllib.parse.urlencode({"state": state, "limit": limit})
    found = monitor.get(f"{DELIVERIES}?{asked}")["items"]
    rows = [
        {
            "made": short(one["made_at"]),
            "receiver": one["receiver_id"],
            "alerts": len(one["alerts"]),
            "state": one["state"],
            "tries": one["tries"],
            "next try": short(one["due_at"]),
            "why": one["error"],
        }
        for one in found
    ]
    show(found, rows, "Deliveries", as_json=as_json)


def label(given: str) -> tuple[str, str]:
    """task=qa. Raises CannotStartError."""
    name, is_, value = given.partition("=")
    if not (name and is_ and value):
        raise CannotStartError(f"{given} matches nothing: write it as task=qa, or model=small*.")
    return name.strip(), value.strip()


def span(given: str) -> timedelta:
    """30m, 2h, 7d. Raises CannotStartError."""
    number, unit = given[:-1], given[-1:]
    if not (number.isascii() and number.isdigit() and len(number) <= 6 and unit in UNITS):
        raise CannotStartError(f"{given} is no time: write it as 30m, 2h or 7d.")
    return timedelta(**{UNITS[unit]: int(number)})


def _read(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(file.read_text())
    except OSError as error:
        raise CannotStartError(f"The file {file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise CannotStartError(f"The file {file} is no JSON.") from None
    if not isinstance(body, dict):
        raise CannotStartError(f"The file {file} holds no object of JSON.")
    return body


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "alert": one["alert_id"],
        "severity": one["severity"],
        "state": one["state"],
        "subject": one["subject"],
        "since": short(one["opened_at"] or one["since"]),
        "taken by": one["acknowledged_by"],
        "what": one["sentence"],
    }


def _silence_row(one: Mapping[str, Any]) -> dict[str, object]:
    names = ("silence_id", "who", "why")
    return {"match": text_of(one["match"]), "until": short(one["until"])} | {name: one[name] for name in names}


def _rule_row(one: Mapping[str, Any]) -> dict[str, object]:
    objective = one["objective"]
    limit = f"{objective['target']:.2%} {objective['indicator']}" if objective else one["threshold"]
    return {
        "rule": one["rule_id"],
        "metric": one["metric"],
        "": "" if objective else one["comparison"],
        "limit": str(limit),
        "window": "" if objective else f"{one['window_minutes']} min",
        "for": f"{one['for_minutes']} min",
        "by": ", ".join(one["by"]),
        "severity": one["severity"] if not objective else "by pair",
        "default": "yes" if one["default"] else "no",
        "on": "yes" if one["enabled"] else "no",
    }
