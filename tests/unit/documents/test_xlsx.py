"""XLSX: sheets as pages, tables with merged cells, dates and shares as they are read, formulas without values."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ratchet_documents.limits import Limits
from ratchet_documents.parsed import Merged, Paragraph, Table
from ratchet_documents.parsing import parse
from ratchet_documents.refusal import RefusedError
from ratchet_documents.tidying import HEADS_ALONE
from tests.unit.documents.conftest import Read
from tests.unit.documents.office import changed, xlsx_of


def _write(book: Any) -> None:
    sheet = book.active
    sheet.title = "Sales"
    sheet["B2"] = "Sales of the year"
    for row, cells in enumerate((("Region", "2022", None), ("North", 1.5, 0.25), ("South", 0.1 + 0.2, 0.5)), 3):
        for column, cell in enumerate(cells, 2):
            sheet.cell(row, column, cell)
    sheet["D4"].number_format = sheet["D5"].number_format = "0.0%"
    sheet.merge_cells("C3:D3")
    sheet["B8"], sheet["C8"] = "day", datetime.date(2022, 6, 25)
    sheet["B9"], sheet["C9"] = "done", True
    other = book.create_sheet("Computed")
    other["A1"], other["B1"] = "sum", "=1+2"
    other.sheet_state = "hidden"


def test_sheets_are_pages_and_empty_rows_part_tables(read: Read) -> None:
    parsed = read("a.xlsx", xlsx_of(_write))
    assert (parsed.kind, parsed.divided) == ("xlsx", "sheets")
    assert [page.label for page in parsed.pages] == ["Sales", "Computed"]
    assert parsed.pages[0].blocks == (
        Paragraph("Sales of the year"),
        Table((("Region", "2022", "2022"), ("North", "1.5", "25%"), ("South", "0.3", "50%")), 1, (Merged(0, 1, 1, 2),)),
        Table((("day", "2022-06-25"), ("done", "TRUE")), 1),
    )


def test_formulas_without_values_and_hidden_sheets_are_said(read: Read) -> None:
    said = read("a.xlsx", xlsx_of(_write)).assumptions
    assert any("1 cell has a formula without a computed value" in one for one in said)
    assert any("hidden sheet" in one for one in said)


def test_a_sheet_of_too_many_rows_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx_of(_write))
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 2_000))
    path.write_bytes(changed(path.read_bytes(), {"xl/worksheets/sheet1.xml": lambda _: _sheet(rows).encode()}))
    with pytest.raises(RefusedError, match="1,000 rows") as refused:
        parse(path, limits=Limits(rows=1_000))
    assert refused.value.type == "too_large"


def _sheet(rows: str, after: str = "") -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


@pytest.mark.parametrize(
    ("rows", "after"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', ""),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="900"><c r="CV900"><v>1</v></c></row>',
            "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 1_000 + "</mergeCells>",
        ),
    ],
)
def test_little_that_spreads_far_is_refused(read: Read, rows: str, after: str) -> None:
    file = changed(xlsx_of(_write), {"xl/worksheets/sheet1.xml": lambda _: _sheet(rows, after).encode()})
    with pytest.raises(RefusedError) as refused:
        read("a.xlsx", file)
    assert refused.value.type == "too_large"


def test_a_cell_in_the_last_row_alone_is_read(read: Read) -> None:
    rows = '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="B1048576"><v>2</v></c></row>'
    file = changed(xlsx_of(_write), {"xl/worksheets/sheet1.xml": lambda _: _sheet(rows).encode()})
    assert read("a.xlsx", file).pages[0].blocks == (Table((("1", "2"),)),)


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize(("content", "reason"), [(b"<a", "broken"), (ENTITIES, "unsafe_xml")])
def test_broken_and_unsafe_parts_are_refused(read: Read, part: str, content: bytes, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.xlsx", changed(xlsx_of(_write), {part: lambda _: content}))
    assert refused.value.type == reason


def test_a_bomb_of_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx_of(_write))
    with zipfile.ZipFile(path, "a") as archive:
        for part in range(50):
            archive.writestr(f"xl/media/{part}", "x")
    with pytest.raises(RefusedError) as refused:
        parse(path, limits=Limits(zip_entries=40))
    assert refused.value.type == "zip_bomb"


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (12.5, '0.0"%"', "12.5%"),
        (12.5, "0.0\\%", "12.5%"),
        (0.125, "0.0%", "12.5%"),
        (12.5, "0.0_%", "12.5"),
        (12.5, '0.0" of 100%";[Red]0%', "1250%"),
        (1e15, "General", "1000000000000000"),
        (1234567890123457e3, "General", "1234567890123457000"),
        (-5.0, "0", "-5"),
        (1e300, "General", "1e+300"),
    ],
)
def test_numbers_are_shown_by_their_format_with_all_digits(
    read: Read, value: float, number_format: str, shown: str
) -> None:
    def write(book: Any) -> None:
        book.active["A1"], book.active["B1"] = "name", value
        book.active["B1"].number_format = number_format

    (table,) = read("a.xlsx", xlsx_of(write)).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (("name", shown),)


def test_a_top_row_of_equal_figures_is_one_of_the_table(read: Read) -> None:
    def write(book: Any) -> None:
        for row in ((0, 0, 0), (0, 0, 0), (1, 0, 1)):
            book.active.append(row)

    (table,) = read("a.xlsx", xlsx_of(write)).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (("0", "0", "0"), ("0", "0", "0"), ("1", "0", "1"))


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="99999999"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="C1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    ],
)
def test_rows_and_cells_that_are_there_twice_or_out_of_order_are_refused(read: Read, rows: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.xlsx", changed(xlsx_of(_write), {"xl/worksheets/sheet1.xml": lambda _: _sheet(rows).encode()}))
    assert refused.value.type == "broken"


def test_cells_that_are_left_out_between_others_are_counted(read: Read) -> None:
    rows = "".join(f'<row r="{row}"><c r="CV{row}"><v>1</v></c></row>' for row in range(1, 12))
    file = changed(xlsx_of(_write), {"xl/worksheets/sheet1.xml": lambda _: _sheet(rows).encode()})
    with pytest.raises(RefusedError) as refused:
        read("a.xlsx", file, Limits(cells=1_000))
    assert refused.value.type == "too_large"


@pytest.mark.parametrize("digits", ["1234567890123456789", "9" * 400])
def test_a_whole_number_keeps_all_of_its_digits(read: Read, digits: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>{digits}</v></c></row>'
    file = changed(xlsx_of(_write), {"xl/worksheets/sheet1.xml": lambda _: _sheet(rows).encode()})
    assert read("a.xlsx", file).pages[0].blocks == (Table((("1", digits),)),)


def test_a_file_that_does_not_say_which_part_is_its_book_is_refused(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read(
            "a.xlsx",
            changed(xlsx_of(_write), {"[Content_Types].xml": lambda part: part.replace(b"sheet.main", b"sheet.none")}),
        )
    assert refused.value.type == "broken"


def test_heads_without_rows_are_said_with_their_sheet(read: Read) -> None:
    def write(book: Any) -> None:
        book.active.append(["name", "amount"])
        book.active.append(["Sales", 12])
        book.create_sheet("Empty").append(["name", "amount"])

    assert f"Page 2: {HEADS_ALONE}" in read("a.xlsx", xlsx_of(write)).assumptions
