import numpy as np
import pytest

from ratchet_scoring.sample_size import units_for_rates


@pytest.mark.parametrize(
    ("control", "treated", "power", "units"),
    [
        (0.50, 0.75, 0.90, 77),  # the example of R's power.prop.test: 76.7
        (0.60, 0.70, 0.80, 356),
        (0.15, 0.30, 0.80, 121),
        (0.80, 0.85, 0.80, 906),
    ],
)
def test_units_of_each_of_two_equal_arms(control: float, treated: float, power: float, units: int) -> None:
    assert units_for_rates(control, treated, power=power) == units
    assert units_for_rates(1 - control, 1 - treated, power=power) == units


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_the_power_is_what_was_asked_for(share: float) -> None:
    random, treated = np.random.default_rng(6), units_for_rates(0.80, 0.85, share=share)
    control = round(treated * (1 - share) / share)
    won = random.binomial(treated, 0.85, 20_000) / treated - random.binomial(control, 0.80, 20_000) / control
    pooled = share * 0.85 + (1 - share) * 0.80
    error = np.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / control))
    assert (won > 1.959964 * error).mean() == pytest.approx(0.80, abs=0.015)


def test_what_no_number_of_units_tells_apart() -> None:
    with pytest.raises(ValueError, match="no number of units"):
        units_for_rates(0.8, 0.8)
    with pytest.raises(ValueError, match="share"):
        units_for_rates(0.8, 0.85, share=1.0)
