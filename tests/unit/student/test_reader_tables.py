import math

import pytest

from ratchet_student.counts import count
from ratchet_student.reader.checking import checked_tables, checked_texts
from ratchet_student.reader.given import MAX_ROWS, MAX_TABLES, MAX_TEXT, UnreadableError
from ratchet_student.reader.grid import noted_scale, read_grid, value_of, without_note, years_in
from ratchet_student.reader.matching import matched, query
from ratchet_student.reader.operations import computed
from ratchet_student.reader.programs import said

TABLE = [
    ["", "Year ended June 30,", "", ""],
    ["($ in millions)", "2024", "2023", "Change"],
    ["Assets", "", "", ""],
    ["Cash (1)", "$ 1,234.5", "$(2.5)", "12%"],
    ["Stock", "—", "40", ""],
    ["", "1,300", "37.5", ""],
]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$ 1,234.5", 1234.5), ("(2.5)", -2.5), ("$(2.5)", -2.5), ("(2.5%)", -2.5), ("-7", -7), ("\u22127", -7),
        ("12 %", 12), ("€3.2", 3.2), (".5", 0.5), ("1,774 (1)", 1774), ("US$ 5", 5),
        ("1,200\u2020", 1200), ("12 [2]", 12), ("5%\u00b9", 5),
    ],
)  # fmt: skip
def test_a_cell_that_is_a_figure_has_its_value(cell: str, value: float) -> None:
    assert value_of(cell) == value


@pytest.mark.parametrize("cell", ["", "—", "-", "n/a", "Q3", "March 3", "1,000 to 2,000", "9" * 200])
def test_another_cell_has_none(cell: str) -> None:
    assert math.isnan(value_of(cell))


@pytest.mark.parametrize(
    ("cell", "bare"),
    [
        ("1,774 (1)", "1,774"),
        ("5%\u00b9", "5%"),
        ("(25)(a)", "(25)"),
        ("(1)", "(1)"),
        ("Note (1)", "Note (1)"),
        ("", ""),
    ],
)
def test_the_mark_of_a_note_is_no_part_of_a_figure(cell: str, bare: str) -> None:
    assert without_note(cell) == bare


def test_a_share_is_told_by_its_sign_its_head_or_its_label() -> None:
    rows = [["", "2024", "of sales, %"], ["Wages", "1,200", "40"], ["Margin", "41%", "1"], ["5% notes", "700", "2"]]
    wages, margin, notes = read_grid(0, rows).rows
    assert [wages.is_share(place) for place in (0, 1)] == [False, True]
    assert margin.is_share(0)
    assert not notes.is_share(0)
    assert not wages.is_share(-1)


def test_rows_know_their_section_and_what_heads_their_cells() -> None:
    grid = read_grid(0, TABLE)
    cash, stock, total = grid.rows
    assert (cash.section, cash.label, cash.values[:3].tolist()) == ("Assets", "Cash (1)", [1234.5, -2.5, 12.0])
    assert [sorted(years) for years in cash.years] == [["2024"], ["2023"], []]
    assert math.isnan(stock.values[0])
    assert total.label == "Total Assets"
    assert grid.scale == "million"
    assert grid.where(cash, 0) == (3, 1)


def test_years_down_the_side_turn_a_table() -> None:
    grid = read_grid(0, [["", "Sales", "Costs"], ["2024", "10", "7"], ["2023", "9", "8"]])
    assert grid.turned
    sales = grid.rows[0]
    assert (sales.label, sales.values.tolist()) == ("Sales", [10.0, 9.0])
    assert grid.where(sales, 1) == (2, 1)


@pytest.mark.parametrize("table", [[], [[]], [["a"]], [["", ""], ["", ""]], [["a"], ["b", "1", "2"], []]])
def test_ragged_and_empty_tables_are_read(table: list[list[str]]) -> None:
    assert len(read_grid(0, table).rows) <= 1


def test_years_and_scales_are_found_as_people_write_them() -> None:
    assert years_in("FY19 beside fiscal 2018, and 2 0 1 7; $2,016 is none") == ["2019", "2018", "2017"]
    each = ("in thousands", "$'000", "€m", "USD millions", "in billions of yen", "metres")
    assert [noted_scale(text) for text in each] == ["thousand", "thousand", "million", "million", "billion", ""]


def test_the_row_that_is_spoken_of_comes_first() -> None:
    grid = read_grid(0, [["", "2024"], ["Deferred tax assets", "1"], ["Net deferred tax assets", "2"], ["Tax", "3"]])
    asked = query("What were the net deferred tax assets in 2024?", count([]))
    assert matched(asked, [grid])[0].row.label == "Net deferred tax assets"


def test_operations() -> None:
    results = {name: computed(name, [5.0, 4.0]) for name in ("sum", "average", "difference", "change", "ratio")}
    assert results == {"sum": 9, "average": 4.5, "difference": 1, "change": 25, "ratio": 1.25}
    assert computed("percentage", [1.0, 4.0]) == 25
    assert computed("change", [5.0, 0.0]) is None
    assert computed("sum", [5.0, math.nan]) is None
    assert computed("ratio", [1e300, 1e-300]) is None
    assert [said(number) for number in (2.0, 2.5, -0.001, 12.345678)] == ["2", "2.5", "0", "12.35"]


def test_what_is_too_much_is_refused_with_the_limit() -> None:
    with pytest.raises(UnreadableError, match=f"1,000,000 rows and 1 columns, and at most {MAX_ROWS}"):
        checked_tables([[["1"]] * 1_000_000])
    with pytest.raises(UnreadableError, match=f"at most {MAX_TABLES} are read"):
        checked_tables([[["1"]]] * (MAX_TABLES + 1))
    with pytest.raises(UnreadableError, match=r"The tables have .* characters"):
        checked_tables([[["x" * 1_500] * 50] * 3])
    with pytest.raises(UnreadableError, match=r"The texts have .* characters"):
        checked_texts(["x" * (MAX_TEXT + 1)])


def test_cells_are_texts_numbers_or_nothing() -> None:
    assert checked_tables([[[None, math.nan, 2.5, 7, " a\n b "]]]) == [[["", "", "2.5", "7", "a b"]]]
    with pytest.raises(UnreadableError, match="A cell is a list"):
        checked_tables([[[[1]]]])  # type: ignore[list-item]
