"""Should a stronger model be asked, because of what the checks say of the answer? Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from ratchet_catalogue.catalogue import TIERS
from ratchet_common.events import Check

# All but those that another model does not help: the limits of length are the request's.
ESCALATING = (
    "not_empty",
    "label_known",
    "schema",
    "refusal",
    "language",
    "copied_prompt",
    "citations",
    "numbers",
    "invented",
    "private_data",
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """`checks`: which of them, when they fail, are worth asking again. `most`: times for one request."""

    checks: frozenset[str] = frozenset(ESCALATING)
    most: int = 1


def escalates(checks: Collection[Check], tier: str, escalated: int, rules: Escalation) -> bool:
    """`tier`: of the model that answered. `escalated`: how often this request was asked anew for its checks."""
    is_strongest = tier == TIERS[-1]
    failed = {check.name for check in checks if not check.passed}
    return not is_strongest and escalated < rules.most and not rules.checks.isdisjoint(failed)
