"""Markdown and HTML of a report: all is on them, and no text of it becomes anything else."""

import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from markdown_it import MarkdownIt

from ratchet_reports import Limits, Report, ReportRefusedError
from ratchet_reports.pages.html import as_html
from ratchet_reports.pages.markdown import as_markdown, line
from tests.unit.reports.reports_for_tests import ATTACKS, attacked, empty, whole

WORDS = (
    "Apple in 2022",
    "How did Apple's margin develop?",
    "2026-11-27 12:30 UTC",
    "83%, by checks",
    "1 of 2 passed",
    "One document has no text.",
    "Net sales were $90,146 million",
    "Gross margin of Apple: 42.3% (0.4231), 2022-01-01 to 2022-09-30",
    "(revenue - cost of revenue) / revenue",
    "From revenue: 90,146,000,000 USD (Apple 10-Q 2022 Q3, page 4)",
    "Assumed: The statement is unaudited.",
    "Apple 10-Q 2022 Q3, page 12",
    "Total net sales were $90,146 million.",
    "82,959",
    "One statement cites nothing.",
    "Quarters end in September.",
    "0.003210000001 USD",
    "2.12 s",
    "5,210 read, 430 written",
    "0193a0c4-1111-7000-8000-000000000001",
)


def _texts(page: str) -> str:
    body = page.split("</head>")[1].replace("</html>", "")
    return "".join(ET.fromstring(body).itertext())  # noqa: S314  # written here


def _rendered(page: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(page))


def test_all_is_on_the_page() -> None:
    html = _texts(as_html(whole()))
    markdown = _rendered(as_markdown(whole()))
    for words in WORDS:
        assert words in html
        assert words.replace("'", "&#x27;") in markdown.replace("'", "&#x27;")


def test_an_empty_report_has_a_page_that_says_so() -> None:
    assert "This report has no sections." in as_html(empty())
    assert "This report has no sections." in as_markdown(empty())
    assert "not known" in as_markdown(empty())


@pytest.mark.parametrize("report", [empty(), whole(), attacked(" & ".join(ATTACKS))])
def test_the_html_is_well_formed_and_needs_nothing_beside_it(report: Report) -> None:
    page = as_html(report)
    root = ET.fromstring(page.replace("<!doctype html>", ""))  # noqa: S314  # written here
    policy = next(one for one in root.iter("meta") if "http-equiv" in one.attrib)
    assert policy.attrib["content"].startswith("default-src 'none';")
    assert "script" not in policy.attrib["content"]
    for one in root.iter():
        name = one.tag.rpartition("}")[2]
        assert name not in ("script", "iframe", "img", "object", "embed", "link", "base", "form", "input", "image")
        for attribute, value in one.attrib.items():
            plain = attribute.rpartition("}")[2]
            assert not plain.startswith("on")
            assert plain not in ("src", "srcset", "action", "formaction", "style")
            assert plain != "href" or re.fullmatch(r"#mark-\w+", value)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_markup_in_html(attack: str) -> None:
    tame, hostile = (ET.fromstring(as_html(attacked(one)).split("\n", 1)[1]) for one in ("tame", attack))  # noqa: S314
    shapes = [
        [one.tag for one in page.iter() if not one.tag.startswith("{") and one.tag != "svg"] for page in (tame, hostile)
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_markup_in_markdown(attack: str) -> None:
    tame, hostile = (re.findall(r"</?[a-z0-9]+", _rendered(as_markdown(attacked(one)))) for one in ("tame", attack))
    assert tame == hostile
    assert "](" not in as_markdown(attacked(attack)).replace("\\](", "").replace("\\]\\(", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("# a", "\\# a"), ("12. a", "12\\. a"), ("  - a", "\\- a"), ("12 a", "12 a"), ("a\n# b", "a # b"), ("=", "\\=")],
)
def test_a_line_begins_as_a_text(text: str, shown: str) -> None:
    assert line(text) == shown


def test_marks_lead_to_their_sources_and_other_brackets_are_text() -> None:
    page = as_html(whole("Sales [1] rose [9] as [sic]."))
    assert 'Sales <a href="#mark-1">[1]</a> rose [9] as [sic].' in page
    assert '<a href="#mark-2">[2]</a>' in page  # a mark that its text does not have
    assert page.count('id="mark-1"') == page.count('id="mark-2"') == 1


def test_the_same_report_is_the_same_page() -> None:
    assert as_html(whole()) == as_html(whole())
    assert as_markdown(whole()) == as_markdown(whole())


def test_what_is_refused_has_no_page() -> None:
    wrong = msgspec.structs.replace(whole(), citations=())
    for page in (as_html, as_markdown):
        with pytest.raises(ReportRefusedError):
            page(wrong)
        with pytest.raises(ReportRefusedError):
            page(whole(), Limits(statements=1))


def test_a_citation_of_several_pages_names_them_all() -> None:
    report = whole()
    cited = msgspec.structs.replace(report.citations[0], page=6, pages=(6, 7))
    for page in (as_html, as_markdown):
        assert "Apple 10-Q 2022 Q3, pages 6, 7" in page(msgspec.structs.replace(report, citations=(cited,)))
