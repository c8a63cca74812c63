import random

import pytest

from ratchet_documents.chunking import Sizes, chunks_of
from ratchet_documents.parsed import Page, Parsed, Table
from ratchet_documents.table_text import lines_of
from ratchet_student.reader.documents import holds_table, parted
from ratchet_student.reader.fitting import MAX_DOCUMENT, fitting
from ratchet_student.reader.given import MAX_COLUMNS, MAX_ROWS, MAX_TABLES, MAX_TEXT

WORDS = ("Wages", "(400)", "1,200", "€m", "12%", "Total", "2024", "إجمالي", "a|b", "-", "", "Net interest income")


def cells(document: str) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in table] for table in parted(document).tables]


def padded(rows: list[list[str]], width: int) -> list[list[str]]:
    return [[*row, *[""] * (width - len(row))] for row in rows]


def a_table(chance: random.Random) -> list[list[str]]:
    """Its first and last row have two filled cells, and no row is empty."""
    width, rows = chance.randrange(2, 6), chance.randrange(2, 9)
    ends = [chance.choice(WORDS[:6]) for _ in range(2)]
    table = [[chance.choice(WORDS) for _ in range(width)] for _ in range(rows)]
    for row in (table[0], table[-1]):
        row[:2] = ends
    for row in table:
        row[0] = row[0] if any(row) else "Assets"
    labels = 0
    for row in table:  # no more rows of one cell after each other than are read as such
        labels = labels + 1 if not any(row[1:]) else 0
        if labels > 2:
            row[1], labels = "7", 0
    return table


@pytest.mark.parametrize("seed", range(200))
def test_a_table_that_was_written_as_text_is_the_same_again(seed: int) -> None:
    rows = a_table(random.Random(seed))
    text = "\n".join(lines_of(Table(tuple(map(tuple, rows)))))
    (found,) = cells(f"Some text before it.\n\n{text}\n\nAnd after it.")
    assert padded(found, len(rows[0])) == rows


@pytest.mark.parametrize("seed", range(20))
def test_each_piece_stands_where_it_says(seed: int) -> None:
    chance = random.Random(seed)
    tables = ["\n".join(lines_of(Table(tuple(map(tuple, a_table(chance)))))) for _ in range(3)]
    document = "\r\n\r\n".join(["First text.\nIts second line.", *tables, "| a | b |\n|---|---|\n| **1** | x\\|y |"])
    found = parted(document)
    assert [document[text.start : text.end] for text in found.texts] == [text.text for text in found.texts]
    *others, markdown = found.tables
    assert len(others) == 3
    for table in others:
        assert all(document[cell.start : cell.end] == cell.text for row in table for cell in row)
    assert [[cell.text for cell in row] for row in markdown] == [["a", "b"], ["1", "x|y"]]
    assert [document[cell.start : cell.end] for cell in markdown[1]] == ["**1**", "x\\|y"]


@pytest.mark.parametrize(
    ("document", "tables"),
    [
        ("", []),
        ("No table here.", []),
        ("One line | with a bar", []),
        ("a | b\n1 | 2", [[["a", "b"], ["1", "2"]]]),
        ("| | 2024\n| Wages | 5", [[["", "", "2024"], ["", "Wages", "5"]]]),
        ("| | 2024 |\n|:--|--:|\n| Wages | 5 |", [[["", "2024"], ["Wages", "5"]]]),
        ("a|b\n--|:-:\n1|2", [[["a", "b"], ["1", "2"]]]),
        ("a\tb\n1\t2", [[["a", "b"], ["1", "2"]]]),
        ("a | b\nAssets:\nCurrent:\n1 | 2", [[["a", "b"], ["Assets:"], ["Current:"], ["1", "2"]]]),
        ("a | b\n1 | 2\n\nc | d\n3 | 4", [[["a", "b"], ["1", "2"]], [["c", "d"], ["3", "4"]]]),
        ("a | b\n1 | 2\nA text after it.", [[["a", "b"], ["1", "2"]]]),
        ("a | b\n1\t2\nx\ty", [[["1", "2"], ["x", "y"]]]),
    ],
)
def test_what_is_a_table(document: str, tables: list[list[list[str]]]) -> None:
    assert cells(document) == tables
    assert holds_table(document) == bool(tables)


def test_a_long_table_is_read_in_its_chunks() -> None:
    rows = (("Item", "2024"), *((f"Row {n}", str(n)) for n in range(60)))
    parsed = Parsed("csv", "t.csv", "not", (Page(1, (Table(rows, heads=1),)),))
    found = [chunk.text for chunk in chunks_of(parsed, Sizes(table=300, most=300))]
    assert len(found) > 1
    each = [table for text in found for table in cells(text)]
    assert all(table[0] == ["Item", "2024"] for table in each)
    assert [row for table in each for row in table[1:]] == [list(row) for row in rows[1:]]


def test_of_much_what_has_most_of_the_question_is_read_and_the_rest_is_named() -> None:
    tables = [f"Item | 2024\nFreight {n} | {n}" for n in range(MAX_TABLES + 5)]
    read = fitting("\n\n".join([*tables, "Item | 2024\nWages | 7"]), "What was Wages in 2024?")
    assert len(read.tables) == MAX_TABLES
    assert read.tables[-1][1][0].text == "Wages"
    assert not read.whole
    assert read.assumptions == (
        f"Of {MAX_TABLES + 6} tables the {MAX_TABLES} that have most of the question were read.",
    )


def test_a_table_of_many_rows_is_read_in_parts_under_its_heads() -> None:
    rows = "\n".join(f"Row {n} | {n}" for n in range(3 * MAX_ROWS))
    read = fitting(f"Item | 2024\n{rows}", "What was Row 700 in 2024?")
    assert all(len(table) <= MAX_ROWS and table[0][1].text == "2024" for table in read.tables)
    assert sum(len(table) - 3 for table in read.tables) == 3 * MAX_ROWS - 2
    assert read.whole


def test_wide_tables_and_long_texts_are_cut_and_say_so() -> None:
    wide = "\n".join(" | ".join(str(n) for n in range(MAX_COLUMNS + 9)) for _ in range(2))
    assert fitting(wide, "What?").assumptions == (f"Of a table's columns the first {MAX_COLUMNS} were read.",)
    filler = "\n".join(f"Nothing of note happened on day {n}." for n in range(9_000))
    document = f"{filler}\nThe committee met in Bergen."
    read = fitting(document, "Where did the committee meet?")
    assert any("Bergen" in text.text for text in read.texts)
    assert sum(len(text.text) for text in read.texts) <= MAX_TEXT
    assert "paragraphs" in read.assumptions[0]
    assert all(document[text.start : text.end] == text.text for text in read.texts)
    assert "characters" in fitting("x" * (MAX_DOCUMENT + 1), "What?").assumptions[0]
