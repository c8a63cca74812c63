import numpy as np
import pytest

from ratchet_scoring.normal_mixture import boundary, information_needed, rho_for


def test_published_constants() -> None:
    """Two-sided, made for v = 100 at .05, at v = 100."""
    rho = rho_for(100, alpha=0.05)
    assert rho == pytest.approx(12.60056, abs=5e-6)
    assert float(boundary(100, rho=rho, alpha=0.05)) == pytest.approx(30.35209, abs=5e-6)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("variance", [1.0, 100.0, 1e6])
def test_on_the_curve_the_capital_has_grown_to_1_over_alpha(variance: float, alpha: float) -> None:
    """By adding up over the drifts that are bet on, as the closed form does not."""
    rho = rho_for(100, alpha=alpha)
    sum_of_noise = float(boundary(variance, rho=rho, alpha=alpha))
    drifts = np.linspace(-12, 12, 2_000_001) / np.sqrt(rho)
    density = np.exp(-rho * drifts**2 / 2) * np.sqrt(rho / (2 * np.pi))
    capital = np.exp(drifts * sum_of_noise - drifts**2 * variance / 2)
    assert float((density * capital).sum() * (drifts[1] - drifts[0])) == pytest.approx(1 / alpha, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2])
def test_no_other_rho_is_better_where_it_counts(alpha: float) -> None:
    others = np.geomspace(0.01, 10, 2001) * 100
    best = min(float(boundary(100, rho=rho, alpha=alpha)) for rho in others)
    assert float(boundary(100, rho=rho_for(100, alpha=alpha), alpha=alpha)) <= best * 1.001


def test_noise_hardly_ever_crosses_at_any_time() -> None:
    """A walk of 3,000 normal steps, seen after each: .05 is for walks without end."""
    random, times = np.random.default_rng(4), np.arange(1.0, 3001.0)
    curve = boundary(times, rho=rho_for(300, alpha=0.05), alpha=0.05)
    crossed = [(abs(random.standard_normal((500, 3000)).cumsum(axis=1)) >= curve).any(axis=1) for _ in range(8)]
    assert 0.02 < np.mean(crossed) <= 0.05


def test_information_that_a_test_of_one_look_needs() -> None:
    assert information_needed(0.05) == pytest.approx((1.959964 + 0.841621) ** 2 / 0.05**2, rel=1e-6)
    assert information_needed(-3.0, alpha=0.01, power=0.9) == pytest.approx((2.575829 + 1.281552) ** 2 / 9, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 1.0, float("nan")])
def test_alpha_is_a_chance(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        rho_for(100, alpha=alpha)


def test_what_cannot_be_looked_for_is_refused() -> None:
    with pytest.raises(ValueError, match="minimum effect"):
        information_needed(0.0)
    with pytest.raises(ValueError, match="variance"):
        rho_for(float("nan"), alpha=0.05)
