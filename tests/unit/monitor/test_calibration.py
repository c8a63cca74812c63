import math
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Calibration, RawConfidence
from ratchet_monitor.buckets import Build, Tally
from ratchet_monitor.calibration import LEAST, Point, apart, bin_name, calibrations, expit, fitted, log_odds
from ratchet_monitor.intervals import wilson
from ratchet_monitor.observations import raw_confidence_of
from ratchet_monitor.quality import Quality, qualities_of, worth_telling
from ratchet_monitor.scores import Scored
from ratchet_monitor.totals import Subject
from tests.unit.monitor.make import observation, prediction, result_id

Pair = tuple[float, float]  # raw confidence, score


def tally_of(pairs: list[Pair], source: str = "logprobs", approach: str = "direct") -> Tally:
    build = Build({result_id(n): Scored(round(score * 1e6), 1, 1) for n, (_, score) in enumerate(pairs)}, {})
    for n, (raw, _) in enumerate(pairs):
        said = RawConfidence(value=raw, source=source)  # type: ignore[arg-type]
        build.add(observation(n, confidence=0.5, raw_confidence=said, approach=approach))
    total = Tally()
    for cell in build.cells():
        total.add(cell.tally)
    return total


def curve(pairs: list[Pair]) -> Calibration:
    (found,) = calibrations(tally_of(pairs).reliability)
    return found


def at(found: Calibration, raw: float) -> float:
    return dict(found.knots)[raw]


def drawn(n: int, meaning: dict[float, float], seed: int = 3) -> list[Pair]:
    """Raw confidences, each as likely to be right as `meaning` says."""
    chance = random.Random(seed)
    return [(raw, float(chance.random() < meaning[raw])) for raw in chance.choices(list(meaning), k=n)]


OVERSURE = {0.6: 0.3, 0.8: 0.5, 0.95: 0.7}


def test_too_few_scores_make_no_curve() -> None:
    assert calibrations(tally_of([(0.9, 0.0)] * (LEAST - 1)).reliability) == ()
    assert calibrations({}) == ()


def test_few_scores_bend_the_curve_a_little_and_many_all_the_way() -> None:
    few, many = curve([(0.9, 0.5)] * LEAST), curve([(0.9, 0.5)] * 2_000)
    assert 0.6 < at(few, 0.9) < 0.85
    assert at(many, 0.9) == pytest.approx(0.5, abs=0.02)


def test_confidence_that_is_right_is_left_alone() -> None:
    found = curve(drawn(3_000, {0.3: 0.3, 0.7: 0.7, 0.9: 0.9}))
    assert all(abs(raw - told) < 0.04 for raw, told in found.knots)


def test_what_seems_surer_than_it_is_comes_down() -> None:
    found = curve(drawn(3_000, OVERSURE))
    assert at(found, 0.8) == pytest.approx(0.5, abs=0.05)
    assert at(found, 0.95) == pytest.approx(0.7, abs=0.05)


def test_confidence_that_says_the_opposite_says_nothing() -> None:
    found = curve(drawn(2_000, {0.1: 0.9, 0.9: 0.1}))
    told = [told for _, told in found.knots]
    assert max(told) - min(told) < 0.01
    assert told[0] == pytest.approx(0.5, abs=0.05)


def test_each_source_has_a_curve_of_its_own() -> None:
    sums = tally_of([(0.9, 0.2)] * 200).reliability | tally_of([(0.75, 0.9)] * 200, "checks").reliability
    found = {one.source: one for one in calibrations(sums)}
    assert at(found["logprobs"], 0.9) < 0.3
    assert at(found["checks"], 0.8) > 0.8
    assert {one.n for one in found.values()} == {200}


def test_answers_that_read_retrieved_passages_have_curves_of_their_own_and_so_have_the_others_then() -> None:
    apart_from_it, reading = tally_of([(0.9, 0.9)] * 200), tally_of([(0.9, 0.2)] * 200, approach="base_rag")
    assert [one.approach for one in calibrations(apart_from_it.reliability)] == [""]
    apart_from_it.add(reading)
    found = {one.approach: one for one in calibrations(apart_from_it.reliability)}
    assert {approach: one.n for approach, one in found.items()} == {"": 400, "base_rag": 200, "direct": 200}
    assert at(found["base_rag"], 0.9) < 0.3
    assert at(found["direct"], 0.9) > 0.85
    assert 0.4 < at(found[""], 0.9) < 0.7
    assert apart(list(found.values()), list(found.values())[:1]) == 1


def test_of_what_was_trained_only_the_confidence_in_passages_is_told() -> None:
    tally = tally_of([(0.9, 0.2)] * 60, "model", approach="hybrid_rag_finetuned")
    found = qualities_of({Subject("qa", "qa-1", "own", False): tally})
    assert [one.approach for one in found["own"].calibrations] == ["hybrid_rag_finetuned"]
    assert found["own"].n == 60


def test_a_models_own_confidence_is_raw_where_nothing_else_is_told() -> None:
    assert raw_confidence_of(prediction(1, confidence=0.4)) == RawConfidence(value=0.4, source="model")
    assert raw_confidence_of(prediction(1)) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=LEAST, max_size=60))
def test_a_curve_rises_from_0_to_1_at_most(pairs: list[Pair]) -> None:
    found = curve(pairs)
    raw, told = zip(*found.knots, strict=True)
    assert (raw[0], raw[-1]) == (0.0, 1.0)
    assert all(0 <= value <= 1 for value in told)
    assert list(told) == sorted(told)


@given(st.lists(st.builds(Point, st.integers(1, 10**6), st.floats(-6, 6), st.floats(0, 1)), max_size=24))
def test_the_line_is_found_whatever_the_points(shares: list[Point]) -> None:
    """`score` as a share of n here; at the end no small step makes the loss smaller."""
    points = [Point(point.n, point.at, point.score * point.n) for point in shares]
    line = fitted(points)
    assert line.stretch >= 0
    assert math.isfinite(line.stretch)
    assert math.isfinite(line.shift)


@given(st.floats(0, 1))
def test_log_odds_come_back(share: float) -> None:
    assert expit(log_odds(share)) == pytest.approx(share, abs=0.003)
    assert bin_name("checks", share).startswith("checks:")


def test_sums_of_two_tallies_are_those_of_all() -> None:
    pairs = drawn(100, OVERSURE)
    together = tally_of(pairs[:40])
    together.add(tally_of(pairs[40:]))
    assert together.reliability == tally_of(pairs).reliability


def test_sums_come_back_from_the_store_and_old_ones_have_none() -> None:
    tally = tally_of(drawn(50, OVERSURE))
    assert msgspec.convert(msgspec.to_builtins(tally, str_keys=True), Tally, str_keys=True) == tally
    assert msgspec.convert({"predictions": 3}, Tally, str_keys=True).reliability == {}


def quality(*curves: Calibration) -> Quality:
    return Quality(model="m", score=0.5, n=100, interval=wilson(0.5, 100), calibrations=curves, revision=1)


def test_a_curve_is_told_when_it_moved_enough() -> None:
    base = Calibration(source="checks", knots=((0.0, 0.1), (1.0, 0.8)), n=100)
    near = msgspec.structs.replace(base, knots=((0.0, 0.11), (1.0, 0.8)), n=120)
    far = msgspec.structs.replace(base, knots=((0.0, 0.1), (1.0, 0.9)), n=120)
    assert not worth_telling({"m": quality(base)}, {"m": quality(near)})
    assert worth_telling({"m": quality(base)}, {"m": quality(far)})
    assert worth_telling({"m": quality()}, {"m": quality(base)})
    assert apart((base,), (base,)) == 0


def test_only_base_models_are_calibrated() -> None:
    tally = tally_of(drawn(60, OVERSURE))
    tally.scored, tally.score = 60, 30_000_000
    found = qualities_of({Subject("qa", "base", "m", False): tally, Subject("qa", "qa-1", "own", False): tally})
    assert [(name, len(one.calibrations)) for name, one in found.items()] == [("m", 1)]
