"""An answer by another than the one that the unit was assigned to counts against that one, not for it. Pure.

Unless that one has abstained: it was well, and leaving what it is not sure of to others is part of how it serves. The
unit is the version's in both cases, so that a trial compares all that it was given, whoever answered it.
"""

from collections.abc import Iterable

import msgspec

from ratchet_common.events import Attempt, Decision
from ratchet_router.planned import Plan


def falls_back(plan: Plan, by: str) -> bool:
    """Whether that model's or version's answer is in place of a version's, or of that of an experiment's arm."""
    return (plan.trained is not None or plan.bound) and by != plan.resolved


def decision_of(plan: Plan, by: str, attempts: Iterable[Attempt]) -> Decision:
    """The unit stays the version's or the arm's: left out, the requests on which it fails would make it look better."""
    if not falls_back(plan, by):
        return plan.decision
    if any(attempt.model == plan.resolved and attempt.error == "unsure" for attempt in attempts):
        why = f"{plan.resolved} was not sure enough of its answer, so the catalogue's models were asked."
        return msgspec.structs.replace(plan.decision, reasons=(*plan.decision.reasons, why), abstained=True)
    why = f"{plan.resolved} did not answer, or not well enough, so the catalogue's models were asked."
    return msgspec.structs.replace(plan.decision, reasons=(*plan.decision.reasons, why), fell_back=True)
