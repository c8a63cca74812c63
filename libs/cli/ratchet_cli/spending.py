"""`ratchet costs`: where the money goes, what was saved, what the month will have cost."""

import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ratchet_cli.alerting import put
from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import NONE, say_what_is_missing, show
from ratchet_common.plurals import so_many

COSTS: Final = "/api/models/costs"
BUDGETS: Final = f"{COSTS}/budgets"
SAVED: Final = (
    ("caching", "savings_from_caching", ""),
    ("routing", "savings_from_routing", ""),
    ("batches", "savings_from_batching", ""),
    ("training", "training_cost", "-"),
    ("evaluations and their judges", "evaluation_cost", "-"),
    ("vectors", "embedding_cost", "-"),
    ("calls whose answers were not given", "cost_of_attempts", "-"),
    ("answers in the shadow", "cost_of_shadows", "-"),
    ("together", "net_savings", ""),
)


def show_summary(gateway: Router, days: int, *, as_json: bool) -> None:
    found = gateway.get(f"{COSTS}/summary?{urllib.parse.urlencode({'days': days})}")
    if as_json:
        return show(found, [], "", as_json=True)
    title = f"The last {days} days: {money(found['total_cost'])}, and what was saved"
    show(found, [{"by": name, "USD": sign + money(found[field])} for name, field, sign in SAVED], title, as_json=False)
    for what in ("model", "task"):
        by = found[f"cost_by_{what}"]
        rows = [{what: name, "USD": money(cost)} for name, cost in sorted(by.items(), key=lambda one: -one[1])]
        show(found, rows, f"By {what}", as_json=False)
    return say_what_is_missing(found)


def show_by(
    gateway: Router, dimension: str, days: int, task_type: str, limit: int, names: Sequence[str], *, as_json: bool
) -> None:
    asked = [("days", days), ("limit", limit), *(("name", name) for name in names)]
    query = urllib.parse.urlencode([*asked, *([("task_type", task_type)] if task_type else [])])
    found = gateway.get(f"{under(f'{COSTS}/by', dimension)}?{query}")
    if as_json:
        return show(found, [], "", as_json=True)
    rows = [_row(one) for one in found["items"]]
    if found["others"]["answers"] or found["others"]["billed"]:
        rows.append(_row(found["others"]))
    if rows:
        rows.append(_row(found["total"] | {"name": "together"}))
    show(found, rows, f"Costs of {so_many(days, 'day')} by {dimension}", as_json=False)
    if found["asked"]:
        show(found, [_row(one) for one in found["asked"]], "Asked for by name", as_json=False)
    return say_what_is_missing(found)


def show_forecast(gateway: Router, task_type: str, model: str, *, as_json: bool) -> None:
    asked = {name: value for name, value in (("task_type", task_type), ("model", model)) if value}
    found = gateway.get(f"{COSTS}/forecast?{urllib.parse.urlencode(asked)}")
    row = {
        "month": found["month"],
        "spent": money(found["spent"]),
        "expected": money(found["expected"]),
        "in 8 of 10": NONE if found["low"] is None else f"{money(found['low'])} to {money(found['high'])}",
        "why": found["why"],
    }
    show(found, [row], "What the month will have cost", as_json=as_json)
    if not as_json:
        say_what_is_missing(found)


def list_budgets(gateway: Router, *, as_json: bool) -> None:
    found = gateway.get(BUDGETS)["items"]
    show(found, [_budget_row(one) for one in found], "Budgets of a month", as_json=as_json)


def put_budget(gateway: Router, file: Path, *, as_json: bool) -> None:
    """The file may be as `list --json` shows it: what is spent of it is left out."""
    put(gateway, BUDGETS, "budget_id", file, as_json=as_json, shown=("used", "month"))


def money(usd: float | None) -> str:
    """To the cent, and below one as far as there is something."""
    if usd is None:
        return NONE
    return f"{usd:,.2f}" if abs(usd) >= 1 or not usd else f"{usd:,.6f}".rstrip("0")


def _budget_row(one: Mapping[str, Any]) -> dict[str, object]:
    month = one["month"]
    return {
        "budget": one["budget_id"],
        "of": ", ".join(part for part in (one["task_type"], one["model"]) if part) or "everything",
        "USD": money(one["amount_usd"]),
        "spent": money(month["spent"]),
        "used": f"{one['used']:.1%}",
        "expected": money(month["expected"]),
        "in 8 of 10": NONE if month["low"] is None else f"{money(month['low'])} to {money(month['high'])}",
        "told at": ", ".join(f"{share:.0%}" for share in one["shares"]) + (", forecast" if one["forecast"] else ""),
        "on": "yes" if one["enabled"] else "no",
    }


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "which": one["name"] or one["key"] or "(none named)",
        "billed": money(one["billed"]),
        "share": f"{one['share']:.1%}",
        "answers": one["answers"],
        "tokens in": one["input_tokens"],
        "cached": one["cached_tokens"],
        "out": one["output_tokens"],
        "hits": one["hits"],
        "saved: cache": money(one["saved_by_caching"]),
        "routing": money(one["saved_by_routing"]),
        "batches": money(one["saved_by_batches"]),
    }
