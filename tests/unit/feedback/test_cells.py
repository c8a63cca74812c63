import pytest

from ratchet_feedback.cells import Cell, with_cells

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


def test_a_bar_that_is_part_of_a_cell_divides_nothing() -> None:
    text = "| a | b |\n|---|---|\n| x \\| y | 1 |"
    assert with_cells(text, [Cell(1, "b", "2")]) == "| a | b |\n|---|---|\n| x \\| y | 2 |"
