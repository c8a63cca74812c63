"""Drawn tables of a PDF: heads over rows that are merged over the whole width, and where one table ends."""

import pytest
import typst

from ratchet_documents.parsed import Merged, Paragraph, Table
from tests.unit.documents.conftest import Read

LABEL = "table.cell(colspan: {})[Assets]"
BODY = "[Cash], [61,205], [54,880], [Total assets], [359,951], [354,954]"
ROWS = (("Cash", "61,205", "54,880"), ("Total assets", "359,951", "354,954"))
DAYS = "[], [30 June 2025], [31 Dec 2024]"
HEAD = ("", "30 June 2025", "31 Dec 2024")


def drawn(*rows: str, columns: str = "(180pt, 80pt, 80pt)", more: str = "") -> str:
    return f"#table(columns: {columns}, align: (left, right, right), {more} {', '.join(rows)})"


def blocks_of(read: Read, *texts: str) -> tuple[object, ...]:
    return read("a.pdf", typst.compile("\n".join(texts).encode())).pages[0].blocks


@pytest.mark.parametrize("corner", ["0.5pt", "(x, y) => if x + y > 0 {0.5pt}"], ids=["drawn", "open"])
def test_a_label_over_all_columns_leaves_the_head_above_it_in_the_table(read: Read, corner: str) -> None:
    (table,) = blocks_of(read, drawn(DAYS, LABEL.format(3), BODY, more=f"stroke: {corner},"))
    assert isinstance(table, Table)
    assert table.rows == (HEAD, ("Assets",) * 3, *ROWS)
    assert table.heads
    assert table.merged == (Merged(1, 0, 1, 3),)


def test_heads_in_two_rows_stay_over_such_a_label(read: Read) -> None:
    over = "table.cell(rowspan: 2)[], table.cell(colspan: 2)[As of], [30 June 2025], [31 Dec 2024]"
    (table,) = blocks_of(read, drawn(over, LABEL.format(3), BODY))
    assert isinstance(table, Table)
    assert table.rows == (("", "As of", "As of"), HEAD, ("Assets",) * 3, *ROWS)


def test_a_head_over_one_column_stays_over_such_a_label(read: Read) -> None:
    rows = ("[], [31 Dec 2024]", LABEL.format(2), "[Cash], [5], [Total], [6]")
    (table,) = blocks_of(read, drawn(*rows, columns="(180pt, 80pt)"))
    assert isinstance(table, Table)
    assert table.rows == (("", "31 Dec 2024"), ("Assets", "Assets"), ("Cash", "5"), ("Total", "6"))


def test_a_label_in_a_wide_first_column_leaves_the_head_above_it_in_the_table(read: Read) -> None:
    (table,) = blocks_of(read, drawn(DAYS, "[Assets], [], []", BODY, columns="(360pt, 60pt, 60pt)"))
    assert isinstance(table, Table)
    assert table.rows == (HEAD, ("Assets", "", ""), *ROWS)


SITES = ("[], [2025], [2024]", "[Czechia], [14], [12]", "[Poland], [7], [9]")


@pytest.mark.parametrize("between", ["", "Sites by country:", "Sites by country:\n\nTheir number"])
def test_a_drawn_table_that_names_its_columns_is_another_than_the_one_above(read: Read, between: str) -> None:
    blocks = blocks_of(read, "#set block(spacing: 9pt)", drawn(DAYS, BODY), between, drawn(*SITES))
    assert blocks == (
        Table((HEAD, *ROWS), 1),
        *(Paragraph(text) for text in between.split("\n\n") if text),
        Table((("", "2025", "2024"), ("Czechia", "14", "12"), ("Poland", "7", "9")), 1),
    )


def test_the_lines_of_heads_are_joined_in_both_tables(read: Read) -> None:
    wrapped = "[], [June 28, 2025], [December 31, 2024]"
    blocks = blocks_of(read, *(drawn(wrapped, BODY, columns="(180pt, 90pt, 80pt)"), "Others:") * 2)
    assert blocks[::2] == (Table((("", "June 28, 2025", "December 31, 2024"), *ROWS), 1),) * 2


def test_a_label_without_lines_at_its_sides_parts_no_table(read: Read) -> None:
    label = "table.cell(colspan: 3, stroke: (x: none))[Liabilities]"
    (table,) = blocks_of(read, drawn(DAYS, BODY, label, "[Debt], [1], [2]"))
    assert isinstance(table, Table)
    assert table.rows == (HEAD, *ROWS, ("Liabilities", "", ""), ("Debt", "1", "2"))


def test_rows_of_text_that_are_drawn_with_room_between_are_one_table(read: Read) -> None:
    rows = "[Risk], [Owner], [State], [Fire], [Ann], [open], [Flood], [Bo], [shut]"
    (table,) = blocks_of(read, drawn(rows, more="row-gutter: 8pt,"))
    assert isinstance(table, Table)
    assert table.rows == (("Risk", "Owner", "State"), ("Fire", "Ann", "open"), ("Flood", "Bo", "shut"))


@pytest.mark.parametrize(
    ("more", "heads"), [("[Debt], [1], [2]", 2), ("table.cell(colspan: 3)[Debts], [Debt], [1], [2]", 1)]
)
def test_a_label_over_all_columns_is_no_head_where_others_come_below(read: Read, more: str, heads: int) -> None:
    (table,) = blocks_of(read, drawn(DAYS, LABEL.format(3), BODY, more))
    assert isinstance(table, Table)
    assert table.heads == heads


LONG = """#set page(height: 200pt, header: [Orchard Mills], footer: context counter(page).display())
#table(columns: (1fr, 60pt, 60pt), stroke: %s, table.header([%s], [Units], [Value], table.cell(colspan: 3)[Sites]),
..range(60).map(at => ([Site #at], [#(at * 7)], [(#at)])).flatten())"""


@pytest.mark.parametrize("corner", ["", "Site"])
@pytest.mark.parametrize("stroke", ["none", "1pt"])
def test_heads_over_a_label_that_come_on_each_page_are_no_headers(read: Read, stroke: str, corner: str) -> None:
    parsed = read("a.pdf", typst.compile((LONG % (stroke, corner)).encode()))
    assert len(parsed.pages) > 3
    for page in parsed.pages:
        (table,) = page.blocks
        assert isinstance(table, Table)
        assert table.rows[0] == (corner, "Units", "Value")
        assert table.rows[1][0] == "Sites"
