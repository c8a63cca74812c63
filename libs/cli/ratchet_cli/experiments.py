"""`ratchet experiments`: what is compared, how it stands, and a picture of the interval over time."""

import re
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import NONE, say_what_is_missing, show, text_of
from ratchet_cli.showing import short as at_minute
from ratchet_common.errors import CannotStartError

EXPERIMENTS: Final = "/api/models/experiments"
ARM: Final = re.compile(r"(?P<name>[^=]+)=(?P<share>\d+):(?P<kind>version|template|model|approach):(?P<what>.+)")
WIDTH: Final = 61  # columns of the picture
LINES: Final = 16


def create(
    monitor: Router, given: Mapping[str, object], arms: Sequence[str], guards: Sequence[str], *, as_json: bool
) -> None:
    """`given`: by the fields of the request; empty ones are left out."""
    body = {name: value for name, value in given.items() if value not in (None, "")}
    body |= {"arms": [arm_of(arm) for arm in arms], "guard_rails": [guard_of(guard) for guard in guards]}
    _show(monitor.post(EXPERIMENTS, body), as_json=as_json)


def arm_of(given: str) -> dict[str, object]:
    """Raises CannotStartError."""
    match = ARM.fullmatch(given)
    if match is None:
        raise CannotStartError(f"--arm {given} is no arm: write it as --arm long=50:template:executive_summary_medium.")
    kind = "version_id" if match["kind"] == "version" else match["kind"]
    return {"name": match["name"].strip(), "share": int(match["share"]), kind: match["what"].strip()}


def guard_of(given: str) -> dict[str, object]:
    """Raises CannotStartError."""
    metric, _, limit = given.partition("=")
    try:
        return {"metric": metric.strip(), "limit": float(limit)}
    except ValueError:
        raise CannotStartError(f"--guard {given} is no guard-rail: write it as --guard failure=0.02.") from None


def list_experiments(monitor: Router, limit: int, *, as_json: bool) -> None:
    page = monitor.get(f"{EXPERIMENTS}?{urllib.parse.urlencode({'limit': limit})}")
    found = page["items"]
    show(found, [_row(one) for one in found], "Experiments", as_json=as_json)
    if not as_json:
        say_what_is_missing(page)


def show_experiment(monitor: Router, experiment_id: str, *, as_json: bool) -> None:
    _show(monitor.get(under(EXPERIMENTS, experiment_id)), as_json=as_json)


def stop(monitor: Router, experiment_id: str, why: str, *, as_json: bool) -> None:
    _show(monitor.post(under(EXPERIMENTS, experiment_id, "/stop"), {"why": why}), as_json=as_json)


def _show(found: Mapping[str, Any], *, as_json: bool) -> None:
    show(found, [_row(found)], "An experiment", as_json=as_json)
    if as_json:
        return
    if found["kind"] == "rollout":
        _say(found["why"], found["waits_for"])
        say_what_is_missing(found)
        return
    show(found, [_arm_row(arm, found) for arm in found["arms"]], _about(found), as_json=False)
    rails = [_rail_row(arm, rail) for arm in found["arms"] for rail in arm["guard_rails"]]
    if rails:
        show(found, rails, "Guard-rails: arm minus control", as_json=False)
    for arm in found["arms"][1:]:
        _say(*picture(found["looks"], arm["name"]))
    days = found["days_left"]
    _say(found["why"], days["told"] if days else "", found["what_now"], *found["notes"])
    say_what_is_missing(found)


def picture(looks: Sequence[Mapping[str, Any]], arm: str) -> list[str]:
    """The interval of an arm's gain, one line a look, the latest last. `:` is no gain."""
    ends = [(look["at"], one) for look in looks for one in look["gains"] if one["arm"] == arm]
    known = [(at, one["gain"], *one["interval"]) for at, one in ends if None not in (one["gain"], *one["interval"])]
    if len(known) < 2:
        return []
    every = max(1, -(-len(known) // LINES))
    drawn = known[::-1][::every][::-1]
    reach = max(abs(end) for _, _, low, high in drawn for end in (low, high)) or 1.0
    heading = f"{arm}: the gain's interval over time, from {-reach:+.4g} to {reach:+.4g}"
    return [heading, *(f"{at_minute(at)} {_line(gain, low, high, reach)}" for at, gain, low, high in drawn)]


def _line(gain: float, low: float, high: float, reach: float) -> str:
    def place(value: float) -> int:
        return round((min(max(value / reach, -1.0), 1.0) + 1) / 2 * (WIDTH - 1))

    cells = [" "] * WIDTH
    for column in range(place(low), place(high) + 1):
        cells[column] = "-"
    cells[place(0.0)] = ":"
    cells[place(low)], cells[place(high)], cells[place(gain)] = "[", "]", "o"
    return "".join(cells).rstrip()


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    if one["kind"] == "rollout":
        arms, name = f"{one['canary']} {one['percent']} % against {one['control']}", "rollout"
    else:
        arms, name = ", ".join(f"{arm['name']} {arm['share']} %" for arm in one["arms"]), one["name"]
    days = one.get("days_left")
    return {
        "experiment": one["experiment_id"],
        "name": name,
        "task": one["task_type"],
        "state": one["state"],
        "arms": arms,
        "metric": one["metric"],
        "verdict": one["verdict"],
        "winner": one.get("winner") or None,
        "days left": days["likely"] if days else None,
        "since": at_minute(one["started_at"]),
    }


def _about(found: Mapping[str, Any]) -> str:
    unit = f" {found['in_unit']}" if found["in_unit"] else ""
    return (
        f"Arms: {found['metric']} by {found['unit']}, minimum effect {found['minimum_effect']:g}{unit}. "
        "A gain is arm minus control, turned so that more is better"
    )


def _arm_row(arm: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, object]:
    is_control = arm["name"] == found["arms"][0]["name"]
    return {
        "arm": arm["name"],
        "what": arm["what"],
        "share": f"{arm['share']} %",
        "units": arm["units"],
        found["metric"]: arm["value"],
        "gain": None if is_control else arm["gain"],
        "interval": NONE if is_control else _between(arm["interval"]),
        "failures": arm["failure_rate"],
        "USD": arm["cost_usd"],
        "ms": arm["latency_ms"],
        "saved by the past": arm["saved_by_past"] or None,
        "verdict": "control" if is_control else arm["verdict"],
    }


def _rail_row(arm: Mapping[str, Any], rail: Mapping[str, Any]) -> dict[str, object]:
    return {
        "arm": arm["name"],
        "metric": rail["metric"],
        "difference": rail["difference"],
        "interval": _between(rail["interval"]),
        "limit": rail["limit"],
        "": "broken" if rail["broken"] else "kept so far",
    }


def _between(ends: Sequence[float | None]) -> str:
    low, high = (text_of(end) for end in ends)
    return f"{low} to {high}"


def _say(*sentences: str) -> None:
    for sentence in filter(None, sentences):
        sys.stdout.write(f"{shown_safely(sentence)}\n")
