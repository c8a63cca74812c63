import pytest

from ratchet_scoring.advance import Limits, Verdict
from ratchet_scoring.conclusion import ArmSeen, Conclusion, Guarded, GuardRail, Rules, conclude
from ratchet_scoring.intervals import Interval
from ratchet_scoring.shares import Mismatch, mismatch

RULES = Rules(limits=Limits())
LATENCY = GuardRail("latency_ms", 100.0)
ANSWERED = GuardRail("answered", 0.01, better="higher")
KEPT, SKEWED = mismatch([500, 500], [1, 1]), mismatch([700, 500], [1, 1])


def arm(name: str, low: float, high: float, *guarded: Guarded, units: int = 1000, cheaper: float = 0.0) -> ArmSeen:
    return ArmSeen(name, units, (low + high) / 2, Interval(low, high), cheaper=cheaper, guarded=guarded)


def slower(low: float, high: float) -> Guarded:
    return Guarded(LATENCY, (low + high) / 2, Interval(low, high))


def concluded(*arms: ArmSeen, shares: Mismatch | None = KEPT, control_units: int = 1000) -> Conclusion:
    return conclude(arms, control_units=control_units, shares=shares, rules=RULES)


@pytest.mark.parametrize(
    ("low", "high", "verdict", "said"),
    [
        (0.01, 0.09, "advance", "b: Better: the gain lies between +0.010 and +0.090."),
        (-0.09, -0.01, "roll_back", "b: Worse: the gain lies between -0.090 and -0.010."),
        (-0.03, 0.09, "hold", "b: Not decided: the gain lies between -0.030 and +0.090"),
        (-0.03, 0.03, "hold", "A gain of +0.05 is out of reach."),
        (0.05, -0.05, "hold", "The gain changed while it was measured"),
    ],
)
def test_one_arm_against_its_control(low: float, high: float, verdict: Verdict, said: str) -> None:
    found = concluded(arm("b", low, high))
    assert found.verdict == verdict
    assert said in found.reason
    assert found.arm == ("b" if verdict != "hold" else None)
    assert found.numbers["b.gain_low"] == low


def test_no_worse_and_cheaper_advances() -> None:
    assert concluded(arm("b", -0.01, 0.03, cheaper=0.4)).verdict == "advance"
    assert concluded(arm("b", -0.03, 0.03, cheaper=0.4)).verdict == "hold"


def test_too_few_units_decide_nothing() -> None:
    found = concluded(arm("b", 0.01, 0.2, units=99))
    assert (found.verdict, found.arms["b"].verdict) == ("hold", "hold")
    assert "99 units of b are held against 1000 of the control, and 100 of each are needed" in found.reason
    assert concluded(arm("b", 0.01, 0.2), control_units=99).verdict == "hold"


def test_a_broken_guard_rail_rolls_back_what_would_advance_however_few_the_units() -> None:
    found = concluded(arm("b", 0.01, 0.2, slower(120, 300), units=60))
    assert (found.verdict, found.arm) == ("roll_back", "b")
    assert found.reason == "b: b breaks a guard-rail: latency_ms is worse by 120 to 300, and may be by 100."
    assert found.numbers["b.latency_ms_low"] == 120


def test_what_looks_worse_than_it_may_be_holds_what_would_advance() -> None:
    found = concluded(arm("b", 0.01, 0.2, slower(90, 150)))
    assert found.verdict == "hold"
    assert "latency_ms is worse by 90 to 150, and may be by 100; that is not proven" in found.reason
    assert concluded(arm("b", 0.01, 0.2, slower(40, 150))).verdict == "advance"
    assert concluded(arm("b", -0.2, -0.01, slower(90, 150))).verdict == "roll_back"


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(-0.05, -0.02, "roll_back"), (-0.03, -0.005, "hold"), (0.02, 0.05, "advance")]
)
def test_a_guard_rail_of_which_more_is_better(low: float, high: float, verdict: Verdict) -> None:
    guarded = Guarded(ANSWERED, (low + high) / 2, Interval(low, high))
    assert concluded(arm("b", 0.01, 0.2, guarded)).verdict == verdict


def test_a_guard_rail_that_contradicts_itself_stops_nothing() -> None:
    assert not slower(300, 120).broken
    assert not Guarded(LATENCY, float("nan"), Interval(float("-inf"), float("inf"))).doubtful


def test_with_wrong_shares_nothing_is_concluded() -> None:
    found = concluded(arm("b", 0.01, 0.2), arm("c", -0.2, -0.1), shares=SKEWED)
    assert found.verdict == "hold"
    assert "58.3% of 50.0%, 41.7% of 50.0%" in found.reason
    assert {decision.verdict for decision in found.arms.values()} == {"hold"}
    assert found.numbers["shares.p_value"] == SKEWED.p_value < 0.01
    assert concluded(arm("b", 0.01, 0.2), shares=None).verdict == "advance"


def test_but_a_broken_guard_rail_is() -> None:
    assert concluded(arm("b", 0.01, 0.2, slower(120, 300)), shares=SKEWED).verdict == "roll_back"
    found = concluded(arm("b", 0.01, 0.2, slower(120, 300)), arm("c", 0.01, 0.2), shares=SKEWED)
    assert (found.verdict, found.arms["b"].verdict, found.arms["c"].verdict) == ("hold", "roll_back", "hold")


def test_of_several_that_may_advance_the_best_does() -> None:
    found = concluded(arm("b", 0.01, 0.05), arm("c", 0.03, 0.09), arm("d", -0.3, -0.1))
    assert (found.verdict, found.arm) == ("advance", "c")
    assert found.reason.endswith("Of 2 that may advance it has the largest gain so far.")
    assert found.arms["d"].verdict == "roll_back"


def test_one_that_is_ahead_and_open_is_waited_for() -> None:
    found = concluded(arm("b", 0.01, 0.05), arm("c", -0.02, 0.20))
    assert (found.verdict, found.arm, found.arms["b"].verdict) == ("hold", None, "advance")
    assert found.reason == "b would advance; c is not decided and ahead so far, +0.090 against +0.030."
    assert concluded(arm("b", 0.01, 0.05), arm("c", -0.10, 0.10)).arm == "b"


def test_all_is_rolled_back_when_no_arm_is_left() -> None:
    found = concluded(arm("b", -0.2, -0.1), arm("c", -0.2, -0.1))
    assert (found.verdict, found.arm) == ("roll_back", None)
    assert concluded(arm("b", -0.2, -0.1), arm("c", -0.2, 0.1)).verdict == "hold"


def test_only_what_is_known_stands_in_the_numbers() -> None:
    unknown = ArmSeen("b", 10, float("nan"), Interval(float("-inf"), float("inf")))
    found = concluded(unknown)
    assert found.verdict == "hold"
    assert found.numbers == {
        "control.units": 1000.0,
        "shares.p_value": 1.0,
        "b.units": 10.0,
        "b.cheaper": 0.0,
        "b.faster": 0.0,
    }


def test_without_an_arm_there_is_no_experiment() -> None:
    with pytest.raises(ValueError, match="none was given"):
        concluded()
