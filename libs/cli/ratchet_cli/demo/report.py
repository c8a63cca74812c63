"""What the demo found, as a table for people and as JSON for scripts."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from ratchet_cli.demo.users import Answer


@dataclass(frozen=True, slots=True)
class Measured:
    """The held-out requests, asked once."""

    requests: int
    accuracy: float
    cost_usd_per_1000: float
    latency_ms_median: float
    models: dict[str, int]

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> "Measured":
        models: dict[str, int] = {}
        for answer in answers:
            name = answer.model if answer.version_id == "base" else answer.version_id
            models[name] = models.get(name, 0) + 1
        return cls(
            len(answers),
            statistics.fmean(a.score for a in answers),
            1000 * statistics.fmean(a.cost_usd for a in answers),
            statistics.median(a.latency_ms for a in answers),
            models,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    corpus: str
    task_type: str
    before: Measured
    after: Measured
    commonest: float | None
    events: dict[str, int]
    way: tuple[str, ...]  # of the version, step by step
    version: str
    state: str
    why: str
    seconds: float
    shuffled: bool

    @property
    def closed(self) -> bool:
        return self.state == "live"

    @property
    def as_expected(self) -> bool:
        """With real corrections the loop closes; with noise a version is trained, and does not come through."""
        return self.state in ("rejected", "rolled_back") if self.shuffled else self.closed

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"closed": self.closed, "as_expected": self.as_expected}


def show(outcome: Outcome, console: Console) -> None:
    console.print(_measures(outcome))
    console.print(_events(outcome))
    console.print(_way(outcome))
    console.print(verdict(outcome))


def verdict(outcome: Outcome) -> str:
    if outcome.shuffled:
        if outcome.closed:
            return f"[red]{outcome.version} was promoted although its corrections were noise.[/red]"
        if outcome.as_expected:
            return f"[green]The corrections were noise, and nothing was promoted.[/green] {outcome.why}"
        return f"[red]No decision on corrections that were noise: {_left_at(outcome)}[/red]"
    if outcome.closed:
        return f"[green]The loop closed: {outcome.version} serves.[/green] It took {outcome.seconds:.0f} s."
    return f"[red]The loop did not close: {_left_at(outcome)}[/red]"


def _left_at(outcome: Outcome) -> str:
    if not outcome.version:
        return f"no version came of it. {outcome.way[-1] if outcome.way else ''}"
    return f"{outcome.version} is {outcome.state}. {outcome.why}"


def _measures(outcome: Outcome) -> Table:
    before, after = outcome.before, outcome.after
    measure = "accuracy" if outcome.commonest is not None else "ROUGE-L against the users' summaries"
    table = Table(title=f"{before.requests} held-out requests · {outcome.corpus}")
    for column in ("", "before", "after"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row(measure, f"{before.accuracy:.3f}", f"{after.accuracy:.3f}")
    if outcome.commonest is not None:
        table.add_row("  always the commonest label", f"{outcome.commonest:.3f}", f"{outcome.commonest:.3f}")
    table.add_row("cost of 1,000 requests (USD)", f"{before.cost_usd_per_1000:.4f}", f"{after.cost_usd_per_1000:.4f}")
    table.add_row("latency, median (ms)", f"{before.latency_ms_median:.1f}", f"{after.latency_ms_median:.1f}")
    table.add_row("answered by", _names(before.models), _names(after.models))
    return table


def _names(models: dict[str, int]) -> str:
    return "\n".join(f"{name} {count}" for name, count in sorted(models.items(), key=lambda pair: -pair[1]))


def _events(outcome: Outcome) -> Table:
    table = Table(title="events on each topic")
    table.add_column("topic")
    table.add_column("events", justify="right")
    for topic, count in outcome.events.items():
        table.add_row(topic, f"{count:,}")
    return table


def _way(outcome: Outcome) -> Table:
    table = Table(title="the version's way")
    table.add_column(outcome.version or "no version")
    for step in outcome.way:
        table.add_row(step)
    return table
