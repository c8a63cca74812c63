"""Plain text, Markdown and CSV; encodings; what is refused of them."""

import pytest

from ratchet_documents.limits import Limits
from ratchet_documents.parsed import Heading, ListItem, Paragraph, Table
from ratchet_documents.refusal import RefusedError
from ratchet_documents.tidying import HEADS_ALONE
from tests.unit.documents.conftest import Read

TEXT = """\
Plan of the year
================

RISKS

Costs rise faster
than sales.

1.2 Measures

- buy less
- hire later,
  or never
\f
Item 3. Outlook

Region\tSales
North\t120
South\t80
"""


def test_plain_text_has_headings_paragraphs_lists_tables_and_pages(read: Read) -> None:
    parsed = read("plan.txt", TEXT)
    assert parsed.kind == "text"
    assert parsed.divided == "pages"
    assert parsed.title == "Plan of the year"
    assert [page.number for page in parsed.pages] == [1, 2]
    assert parsed.pages[0].blocks == (
        Heading(1, "Plan of the year"),
        Heading(1, "RISKS"),
        Paragraph("Costs rise faster than sales."),
        Heading(2, "1.2 Measures"),
        ListItem(0, "buy less"),
        ListItem(0, "hire later, or never"),
    )
    assert parsed.pages[1].blocks == (
        Heading(2, "Item 3. Outlook"),
        Table((("Region", "Sales"), ("North", "120"), ("South", "80")), 1),
    )


def test_markdown_has_headings_lists_tables_and_code(read: Read) -> None:
    parsed = read(
        "a.md",
        "---\nowner: x\n---\n# Top *of* it\n\nText with [a link](http://x) and `code`.\n\n- one\n  - inner\n- two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx = 1\n```\n\n<script>run()</script>\n",
    )
    assert parsed.title == "Top of it"
    assert parsed.pages[0].blocks == (
        Heading(1, "Top of it"),
        Paragraph("Text with a link and code."),
        ListItem(0, "one"),
        ListItem(1, "inner"),
        ListItem(0, "two"),
        Table((("a", "b"), ("1", "2")), 1),
        Paragraph("x = 1"),
    )
    assert parsed.assumptions == (
        "The settings between two lines `---` at the top are left out.",
        "HTML inside the Markdown is left out.",
    )


def test_a_line_across_at_the_top_of_markdown_begins_no_settings(read: Read) -> None:
    parsed = read("a.md", "---\n\n# Report\n\nSales fell.\n\n---\n\nmore\n")
    assert parsed.pages[0].blocks == (Heading(1, "Report"), Paragraph("Sales fell."), Paragraph("more"))


def test_comments_of_markdown_take_no_text_with_them_unsaid(read: Read) -> None:
    parsed = read("a.md", "# T\n\n<!-- note --> <!-- more -->Sales fell.\n\n5<br>6\n")
    assert parsed.pages[0].blocks == (Heading(1, "T"), Paragraph("Sales fell."), Paragraph("5 6"))
    assert parsed.assumptions == ()
    parsed = read("a.md", "# T\n\n<!-- note\n\nSales fell.\n")
    assert parsed.pages[0].blocks == (Heading(1, "T"),)
    assert any("is not closed" in said for said in parsed.assumptions)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_is_a_table_whatever_parts_its_cells(read: Read, mark: str) -> None:
    lines = [mark.join(row) for row in (("name", "2022", "2023"), ("Sales", "1", "2"), ('"a, b"', "3", "4"))]
    (table,) = read("a.csv", "\n".join(lines)).pages[0].blocks
    assert table == Table((("name", "2022", "2023"), ("Sales", "1", "2"), ("a, b", "3", "4")), 1)


@pytest.mark.parametrize("told", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_first_line_may_say_what_parts_cells(read: Read, told: str) -> None:
    (table,) = read("a.csv", f"{told}\r\nname;2022\r\nSales, net;1,5\r\n").pages[0].blocks
    assert table == Table((("name", "2022"), ("Sales, net", "1,5")), 1)
    with pytest.raises(RefusedError, match="Line 3"):
        read("a.csv", f'{told}\na;b\n"c;d\n')
    (other,) = read("a.csv", "sep=~\nname~2022\nSales~1\n").pages[0].blocks
    assert other == Table((("name", "2022"), ("Sales", "1")), 1)


def test_a_long_cell_among_the_first_lines_does_not_hide_what_parts_them(read: Read) -> None:
    (table,) = read("a.csv", f"a;b;c\n1;{'y' * 200_000};3\n").pages[0].blocks
    assert isinstance(table, Table)
    assert [len(row) for row in table.rows] == [3, 3]


def test_a_quotation_mark_left_open_is_refused(read: Read) -> None:
    with pytest.raises(RefusedError, match="quotation mark") as refused:
        read("a.csv", 'a,b\n"5 inch,3\nx,y\n')
    assert refused.value.type == "broken"


def test_empty_lines_part_tables_of_a_csv(read: Read) -> None:
    blocks = read("a.csv", "a,b\n1,2\n\nc,d\n3,4\n").pages[0].blocks
    assert [block.rows[0] for block in blocks if isinstance(block, Table)] == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_an_encoding_is_found_out(read: Read, encoding: str) -> None:
    said = "Die Erlöse stiegen um 5 % auf 3 Millionen, für die Größe des Marktes ist das viel."
    parsed = read("a.txt", said.encode(encoding))
    assert parsed.pages[0].blocks == (Paragraph(said),)
    assert bool(parsed.assumptions) == (encoding in ("cp1252", "utf-16-le", "utf-16-be"))


def test_text_that_stops_being_what_it_began_as_is_refused(read: Read) -> None:
    with pytest.raises(RefusedError, match="begins as UTF-16") as refused:
        read("a.txt", "abc".encode("utf-16") + b"\x00")
    assert refused.value.type == "broken"


def test_text_from_right_to_left_is_kept_and_said(read: Read) -> None:
    parsed = read("a.txt", "\u200fعائدات الشركة ارتفعت\u200f بنسبة 5٪")
    assert parsed.pages[0].blocks == (Paragraph("عائدات الشركة ارتفعت بنسبة 5٪"),)
    assert any("right to left" in said for said in parsed.assumptions)


@pytest.mark.parametrize("content", [b"", b"  \n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 100])
def test_an_empty_file_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.txt", content)
    assert refused.value.type == "empty"


@pytest.mark.parametrize(
    ("limits", "content", "name"),
    [
        (Limits(bytes=10), "a b c d e f g", "a.txt"),
        (Limits(pages=2), "a\fb\fc\fd", "a.txt"),
        (Limits(blocks=3), "a\n\n" * 5, "a.txt"),
        (Limits(characters=10), "word " * 5, "a.txt"),
        (Limits(cells=5), "a,b\n" * 5, "a.csv"),
        (Limits(rows=5), "a,b\n" * 10, "a.csv"),
        (Limits(columns=5), "a," * 10, "a.csv"),
    ],
)
def test_more_than_a_limit_is_refused_as_a_whole(read: Read, limits: Limits, content: str, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(name, content, limits)
    assert refused.value.type == "too_large"


def test_an_open_quotation_mark_does_not_read_the_rest_for_ever(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.csv", 'a,b\n"' + "x,y\n" * 100, Limits(characters=100))
    assert refused.value.type in ("broken", "too_large")


@pytest.mark.parametrize("mark", [">", "- "])
def test_markdown_nested_too_deep_is_refused_and_loses_nothing_before(read: Read, mark: str) -> None:
    (block,) = read("a.md", mark * 25 + "text").pages[0].blocks
    assert "text" in getattr(block, "text", "")
    with pytest.raises(RefusedError) as refused:
        read("a.md", mark * 1_000 + "text")
    assert refused.value.type == "too_deep"


def test_what_takes_too_long_is_refused(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.txt", "a\n\n" * 10, Limits(seconds=-1))
    assert refused.value.type == "too_slow"


def test_the_numbers_of_items_and_a_minus_before_a_figure_are_kept(read: Read) -> None:
    parsed = read("a.txt", "(a) the one pays\n(b) the other waits\n12. Then it ends\n- 5 million was lost\n- hire\n")
    assert parsed.pages[0].blocks == tuple(
        ListItem(0, text)
        for text in ("(a) the one pays", "(b) the other waits", "12. Then it ends", "- 5 million was lost", "hire")
    )


@pytest.mark.parametrize("text", ["name,amount\n", "name,amount\n,\n\n", "Sales by region\nname,amount\n"])
def test_heads_without_rows_are_said(read: Read, text: str) -> None:
    parsed = read("a.csv", text)
    assert HEADS_ALONE in parsed.assumptions


@pytest.mark.parametrize("text", ["Sales,12\n", "name,amount\nSales,12\n", "name,place\nOskar,Cork\n", "name\n"])
def test_a_table_with_rows_says_nothing_of_heads(read: Read, text: str) -> None:
    assert HEADS_ALONE not in read("a.csv", text).assumptions
