"""Company, period, type and date, each with where it was read."""

from datetime import date

import pytest

from ratchet_documents.metadata import Found, metadata_of
from ratchet_documents.metadata.dates import days_in
from ratchet_documents.parsed import Page, Paragraph, Parsed, Table


def _parsed(*pages: str, title: str = "", name: str = "a.pdf") -> Parsed:
    blocks = [tuple(Paragraph(line) for line in page.split("\n")) for page in pages]
    return Parsed("pdf", name, "pages", tuple(Page(at, its) for at, its in enumerate(blocks, 1)), title)


FILING = """\
FORM 10-Q
QUARTERLY REPORT PURSUANT TO THE SECURITIES EXCHANGE ACT
For the quarterly period ended June 25, 2022
Example Widgets Inc.
(Exact name of Registrant as specified in its charter)
The Nasdaq Stock Market LLC"""


def test_a_filing_says_its_company_its_period_and_its_type() -> None:
    found = metadata_of(_parsed("An empty cover", FILING, name="2022 Q3 EXW.pdf"))
    assert found.company == Found("Example Widgets Inc.", "text", 2)
    assert found.period == Found("2022-Q3", "name")
    assert found.period_end == Found("2022-06-25", "text", 2)
    assert found.document_type == Found("financial_report", "name")
    assert found.date is None


def test_a_quarter_by_its_end_is_one_of_the_calendar_and_that_is_said() -> None:
    found = metadata_of(_parsed(FILING))
    assert found.period is not None
    assert (found.period.value, found.period.page) == ("2022-Q2", 1)
    assert "calendar" in found.period.assumption


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Results of the third quarter of fiscal 2023", "2023-Q3"),
        ("Q1 FY2024 results", "2024-Q1"),
        ("2021Q4", "2021-Q4"),
        ("H1 2022 interim report", "2022-H1"),
        ("FY2020", "2020"),
        ("Results 2Q24", "2024-Q2"),
        ("Q2 FY24 in brief", "2024-Q2"),
        ("The first half of 2024", "2024-H1"),
        ("1H'24", "2024-H1"),
        ("Bericht zum dritten Quartal 2023", "2023-Q3"),
        ("FY98", "1998"),
        ("For the fiscal year ended September 30, 2023", "2023"),
        ("For the six months ended 30 June 2023", None),
        ("In 2023 we met", None),
    ],
)
def test_periods_as_they_are_named(text: str, period: str | None) -> None:
    found = metadata_of(_parsed(text)).period
    assert (found and found.value) == period


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Annual report of Example & Sons Ltd. for shareholders", "Example & Sons Ltd."),
        ("Company: Example Widgets", "Example Widgets"),
        ("File Number 000-01234 3X Widgets Inc. (Exact name of registrant as in its charter)", "3X Widgets Inc."),
        ("EXAMPLE WIDGETS CORPORATION", "EXAMPLE WIDGETS CORPORATION"),
        ("Traded at The Nasdaq Stock Market LLC by Example PLC", "Example PLC"),
        ("the company did well, and so did others", None),
        ("Between Example Estates GmbH (lessor) and Quillon BV (lessee)", "Example Estates GmbH"),
        ("From Quillon B.V. to others", "Quillon B.V."),
        ("Example Tools Plc", "Example Tools Plc"),
        ("On Example Holding AG", "On Example Holding AG"),
        ("Example Marine AS had a steady year", "Example Marine AS"),
        ("NET SALES AS REPORTED", None),
        ("Gross Weight KG", None),
        ("Électricité Exemple SAS", "Électricité Exemple SAS"),
        ("Exempla Bau S.r.l. di Bolzano", "Exempla Bau S.r.l."),
        ("Östra Exempel AB", "Östra Exempel AB"),
    ],
)
def test_companies_by_label_and_by_legal_form(text: str, company: str | None) -> None:
    found = metadata_of(_parsed(text)).company
    assert (found and found.value) == company


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Minutes of the board", "Attendees: three of us\nAction items: none", "meeting_notes"),
        ("Master services agreement", "WHEREAS the parties agree. This Agreement has a governing law.", "contract"),
        ("Weekly status report", "All is on track; next steps follow.", "status_report"),
        (
            "Design document",
            "The interface shall give an endpoint; latency matters; requirements follow.",
            "technical_spec",
        ),
        ("", "From: a@b.example\nTo: c@d.example\nSubject: lunch\nShall we?", "email"),
        ("Recipes", "Take two eggs.", "other"),
        ("11 June", "Present: the two of us\nWe talked.", "meeting_notes"),
        ("Protokoll der Projektsitzung", "Teilnehmer: wir beide", "meeting_notes"),
        ("Compte rendu de la réunion du comité", "Présents : nous deux", "meeting_notes"),
        ("Acta de la reunión", "Asistentes: nosotros", "meeting_notes"),
        ("Prüfprotokoll", "Druck: 3 bar", "other"),
        ("Geschäftsbericht 2024", "Umsatzerlöse 120", "financial_report"),
        (
            "Example Tools",
            "Annual Report 2023\nConsolidated income statement\nOperating profit 120",
            "financial_report",
        ),
        ("Mietvertrag", "zwischen der einen und der anderen", "contract"),
        ("Protokoll der Lenkungskreissitzung", "Wir sprachen.", "meeting_notes"),
        ("11. Juni", "Teilnehmer: wir beide\nWir sprachen.", "meeting_notes"),
        ("Geschäftsbericht 2025", "Umsatzerlöse", "financial_report"),
        ("Compte rendu de la réunion", "Nous avons parlé.", "meeting_notes"),
        ("Contrato de arrendamiento", "Las partes acuerdan.", "contract"),
        ("Pflichtenheft", "Es soll gehen.", "technical_spec"),
        ("", "Von: a@b.example\nAn: c@d.example\nBetreff: Mittag\nGehen wir?", "email"),
        ("", "To: all of us\nFrom: Jo Park\nDate: 3 March 2024\nRe: lunch", "email"),
        ("Lease agreement", "From: 1 May 2024\nTo: 30 April 2026\nSubject: a house\nDate: 3 April 2024", "contract"),
        ("A journey", "Von: Bremen\nAn: Kiel\nDatum: 3. Mai 2026", "other"),
        ("Bail bonds", "They set bail.", "other"),
        ("Bail commercial", "Entre nous.", "contract"),
        ("Acta Metallica on steel", "Grains grow.", "other"),
        ("Acta de la junta", "Hablamos.", "meeting_notes"),
        ("Jahresbericht 2025", "Es ging gut.", "financial_report"),
    ],
)
def test_types_of_documents(title: str, text: str, expected: str) -> None:
    assert metadata_of(_parsed(text, title=title)).document_type.value == expected


@pytest.mark.parametrize(
    ("text", "day", "place"),
    [
        ("Published on 3 March 2024, for the quarter ended December 31, 2023", "2024-03-03", "text"),
        ("March 3, 2024\nFor the quarter ended December 31, 2023", "2024-03-03", "text"),
        ("Nothing here", "2024-03-03", "title"),
        (
            "There were 48 shares as of May 2, 2024. This quarterly report was filed on 3 March 2024.",
            "2024-03-03",
            "text",
        ),
        (
            "As of May 2, 2024, all is well. This report has been filed with the SEC on 3 March 2024.",
            "2024-03-03",
            "text",
        ),
        ("As of 3 March 2024 there were 48 shares.", "2024-03-03", "text"),
        ("The lease begins on 1 April 2024 and ends on 31 March 2026. Signed on 3 March 2024.", "2024-03-03", "text"),
        ("Es beginnt am 1. April 2024 und endet am 31. März 2026.\nBremen, den 3. März 2024", "2024-03-03", "text"),
        ("Due by 5 May 2024, of which on 3 March 2024 we spoke.", "2024-03-03", "text"),
    ],
)
def test_the_date_of_a_document_is_not_that_of_its_period(text: str, day: str, place: str) -> None:
    found = metadata_of(_parsed(text, title="Notes of 2024-03-03" if place == "title" else "")).date
    assert found is not None
    assert (found.value, found.place) == (day, place)


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        ((("", "As of December 31,", "As of December 31,"), ("", "2024", "2023"), ("Cash", "5", "6")), None),
        ((("As of December 31,", "2024", "2023"), ("Cash", "5", "6")), None),
        ((("", "June 28, 2025", "December 31, 2024"), ("Cash", "5", "6")), None),
        ((("Date", "3 March 2024"), ("Present", "all of us")), "2024-03-03"),
        ((("Date: 3 March 2024",) * 3, ("Item", "Owner", "Due")), "2024-03-03"),
    ],
)
def test_the_days_of_columns_are_not_that_of_the_document(rows: tuple[tuple[str, ...], ...], day: str | None) -> None:
    found = metadata_of(Parsed("pdf", "a.pdf", "pages", (Page(1, (Table(rows, 1),)),), "")).date
    assert (found and found.value) == day


def test_days_are_read_as_written_and_those_that_could_be_two_are_not() -> None:
    text = "2024-02-29, Sept. 3rd, 2023; 4 of May 2021; 25/06/2022; 06/25/2022; 05.05.2020; 03/04/2020; 2023-02-30"
    assert [day for _, day in days_in(text)] == [
        date(2024, 2, 29),
        date(2023, 9, 3),
        date(2021, 5, 4),
        date(2022, 6, 25),
        date(2022, 6, 25),
        date(2020, 5, 5),
    ]


@pytest.mark.parametrize("many", ["A." * 2_400, "A-" * 2_400, "A" * 4_900])
def test_a_word_without_end_names_no_company_and_is_read_once(many: str) -> None:
    assert metadata_of(_parsed("\n".join([f"zz {many}"] * 6))).company is None


def _table(*heads: str, above: str = "", title: str = "") -> Parsed:
    blocks = (Paragraph(above), Table((heads, tuple("1" for _ in heads)), 1))
    return Parsed("xlsx", "a.xlsx", "sheets", (Page(1, blocks),), title)


@pytest.mark.parametrize(
    ("parsed", "period", "periods"),
    [
        (_table("", "FY2022", "FY2023"), "2023", "2022, 2023"),
        (_table("", "2023", "2022", above="Fiscal year ended December 31, 2023"), "2023", "2023, 2022"),
        (_table("", "2024", "2023", above="Year ended December 31, 2023"), "2023", None),  # the other is foretold
        (_table("", "2023", "2022", above="Quarter ended June 30, 2023"), "2023-Q2", None),  # quarters of these years
        (_table("", "Q2 2023", "Q2 2022", title="Q2 2023"), "2023-Q2", "2023-Q2, 2022-Q2"),
        (_table("", "FY2023"), "2023", None),
        (_table("", "Size", "Price"), None, None),
    ],
)
def test_all_periods_of_columns(parsed: Parsed, period: str | None, periods: str | None) -> None:
    found = metadata_of(parsed)
    assert found.period is None if period is None else found.period is not None and found.period.value == period
    assert found.periods is None if periods is None else found.periods is not None and found.periods.value == periods


@pytest.mark.parametrize(
    ("title", "text", "company"),
    [
        ("Fjordline Annual Report 2025", "Revenue 3", "Fjordline"),
        ("Fjordline – Q3 2025 Results", "Revenue 3", "Fjordline"),
        ("Quarterly Report: Fjordline", "Revenue 3", "Fjordline"),
        ("Fjordline Annual Report 2025", "Audited by Example Audit LLP. Fjordline AS was founded.", "Fjordline AS"),
        ("Fjordline Annual Report 2025", "Audited by Example Audit LLP.", "Fjordline"),
        ("Consolidated Annual Report 2025", "Revenue 3", None),
        ("Annual Report 2025", "Revenue 3", None),
        ("Group Annual Report", "Revenue 3", None),
        ("Q3 2025 Quarterly Report", "Revenue 3", None),
        ("Fjordline – Minutes", "Attendees: two", None),
    ],
)
def test_a_financial_report_without_a_legal_form_is_of_whom_its_title_names(
    title: str, text: str, company: str | None
) -> None:
    found = metadata_of(_parsed(text, title=title)).company
    assert (found and found.value) == company


def test_a_date_of_something_else_is_not_that_of_the_document() -> None:
    text = "Held on 11 March 2026 in room 4\nNext meeting date: 8 April 2026\nDue date: 20 March 2026"
    found = metadata_of(_parsed(text, title="Minutes")).date
    assert found is not None
    assert found.value == "2026-03-11"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Next meeting date: 8 April 2026\nHeld on 11 March 2026 in room 4", "2026-03-11"),
        ("Meeting held on Wednesday, 11 March 2026.\nThe agreement dated 9 February 2026 was approved.", "2026-03-11"),
        ("The next meeting on 8 April 2026 is in room 4.\nWe met.\nDate: 11 March 2026", "2026-03-11"),
        ("Niederschrift der Sitzung vom 11. März 2026. Der Vertrag, dated 9 February 2026, liegt vor.", "2026-03-11"),
    ],
)
def test_minutes_are_of_the_day_of_their_meeting_whatever_else_has_one(text: str, day: str) -> None:
    found = metadata_of(_parsed(text, title="Minutes")).date
    assert found is not None
    assert found.value == day


def test_a_start_date_alone_is_not_that_of_the_document() -> None:
    text = "Start date: 1 March 2026\nEnd date: 1 September 2026"
    assert metadata_of(_parsed(text, title="Heron")).date is None


def test_two_letters_before_a_number_are_no_legal_form() -> None:
    assert metadata_of(_parsed("Our Product Code AS 12", title="List")).company is None
    assert metadata_of(_parsed("Built by Fjordline Marine AS in 2012", title="List")).company is not None


@pytest.mark.parametrize("blank", [" ", "\n", "\t"])
def test_pages_of_blanks_are_read_as_others_are(blank: str) -> None:
    assert metadata_of(_parsed(f"a{blank * 50_000}b", title="List")).company is None
