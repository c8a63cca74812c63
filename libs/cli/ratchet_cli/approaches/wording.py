"""Numbers of a report in words, for a terminal and for a page. Pure."""

from typing import Final

from ratchet_cli.approaches.measures import MEASURES, Measure
from ratchet_cli.approaches.report import Report
from ratchet_cli.approaches.summary import Difference, Estimate, Side, Summary
from ratchet_common.plurals import so_many

NOTHING: Final = "-"
Rows = list[tuple[str, ...]]


def counted(found: Summary) -> str:
    return (
        f"{found.counted} of {so_many(found.questions, 'question')} counted, in {so_many(found.groups, 'group')}: "
        "questions on one document are one."
    )


def measures(report: Report) -> Rows:
    """The first row is the head. Measures that say nothing of any approach are left out."""
    sides = {side.approach: side for side in report.found.sides}
    shown = [one for one in MEASURES if any(one.name in side.estimates for side in sides.values())]
    head = ("", *report.approaches, "target")
    rows = [(one.label, *(_cell(one, sides.get(name)) for name in report.approaches), target(one)) for one in shown]
    return [head, *rows]


def not_available(report: Report) -> list[str]:
    here = {side.approach for side in report.found.sides}
    said = []
    for name in report.approaches:
        whys = report.not_here.get(name, {})
        said += [f"{name}: not available for {task}: {why}" for task, why in whys.items()]
        if name not in here and not whys:
            said.append(f"{name}: not available: no question was answered.")
    return said


def differences(report: Report) -> Rows:
    head = ("", "over", "accuracy", "which is")
    return [head, *((one.of, one.over, signed(one), _side_of(one)) for one in report.found.differences)]


def signed(one: Difference) -> str:
    return f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})"


def answered_by(side: Side) -> str:
    return ", ".join(f"{name} {times}" for name, times in side.models.items()) or NOTHING


def target(one: Measure) -> str:
    if one.target is None:
        return ""
    return f"≥ {one.target:.2f}" if one.unit == "share" else f"≤ {number(one, one.target)}"


def number(one: Measure, value: float) -> str:
    if one.unit == "share":
        return f"{value:.3f}"
    return f"{value / 1000:.2f} s" if one.unit == "ms" else f"${value:,.4g}"


def estimate(one: Measure, found: Estimate) -> str:
    said = number(one, found.value)
    if found.low is not None and found.high is not None:
        said += f" ({number(one, found.low)} to {number(one, found.high)})"
    return f"{said} {found.target}".strip()


def _cell(one: Measure, side: Side | None) -> str:
    if side is None:
        return "not available"
    return estimate(one, side.estimates[one.name]) if one.name in side.estimates else NOTHING


def _side_of(one: Difference) -> str:
    return "better" if one.low > 0 else "worse" if one.high < 0 else "not told apart"
