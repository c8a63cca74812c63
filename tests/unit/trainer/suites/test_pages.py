"""A report as pages: well-formed, escaped, readable without colours, and without a word of any case."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ratchet_trainer.pages import html, markdown
from ratchet_trainer.pages.plots import counted
from ratchet_trainer.suites.judged import Agreement, JudgeReport
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome
from ratchet_trainer.suites.report import Report
from ratchet_trainer.suites.summary import summary

EVIL = "<script>alert('x')</script>&\"|"
JUDGED = JudgeReport("judge", 3, 1, 2, 0, 0.67, 0.3, 0.9, Agreement(0.8, 0.5, 0.9, 0.6, 10))


def report(*, compared: bool = True, name: str = "qa-0a1b2c3d", tag: str = "hard", cases: int = 30) -> Report:
    outcomes = tuple(
        CaseOutcome(
            case_id=f"q{n}",
            digest=f"d{n}",
            weight=1.0,
            group=f"g{n}",
            slices=(tag,) if n % 2 else (),
            candidate=Outcome(n / cases, passed=n > 10, relevance=0.5),
            baseline=Outcome(0.3, passed=False) if compared else None,
        )
        for n in range(cases)
    )
    return Report(
        evaluation_id=UUID(int=7),
        kind="asked",
        task_type="qa",
        candidate=name,
        baseline="base-model" if compared else None,
        material="town-0123456789ab",
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        state="succeeded",
        reasons=(),
        spent_usd=0.5,
        cases=outcomes,
        summary=summary(outcomes, 1),
        judged=JUDGED if compared else None,
    )


def parsed(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))  # noqa: S314  our own


@pytest.mark.parametrize(("compared", "plots"), [(True, 3), (False, 2)])
def test_the_page_is_well_formed_and_each_plot_says_what_it_shows(compared: bool, plots: int) -> None:
    found = list(parsed(html.page(report(compared=compared))).iter("svg"))
    assert len(found) == plots
    for svg in found:
        assert svg.get("role") == "img"
        assert all(svg.findtext(part) for part in ("title", "desc"))


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = html.page(report())
    assert not re.search(r"<script|<link|<img|@import|url\(|(?:src|href)=", page)
    assert "http" not in page


def test_the_page_is_readable_in_the_dark() -> None:
    assert "prefers-color-scheme: dark" in html.page(report())


@pytest.mark.parametrize("evil", [{"name": EVIL}, {"tag": EVIL}])
def test_names_and_tags_are_escaped(evil: dict[str, str]) -> None:
    page = html.page(report(**evil))  # type: ignore[arg-type]
    assert "<script>" not in page
    assert EVIL in "".join(parsed(page).itertext())
    assert "<script>" not in markdown.page(report(**evil))  # type: ignore[arg-type]


@given(st.text(st.characters(codec=None), min_size=1))
@example("\x1b[31m\x00\ud800\uffff")
def test_any_name_leaves_the_page_well_formed(name: str) -> None:
    page = html.page(report(name=name, tag=name, cases=3))
    parsed(page)
    page.encode()


def test_no_name_turns_a_line_round() -> None:
    for page in (html.page, markdown.page):
        assert "\u202e" not in page(report(name="a\u202eb", tag="c\u202ed"))


def test_no_name_is_an_image_or_a_link_of_a_markdown_page() -> None:
    page = markdown.page(report(tag="![x](http://e.example/x.png)\n# [y](z)"))
    assert "!\\[x\\](http" in page
    assert "\n# " not in page.removeprefix("# ").replace("\n## ", "")


@pytest.mark.parametrize("page", [html.page, markdown.page])
def test_a_page_has_the_benchmark_score(page: Callable[[Report], str]) -> None:
    assert "0.483" in page(replace(report(), benchmark_score=0.48333))


def test_the_verdict_is_one_sentence() -> None:
    text = "".join(parsed(html.page(report())).itertext())
    assert "qa-0a1b2c3d is better than base-model: +0.183" in text
    assert "Cohen's kappa is 0.60" in text
    alone = "".join(parsed(html.page(report(compared=False))).itertext())
    assert "No judge was asked" in alone


def test_one_that_is_under_way_has_a_page_without_a_result() -> None:
    begun = replace(report(), summary=None, cases=(), state="running")
    assert "there is no result" in "".join(parsed(html.page(begun)).itertext())
    assert "there is no result" in markdown.page(begun)


def test_the_markdown_has_a_row_for_each_case() -> None:
    page = markdown.page(report())
    assert sum(line.startswith("| q") for line in page.splitlines()) == 30


def test_every_score_lies_in_one_of_ten_bins() -> None:
    assert counted([0.0, 0.05, 0.1, 0.95, 1.0]) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
