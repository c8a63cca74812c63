"""`ratchet prompts`: how templates do, which is better, which can go."""

import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_cli.showing import NONE, say_what_is_missing, show, text_of
from ratchet_cli.showing import short as at_minute

PROMPTS: Final = "/api/models/prompts"


def list_prompts(monitor: Router, given: Mapping[str, object], *, as_json: bool) -> None:
    found = monitor.get(_path("performance", given))
    rows = [_row(one) for group in found["templates"] for one in _lines(group)]
    show(found, rows, f"Templates, {_time(found)}", as_json=as_json)
    if as_json:
        return
    if found["others"]:
        _say(f"{found['others']:,} more uses are of templates beyond those that are counted one by one.")
    say_what_is_missing(found)


def compare(monitor: Router, names: Sequence[str], given: Mapping[str, object], *, as_json: bool) -> None:
    found = monitor.get(_path("compare", {"template_ids": ",".join(names)} | dict(given)))
    show(found, [_row(one) for one in found["templates"]], f"Templates, {_time(found)}", as_json=as_json)
    if as_json:
        return
    for one in found["comparisons"]:
        rows = [_difference(difference) for difference in one["differences"]]
        heading = (
            f"{one['template']} minus {one['against']}, where both were used ({one['in_common']:.0%} of the answers)"
        )
        show(found, rows, heading, as_json=False)
    told = [f"{one['experiment_id']} ({one['name']}, {one['state']}): {one['why']}" for one in found["experiments"]]
    _say(*told, found["assumes"])
    say_what_is_missing(found)


def best(monitor: Router, given: Mapping[str, object], *, as_json: bool) -> None:
    found = monitor.get(_path("best", given))
    rows = [
        {
            "task": one["task_type"],
            "document type": one["document_type"] or NONE,
            "best": one["best"] or "not known",
            "why": one["why"],
        }
        for one in found["items"]
    ]
    show(found, rows, f"Best templates, {_time(found)}", as_json=as_json)
    if not as_json:
        say_what_is_missing(found)


def suggestions(monitor: Router, given: Mapping[str, object], *, as_json: bool) -> None:
    found = monitor.get(_path("suggestions", given))
    rows = [
        {
            "template": one["template"],
            "reason": one["reason"],
            "last used": at_minute(one["last_used"])[:10],
            "why": one["why"],
            "what to do": one["what_to_do"],
        }
        for one in found["items"]
    ]
    show(found, rows, f"Templates that can go, {_time(found)}", as_json=as_json)
    if not as_json:
        _say(found["note"])
        say_what_is_missing(found)


def _path(what: str, given: Mapping[str, object]) -> str:
    return f"{PROMPTS}/{what}?{urllib.parse.urlencode({name: one for name, one in given.items() if one != ''})}"


def _time(found: Mapping[str, Any]) -> str:
    return f"{found['since'][:10]} to {at_minute(found['until'])} UTC"


def _lines(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A template with one version is one line."""
    versions: list[Mapping[str, Any]] = group["versions"]
    return versions if len(versions) == 1 else [group["whole"], *versions]


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "template": one["template"],
        "uses": one["total_uses"],
        "success": _mean(one["success"]),
        "scored": one["scored"],
        "quality": _mean(one["weighted"]),
        "USD": _measure(one["cost"]),
        "seconds": _measure(one["latency"]),
        "p95 ms": one["p95_latency_ms"],
        "last used": at_minute(one["last_used"])[:10],
    }


def _difference(one: Mapping[str, Any]) -> dict[str, object]:
    unit = {"cost": " USD", "latency": " ms"}.get(one["metric"], "")
    return {
        "": f"{one['metric'].replace('_', ' ')}{unit}",
        "difference": one["difference"],
        "95 %": _between(one["low"], one["high"]),
        "of": f"{one['n']:,} and {one['n_of_other']:,}",
        "verdict": one["verdict"].replace("_", " "),
    }


def _mean(one: Mapping[str, Any] | None) -> str:
    return NONE if one is None else f"{one['value']:.3f} ({one['interval'][0]:.3f} to {one['interval'][1]:.3f})"


def _measure(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return NONE
    ends = "" if one["low"] is None else f" ({_between(one['low'], one['high'])})"
    return f"{text_of(one['value'])}{ends}"


def _between(low: float | None, high: float | None) -> str:
    return NONE if low is None or high is None else f"{text_of(low)} to {text_of(high)}"


def _say(*sentences: str) -> None:
    for sentence in filter(None, sentences):
        sys.stdout.write(f"{shown_safely(sentence)}\n")
