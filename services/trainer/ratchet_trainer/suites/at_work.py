"""What burns CPU, in worker processes: scoring answers, summing up, reports. It loads nothing that they do not need."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ratchet_trainer.collecting.preparing import found_in
from ratchet_trainer.judging.evaluate import Evaluation
from ratchet_trainer.pages import html, markdown
from ratchet_trainer.suites.comparing import Comparison, compare
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome, Said, outcome
from ratchet_trainer.suites.report import report_of
from ratchet_trainer.suites.run import Run
from ratchet_trainer.suites.suite import Case, Suite
from ratchet_trainer.suites.summary import Summary, summary

Format = Literal["json", "html", "md"]


def score(suite: Suite, said: Sequence[tuple[Case, tuple[Said, ...]]]) -> list[tuple[Outcome, ...]]:
    """`suite` without its cases; of each case what the sides said, the candidate first."""
    return [tuple(outcome(suite, case, one, found_in) for one in its) for case, its in said]


def sum_up(outcomes: Sequence[CaseOutcome], seed: int) -> Summary:
    return summary(outcomes, seed)


def reported(found: Evaluation | Run, format_: Format, seed: int) -> bytes:
    report = report_of(found, seed)
    if format_ == "json":
        return msgspec.json.encode(report)
    return (html.page(report) if format_ == "html" else markdown.page(report)).encode()


def compared(before: Evaluation | Run, after: Evaluation | Run, seed: int) -> Comparison:
    """Raises NothingInCommonError."""
    return compare(report_of(before, seed), report_of(after, seed), seed)
