"""Against published tables, and SciPy, which the monitor itself does without."""

import math

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.significance import chi_squared, fisher, kolmogorov, normal, student


def test_two_sided_normal_as_in_every_table() -> None:
    assert normal(1.959964) == pytest.approx(0.05, abs=1e-7)
    assert normal(-2.575829) == pytest.approx(0.01, abs=1e-7)
    assert normal(0) == 1


@pytest.mark.parametrize(("freedom", "t"), [(20, 2.0860), (30, 2.0423), (60, 2.0003), (120, 1.9799)])
def test_student_at_the_published_5_percent_points(freedom: int, t: float) -> None:
    assert student(t, freedom) == pytest.approx(0.05, rel=0.003)


@pytest.mark.parametrize("t", [3.0, 3.5, 4.0, 5.0])
def test_student_is_near_scipys_in_the_tail(t: float) -> None:
    assert student(t, 49) == pytest.approx(2 * scipy.stats.t.sf(t, 49), rel=0.05)


@pytest.mark.parametrize(("freedom", "statistic"), [(1, 3.841), (2, 5.991), (5, 11.070), (10, 18.307), (49, 66.339)])
def test_chi_squared_at_the_published_5_percent_points(freedom: int, statistic: float) -> None:
    assert chi_squared(statistic, freedom) == pytest.approx(0.05, abs=2e-5)


@given(st.floats(0, 500), st.integers(1, 60))
def test_chi_squared_is_scipys(statistic: float, freedom: int) -> None:
    assert chi_squared(statistic, freedom) == pytest.approx(
        scipy.stats.chi2.sf(statistic, freedom), rel=1e-8, abs=1e-12
    )


def test_chi_squared_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        chi_squared(1.0, 0)


@pytest.mark.parametrize(("x", "p"), [(1.2238, 0.10), (1.3581, 0.05), (1.6276, 0.01)])
def test_kolmogorov_at_the_published_limits(x: float, p: float) -> None:
    """Smirnov's table (1948) holds for endless samples: of so many, Stephens' correction does not show."""
    n = 10**8
    assert kolmogorov(x / math.sqrt(n / 2), n, n) == pytest.approx(p, rel=2e-3)


@pytest.mark.parametrize(("n", "m"), [(40, 60), (300, 1_200), (5_000, 700)])
@pytest.mark.parametrize("x", [0.3, 0.8, 0.99, 1.01, 1.4, 2.0])
def test_kolmogorov_is_near_the_exact_distribution(n: int, m: int, x: float) -> None:
    """SciPy's one-sample distribution of Simard and L'Ecuyer at the effective number of values."""
    effective = n * m / (n + m)
    exact = scipy.stats.kstwo.sf(x / math.sqrt(effective), round(effective))
    assert kolmogorov(x / math.sqrt(effective), n, m) == pytest.approx(exact, rel=0.05, abs=0.004)


def test_kolmogorov_at_its_ends() -> None:
    assert kolmogorov(0.0, 10, 10) == 1
    assert kolmogorov(1.0, 500, 500) == pytest.approx(0, abs=1e-100)


def test_the_lady_tasting_tea() -> None:
    """Fisher 1935: 3 of 4 cups right. Two-sided .4857, all right .0286."""
    assert fisher(3, 1, 1, 3) == pytest.approx(34 / 70)
    assert fisher(4, 0, 0, 4) == pytest.approx(2 / 70)


@given(*[st.integers(0, 40) for _ in range(4)])
def test_fisher_is_scipys(a: int, b: int, c: int, d: int) -> None:
    assert fisher(a, b, c, d) == pytest.approx(scipy.stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-6)


def test_fisher_of_a_rare_thing_among_millions_takes_few_steps() -> None:
    """SciPy gives 0.0499535374 for it."""
    assert fisher(2, 3_000_000, 3, 700_000) == pytest.approx(0.0499535374, rel=1e-5)
