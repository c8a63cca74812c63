"""What belongs to a passage."""

import pytest

from ratchet_documents.chunking import Chunk, TablePart
from ratchet_retrieval.neighbours import beside, orders_around, tables_meant
from ratchet_retrieval.passages import Passage
from tests.unit.retrieval.passages_for_tests import ACME


def passage(order: int, text: str, heading: str = "Sales", table: int = 0, caption: str = "") -> Passage:
    part = TablePart(table, 0, 3, 9) if table else None
    return Passage("d", 1, ACME, Chunk(order, text, (heading,), 1, 1, part, caption))


BEFORE = passage(1, "a | 1", table=1, caption="Table 1. Sales by region")
AFTER = passage(3, "b | 2", table=2, caption="Table 2. Sales by product")
MORE = passage(4, "c | 3", table=2, caption="Table 2. Sales by product")
FAR = passage(5, "d | 4", heading="Risks", table=3, caption="Table 3: Risks")
AROUND = [BEFORE, AFTER, MORE, FAR]


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("Sales are shown in the following table.", [AFTER, MORE]),
        ("The table below shows sales.", [AFTER, MORE]),
        ("Sales were as follows (in millions):", [AFTER, MORE]),
        ("As the table above shows, sales fell.", [BEFORE]),
        ("See Table 1, and the following table.", [BEFORE]),
        ("See table 3 for what may happen.", [FAR]),
        ("See Table 12.", []),
        ("A stable business, and inevitable costs.", []),
        ("", []),
    ],
)
def test_the_table_that_a_paragraph_speaks_of_comes_with_all_its_parts(text: str, tables: list[Passage]) -> None:
    assert tables_meant(passage(2, text), AROUND) == tables


def test_a_table_of_another_chapter_is_not_the_following_one() -> None:
    assert tables_meant(passage(2, "The following table shows it."), [FAR]) == []


def test_a_part_of_a_table_comes_with_the_other_parts() -> None:
    assert tables_meant(AFTER, [BEFORE, MORE, FAR]) == [MORE]


def test_beside_it_stands_what_is_of_the_same_chapter() -> None:
    assert beside(passage(2, ""), AROUND) == [BEFORE, AFTER]
    assert beside(MORE, AROUND) == [AFTER]
    assert orders_around(1, 2) == [0, 2, 3]
