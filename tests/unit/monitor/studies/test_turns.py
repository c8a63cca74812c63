"""In which order units are bet on: with an arm that answers later no difference is seen where there is none."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ratchet_monitor.studies.turns import BEGINS_WITH, LONGEST, NO_TURNS, Told, in_turn
from ratchet_scoring.sequential import Floats
from tests.bench.sequential.scores import Chance, falling, jumping, steady
from tests.bench.sequential.weighed import Gamblers
from tests.unit.monitor.studies.make import START

Lag = Callable[[np.random.Generator, int], Floats]  # how long the answers of the slow arm take, in seconds
A_SECOND = timedelta(seconds=1)


def by(seconds: int) -> Lag:
    return lambda _, units: np.full(units, float(seconds))


def between(low: int, high: int) -> Lag:
    return lambda random, units: random.uniform(low, high, units)


def drawn(
    random: np.random.Generator,
    chances: Sequence[Chance],
    lag: Lag,
    *,
    share: float,
    units: int,
    speaks: float,
    batch: int,
) -> list[Told]:
    """One a second, in the order of drawing. `speaks`: seconds, on average, until somebody says what it was worth.
    `batch`: seconds from one file of scores to the next; 0: each score comes by itself."""
    arm = (random.random(units) < share).astype(int)
    chance = np.array([[its(place) for place in range(units)] for its in chances])[arm, np.arange(units)]
    score, took = random.random(units) < chance, np.where(arm, lag(random, units), 1.0)
    known = np.arange(units) + took + (random.exponential(speaks, units) if speaks else 0.0)
    if batch:
        known = np.maximum(np.ceil(known / batch) * batch, known)
    rows = zip(arm.tolist(), known.tolist(), score.tolist(), strict=True)
    return [
        Told("ab"[of], f"{n:06}", START + n * A_SECOND, START + timedelta(seconds=at), float(value))
        for n, (of, at, value) in enumerate(rows)
    ]


def heard(told: Sequence[Told]) -> list[Told]:
    return sorted(told, key=lambda one: (one.known_at, one.key))


def turns(told: Sequence[Told]) -> list[Told]:
    return list(in_turn(told, "ab", max(one.known_at for one in told) + LONGEST).ready)


def watched(
    order: Callable[[Sequence[Told]], Sequence[Told]],
    chances: Sequence[Chance],
    lag: Lag,
    *,
    share: float,
    units: int,
    runs: int,
    speaks: float = 0.0,
    batch: int = 0,
) -> NDArray[np.float64]:
    """After how many units each run first sees a difference; inf for never."""
    random = np.random.default_rng(7)
    made = [
        order(drawn(random, chances, lag, share=share, units=units, speaks=speaks, batch=batch)) for _ in range(runs)
    ]
    shortest = min(map(len, made))
    arms = np.array([[one.arm == "b" for one in run[:shortest]] for run in made], float)
    scores = np.array([[one.value for one in run[:shortest]] for run in made])
    gamblers, first = Gamblers(runs, share=share, alpha=0.05), np.full(runs, np.inf)
    for place in range(shortest):
        first[gamblers.add(arms[:, place], scores[:, place]).any(axis=0) & np.isinf(first)] = place + 1
    return first


def false(found: Floats) -> float:
    return float(np.isfinite(found).mean())


@pytest.mark.parametrize(
    ("chance", "lag", "share", "speaks", "batch"),
    [
        (steady(0.8), by(50), 0.5, 0.0, 0),
        (steady(0.98), by(20), 0.5, 0.0, 0),
        (falling(500), between(5, 50), 0.5, 0.0, 0),
        (falling(500), by(50), 0.1, 0.0, 0),
        (jumping(50), by(50), 0.5, 0.0, 0),
        (jumping(50), by(5), 0.1, 0.0, 0),
        (steady(0.9), between(5, 50), 0.1, 100.0, 0),
        (jumping(50), by(50), 0.5, 2000.0, 0),
        (steady(0.9), by(50), 0.5, 0.0, 250),
        (jumping(50), by(50), 0.5, 0.0, 2000),
    ],
    ids=[
        "steady",
        "nearly all",
        "falling",
        "falling, few",
        "bursts",
        "bursts, few",
        "people take their time",
        "people take very long",
        "scores by file",
        "one file of scores",
    ],
)
def test_an_arm_that_answers_later_fakes_no_difference(
    chance: Chance, lag: Lag, share: float, speaks: float, batch: int
) -> None:
    """Of 120 runs at a true .05, one test in a hundred would see more than 12."""
    found = watched(turns, (chance, chance), lag, share=share, units=500, runs=120, speaks=speaks, batch=batch)
    assert false(found) <= 12 / 120


def test_in_the_order_of_arrival_it_does_fake_one() -> None:
    """So these tests see what they are for."""
    bursts = (jumping(50), jumping(50))
    assert false(watched(heard, bursts, by(50), share=0.5, units=500, runs=40)) > 0.9


def test_a_difference_is_seen_nearly_as_soon_as_without_any_lag() -> None:
    """Units that wait are those of the slowest answer; the others count as they were drawn."""
    lift = (steady(0.8), steady(0.9))
    later = np.median(watched(turns, lift, by(20), share=0.5, units=1000, runs=100)) + 20
    at_once = np.median(watched(heard, lift, by(1), share=0.5, units=1000, runs=100))
    assert np.isfinite(at_once)
    assert later <= 1.05 * at_once


numbers = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 300), st.integers(-5, 900), st.booleans()), max_size=60
)


def told_of(made: Sequence[tuple[str, int, int, bool]]) -> list[Told]:
    return [
        Told(arm, f"{place:03}", START + (known - took) * A_SECOND, START + known * A_SECOND, float(value))
        for place, (arm, known, took, value) in enumerate(made)
    ]


@given(numbers, st.lists(st.integers(0, 1200), min_size=2, max_size=6))
def test_a_later_look_goes_on_where_an_earlier_one_ended(
    made: list[tuple[str, int, int, bool]], looks: list[int]
) -> None:
    """In whatever order facts are read, and however slow what comes later is."""
    told = told_of(made)
    seen = [in_turn(told, "ab", START + look * A_SECOND).ready for look in sorted(looks)]
    for before, after in pairwise(seen):
        assert after[: len(before)] == before
    assert seen[-1] == in_turn(told[::-1], "ab", START + max(looks) * A_SECOND).ready


@given(numbers)
def test_in_the_end_each_number_is_bet_on_once(made: list[tuple[str, int, int, bool]]) -> None:
    told = told_of(made)
    enough = all(sum(one.arm == arm for one in told) >= BEGINS_WITH for arm in "ab")
    found = in_turn(told, "ab", START + 300 * A_SECOND + LONGEST)
    assert found.until is None
    assert sorted(found.ready, key=lambda one: one.key) == (told if enough else [])


def test_it_waits_for_as_long_as_the_slowest_answer_took() -> None:
    """Both arms were drawn once a second; at 59 s what was drawn up to 39 s is complete."""
    quick = [Told("a", f"a{n}", START + n * A_SECOND, START + (n + 1) * A_SECOND, 1.0) for n in range(60)]
    slow = [Told("b", f"b{n}", START + n * A_SECOND, START + (n + 20) * A_SECOND, 1.0) for n in range(40)]
    now = START + 59 * A_SECOND
    found = in_turn([*quick, *slow], "ab", now)
    assert [one.key for one in found.ready[-3:]] == ["b38", "a39", "b39"]
    assert in_turn([*quick, *slow[:4]], "ab", now) == NO_TURNS
    assert found.until == START + 78 * A_SECOND  # the last that is heard of was drawn at 58 s
    assert in_turn([*quick, *slow], "ab", found.until).until == START + 79 * A_SECOND
    assert len(in_turn([*quick, *slow], "ab", now + LONGEST).ready) == 100


@given(numbers, st.integers(0, 1200))
def test_when_the_wait_is_over_all_are_bet_on(made: list[tuple[str, int, int, bool]], look: int) -> None:
    told = [one for one in told_of(made) if one.known_at <= START + look * A_SECOND]
    found = in_turn(told, "ab", START + look * A_SECOND)
    if found.until is not None:
        assert START + look * A_SECOND < found.until <= START + look * A_SECOND + LONGEST
        assert len(in_turn(told, "ab", found.until).ready) == len(told)
