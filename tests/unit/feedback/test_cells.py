import time

import pytest

from ratchet_feedback.cells import Cell, unplaced, with_cells

TABLE = """Revenue by quarter:

| Quarter | Revenue | Margin |
|:--------|--------:|--------|
| Q1      | 12.0    | 30 %   |
| Q2      | 13.5    | 31 %   |

The rest is flat."""


@pytest.mark.parametrize(
    "cell",
    [Cell("Q2", "Revenue", "14.5"), Cell(2, 2, "14.5"), Cell("q2", "revenue ", "14.5"), Cell("Q2", 2, "14.5", table=1)],
)
def test_a_cell_is_found_by_name_or_number(cell: Cell) -> None:
    corrected = with_cells(TABLE, [cell])
    assert corrected == TABLE.replace("| Q2      | 13.5    | 31 %   |", "| Q2 | 14.5 | 31 % |")


def test_several_cells_of_one_row_and_what_is_no_table_stay_together() -> None:
    corrected = with_cells(TABLE, [Cell(1, "Revenue", "1"), Cell(1, "Margin", "2 | 3")])
    assert corrected is not None
    assert "| Q1 | 1 | 2 \\| 3 |" in corrected
    assert corrected.endswith("The rest is flat.")


@pytest.mark.parametrize("cell", [Cell("a|b", "in | out", "3"), Cell("a\\|b", "in \\| out", "3")])
def test_a_name_with_a_bar_is_known_as_it_is_read_and_as_it_is_written(cell: Cell) -> None:
    table = "| x | in \\| out |\n|---|---|\n| a\\|b | 1 |"
    assert with_cells(table, [cell]) == "| x | in \\| out |\n|---|---|\n| a\\|b | 3 |"


@pytest.mark.parametrize(
    "cell",
    [
        Cell("Q3", "Revenue", "1"),
        Cell(3, 1, "1"),
        Cell(1, "Profit", "1"),
        Cell(1, 1, "1", table=2),
    ],
)
def test_what_names_no_cell_changes_nothing(cell: Cell) -> None:
    assert with_cells(TABLE, [cell]) is None
    assert with_cells("No table | at all", [cell]) is None


def test_a_name_that_stands_twice_names_no_row() -> None:
    twice = "a | b\n--|--\nx | 1\nx | 2"
    assert with_cells(twice, [Cell("x", "b", "3")]) is None
    assert with_cells(twice, [Cell(2, "b", "3")]) == "a | b\n--|--\nx | 1\n| x | 3 |"


def test_every_cell_is_looked_up_in_the_table_as_it_was() -> None:
    both = [Cell("Q2", "Quarter", "Q3"), Cell("Q2", "Revenue", "1")]
    corrected = with_cells(TABLE, both)
    assert corrected is not None
    assert "| Q3 | 1 | 31 % |" in corrected
    assert with_cells(TABLE, both[::-1]) == corrected
    renamed = with_cells(TABLE, [Cell("Q1", "Quarter", "Q2"), Cell("Q2", "Revenue", "1")])
    assert renamed is not None
    assert "| Q2 | 12.0 | 30 % |" in renamed
    assert "| Q2 | 1 | 31 % |" in renamed


def test_a_number_that_is_a_name_is_one() -> None:
    years = "| What | 2023 | 2 |\n|---|---|---|\n| sold | 5 | 6 |"
    assert with_cells(years, [Cell(1, 2023, "7")]) == years.replace("| sold | 5 | 6 |", "| sold | 7 | 6 |")
    assert with_cells(years, [Cell(1, 2, "7")]) == years.replace("| sold | 5 | 6 |", "| sold | 5 | 7 |")
    assert with_cells(years, [Cell(1, 1, "7")]) == years.replace("| sold | 5 | 6 |", "| 7 | 5 | 6 |")


def test_what_is_not_there_can_be_named() -> None:
    there, not_there = Cell("Q2", "Revenue", "1"), Cell("Q9", "Revenue", "1")
    assert unplaced(TABLE, [there, not_there]) == [not_there]
    assert unplaced("No table.", [there]) == [there]


def test_a_bar_that_is_part_of_a_cell_divides_nothing() -> None:
    text = "| a | b |\n|---|---|\n| x \\| y | 1 |"
    assert with_cells(text, [Cell(1, "b", "2")]) == "| a | b |\n|---|---|\n| x \\| y | 2 |"


@pytest.mark.parametrize("line", [" " * 20_000 + "x", "-" + " " * 20_000 + "x", "|" + " -|" * 20_000 + "x"])
def test_a_line_that_is_no_row_of_dashes_is_seen_at_once(line: str) -> None:
    began = time.process_time()
    assert with_cells(f"| a | b |\n{line}\n| c | d |", [Cell("c", "b", "e")]) is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize("dashes", ["-|-", "|-|-|", " | :-- | --: | ", "---|:-:|", "|  -  |-"])
def test_dashes_may_be_written_in_many_ways(dashes: str) -> None:
    assert with_cells(f"a | b\n{dashes}\nc | d", [Cell("c", "b", "e")]) == f"a | b\n{dashes}\n| c | e |"


@pytest.mark.parametrize("dashes", ["", "||", "-||-", ":", "- -|-", "a|-", "::-|-"])
def test_what_is_no_row_of_dashes_makes_no_table(dashes: str) -> None:
    assert with_cells(f"a | b\n{dashes}\nc | d", [Cell("c", "b", "e")]) is None


def test_many_cells_of_a_long_table_are_found_at_once() -> None:
    table = "a|b\n-|-\n" + "\n".join(f"{number}|y" for number in range(20_000))
    began = time.process_time()
    corrected = with_cells(table, [Cell(str(number), "b", "z") for number in range(500)])
    assert time.process_time() - began < 2
    assert corrected is not None
    assert corrected.count("| z |") == 500
