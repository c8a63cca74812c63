import pytest
from pydantic import ValidationError

from ratchet_common.events import Check
from ratchet_router.checking.checks import NAMES
from ratchet_router.checking.escalation import ESCALATING, Escalation, escalates
from tests.unit.router.fakes import settings

REFUSED = (Check(name="not_empty", passed=True), Check(name="refusal", passed=False, detail="…"))
CUT = (Check(name="complete", passed=False),)


@pytest.mark.parametrize(
    ("checks", "tier", "escalated", "expected"),
    [
        (REFUSED, "fast", 0, True),
        (REFUSED, "balanced", 0, True),
        (REFUSED, "premium", 0, False),
        (REFUSED, "fast", 1, False),
        (CUT, "fast", 0, False),
        ((), "fast", 0, False),
        ((Check(name="refusal", passed=True, detail="a warning"),), "fast", 0, False),
    ],
)
def test_a_stronger_model_is_asked_while_there_is_one(
    checks: tuple[Check, ...], tier: str, escalated: int, expected: bool
) -> None:
    assert escalates(checks, tier, escalated, Escalation()) is expected


def test_which_checks_escalate_is_a_setting() -> None:
    rules = settings(escalate_on=["complete"], escalations=2).escalation
    assert escalates(CUT, "fast", 1, rules)
    assert not escalates(REFUSED, "fast", 0, rules)
    assert not escalates(REFUSED, "fast", 0, settings(escalations=0).escalation)


def test_a_check_that_there_is_not_is_named() -> None:
    assert set(ESCALATING) <= set(NAMES)
    with pytest.raises(ValidationError, match="there is no check grammar"):
        settings(escalate_on=["grammar"])
