"""When can an evaluation come to nothing any more? What is left need not be asked, waited for and paid. Pure."""

from collections.abc import Sequence
from typing import Final

from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome
from ratchet_trainer.suites.run import Run, Subject

MOST_UNANSWERED: Final = 0.2  # of the cases; with more, what is left says little
SILENT: Final = 8  # of the first cases without one answer: nobody is there
REFUSALS: Final = 20  # of the first cases, before any answer: it is not the cases


def why_nothing(run: Run, outcomes: Sequence[CaseOutcome]) -> str:
    """A sentence, by what has been asked so far; empty: it may still come to something."""
    lost = sum(case.candidate.score is None or (case.baseline or case.candidate).score is None for case in outcomes)
    if lost > MOST_UNANSWERED * run.cases or (len(outcomes) >= SILENT and lost == len(outcomes)):
        return (
            f"{lost} of {len(outcomes)} cases got no answer from one of the models{_rest(run, outcomes)}: "
            "run it again later."
        )
    sides = [(run.order.candidate, [case.candidate for case in outcomes])]
    if run.order.baseline:
        sides.append((run.order.baseline, [case.baseline for case in outcomes if case.baseline]))
    return next((_refusals(who, its, run) for who, its in sides if _refuses_all(its, run)), "")


def _refuses_all(its: Sequence[Outcome], run: Run) -> bool:
    first = its[: min(REFUSALS, run.cases)]
    return len(first) == min(REFUSALS, run.cases) > 0 and all(one.error and one.score is not None for one in first)


def _refusals(who: Subject, its: Sequence[Outcome], run: Run) -> str:
    kinds = ", ".join(sorted({one.error for one in its if one.error}))
    return (
        f"{who.name} refused all of the first {min(REFUSALS, run.cases)} cases ({kinds}): see whether it takes "
        "requests of this kind and length."
    )


def _rest(run: Run, outcomes: Sequence[CaseOutcome]) -> str:
    left = run.cases - len(outcomes)
    return f", and the other {left} were not asked" if left > 0 else ""
