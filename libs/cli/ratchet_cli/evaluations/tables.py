"""What of an evaluation people see in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchet_cli.showing import text_of
from ratchet_common.legible import legible
from ratchet_common.plurals import so_many

NOTHING: Final = "-"
METRICS: Final = (
    ("relevance", "relevance"),
    ("completeness", "completeness"),
    ("consistency", "consistency"),
    ("latency_p50_ms", "latency p50, ms"),
    ("latency_p95_ms", "latency p95, ms"),
    ("cost_usd", "cost of an answer, USD"),
    ("malformed", "format errors"),
    ("private", "private data"),
    ("unanswered", "without an answer"),
    ("abstained", "not sure of"),
)

Fields = Mapping[str, Any]


def overview(found: Sequence[Fields]) -> Table:
    table = Table("evaluation", "of", "against", "task", "on", "state", "score", "gain", box=SIMPLE)
    for one in found:
        table.add_row(*row(one))
    return table


def print_evaluation(found: Fields, console: Console) -> None:
    if found["kind"] == "gate":
        return _print_gates(found, console)
    state = f"{found['state']}, {found['done']} of {so_many(found['cases'], 'case')}, {found['spent_usd']:.6f} USD"
    console.print(f"{found['evaluation_id']}: {state}. {found['reason']}".strip(), markup=False, highlight=False)
    summary = found["summary"]
    if summary is None:
        return None
    name = found["version_id"] or found["model"]
    title = f"{so_many(summary['counted'], 'case')} for {found['task_type']}"
    console.print(_sides(title, name, summary["candidate"], found["baseline"], summary["baseline"]))
    if summary["improvement"]:
        console.print(_gain(summary["improvement"]), markup=False)
    _print_slices(console, summary["slices"])
    console.print(_judge(found["judged"]), markup=False)
    return None


def print_comparison(found: Fields, console: Console) -> None:
    a, b = found["a"], found["b"]
    common = so_many(found["common"], "case")
    title = f"{common} in common; {a['only_here']} only in the first, {b['only_here']} in the second"
    console.print(_sides(title, b["name"], b["side"], a["name"], a["side"]))
    console.print(_gain(found["improvement"]), markup=False)
    _print_slices(console, found["slices"])
    for name in ("newly_passed", "newly_failed"):
        console.print(f"{name.replace('_', ' ').capitalize()}: {', '.join(found[name]) or 'none'}", markup=False)


def row(one: Fields) -> tuple[str, ...]:
    if one["kind"] == "gate":
        state, gain = "passed" if one["passed"] else "rejected", one["gain"]
        return (
            *_names(one, one["version_id"], one["dataset_id"]),
            state,
            f"{one['benchmark_score']:.3f}",
            signed(gain),
        )
    summary = one["summary"]
    gain = summary["improvement"]["absolute"] if summary and summary["improvement"] else None
    score = NOTHING if one["benchmark_score"] is None else f"{one['benchmark_score']:.3f}"
    names = _names(one, one["version_id"] or one["model"], one["suite_id"] or one["dataset_id"])
    return (*names, one["state"], score, signed(gain))


def signed(found: Fields | None) -> str:
    return NOTHING if found is None else f"{found['mean']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})"


def _names(one: Fields, name: str, material: str) -> tuple[str, ...]:
    return (str(one["evaluation_id"]), name, one["baseline"] or NOTHING, one["task_type"], material)


def _print_gates(found: Fields, console: Console) -> None:
    table = Table("", "", box=SIMPLE, show_header=False)
    for name in ("evaluation_id", "version_id", "baseline", "task_type", "dataset_id", "passed", "benchmark_score"):
        table.add_row(name.replace("_", " "), text_of(found[name]))
    table.add_row("gain", signed(found["gain"]))
    console.print(table)
    for reason in found["reasons"]:
        console.print(reason, markup=False, highlight=False)


def _sides(title: str, name: str, side: Fields, other_name: str | None, other: Fields | None) -> Table:
    table = Table("", name, *([other_name or NOTHING] if other else []), title=title, box=SIMPLE)
    sides = [side, other] if other else [side]
    table.add_row("accuracy", *(_estimate(one["accuracy"]) for one in sides))
    table.add_row("cases passed", *(f"{one['passed']:.1%}" for one in sides))
    for field, label in METRICS:
        table.add_row(label, *(_number(one[field]) for one in sides))
    return table


def _print_slices(console: Console, slices: list[Fields]) -> None:
    if not slices:
        return
    table = Table("slice", "cases", "score", "against", "gain", box=SIMPLE)
    for one in slices:
        against = _estimate(one["baseline"]) if one["baseline"] else NOTHING
        table.add_row(legible(one["name"]), str(one["n"]), _estimate(one["candidate"]), against, signed(one["gain"]))
    console.print(table)


def _judge(judged: Fields | None) -> str:
    if judged is None:
        return "Judge: none was asked."
    said = f"Judge {judged['model']}: {judged['wins']} wins, {judged['losses']} losses, {judged['ties']} ties"
    people = judged["people"]
    with_people = "not known" if people is None else f"{people['accuracy']:.1%} of {people['pairs']} pairs"
    silent = " It gave no answer again and again, and was not asked any more." if judged["silent"] else ""
    return f"{said}, {judged['unclear']} unclear; agreement with people: {with_people}.{silent}"


def _gain(improvement: Fields) -> str:
    relative = improvement["relative"]
    share = "" if relative is None else f", {relative:+.1%} over the score before"
    return f"Gain: {signed(improvement['absolute'])}{share}"


def _estimate(found: Fields) -> str:
    return f"{found['mean']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def _number(found: float | None) -> str:
    return NOTHING if found is None else f"{found:,.4g}"
