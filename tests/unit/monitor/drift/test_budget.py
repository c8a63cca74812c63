import random
from datetime import timedelta

import pytest

from ratchet_monitor.drift.budget import LONGEST_GAP, MONTH, stake


@pytest.mark.parametrize("streams", [1, 40])
def test_the_stakes_of_a_month_are_its_budget_however_much_comes(streams: int) -> None:
    draw = random.Random(1)
    for each in (31, 1_000, 5_000):
        cuts = sorted(draw.random() for _ in range(each - 1))
        gaps = [(b - a) * MONTH for a, b in zip([0.0, *cuts], [*cuts, 1.0], strict=True)]
        spent = streams * sum(stake(2.0, gap, streams) for gap in gaps)
        assert spent <= 2.0 + 1e-9
        assert spent == pytest.approx(2.0, rel=1e-6) or max(gaps) > LONGEST_GAP


def test_after_a_long_silence_no_observation_is_worth_an_alarm() -> None:
    assert stake(1.0, timedelta(days=400), 1) == pytest.approx(1 / 30)
    assert stake(1.0, timedelta(seconds=-5), 1) == 0
    assert stake(1e9, timedelta(days=1), 1) == 1


@pytest.mark.parametrize(("alarms", "streams"), [(0.0, 1), (-1.0, 1), (1.0, 0)])
def test_a_budget_of_nothing_is_refused(alarms: float, streams: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        stake(alarms, timedelta(seconds=1), streams)
