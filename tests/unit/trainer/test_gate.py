from dataclasses import replace

import pytest

from ratchet_scoring.advance import Limits, SliceGain
from ratchet_trainer.judging.evaluation import Gain, Report, Side
from ratchet_trainer.judging.gate import rule

LIMITS = Limits()
SIDE = Side(score=0.7, malformed=0, private=0, latency_ms=800, cost_usd=0.01)
BETTER = Report(
    n=100,
    groups=100,
    candidate=SIDE,
    baseline=SIDE,
    gain=Gain(0.1, 0.02, 0.2),
    floor=0.4,
    gain_over_floor=Gain(0.3, 0.2, 0.4),
    worse_slices=(),
)
CHEAP = replace(SIDE, cost_usd=0.0)
NOT_WORSE = Gain(0.0, -0.01, 0.02)


@pytest.mark.parametrize(
    "report",
    [
        BETTER,
        replace(BETTER, gain=NOT_WORSE, candidate=CHEAP),
        replace(BETTER, gain=NOT_WORSE, candidate=replace(SIDE, latency_ms=100)),
        replace(BETTER, floor=None, gain_over_floor=None),
        replace(BETTER, candidate=replace(SIDE, malformed=2), baseline=replace(SIDE, malformed=2)),
    ],
)
def test_better_or_no_worse_and_cheaper_or_faster_passes(report: Report) -> None:
    assert rule(report, LIMITS).passed


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (replace(BETTER, gain=NOT_WORSE), "Not decided"),
        (replace(BETTER, gain=NOT_WORSE, candidate=replace(SIDE, cost_usd=0.0075)), "Not decided"),
        (replace(BETTER, gain=Gain(-0.2, -0.3, -0.1), candidate=CHEAP), "Worse"),
        (replace(BETTER, n=0, gain=Gain(0.0, -1.0, 1.0)), "0 held-out cases"),
        (replace(BETTER, gain_over_floor=Gain(0.0, -0.1, 0.1)), "always answering the commonest label (0.400)"),
        (replace(BETTER, worse_slices=(SliceGain("email", -0.1, 40),)), "On email (40 cases) it loses 0.100"),
        (replace(BETTER, candidate=replace(SIDE, malformed=1)), "more answers of a wrong format: 1, against 0"),
        (replace(BETTER, candidate=replace(SIDE, private=1)), "private data of others: 1, against 0"),
    ],
)
def test_everything_that_speaks_against_it_is_said(report: Report, sentence: str) -> None:
    ruling = rule(report, LIMITS)
    assert not ruling.passed
    assert sentence in " ".join(ruling.reasons)


def test_all_reasons_are_given_at_once() -> None:
    report = replace(BETTER, gain=NOT_WORSE, candidate=replace(SIDE, malformed=1, private=1))
    assert len(rule(report, LIMITS).reasons) == 3
