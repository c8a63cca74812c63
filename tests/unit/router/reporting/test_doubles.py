"""What a body says twice is said, or refused where it differs."""

import json

import pytest

from ratchet_router.reporting.doubles import doubles_in


def prices(series: str) -> bytes:
    return f'{{"question": "How?", "portfolio": {{"prices": {{{series}}}}}}}'.encode()


@pytest.mark.parametrize(
    "series",
    [
        '"A": {"2026-01-02": 1, "2026-01-05": 2, "2026-01-02": 1.0}',
        '"A": {"2026-01-02": 1, "2026-01-05": 2, "2026-01-02T00:00:00": 1}',
        '"A": {"2026-01-02": 1, "1767312000": 1}',
    ],
)
def test_a_day_that_has_one_price_twice_counts_once_and_it_is_said(series: str) -> None:
    found = doubles_in(prices(series))
    assert found.wrong == ()
    assert found.same == ("A has the day 2026-01-02 twice, with the same price: it counts once.",)


@pytest.mark.parametrize(
    ("series", "field", "said"),
    [
        ('"A": {"2026-01-02": 1, "2026-01-02": 2}', "portfolio.prices.A.2026-01-02", "it is there twice, as 1 and 2"),
        ('"A": {"2026-01-02": null, "2026-01-02": 2}', "portfolio.prices.A.2026-01-02", "as null and 2"),
        ('"A": {"2026-01-02": 1, "2026-01-02T00:00:00Z": 2}', "portfolio.prices.A.2026-01-02", "as 1 and 2"),
        ('"A": {"2026-01-02": 1}, "A": {"2026-01-05": 1}', "portfolio.prices.A", "it is there twice, and not the same"),
        ('"A": {"2026-01-02": 1}, " A": {"2026-01-05": 1}', "portfolio.prices.A", "it is there twice"),
    ],
)
def test_what_differs_is_refused_by_its_place(series: str, field: str, said: str) -> None:
    ((where, what),) = doubles_in(prices(series)).wrong
    assert where == field
    assert said in what


def test_other_fields_may_stand_twice_where_they_are_the_same() -> None:
    assert doubles_in(b'{"question": "a", "question": "a"}').wrong == ()
    assert doubles_in(b'{"question": "a", "question": "b"}').wrong == (
        ("question", "it is there twice, and not the same"),
    )
    its = b'{"statements": [{"company": "E"}, {"items": {"revenue": 1, "revenue": 2}}]}'
    assert doubles_in(its).wrong == (("statements.1.items.revenue", "it is there twice, and not the same"),)


def test_of_many_days_only_some_are_said() -> None:
    days = ",".join(f'"2026-01-{n:02}": 1' for n in range(1, 29))
    found = doubles_in(prices(f'"A": {{{days}, {days}}}'))
    assert len(found.same) == 6
    assert found.same[-1] == "So have 23 other days: each counts once."


def test_what_is_there_once_says_nothing() -> None:
    body = {"question": "How?", "portfolio": {"prices": {"A": {"2026-01-02": 1}}}, "statements": [{"items": {}}]}
    assert doubles_in(json.dumps(body).encode()) == ((), ())
