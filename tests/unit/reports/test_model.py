"""A report is kept exactly, and one that is not whole or too large is refused with a sentence."""

import json
import math
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_figures.narrating import Marked
from ratchet_reports import Bar, Bars, Limits, Lines, Report, ReportRefusedError, Series, Statistics, taken
from ratchet_reports.encoding import as_json, report_of
from tests.unit.reports.reports_for_tests import ATTACKS, CITATION, FIGURE, attacked, days, empty, lines, whole

changed = msgspec.structs.replace


@pytest.mark.parametrize("report", [empty(), whole(), *map(attacked, ATTACKS)])
def test_a_report_comes_back_from_json_as_it_was(report: Report) -> None:
    once = as_json(report)
    assert report_of(once) == report
    assert as_json(report_of(once)) == once


def test_numbers_keep_all_their_digits() -> None:
    cost = Decimal("12345678901234567890.123456789")
    figure = Marked("2", replace(FIGURE.figure, value=0.1 + 0.2))
    report = changed(whole(), statistics=Statistics(cost_usd=cost), figures=(figure,))
    back = report_of(as_json(report))
    assert back.statistics.cost_usd == cost
    assert back.figures[0].figure.value == 0.1 + 0.2
    assert b"12345678901234567890.123456789" in as_json(report)


def test_json_has_a_spec_beside_each_plot_that_no_reader_takes_in() -> None:
    kept = json.loads(as_json(whole()))
    assert [one["vega_lite"]["$schema"].rsplit("/", 1)[1] for one in kept["plots"]] == ["v6.json", "v6.json"]
    kept["plots"][0]["vega_lite"] = {"data": {"url": "https://evil.example/"}}
    assert report_of(json.dumps(kept).encode()) == whole()


@pytest.mark.parametrize(
    "what", [b"", b"{}", b"[1]", b'{"report_id": 1}', b"\xff\xfe", b"[" * 100_000, b'{"title":' * 50_000]
)
def test_what_is_no_report_is_refused(what: bytes) -> None:
    with pytest.raises(ReportRefusedError, match=r"^This is no report: .*\.$") as refused:
        report_of(what)
    assert refused.value.type == "broken"


def test_a_time_without_a_zone_is_refused() -> None:
    kept = json.loads(as_json(empty())) | {"made_at": "2026-11-27T12:00:00"}
    with pytest.raises(ReportRefusedError):
        report_of(json.dumps(kept).encode())


def test_json_that_is_too_long_is_not_read() -> None:
    with pytest.raises(ReportRefusedError, match="at most 10 are read") as refused:
        report_of(as_json(empty()), Limits(bytes=10))
    assert refused.value.type == "too_large"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(sections=0), "1 sections"),
        (Limits(statements=1), "2 statements"),
        (Limits(figures=0), "1 figures"),
        (Limits(inputs=1), "2 inputs of figures"),
        (Limits(citations=0), "1 citations"),
        (Limits(tables=0), "1 tables"),
        (Limits(columns=1), "2 columns in one table"),
        (Limits(cells=3), "4 cells"),
        (Limits(plots=1), "2 plots"),
        (Limits(series=0), "1 series"),
        (Limits(points=59), "60 points"),
        (Limits(bars=1), "2 bars"),
        (Limits(checks=1), "2 quality checks"),
        (Limits(notes=1), "2 assumptions and warnings"),
        (Limits(text=10), "characters: at most 10"),
        (Limits(characters=100), "at most 100"),
    ],
)
def test_beyond_each_limit_it_is_refused_by_name(limits: Limits, said: str) -> None:
    taken(whole())
    with pytest.raises(ReportRefusedError, match=said) as refused:
        taken(whole(), limits)
    assert refused.value.type == "too_large"


def test_a_huge_report_is_refused() -> None:
    section = whole().sections[0]
    with pytest.raises(ReportRefusedError, match="at most"):
        taken(changed(whole(), sections=(section,) * 100_000))
    with pytest.raises(ReportRefusedError, match="at most"):
        taken(changed(whole(), title="x" * 10_000_000))


def _plotted(**series: Any) -> dict[str, Any]:
    return {"plots": (Lines(title="", unit="ratio", series=(Series(name="a", **series),)),)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"citations": (CITATION, CITATION)}, r"\[1\] stands for more than one"),
        ({"citations": (changed(CITATION, mark="2"),)}, r"\[2\] stands for more than one"),
        ({"citations": ()}, r"cites a mark \[1\], and nothing"),
        ({"citations": (CITATION, changed(CITATION, mark='"><b>'))}, "1 marks"),
        ({"citations": (changed(CITATION, page=0),)}, "count from 1"),
        ({"confidence": 1.5}, "from 0 to 1"),
        ({"confidence": math.nan}, "not finite"),
        ({"figures": (Marked("2", replace(FIGURE.figure, value=math.inf)),)}, "not finite"),
        ({"statistics": Statistics(cost_usd=Decimal("NaN"))}, "cost"),
        ({"title": "a\ud800"}, "half a character"),
        (_plotted(days=days(2), values=(1.0,)), "one value for each"),
        (_plotted(days=days(2)[::-1], values=(1.0, 2.0)), "do not rise"),
        (_plotted(days=days(1), values=(math.nan,)), "not finite"),
        ({"plots": (changed(lines(), series=lines().series * 2),)}, "two series of the same name"),
        ({"plots": (Bars(title="", unit="share", bars=(Bar(name="a", value=1.0),) * 2),)}, "two bars"),
        ({"tables": (changed(whole().tables[0], rows=(("a",),)),)}, "Table 1"),
        ({"tables": (changed(whole().tables[0], columns=(), rows=()),)}, "Table 1"),
    ],
)
def test_what_does_not_hang_together_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ReportRefusedError, match=said) as refused:
        as_json(changed(whole(), **change))
    assert refused.value.type == "inconsistent"
    assert "<b>" not in str(refused.value)


def test_the_report_says_whether_its_checks_passed() -> None:
    assert empty().passed
    assert not whole().passed
    assert isinstance(whole().made_at, datetime)
