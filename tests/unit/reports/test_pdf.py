"""PDF of a report: its words are on its pages as they are, and nothing of it is read as Typst."""

import time

import msgspec
import pypdfium2
import pytest

from ratchet_reports import Limits, Paragraph, Report, ReportRefusedError, Section, Statement, Table
from ratchet_reports.pages.pdf import NOT_DRAWN, as_pdf
from ratchet_reports.pages.sheet import SOURCE
from tests.unit.reports.reports_for_tests import ATTACKS, attacked, empty, whole

changed = msgspec.structs.replace


def _pages(made: bytes) -> list[str]:
    assert made.startswith(b"%PDF-")
    document = pypdfium2.PdfDocument(made)
    return [page.get_textpage().get_text_bounded() for page in document]


def _words(made: bytes) -> str:
    return " ".join("\n".join(_pages(made)).replace("\u200b", "").split())


def test_its_words_are_on_its_pages() -> None:
    made = as_pdf(whole())
    assert _pages(made)
    words = _words(made)
    for one in (
        "Apple in 2022",
        "Net sales were $90,146 million [1].",
        "Gross margin of Apple: 42.3% (0.4231)",
        "Total net sales were $90,146 million.",
        "Apple 10-Q 2022 Q3, page 12",
        "Contribution",
        "1 of 2 passed",
    ):
        assert one in words


def test_an_empty_report_has_a_page() -> None:
    assert "This report has no sections." in _words(as_pdf(empty()))


def test_the_same_report_is_the_same_bytes() -> None:
    assert as_pdf(whole()) == as_pdf(whole())


@pytest.mark.parametrize(
    "attack",
    [
        *ATTACKS,
        '#read("/etc/hostname")',
        "#panic(1)",
        "#sys.inputs",
        '[#link(label("x"))[y]] ] } ) #set page(width: 1pt)',
        "<mark-1> @mark-1 /* // comment",
        '```typ #eval("1+1") ```',
    ],
)
def test_nothing_is_read_as_typst(attack: str) -> None:
    words = _words(as_pdf(attacked(attack)))
    seen = " ".join(attack.split())
    if seen.isascii() and seen.isprintable():
        assert words.replace(" ", "").count(seen.replace(" ", "")) >= 10


def test_no_word_of_a_report_is_part_of_the_source() -> None:
    assert "eval(" not in SOURCE
    assert "read(" not in SOURCE
    assert "import" not in SOURCE


def test_letters_of_other_scripts_are_there_and_those_without_a_shape_are_told_of() -> None:
    hebrew = _words(as_pdf(whole("שלום עולם, 12.3% [1]")))
    assert "שלום" in hebrew
    assert NOT_DRAWN[:30] not in hebrew
    assert "مرحبا" in _words(as_pdf(whole("مرحبا بالعالم")))
    chinese = _words(as_pdf(whole("净销售额 😀 \ue000 \U0010fffd")))
    assert NOT_DRAWN[:30] in chinese


def test_a_word_without_an_end_stays_on_the_page() -> None:
    page = pypdfium2.PdfDocument(as_pdf(whole("w" * 5_000)))[0]
    width, texts = page.get_width(), page.get_textpage()
    assert max(texts.get_charbox(at)[2] for at in range(texts.count_chars())) <= width


def test_wide_and_long_tables_fit() -> None:
    wide = Table(
        title="Wide", columns=tuple(f"c{n}" for n in range(20)), rows=(tuple("12,345" for _ in range(20)),) * 9
    )
    pages = _pages(as_pdf(changed(whole(), tables=(wide,), plots=())))
    assert "c19" in " ".join(pages)


def _large() -> Report:
    statement = Statement(text="The net sales of the company rose in the quarter to a new height. " * 3, marks=("1",))
    paragraph = Paragraph(statements=(statement,) * 20)
    section = Section(heading="Sales", paragraphs=(paragraph,) * 4)
    rows = tuple((str(number), "1", "2", "3") for number in range(2_000))
    table = Table(title="Long", columns=("a", "b", "c", "d"), rows=rows)
    return changed(whole(), sections=(section,) * 22, tables=(table,), plots=())


def test_a_large_report_is_made_in_time_and_a_larger_one_is_refused() -> None:
    began = time.monotonic()
    assert len(_pages(as_pdf(_large()))) > 50
    assert time.monotonic() - began < 60
    with pytest.raises(ReportRefusedError, match="at most"):
        as_pdf(changed(_large(), sections=_large().sections * 10))
    with pytest.raises(ReportRefusedError):
        as_pdf(whole(), Limits(statements=1))
