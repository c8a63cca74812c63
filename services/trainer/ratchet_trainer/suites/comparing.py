"""Two reports beside each other: is what the one is about better than what the other is about? Pure, and burns CPU."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ratchet_common.errors import RefusedError
from ratchet_trainer.suites.outcomes import CaseOutcome
from ratchet_trainer.suites.report import Report
from ratchet_trainer.suites.run import OPEN
from ratchet_trainer.suites.summary import Improvement, Side, Slice, summary


class NothingInCommonError(RefusedError):
    status = 409
    type = "nothing-in-common"
    title = "The two evaluations cannot be compared"


@dataclass(frozen=True, slots=True)
class Half:
    evaluation_id: UUID
    name: str  # of the version or model
    side: Side  # on the common cases
    only_here: int  # cases that the other does not have, or did not answer


@dataclass(frozen=True, slots=True)
class Comparison:
    """`b` beside `a`. `improvement`: of b over a, on the cases that both answered."""

    common: int
    a: Half
    b: Half
    improvement: Improvement
    slices: tuple[Slice, ...]  # candidate: b; baseline: a
    newly_passed: tuple[str, ...]  # ids of cases
    newly_failed: tuple[str, ...]


def compare(a: Report, b: Report, seed: int) -> Comparison:
    """The candidates of both. Raises NothingInCommonError."""
    for one in (a, b):
        if one.state in OPEN:
            raise NothingInCommonError(f"The evaluation {one.evaluation_id} is {one.state}: wait until it has ended.")
    of_a, of_b = _answered(a), _answered(b)
    pairs = [(of_a[digest], case) for digest, case in of_b.items() if digest in of_a]
    if a.task_type != b.task_type or not pairs:
        raise NothingInCommonError(
            f"The evaluations {a.evaluation_id} and {b.evaluation_id} have answered no case in common: "
            "compare two of the same suite or dataset, once they have ended."
        )
    found = summary([replace(case, baseline=before.candidate) for before, case in pairs], seed)
    if found.baseline is None or found.improvement is None:
        raise AssertionError("Every case has both.")
    return Comparison(
        common=len(pairs),
        a=Half(a.evaluation_id, a.candidate, found.baseline, len(of_a) - len(pairs)),
        b=Half(b.evaluation_id, b.candidate, found.candidate, len(of_b) - len(pairs)),
        improvement=found.improvement,
        slices=found.slices,
        newly_passed=_turned(pairs, to=True),
        newly_failed=_turned(pairs, to=False),
    )


def _answered(report: Report) -> dict[str, CaseOutcome]:
    return {case.digest: case for case in report.cases if case.candidate.score is not None}


def _turned(pairs: Sequence[tuple[CaseOutcome, CaseOutcome]], *, to: bool) -> tuple[str, ...]:
    return tuple(
        sorted(
            after.case_id
            for before, after in pairs
            if after.candidate.passed is to and before.candidate.passed is not to
        )
    )
