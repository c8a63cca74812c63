"""Prices as they are given, for those that only hold them: pandas is not loaded for it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

MOST_PRICES: Final = 5_000_000

Series = Mapping[date, float | None]  # the price of a day; none where there was none
