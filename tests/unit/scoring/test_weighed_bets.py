from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_scoring.sequential import DIFFERENCES, FRACTIONS, STEP
from ratchet_scoring.weighed_bets import (
    WEIGHTS,
    Kept,
    Recent,
    WeighedComparer,
    center,
    compare_weighed,
    grown,
    least,
    weighed,
)
from tests.bench.sequential.scores import Chance, Setting, falling, jumping, observations, steady
from tests.bench.sequential.weighed import watch_weighed

Stream = list[tuple[bool, float]]
streams: st.SearchStrategy[Stream] = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=60)
shares = st.floats(0.02, 0.98)


def drawn(treated: float, control: float, *, share: float, n: int, seed: int) -> Stream:
    setting = Setting("", steady(treated), steady(control), share, n)
    return [(bool(arm[0]), float(score[0])) for arm, score in observations(setting, runs=1, seed=seed)]


def test_nothing_seen_nothing_known() -> None:
    found = compare_weighed([], share=0.1)
    assert (found.n_canary, found.n_control, found.mean_canary, found.low, found.high) == (0, 0, None, -1.0, 1.0)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), shares)
def test_over_the_coin_a_unit_says_the_difference_whatever_was_fixed_before(
    treated: float, control: float, middle: float, share: float
) -> None:
    said = [weighed(arm, score, middle, share) for arm, score in ((0, control), (1, treated))]
    assert (1 - share) * said[0] + share * said[1] == pytest.approx(treated - control, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), shares, st.sampled_from([0, 1]))
def test_no_unit_says_less_than_the_least(score: float, middle: float, share: float, arm: int) -> None:
    said, lowest = weighed(arm, score, middle, share), least(middle, share)
    assert said >= -lowest[0] - 1e-9
    assert -said >= -lowest[1] - 1e-9
    assert min(lowest) >= 1 - 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), shares)
def test_no_bet_has_an_advantage(treated: float, control: float, middle: float, share: float) -> None:
    """Scores of 0 and 1 with these means: of all with the same means they are the worst."""
    lowest = least(middle, share)[0]
    expected = np.zeros((len(DIFFERENCES), len(FRACTIONS)))
    for arm, rate, part in ((0, control, 1 - share), (1, treated, share)):
        for score, chance in ((0.0, 1 - rate), (1.0, rate)):
            odds = (lowest + weighed(arm, score, middle, share)) / (lowest + DIFFERENCES)
            after = grown(np.ones((len(DIFFERENCES), len(FRACTIONS))), odds)
            assert (after >= -1e-9).all()
            expected += part * chance * after
    fair = treated - control <= DIFFERENCES
    assert (expected[fair] <= 1 + 1e-9).all()


@given(streams, shares)
def test_the_capital_is_never_higher_against_a_larger_difference(stream: Stream, share: float) -> None:
    """So that what is refuted is one piece, from the bottom."""
    comparer = WeighedComparer(share=share)
    for arm, score in stream:
        comparer.add(arm, score)
    capital = np.array(comparer.kept().capital).reshape(2, len(DIFFERENCES), len(FRACTIONS)) @ WEIGHTS
    assert (np.diff(capital, axis=1) <= 1e-9 * capital[:, :-1]).all()


@given(streams, shares)
def test_the_interval_never_widens(stream: Stream, share: float) -> None:
    comparer = WeighedComparer(share=share)
    seen = [comparer.comparison()]
    for arm, score in stream:
        comparer.add(arm, score)
        seen.append(comparer.comparison())
    assert all(old.low <= new.low and new.high <= old.high for old, new in pairwise(seen))
    assert seen[-1] == compare_weighed(stream, share=share)
    assert seen[-1].n_canary == sum(arm for arm, _ in stream)


@given(streams)
def test_swapping_the_arms_turns_the_interval_round(stream: Stream) -> None:
    there = compare_weighed(stream, share=0.3)
    back = compare_weighed([(not arm, score) for arm, score in stream], share=0.7)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=2 * STEP)


@settings(max_examples=25)
@given(streams, st.integers(0, 60))
def test_what_was_kept_goes_on_as_if_it_had_never_stopped(stream: Stream, stop: int) -> None:
    comparer = WeighedComparer(share=0.2, alpha=0.03)
    for arm, score in stream[:stop]:
        comparer.add(arm, score)
    kept = msgspec.json.decode(msgspec.json.encode(comparer.kept()), type=Kept)
    assert kept == comparer.kept()
    resumed = WeighedComparer.resumed(kept)
    for arm, score in stream[stop:]:
        resumed.add(arm, score)
    assert resumed.comparison() == compare_weighed(stream, share=0.2, alpha=0.03)


def test_the_center_lies_where_units_say_most() -> None:
    recent = Recent(control=900.0, treated=100.0, of_control=450.0, of_treated=90.0)
    assert center(recent, 0.1) == pytest.approx(0.9 * 0.85 + 0.1 * 0.50, abs=0.02)
    assert center(Recent(0.0, 0.0, 0.0, 0.0), 0.1) == 0.5


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize(("treated", "control"), [(0.9, 0.6), (0.6, 0.9)])
def test_the_interval_closes_in_on_the_difference(treated: float, control: float, share: float) -> None:
    widths = []
    for n in (1000, 4000):
        found = compare_weighed(drawn(treated, control, share=share, n=n, seed=2), share=share)
        assert found.low - STEP <= treated - control <= found.high + STEP
        assert (found.low > 0) is (treated > control)
        assert (found.high < 0) is (treated < control)
        widths.append(found.high - found.low)
    assert widths[0] > 1.4 * widths[1]


def test_a_change_of_shares_between_a_good_and_a_bad_week_fakes_nothing() -> None:
    """10 % in a week at .95, 50 % in one at .45: the overall means differ by far, though no arm is better."""
    found, false = WeighedComparer(share=0.1), 0
    for seed in range(12):
        found = WeighedComparer(share=0.1)
        for arm, score in drawn(0.95, 0.95, share=0.1, n=400, seed=seed):
            found.add(arm, score)
        found.change_share(0.5)
        for arm, score in drawn(0.45, 0.45, share=0.5, n=400, seed=100 + seed):
            found.add(arm, score)
        false += not found.comparison().low <= 0 <= found.comparison().high
    assert false <= 2  # three of twelve at a true .05: one in fifty
    seen = found.comparison()
    assert seen.mean_canary is not None
    assert seen.mean_control is not None
    assert seen.mean_canary < seen.mean_control - 0.1


def test_after_a_change_of_shares_a_difference_is_still_found() -> None:
    found = WeighedComparer(share=0.1)
    for share, seed in ((0.1, 1), (0.5, 2)):
        found.change_share(share)
        for arm, score in drawn(0.85, 0.65, share=share, n=400, seed=seed):
            found.add(arm, score)
    assert 0 < found.comparison().low < 0.2 + STEP
    assert found.kept().share == 0.5
    with pytest.raises(ValueError, match="share"):
        found.change_share(0.0)


def test_a_smaller_alpha_takes_longer() -> None:
    stream = drawn(0.9, 0.6, share=0.5, n=200, seed=3)
    lows = [compare_weighed(stream, share=0.5, alpha=alpha).low for alpha in (0.001, 0.05)]
    assert lows[0] < lows[1]


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_score_off_the_scale_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        compare_weighed([(True, score)], share=0.5)


@pytest.mark.parametrize(("share", "alpha"), [(0.0, 0.05), (1.0, 0.05), (0.5, 0.0), (0.5, float("nan"))])
def test_share_and_alpha_lie_between_0_and_1(share: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        WeighedComparer(share=share, alpha=alpha)


def test_the_simulation_decides_when_the_comparison_does() -> None:
    setting, runs = Setting("", steady(0.85), steady(0.6), 0.2, 500), 10
    gain, loss = watch_weighed(setting, runs=runs, seed=9)
    comparers, found = [WeighedComparer(share=0.2) for _ in range(runs)], np.full((2, runs), np.inf)
    for number, (arm, score) in enumerate(observations(setting, runs=runs, seed=9), 1):
        for place, comparer in enumerate(comparers):
            comparer.add(bool(arm[place]), float(score[place]))
            interval = comparer.comparison()
            for side, decided in enumerate((interval.low > 0, interval.high < 0)):
                if decided and np.isinf(found[side, place]):
                    found[side, place] = number
    assert found.tolist() == [gain.tolist(), loss.tolist()]
    assert np.isfinite(gain).any()


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize(
    "chance",
    [steady(0.02), steady(0.5), steady(0.98), falling(1500), jumping(15), jumping(100)],
    ids=["rare", "even", "nearly all", "falling", "short bursts", "long bursts"],
)
def test_watched_all_the_time_it_sees_no_difference_where_there_is_none(chance: Chance, share: float) -> None:
    first = watch_weighed(Setting("", chance, chance, share, 1500), runs=1000, seed=11)
    assert np.isfinite(first).any(axis=0).mean() <= 0.05


@pytest.mark.parametrize(
    ("treated", "control", "answers"), [(0.9, 0.6, 40), (0.6, 0.9, 40), (0.8, 0.65, 150), (0.65, 0.8, 150)]
)
def test_an_arm_of_10_percent_is_decided_within(treated: float, control: float, answers: int) -> None:
    setting = Setting("", steady(treated), steady(control), 0.1, 10 * answers)
    assert np.isfinite(watch_weighed(setting, runs=400, seed=12)).any(axis=0).mean() > 0.5
