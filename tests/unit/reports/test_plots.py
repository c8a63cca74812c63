"""Plots are bounded, lose no peak, and are drawn without the network; their texts stay texts."""

import math
import re
import struct
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from ratchet_figures import Figure
from ratchet_reports import Lines
from ratchet_reports.plots.drawing import png_of, svg_of
from ratchet_reports.plots.making import (
    POINTS,
    area_of_drawdown,
    bars_of,
    lines_of_prices,
    lines_of_worth,
)
from ratchet_reports.plots.telling import told
from ratchet_reports.plots.vega import spec_of
from tests.unit.reports.reports_for_tests import ATTACKS, PERIOD, bars, lines

DRAWN = {"svg", "g", "path", "rect", "line", "text", "tspan"}


def _prices(count: int) -> dict[date, float | None]:
    return {date(2000, 1, 1) + timedelta(days=at): 100 + 10 * math.sin(at / 50) for at in range(count)}


def test_many_points_become_few_and_no_peak_is_lost() -> None:
    prices = _prices(20_000)
    prices[date(2010, 5, 5)], prices[date(2011, 5, 5)] = 900.0, 1.0
    (series,) = lines_of_prices("Prices", {"A": prices}).series
    assert len(series.values) <= POINTS
    assert (max(series.values), min(series.values)) == (900.0, 1.0)
    assert series.days[0] == date(2000, 1, 1)
    assert series.days[-1] == max(prices)
    assert list(series.days) == sorted(set(series.days))


def test_days_without_a_price_are_left_out() -> None:
    its = {date(2020, 1, 1): 1.0, date(2020, 1, 2): None, date(2020, 1, 3): math.nan, date(2020, 1, 4): 2.0}
    assert lines_of_prices("", {"A": its}).series[0].values == (1.0, 2.0)
    assert lines_of_prices("", {"A": {}}).series[0].values == ()


def test_worth_begins_at_one_and_drawdown_is_from_the_highest_so_far() -> None:
    its = dict(zip((date(2020, 1, day) for day in range(1, 6)), (50.0, 100.0, 75.0, 120.0, 60.0), strict=True))
    assert lines_of_worth("", {"A": its}).series[0].values == (1.0, 2.0, 1.5, 2.4, 1.2)
    fallen = area_of_drawdown("", {"A": its})
    assert fallen.series[0].values == (0.0, 0.0, -0.25, 0.0, -0.5)
    assert fallen.filled


def _figure(name: str, subject: str, value: float = 0.1, currency: str | None = None) -> Figure:
    return Figure(name, subject, value, "money" if currency else "share", PERIOD, "", (), currency=currency)


def test_bars_are_named_by_what_tells_them_apart() -> None:
    by_subject = bars_of("", [_figure("contribution", "A"), _figure("contribution", "B")])
    by_measure = bars_of("", [_figure("gross_margin", "A"), _figure("net_margin", "A")])
    by_both = bars_of("", [_figure(name, whose) for name in ("x", "y") for whose in ("A", "B")])
    assert [one.name for one in by_subject.bars] == ["A", "B"]
    assert [one.name for one in by_measure.bars] == ["gross margin", "net margin"]
    assert [one.name for one in by_both.bars] == ["A, x", "B, x", "A, y", "B, y"]


def test_what_no_plot_has_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="have one unit"):
        bars_of("", [_figure("a", "A"), _figure("b", "A", currency="USD")])
    with pytest.raises(ValueError, match="up to 60 bars"):
        bars_of("", [_figure("a", str(number)) for number in range(61)])
    with pytest.raises(ValueError, match="up to 12 lines"):
        lines_of_prices("", {str(number): _prices(2) for number in range(13)})


@pytest.mark.parametrize("plot", [lines(), bars(), Lines(title="", unit="share", series=(), filled=True)])
def test_it_is_drawn_the_same_each_time_as_svg_and_as_png(plot: Lines) -> None:
    assert svg_of(plot) == svg_of(plot)
    drawn = png_of(plot)
    assert drawn == png_of(plot)
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", drawn[16:24])
    assert 0 < height < 4_000
    assert 600 < width < 4_000


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_in_a_picture_stays_a_text(attack: str) -> None:
    for plot in (lines(attack, attack), bars(attack, attack)):
        drawn = ET.fromstring(svg_of(plot))  # noqa: S314  # drawn here
        for one in drawn.iter():
            assert one.tag.rpartition("}")[2] in DRAWN
            assert not any(name.rpartition("}")[2].startswith(("on", "href", "style")) for name in one.attrib)


def test_amounts_of_money_are_drawn_at_their_scale() -> None:
    drawn = spec_of(bars_of("", [_figure("revenue", "A", 90e9, "USD"), _figure("revenue", "B", 5e9, "USD")]))
    assert drawn["encoding"]["x"]["title"] == "USD, billions"
    assert drawn["data"]["values"][0]["value"] == 90.0


def test_names_that_are_cut_to_the_same_are_told_apart() -> None:
    long = "x" * 80
    plot = bars_of("", [_figure("a", f"{long}1"), _figure("a", f"{long}2")])
    names = [one["name"] for one in spec_of(plot)["data"]["values"]]
    assert len(set(names)) == 2


def test_a_plot_is_told_in_words() -> None:
    assert told(bars()) == "Apple: 12.0%; Rest: -3.0%."
    assert "lowest $100.00 on 2020-01-01, highest $106.00 on 2020-01-07" in told(lines())
    assert told(Lines(title="", unit="share", series=())) == "There is nothing to show."


@pytest.mark.parametrize("days", [1, 30, 250, 800, 2_500])
def test_the_axis_of_days_says_of_which_year_they_are(days: int) -> None:
    drawn = svg_of(lines_of_worth("", {"A": {date(2021, 2, 3) + timedelta(days=at): 0.001 for at in range(days)}}))
    assert re.search(r">(?:\d\d )?(?:[A-Z][a-z]{2} )?202[1-7]<", drawn)


def test_each_mark_of_an_axis_has_another_label() -> None:
    near = {"A": {date(2021, 2, 3) + timedelta(days=at): 100 + math.sin(at) for at in range(30)}}
    for drawn in (svg_of(lines_of_worth("", near)), svg_of(lines_of_prices("", near))):
        labels = re.findall(r">([\d.]+)<", drawn)
        assert len(labels) > 3
        assert len(set(labels)) == len(labels)
