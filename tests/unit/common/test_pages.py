"""Parts of pages: well-formed whatever the names are, and with nothing from elsewhere."""

from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ratchet_common.pages import markdown
from ratchet_common.pages.page import facts, figure, heading, items, page, paragraph, table
from ratchet_common.pages.plots import Range, Row, intervals
from ratchet_common.pages.series import Axis, bars, lines, rounded_up

AXIS = Axis("USD a day", lambda value: f"{value:.2f} USD")
TIMES = [f"2026-11-{day:02d}" for day in range(1, 31)]


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.removeprefix("<!doctype html>\n"))  # noqa: S314  our own


@given(st.text(st.characters(codec=None), min_size=1))
@example("\x1b[31m\x00\ud800\uffff</title>")
def test_whatever_things_are_called_a_page_stays_one(name: str) -> None:
    body = [
        heading(name),
        paragraph(name),
        items([name]),
        table([(name, "n"), (name, "1")], name),
        facts([(name, "1")], name),
        figure(intervals([Row(name, Range(0.5, 0.4, 0.6), None)], name, name), name),
        figure(bars([name], [1.0], Axis(name, lambda _: name)), name),
    ]
    found = page(name, body)
    parsed(found)
    found.encode()
    assert not {"script", "img", "link", "iframe"} & {one.tag for one in parsed(found).iter()}


def test_a_page_holds_no_address() -> None:
    assert "http" not in page("A page", [bars(TIMES, [1.0] * 30, AXIS), lines(TIMES, [None] * 30, [2.0] * 30, AXIS)])


def test_a_plot_says_in_words_what_it_shows() -> None:
    drawn = parsed(bars(["Monday", "Tuesday"], [2.0, 0.0], AXIS))
    assert (drawn.get("role"), drawn.findtext("title")) == ("img", "USD a day")
    assert drawn.findtext("desc") == "Monday 2.00 USD; Tuesday 0.00 USD."
    assert len(list(drawn.iter("rect"))) == 1


@pytest.mark.parametrize("times", [[], TIMES])
def test_what_is_not_known_is_not_drawn(times: Sequence[str]) -> None:
    drawn = parsed(lines(times, [None] * len(times), [None] * len(times), AXIS))
    assert drawn.findtext("desc") == "Nothing."
    assert not list(drawn.iter("circle"))


def test_a_gap_is_no_line() -> None:
    one = Range(0.5, 0.4, 0.6)
    drawn = parsed(lines(TIMES[:4], [one, None, one, one], [None] * 4, AXIS))
    sides = [line for line in drawn.iter("line") if line.get("class") == "ours"]
    assert len(sides) == 3 + 1  # three intervals, and one line between neighbours


@pytest.mark.parametrize(("most", "end"), [(0, 1), (0.0013, 0.002), (1, 1), (1.01, 2), (4.9, 5), (870, 1000)])
def test_an_axis_ends_at_a_round_number(most: float, end: float) -> None:
    assert rounded_up(most) == pytest.approx(end)


def test_no_name_is_more_than_text_in_markdown() -> None:
    told = markdown.table([("a|b", "c"), ("![x](y)", "<b>")]) + markdown.items(["# no\nheading"])
    assert "a\\|b" in told
    assert "!\\[x\\]" in told
    assert "<b>" not in told
    assert "\nheading" not in told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("https://a.example/b", r"https\://a.example/b"),
        ("HTTP://a.example", r"HTTP\://a.example"),
        ("see www.a.example", r"see www\.a.example"),
        ("ann@a.example", r"ann\@a.example"),
        ("a &lt;b&gt; &#64; c", r"a \&lt;b\&gt; \&#64; c"),
        ("model-1.5: fast", "model-1.5: fast"),
    ],
)
def test_no_name_becomes_a_link_or_another_letter_in_markdown(name: str, told: str) -> None:
    assert markdown.plain(name) == told
