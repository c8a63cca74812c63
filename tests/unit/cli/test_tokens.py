from decimal import Decimal

import pytest

from ratchet_cli.tokens import limits_of
from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits


def test_limits_are_given_by_name() -> None:
    assert limits_of([]) is None
    assert limits_of(["day_usd=2.5", "requests_per_minute=60"]) == Limits(
        day_usd=Decimal("2.5"), requests_per_minute=60
    )


@pytest.mark.parametrize("wrong", ["day_usd", "week_usd=1", "day_usd=much", "day_usd=-1", "tokens_per_minute=1.5"])
def test_a_wrong_limit_is_a_sentence_that_names_those_that_there_are(wrong: str) -> None:
    with pytest.raises(CannotStartError, match=r"A limit is wrong: .*month_usd"):
        limits_of([wrong])
