import json
from dataclasses import asdict

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.moments import Moments, moments, nothing, total

rows = st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=40)


@given(rows, st.integers(0, 40), st.integers(0, 40))
def test_blocks_add_up_to_the_whole(units: list[tuple[float, float]], one: int, two: int) -> None:
    first, second = sorted((min(one, len(units)), min(two, len(units))))
    values = np.array(units)
    found = total((moments(part) for part in np.split(values, [first, second])), numbers=2)
    assert found.n == len(units)
    assert found.means == pytest.approx(values.mean(axis=0), abs=1e-9)
    assert found.covariance == pytest.approx(np.cov(values.T), abs=1e-6)


def test_small_differences_between_large_numbers_are_not_lost() -> None:
    values = np.random.default_rng(1).normal(1e9, 1.0, 1000)
    halves = moments(values[:500]) + moments(values[500:])
    assert float(halves.covariance[0, 0]) == pytest.approx(float(values.var(ddof=1)), rel=1e-6)


def test_of_fewer_than_two_units_the_variance_is_not_known() -> None:
    assert nothing().n == 0
    assert nothing() + nothing() == nothing()
    assert moments([]) == nothing()
    assert np.isnan(moments([3.0]).covariance).all()


def test_it_can_be_stored_as_plain_numbers() -> None:
    seen = moments([[1.0, 2.0], [2.0, 5.0], [4.0, 4.5]])
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Moments) == seen
    assert json.loads(json.dumps(asdict(seen)))["n"] == 3


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        moments([1.0, float("nan")])
    with pytest.raises(ValueError, match="do not add up"):
        nothing(1) + nothing(2)
