"""Where a question shall be answered from, as it comes over HTTP."""

import pytest
from pydantic import ValidationError

from ratchet_router.api.context_body import ContextBody


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *[("Q3 2022", "2022-Q3"), ("2022-Q3", "2022-Q3"), ("FY2023", "2023"), ("FY 2023", "2023"), ("FY23", "2023")],
        *[("Q2 FY25", "2025-Q2"), ("2Q25", "2025-Q2"), ("2Q 2025", "2025-Q2"), ("Q2 FY2025", "2025-Q2")],
        *[("H1 2025", "2025-H1"), ("1H25", "2025-H1"), ("H1 FY25", "2025-H1"), ("2022-05", "2022-05")],
    ],
)
def test_a_period_may_be_written_in_some_ways(said: str, meant: str) -> None:
    assert ContextBody(periods=[said]).context().periods == (meant,)


@pytest.mark.parametrize(
    "said", ["last year", "2022-Q5", "Q3", "2022-Q3\n", "2022-13", "2022-00", "", "0000", "finite 0000"]
)
def test_of_one_that_is_written_otherwise_it_is_said_how(said: str) -> None:
    with pytest.raises(ValidationError, match="a period is written as 2022-Q3, Q3 2022"):
        ContextBody(periods=[said])
