from datetime import timedelta

import pytest

from ratchet_monitor.drift.windows import Lengths, window_of
from tests.unit.monitor.make import HOUR, NOW


@pytest.mark.parametrize(
    ("hours_back", "window"),
    [
        (0, "current"),
        (7 * 24 - 1, "current"),
        (7 * 24, "reference"),
        (37 * 24 - 1, "reference"),
        (37 * 24, None),
        (-1, None),
    ],
)
def test_seven_days_against_the_thirty_before(hours_back: int, window: str | None) -> None:
    assert window_of(HOUR - timedelta(hours=hours_back), NOW, Lengths()) == window


def test_every_hour_of_both_is_in_one() -> None:
    lengths = Lengths(timedelta(hours=3), timedelta(hours=5))
    found = [window_of(HOUR - timedelta(hours=n), NOW, lengths) for n in range(-2, 10)]
    assert found == [None] * 2 + ["current"] * 3 + ["reference"] * 5 + [None] * 2
