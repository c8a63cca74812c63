"""A report as a page: well-formed, escaped, in need of nothing, and with the same numbers on each."""

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ratchet_monitor.reports.happenings import AlertThen, ExperimentThen
from ratchet_monitor.reports.pages import html, markdown
from ratchet_monitor.reports.report import Report
from ratchet_monitor.reports.spans import Rhythm, span_of
from tests.unit.monitor.prompts.make import Made
from tests.unit.monitor.reports.make import LAST, THIS, WEEK, report

EVIL = "<script src='//e.example/x.js'>alert('x')</script>&\"|"
PAGES = (html.page, markdown.page)


def whole(name: str = "a_v1") -> Report:
    alert = AlertThen(
        alert_id="a" * 24,
        kind="rule",
        source="rule:slow",
        subject=name,
        task_type="summary",
        severity="critical",
        state="open",
        opened_at=WEEK.since,
        closed_at=None,
        sentence=f"{name} is slow.",
        changes=1,
    )
    experiment = ExperimentThen(
        kind="experiment",
        experiment_id=name,
        name=name,
        task_type="summary",
        arms=[name, "other"],
        state="decided",
        verdict="advance",
        winner=name,
        why="It is better.",
        started_at=WEEK.since,
        ended_at=WEEK.since + timedelta(days=2),
        taken_back=[f"{name} was taken back."],
    )
    return report(
        Made(name, 20, 10, 0.9, model=name, days=[*THIS, *LAST]),
        Made("b_v2", 20, 10, 0.5, model=name, days=THIS),
        alerts=[alert, replace(alert, source="drift", sentence=f"{name} drifts.")],
        experiments=[experiment],
    )


WHOLE = whole()


def parsed(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))  # noqa: S314  our own


def test_the_page_is_well_formed_and_each_plot_says_what_it_shows() -> None:
    plots = list(parsed(html.page(WHOLE)).iter("svg"))
    assert [plot.findtext("title") for plot in plots] == [
        "Answers by day",
        "Quality by day",
        "Cost by day",
        "Latency by day",
        "Quality by task",
    ]
    assert all(plot.get("role") == "img" and plot.findtext("desc") != "Nothing." for plot in plots)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = html.page(WHOLE)
    assert "http" not in page
    assert not re.search(r"<script|<link|<img|<iframe|<object|@import|url\(|\s(?:src|href|on\w+)=", page)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_says_the_same(page: object) -> None:
    told = str(page(WHOLE))  # type: ignore[operator]
    for part in (
        "Week 2026-W46",
        "2026-11-09 00:00",
        "Weeks begin on Monday (ISO 8601)",
        "Days are days by UTC",
        "Counted on 2026-11-20 09:30 UTC",
        "is slow.",
        "drifts.",
        "It is better.",
        "can go",
        "280",
    ):
        assert part in told.replace("\\", ""), part


@pytest.mark.parametrize("page", PAGES)
def test_names_are_no_more_than_names(page: object) -> None:
    told = str(page(whole(EVIL)))  # type: ignore[operator]
    assert "<script" not in told
    assert "src='" not in told.replace("&lt;script src='", "")


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec=None), min_size=1, max_size=40))
@example("\x1b[31m\x00\ud800\uffff")
@example("\u202eabc")
def test_whatever_things_are_called_the_page_stays_one(name: str) -> None:
    found = whole(name)
    page = html.page(found)
    parsed(page)
    page.encode()
    markdown.page(found).encode()
    assert "\u202e" not in page


@pytest.mark.parametrize("rhythm", ["daily", "weekly", "monthly", "quarterly"])
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_time_has_a_page(page: object, rhythm: Rhythm) -> None:
    told = str(page(report(span=span_of(rhythm, WEEK.since.date()))))  # type: ignore[operator]
    assert "Nothing was answered in this period." in told
    if page is html.page:
        assert not list(parsed(told).iter("svg"))


def test_no_row_of_a_table_is_longer_than_its_head() -> None:
    for line in parsed(html.page(WHOLE)).iter("table"):
        head = line.find("thead/tr")
        assert head is not None
        assert {len(row) for row in line.iterfind("tbody/tr")} <= {len(head)}
