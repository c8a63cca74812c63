import pytest

from ratchet_student.counts import count
from ratchet_student.reader.columns import Columns
from ratchet_student.reader.grid import read_grid
from ratchet_student.reader.matching import matched, query
from ratchet_student.reader.programs import programs
from ratchet_student.reader.shares import asks_for_a_share, of_shares

ROWS = [["(in millions)", "2025", "2024"], ["South", "45.1", "60.3"], ["Gross margin", "41%", "38%"]]
KINDS = frozenset(("cell", "difference", "change", "average", "ratio", "percentage"))


@pytest.mark.parametrize(
    ("question", "its"),
    [
        ("What was the change in South in percent from 2024 to 2025?", True),
        ("By how many per cent did South fall?", True),
        ("What percentage of sales is from South?", True),
        ("In which year was the percentage highest?", False),
        ("How many years did the percentage exceed 20?", False),
        ("Why did sales fall by 9 percent?", False),
        ("By how many percentage points did the margin rise?", False),
        ("What were sales in 2024?", False),
    ],
)
def test_a_percentage_is_asked_for(question: str, *, its: bool) -> None:
    assert asks_for_a_share(question) is its


def test_an_amount_is_no_percentage() -> None:
    question = "What was the change in South in percent from 2024 to 2025?"
    asked, grids = query(question, count([])), [read_grid(0, ROWS)]
    every = list(programs(asked, matched(asked, grids), grids, KINDS, Columns(asked)))
    left = of_shares(question, every)
    assert {"difference", "change"} <= {one.kind for one in every}
    of_south = {one.kind for one in left if one.operands[0][0].row.label == "South"}
    assert of_south == {"change", "percentage"}
    assert any(one.kind == "cell" and one.parts == ("41%",) for one in left)
    assert of_shares("What was the change in South from 2024 to 2025?", every) == every
