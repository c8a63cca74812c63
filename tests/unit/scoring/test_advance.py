import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.advance import Limits, SliceGain, Verdict, decide, worse_slices

LIMITS = Limits()


@pytest.mark.parametrize(
    ("low", "high", "cheaper", "faster", "verdict"),
    [
        (0.001, 0.10, 0.0, 0.0, "advance"),
        (0.001, 0.10, -5.0, -5.0, "advance"),
        (0.0, 0.10, 0.0, 0.0, "hold"),
        (-0.019, 0.10, 0.30, 0.0, "advance"),
        (-0.019, 0.10, 0.0, 0.30, "advance"),
        (-0.019, 0.10, 0.29, 0.29, "hold"),
        (-0.02, 0.10, 0.9, 0.9, "hold"),
        (-0.015, -0.001, 0.5, 0.0, "advance"),
        (-0.015, -0.001, 0.0, 0.0, "roll_back"),
        (-0.3, -0.1, 0.9, 0.9, "roll_back"),
        (-0.3, 0.0, 0.0, 0.0, "hold"),
        (-1.0, 1.0, 0.9, 0.9, "hold"),
        (0.1, -0.1, 0.9, 0.9, "hold"),
        (float("nan"), float("nan"), 0.0, 0.0, "hold"),
    ],
)
def test_a_candidate_advances(low: float, high: float, cheaper: float, faster: float, verdict: Verdict) -> None:
    assert decide(low, high, cheaper=cheaper, faster=faster, limits=LIMITS).verdict == verdict


def test_the_reason_names_the_numbers() -> None:
    decision = decide(-0.01, 0.05, cheaper=0.4, faster=-0.1, limits=LIMITS)
    assert decision.reason == "Not worse (the gain lies between -0.010 and +0.050) and 40% cheaper, 10% slower."


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-3, 1), st.floats(-3, 1))
def test_never_worse_and_dearer(low: float, high: float, cheaper: float, faster: float) -> None:
    verdict = decide(low, high, cheaper=cheaper, faster=faster, limits=LIMITS).verdict
    if verdict == "advance":
        assert low > -LIMITS.margin
        assert low > 0 or max(cheaper, faster) >= LIMITS.saving


def cases(name: str, n: int, gain: float) -> list[tuple[float, float, tuple[str, ...]]]:
    return [(gain, 1.0, (name,))] * n


@pytest.mark.parametrize(
    ("n", "gain", "worse"), [(30, -0.051, True), (30, -0.05, False), (29, -1.0, False), (30, 0.5, False)]
)
def test_a_guarded_slice_may_lose_so_much(n: int, gain: float, worse: bool) -> None:
    gains, weights, slices = zip(*cases("contract", n, gain), strict=True)
    assert bool(worse_slices(gains, weights, slices, limits=LIMITS)) is worse


def test_slices_overlap_weigh_and_come_worst_first() -> None:
    rows = [
        *cases("email", 30, -0.2),
        *[(-1.0, 1.0, ("contract", "legal", "legal"))] * 15,
        *[(1.0, 2.0, ("contract",))] * 15,
        *[(-1.0, 0.0, ("legal",))] * 15,
    ]
    gains, weights, slices = zip(*rows, strict=True)
    found = worse_slices(gains, weights, slices, limits=LIMITS)
    assert [(own.name, own.n) for own in found] == [("legal", 30), ("email", 30)]
    assert found[0] == SliceGain("legal", -1.0, 30)


def test_cases_without_weight_have_lost_nothing() -> None:
    assert worse_slices([-1.0] * 30, [0.0] * 30, [("email",)] * 30, limits=LIMITS) == ()
