"""An answer by another than the one that the unit was assigned to counts against that one, not for it. Pure."""

import msgspec

from ratchet_common.events import Decision
from ratchet_router.planned import Plan


def falls_back(plan: Plan, by: str) -> bool:
    """Whether that model's or version's answer is in place of a version's, or of that of an experiment's arm."""
    return (plan.trained is not None or plan.bound) and by != plan.resolved


def decision_of(plan: Plan, by: str) -> Decision:
    """The unit stays the version's or the arm's: left out, the requests on which it fails would make it look better."""
    if not falls_back(plan, by):
        return plan.decision
    why = f"{plan.resolved} did not answer, or not well enough, so the catalogue's models were asked."
    return msgspec.structs.replace(plan.decision, reasons=(*plan.decision.reasons, why), fell_back=True)
