"""Columns whose heads name a time alone, on statements written here."""

from datetime import date

import pytest

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import chunks_of
from ratchet_documents.graph import Relation, graph_of
from ratchet_documents.graph.columns import heads_in
from ratchet_documents.graph.year_ends import AS_ITS_OWN, BY_CALENDAR, NOT_KNOWN, OF_A_YEAR, Own, Placed, placed
from ratchet_documents.parsed import Block, Heading, Page, Paragraph, Parsed, Table

ANNUAL = About("annual", "Annual report", "Fernwood Mills, Inc.", "2025", "2025-06-30")
QUARTERLY = About("quarter", "10-Q", "Fernwood Mills, Inc.", "2025-Q2", "2025-06-30")
UNDATED = About("undated", "Results", "Fernwood Mills, Inc.")
OF_JUNE = Own("2025", date(2025, 6, 30))


def statement(*head: str) -> Table:
    return Table(
        (
            ("$ million", *head),
            ("Revenue", "500", "400"),
            ("Net loss", "12", "8"),
            ("Inventories", "90", "80"),
        ),
        heads=1,
    )


def read(about: About, *blocks: Block) -> dict[tuple[str, str], Relation]:
    chunks = chunks_of(Parsed("html", "report.html", "pages", (Page(1, blocks),)))
    found = [one for one in graph_of(about, chunks).relations if one.type == "reports"]
    return {(one.ends[1].partition(":")[2], one.ends[2].partition(":")[2]): one for one in found}


@pytest.mark.parametrize(
    "head", [("2025", "2024"), ("FY2025", "FY2024"), ("FY25", "FY24"), ("Fiscal 2025", "Fiscal 2024")]
)
def test_a_year_alone_ends_as_the_documents_own(head: tuple[str, ...]) -> None:
    found = read(ANNUAL, statement(*head))
    assert {key: one.value for key, one in found.items()} == {
        ("revenue", "12M-2025-06-30"): 500e6,
        ("revenue", "12M-2024-06-30"): 400e6,
        ("net_income", "12M-2025-06-30"): -12e6,
        ("net_income", "12M-2024-06-30"): -8e6,
        ("inventory", "2025-06-30"): 90e6,
        ("inventory", "2024-06-30"): 80e6,
    }
    assert found["revenue", "12M-2025-06-30"].text == ""
    assert found["revenue", "12M-2024-06-30"].text == AS_ITS_OWN


def test_where_no_document_says_when_its_year_ends_the_calendar_does_and_that_is_said() -> None:
    found = read(UNDATED, statement("2025", "2024"))
    assert found["revenue", "12M-2024-12-31"].text == BY_CALENDAR
    assert ("inventory", "2025-12-31") in found


def test_above_the_figures_of_a_quarter_a_year_alone_tells_nothing() -> None:
    assert read(QUARTERLY, statement("2025", "2024")) == {}
    assert set(read(QUARTERLY, statement("Q2 2025", "Q2 2024"))) == {
        *(("revenue", f"3M-{year}-06-30") for year in (2025, 2024)),
        *(("net_income", f"3M-{year}-06-30") for year in (2025, 2024)),
        *(("inventory", f"{year}-06-30") for year in (2025, 2024)),
    }


def test_days_above_what_is_of_a_time_are_ends_of_years_where_the_document_is_of_one() -> None:
    table = statement("June 30, 2025", "June 30, 2024")
    found = read(ANNUAL, table)
    assert found["revenue", "12M-2024-06-30"].text == OF_A_YEAR
    assert found["inventory", "2024-06-30"].text == ""
    assert {metric for metric, _ in read(QUARTERLY, table)} == {"inventory"}


def test_changes_of_a_balance_are_none() -> None:
    flows = read(ANNUAL, Heading(2, "Consolidated statements of cash flows"), statement("2025", "2024"))
    assert {metric for metric, _ in flows} == {"revenue", "net_income"}
    fallen = Table((("$ million", "2025", "2024"), ("Inventories", "(9)", "4")), heads=1)
    assert read(ANNUAL, fallen) == {}


def test_what_is_due_or_foretold_is_not_reported() -> None:
    assert read(ANNUAL, Table((("$ million", "2025", "2026"), ("Long-term debt", "90", "80")), heads=1)) == {}


@pytest.mark.parametrize(
    "rows",
    [
        (("£ million", "Note", "2025", "2024"), ("Revenue", "3", "500", "400"), ("Net loss", "", "12", "8")),
        (("£ million", "2025", "2024", "% change"), ("Revenue", "500", "400", "25%"), ("Net loss", "12", "8", "50 %")),
        (("£ million", "2025", "Change", "2024"), ("Revenue", "500", "25 %", "400"), ("Net loss", "12", "50%", "8")),
        (("", "2025 £m", "2024 £m"), ("Revenue", "500", "400"), ("Net loss", "(12)", "(8)")),
    ],
)
def test_notes_and_changes_beside_the_years_are_no_amounts(rows: tuple[tuple[str, ...], ...]) -> None:
    found = read(ANNUAL, Table(rows, heads=1))
    assert [one.value for one in found.values()] == [500e6, 400e6, -12e6, -8e6]
    assert {one.unit for one in found.values()} == {"GBP"}


def test_of_a_loss_that_is_a_gain_in_one_year_nobody_can_tell_which() -> None:
    assert read(ANNUAL, Table((("$ million", "2025", "2024"), ("Net loss", "12", "(8)")), heads=1)) == {}


def test_years_that_a_text_speaks_of_are_no_heads() -> None:
    assert read(ANNUAL, Paragraph("All is in millions. It began in 2025. Revenue 500")) == {}


@pytest.mark.parametrize(
    ("column", "columns", "own", "of_a_day", "found"),
    [
        ("2023", ("2023", "2022"), Own("2024", date(2024, 1, 27)), False, "12M-2024-01-27"),  # its year is called so
        ("2022", ("2023", "2022"), Own("2023", date(2024, 3, 31)), True, "2023-03-31"),  # as the document calls it
        ("2024", ("2024", "2023"), Own("2024", date(2024, 3, 31)), False, "12M-2024-03-31"),
        ("2023", ("2023", "2022"), Own("2024", date(2024, 3, 31)), False, "12M-2023-03-31"),  # a table of before
        ("2023", ("2024", "2023"), Own("2024", date(2024, 2, 29)), False, "12M-2023-02-28"),
        ("12M-2024", ("12M-2024",), OF_JUNE, False, "12M-2024-06-30"),
        ("3M-2024-06-30", ("3M-2024-06-30",), OF_JUNE, True, None),
        ("2024-Q3", ("2024-Q3",), NOT_KNOWN, False, "3M-2024-09-30"),
        ("2023-Q4", ("2023-Q4",), Own("2024-Q1", date(2024, 6, 30)), True, "2024-03-31"),
        ("2026-Q1", ("2026-Q1",), OF_JUNE, False, None),
        ("2024-12-31", ("2024-12-31",), OF_JUNE, False, None),
    ],
)
def test_when_a_column_ends(
    column: str, columns: tuple[str, ...], own: Own, found: str | None, *, of_a_day: bool
) -> None:
    its = placed(column, columns, own, of_a_day=of_a_day)
    assert (its.key if isinstance(its, Placed) else None) == found


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        ("| 31 December 2023 | 31 December 2022", ("2023-12-31", "2022-12-31")),
        ("Year ended 31 March 2024 2023", ("12M-2024-03-31", "12M-2023-03-31")),
        ("31.12.2023 | 31.12.2022", ("2023-12-31", "2022-12-31")),
        ("12/31/2023 | 12/31/2022", ("2023-12-31", "2022-12-31")),
        ("2023-12-31 | 2022-12-31", ("2023-12-31", "2022-12-31")),
        ("Q3 2024 | Q3 2023 | FY2023", ("2024-Q3", "2023-Q3", "FY2023")),
        ("2023 | 2022 (restated)", ("2023", "2022")),
        ("Six months to 30 June 2024 | 2023", ("6M-2024-06-30", "6M-2023-06-30")),
    ],
)
def test_heads_as_others_write_them(head: str, columns: tuple[str, ...]) -> None:
    assert [one.columns for one in heads_in(head)] == [columns]


def test_the_mark_of_a_note_behind_a_figure_is_no_part_of_it() -> None:
    marked = Table(
        (("$ million", "2025", "2024"), ("Revenue", "500¹", "400²"), ("Inventories", "(90)¹²", "80")), heads=1
    )
    found = {key: one.value for key, one in read(ANNUAL, marked).items()}
    assert {value for (metric, _), value in found.items() if "revenue" in metric} == {500e6, 400e6}


@pytest.mark.parametrize("loss", ["-12", "−12", "–12", "- 12", "-€12", "€ -12", "12-", "(12)", "€(12)"])
def test_a_figure_with_a_minus_is_negative(loss: str) -> None:
    table = Table((("€ million", "2025", "2024"), ("Net income", loss, "88"), ("Revenue", "500", loss)), heads=1)
    assert {key: one.value for key, one in read(UNDATED, table).items()} == {
        ("net_income", "12M-2025-12-31"): -12e6,
        ("net_income", "12M-2024-12-31"): 88e6,
        ("revenue", "12M-2025-12-31"): 500e6,
        ("revenue", "12M-2024-12-31"): -12e6,
    }


def test_a_dash_alone_in_a_cell_is_no_figure_and_one_behind_a_label_no_minus() -> None:
    table = Table((("€ million", "2025", "2024"), ("Inventories", "-", "88"), ("Receivables -", "40", "-")), heads=1)
    assert {key: one.value for key, one in read(UNDATED, table).items()} == {
        ("inventory", "2024-12-31"): 88e6,
        ("receivables", "2025-12-31"): 40e6,
    }


HALF = About("half", "Half-year report", "Fernwood Mills, Inc.", "2025-H1", "2025-09-30")


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (("Q2 FY25", "Q2 FY24"), ("2025-Q2", "2024-Q2")),
        (("Q2'25", "Q2'24"), ("2025-Q2", "2024-Q2")),
        (("2Q25", "2Q24"), ("2025-Q2", "2024-Q2")),
        (("2025 Q2", "2024 Q2"), ("2025-Q2", "2024-Q2")),
        (("First quarter 2025", "First quarter 2024"), ("2025-Q1", "2024-Q1")),
        (("H1 2025", "H1 FY2024"), ("2025-H1", "2024-H1")),
        (("1H25", "1H24"), ("2025-H1", "2024-H1")),
        (("Q2 2025", "H1 2025"), ("2025-Q2", "2025-H1")),
    ],
)
def test_quarters_and_halves_are_told_in_many_ways(head: tuple[str, ...], columns: tuple[str, ...]) -> None:
    assert [one.columns for one in heads_in(" | ".join(("$ million", *head)))] == [columns]


def test_a_half_ends_as_the_documents_own_or_by_the_calendar() -> None:
    own = read(HALF, statement("H1 2025", "H2 2024"))
    assert {key for key in own if key[0] in ("revenue", "inventory")} == {
        ("revenue", "6M-2025-09-30"),
        ("revenue", "6M-2025-03-31"),
        ("inventory", "2025-09-30"),
        ("inventory", "2025-03-31"),
    }
    assert ("revenue", "6M-2024-12-31") in read(UNDATED, statement("H1 2025", "H2 2024"))


@pytest.mark.parametrize(
    "head",
    [
        *("9M 2025", "Nine months 2025", "YTD 2025", "LTM 2025", "Jan–Jun 2025", "June 2025", "6M 2025", "S1 2025"),
        *("T2 2025", "Half year 2025", "10 months 2025", "Q1-Q3 2025", "2025 plan", "Target 2025", "Average 2025"),
        *("2024/25", "FY2024/25", "2024-25", "% of 2025", "Growth 2025"),
    ],
)
def test_a_year_of_which_more_is_said_is_not_that_year(head: str) -> None:
    table = Table((("$ million", head), ("Revenue", "500"), ("Inventories", "90")), heads=1)
    assert read(UNDATED, table) == {}
    beside = Table((("$ million", head, "2023"), ("Revenue", "500", "400"), ("Inventories", "90", "80")), heads=1)
    assert read(UNDATED, beside) == {}


@pytest.mark.parametrize("said", ["9M", "Six months", "January–September", "June", "Q2", "Half-year"])
@pytest.mark.parametrize("above", [True, False])
def test_what_stands_above_or_below_years_counts(said: str, *, above: bool) -> None:
    rows = [("$ million", said, said), ("", "2025", "2024")]
    figures = (("Revenue", "500", "400"), ("Inventories", "90", "80"))
    assert read(UNDATED, Table((*(rows if above else rows[::-1]), *figures), heads=2)) == {}


@pytest.mark.parametrize(
    ("title", "blocks"),
    [
        ("Interim report January–September 2025", ()),
        ("Results", (Heading(1, "Six months"),)),
        ("Results", (Paragraph("The first nine months (in millions)"),)),
        ("Results", (Paragraph("Results for the six months ended June 30, 2025"), Heading(1, "Income"))),
    ],
)
def test_years_below_a_title_of_a_part_of_them_are_not_whole(title: str, blocks: tuple[Block, ...]) -> None:
    about = About("part", title, "Fernwood Mills, Inc.", "", "2025-06-30")
    assert read(about, *blocks, statement("2025", "2024")) == {}


def test_a_title_of_a_quarter_and_the_year_leaves_the_year() -> None:
    assert read(ANNUAL, Heading(1, "Fourth quarter and full year"), statement("2025", "2024")) != {}
    assert read(ANNUAL, Heading(1, "Fourth quarter"), statement("2025", "2024")) == {}


def test_a_sentence_that_speaks_of_a_quarter_is_no_title() -> None:
    assert read(ANNUAL, Paragraph("In the third quarter a mill burnt down."), statement("2025", "2024")) != {}


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1 204", "998"), [1204e6, 998e6]),
        (("1 204 567", "(12 345)"), [1204567e6, -12345e6]),
        (("998", "€ 1 204.5"), [998e6, 1204.5e6]),
        (("1'204", "998"), [1204e6, 998e6]),
        (("998", "1’204"), [998e6, 1204e6]),
        (("1 204", ""), []),
        (("", "1 204"), []),
        (("1.204", "998"), [998e6]),  # it may be 1.2 million, or 1,204 million
        (("998", "1.204,5"), [998e6, 1204.5e6]),
        (("12.5", "0.204"), [12.5e6, 0.204e6]),
        (("1,204", "12 345"), []),
    ],
)
def test_thousands_are_parted_in_many_ways_and_never_read_wrong(cells: tuple[str, ...], values: list[float]) -> None:
    found = read(ANNUAL, Table((("€ million", "2025", "2024"), ("Revenue", *cells)), heads=1))
    assert [one.value for one in found.values()] == pytest.approx(values)


def test_a_note_beside_a_figure_is_no_thousand_of_it() -> None:
    head = ("€ million", "Note", "2025", "2024")
    assert [one.value for one in read(ANNUAL, Table((head, ("Revenue", "", "3 500", "400")), heads=1)).values()] == [
        500e6,
        400e6,
    ]
