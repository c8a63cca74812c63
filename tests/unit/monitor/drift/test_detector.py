import math
import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_monitor.drift.bands import BANDS, SHIFTS, bets, grown, refuted
from ratchet_monitor.drift.detector import Change, Detector, State

STAKE = 1e-4


def watched(values: list[float], *, tolerance: float = 0.0, stake: float = STAKE) -> list[tuple[int, Change]]:
    detector = Detector(State(tolerance=tolerance))
    return [(n, change) for n, x in enumerate(values) if (change := detector.add(x, stake))]


def yes_and_no(*parts: tuple[int, float], seed: int = 1) -> list[float]:
    """Of so many answers each, with that chance of a 1."""
    draw = random.Random(seed)
    return [float(draw.random() < chance) for n, chance in parts for _ in range(n)]


@pytest.mark.parametrize("seed", range(5))
def test_a_rise_is_found_and_told(seed: int) -> None:
    ((at, change),) = watched(yes_and_no((3_000, 0.1), (600, 0.3), seed=seed))
    assert 3_000 < at < 3_400
    assert change.rose
    assert change.seen == at + 1
    assert change.since == pytest.approx(at - 3_000, abs=120)
    assert change.before == pytest.approx(0.1, abs=0.03)
    assert change.after > 0.2


def test_a_fall_is_found_too_and_told_from_a_rise() -> None:
    (_, change), *_ = watched(yes_and_no((1_500, 0.6), (3_000, 0.1)))
    assert not change.rose


def test_a_change_within_the_tolerance_is_none() -> None:
    values = yes_and_no((4_000, 0.1), (4_000, 0.14), seed=3)
    assert watched(values)
    assert not watched(values, tolerance=0.05)


def test_after_a_change_the_new_mean_is_the_usual_one() -> None:
    found = watched(yes_and_no((2_000, 0.1), (4_000, 0.3), (1_000, 0.6)))
    assert [change.rose for _, change in found] == [True, True]
    assert found[1][0] > 6_000


def test_scores_between_0_and_1_are_watched_as_well() -> None:
    draw = random.Random(2)
    values = [draw.betavariate(8, 2) for _ in range(2_000)] + [draw.betavariate(9, 1) for _ in range(600)]
    ((at, change),) = watched(values)
    assert 2_000 < at < 2_600
    assert change.rose


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 700), st.integers(0, 10**6))
def test_another_process_takes_up_what_one_left(until: int, seed: int) -> None:
    values = yes_and_no((400, 0.1), (500, 0.5), seed=seed)
    one, other = Detector(State(tolerance=0.01)), Detector(State(tolerance=0.01))
    for x in values[:until]:
        one.add(x, STAKE)
        other.add(x, STAKE)
    taken_up = Detector(msgspec.json.decode(msgspec.json.encode(one.state), type=State))
    assert [taken_up.add(x, STAKE) for x in values[until:]] == [other.add(x, STAKE) for x in values[until:]]
    assert taken_up.state == other.state


def test_the_state_stays_small() -> None:
    detector, sizes = Detector(State(tolerance=0.0)), {}
    for n, x in enumerate(yes_and_no((20_000, 0.1)), start=1):
        detector.add(x, 1e-6)
        if n in (1, 2_000, 20_000):
            sizes[n] = len(msgspec.json.encode(detector.state))
    assert sizes[1] < 25_000
    assert sizes[20_000] < sizes[2_000] < 6_000


def test_all_at_once_without_a_stake_nothing_is_cried() -> None:
    assert not watched(yes_and_no((300, 0.0), (300, 1.0)), stake=0.0)


@pytest.mark.parametrize("x", [0.0, 1.0])
def test_a_stream_of_one_value_never_changes(x: float) -> None:
    assert not watched([x] * 20_000)


@pytest.mark.parametrize("x", [-0.01, 1.01, math.nan, math.inf])
def test_what_lies_outside_is_refused(x: float) -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        Detector(State(tolerance=0.0)).add(x, STAKE)


@pytest.mark.parametrize("stake", [-1e-9, 1.1, math.nan])
def test_a_stake_that_is_no_chance_is_refused(stake: float) -> None:
    with pytest.raises(ValueError, match="stake"):
        Detector(State(tolerance=0.0)).add(0.5, stake)


def test_a_state_of_other_bets_is_refused() -> None:
    with pytest.raises(ValueError, match="start anew"):
        Detector(State(tolerance=0.0, seen=3, left=[1], above=[[0.0]], below=[[1.0]]))
    with pytest.raises(ValueError, match="tolerance"):
        Detector(State(tolerance=1.0))


@pytest.mark.parametrize("tolerance", [0.0, 0.02, 0.3])
def test_no_bet_against_a_band_is_worth_taking_while_the_mean_lies_in_it(tolerance: float) -> None:
    """The promise itself: of x with any mean of the band, no capital grows on average, and none can fall under 0.

    A bet is linear in x, so the mean of x says what is to be expected of it; the two ends of the band are the worst.
    """
    laid = bets(tolerance)
    edges = np.sin(np.linspace(0, math.pi / 2, BANDS + 1)) ** 2
    low, high = edges[:-1, None], np.minimum(edges[1:, None] + tolerance, 1)
    for mean in (low, high):
        assert (laid.above_at_0 + laid.above_slope * mean).max() <= 1 + 1e-12
        assert (laid.below_at_0 + laid.below_slope * mean).max() <= 1 + 1e-12
    for x in (0, 1):
        assert (laid.above_at_0 + laid.above_slope * x).min() >= -1e-12
        assert (laid.below_at_0 + laid.below_slope * x).min() >= -1e-12


def test_streams_side_by_side_are_those_one_by_one() -> None:
    """The bench counts false alarms with the same functions on many streams at once."""
    values = np.random.default_rng(1).random((600, 3)) < [0.1, 0.4, 0.9]
    above, below = np.zeros((3, BANDS, len(SHIFTS))), np.ones((3, BANDS, len(SHIFTS)))
    left = np.ones((3, BANDS), bool)
    for row in values.astype(float):
        above, below = grown(above, below, row[:, None, None], STAKE, bets(0.0))
        left &= ~refuted(above)
        above = np.minimum(above, 1)  # what has won needs no more
    for stream in range(3):
        detector = Detector(State(tolerance=0.0))
        assert not [x for x in values[:, stream].astype(float).tolist() if detector.add(x, STAKE)]
        assert detector.state.left == np.flatnonzero(left[stream]).tolist()


@pytest.mark.parametrize("rate", [0.02, 0.2, 0.5])
def test_false_alarms_are_no_more_than_were_staked(rate: float) -> None:
    """20 streams of 2,000 points at a stake of 1/500: 4 alarms a stream may come, on average."""
    alarms = sum(len(watched(yes_and_no((2_000, rate), seed=seed), stake=1 / 500)) for seed in range(20))
    assert alarms / 20 <= 4


def test_a_mean_that_wanders_within_the_tolerance_is_no_change_however_it_wanders() -> None:
    """Day and night: 0.1 to 0.14 and back every 500 points, and nothing is independent of anything."""
    alarms = 0
    for seed in range(10):
        draw = random.Random(seed)
        day = [0.12 + 0.02 * math.sin(n * 2 * math.pi / 500) for n in range(6_000)]
        alarms += len(watched([float(draw.random() < p) for p in day], tolerance=0.05, stake=1 / 1_000))
    assert alarms / 10 <= 6
