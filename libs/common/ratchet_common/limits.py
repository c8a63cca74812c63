"""What somebody may spend and ask for, as people write it: for a key in the tokens file, else in the limits file."""

from decimal import Decimal
from typing import Annotated

import msgspec

MOST_USD = 10**9
PLACES = 9  # counted in nano-USD
PerMinute = Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Days and months are those of UTC. What is left out has no limit."""

    day_usd: Decimal | None = None
    month_usd: Decimal | None = None
    requests_per_minute: PerMinute | None = None
    tokens_per_minute: PerMinute | None = None

    def __post_init__(self) -> None:
        for name, budget in (("day_usd", self.day_usd), ("month_usd", self.month_usd)):
            if budget is None:
                continue
            if not (budget.is_finite() and 0 <= budget <= MOST_USD and -int(budget.as_tuple().exponent) <= PLACES):
                what = f"a budget from 0 to {MOST_USD} USD, of {PLACES} decimal places at most"
                raise ValueError(f"The field `{name}` must be {what}")
