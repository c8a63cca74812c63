"""Heads and notes count, though all that was learned was of first columns in thousands."""

import pytest

from ratchet_student.counts import count
from ratchet_student.reader.columns import Columns
from ratchet_student.reader.given import Taught
from ratchet_student.reader.grid import read_grid
from ratchet_student.reader.learning import known_of, learn_reader
from ratchet_student.reader.matching import matched, query
from ratchet_student.reader.programs import programs
from ratchet_student.reader.told import of_the_year, scale_as_told

ROWS = (("Item", "2024", "2023"), ("Profit before tax", "74.2", "55.3"), ("Net income", "56.1", "42.3"))


def test_a_cell_under_another_year_is_none_where_one_is_asked_for() -> None:
    def left(question: str) -> set[str]:
        asked, grids = query(question, count([])), [read_grid(0, ROWS)]
        every = list(programs(asked, matched(asked, grids), grids, frozenset(["cell"]), Columns(asked)))
        return {one.parts[0] for one in of_the_year(frozenset(asked.years), every)}

    assert left("What was the profit before tax in 2023?") == {"55.3", "42.3"}
    assert left("What was the profit before tax in 2019?") >= {"74.2", "55.3"}  # no column says it
    assert left("How did profit before tax go from 2023 to 2024?") >= {"74.2", "55.3"}


@pytest.mark.parametrize(
    ("learned", "noted", "scale"),
    [
        ("thousand", ("", "million"), "million"),
        ("thousand", ("billion", "million"), "billion"),
        ("percent", ("million",), "percent"),
        ("", ("million",), ""),
        ("thousand", ("", ""), "thousand"),
    ],
)
def test_the_scale_that_is_noted_nearest_is_that_of_an_amount(learned: str, noted: tuple[str, ...], scale: str) -> None:
    assert scale_as_told(learned, [learned], noted) == scale
    assert scale_as_told(learned, ["thousand", "million"], noted) == learned


def test_who_has_learned_of_first_columns_in_thousands_reads_the_second_in_millions() -> None:
    items = ("Revenue", "Cost of sales", "Rent", "Interest", "Income taxes")
    lessons = [
        Taught(
            f"What was the {item.casefold()} in 20{11 + at % 9}?",
            ("Selected amounts (in thousands).",),
            (
                (
                    ("Item", f"20{11 + at % 9}", f"20{10 + at % 9}"),
                    *((one, f"{at}7.{n}", f"{at}3.{n}") for n, one in enumerate(items)),
                ),
            ),
            f"{at}7.{items.index(item)}",
            "thousand",
        )
        for at in range(12)
        for item in items
    ]
    reader, _ = learn_reader(known_of(lessons, 1), 1)
    said = reader.read("What was the profit before tax in 2023?", ("Amounts in GBP millions.",), (ROWS,))
    assert (said.parts, said.scale) == (("55.3",), "million")
