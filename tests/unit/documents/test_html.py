"""HTML: what a reader sees of it, as blocks."""

import pytest

from ratchet_documents.limits import Limits
from ratchet_documents.parsed import Heading, ListItem, Merged, Paragraph, Table
from ratchet_documents.refusal import RefusedError
from tests.unit.documents.conftest import Read


def test_headings_paragraphs_and_lists_are_kept_and_scripts_are_not(read: Read) -> None:
    parsed = read(
        "a.html",
        """<!DOCTYPE html><html><head><title>The year</title><style>p {}</style><script>alert("x < y")</script></head>
        <body onload="run()"><h1>Year</h1><p>Sales <b>grew</b>.<br>Much.</p><p hidden>secret</p>
        <div style="display: none">more<p>secrets</p></div>
        <ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>
        <p><b>Risks and others</b></p><noscript>no</noscript>Loose text</body></html>""",
    )
    assert parsed.title == "The year"
    assert parsed.divided == "not"
    assert parsed.pages[0].blocks == (
        Heading(1, "Year"),
        Paragraph("Sales grew. Much."),
        ListItem(0, "one"),
        ListItem(1, "inner"),
        ListItem(0, "two"),
        Heading(2, "Risks and others"),
        Paragraph("Loose text"),
    )


def test_merged_cells_are_spread_and_marked_and_signs_go_to_their_figures(read: Read) -> None:
    parsed = read(
        "a.htm",
        """<html><body><table>
        <tr><td></td><td colspan=4>Months ended</td></tr>
        <tr><td></td><td colspan=2>2022</td><td colspan=2>2021</td></tr>
        <tr><td></td><td></td></tr>
        <tr><td rowspan=2>Net income</td><td>$</td><td>19</td><td>$</td><td>(7</td><td>)</td></tr>
        <tr><td>&#160;</td><td>5</td><td></td><td>6</td></tr></table></body></html>""",
    )
    (table,) = parsed.pages[0].blocks
    assert table == Table(
        (
            ("", "Months ended", "Months ended"),
            ("", "2022", "2021"),
            ("Net income", "$19", "$(7)"),
            ("Net income", "5", "6"),
        ),
        2,
        (Merged(0, 1, 1, 2), Merged(2, 0, 2, 1)),
    )


def test_tables_that_only_lay_out_are_text(read: Read) -> None:
    parsed = read(
        "a.html",
        "<html><table><tr><td>Left of it</td><td><h2>Right</h2><table><tr><td>a</td><td>1</td></tr>"
        "<tr><td>b</td><td>2</td></tr></table>after</td></tr></table><table><tr><td>only</td></tr></table></html>",
    )
    kinds = [type(block) for block in parsed.pages[0].blocks]
    assert kinds.count(Table) == 1
    assert Paragraph("Left of it") in parsed.pages[0].blocks
    assert Paragraph("only") in parsed.pages[0].blocks
    assert Paragraph("after") in parsed.pages[0].blocks


def test_breaks_of_pages_make_pages(read: Read) -> None:
    parsed = read(
        "a.html",
        '<html><div>one</div><hr style="page-break-after:always"/><div>two</div>'
        '<div style="break-before: page">three</div></html>',
    )
    assert [page.blocks for page in parsed.pages] == [(Paragraph(text),) for text in ("one", "two", "three")]


def test_breaks_of_pages_stand_in_style_sheets_as_well(read: Read) -> None:
    parsed = read(
        "a.html",
        "<html><head><style>/* .x{page-break-before:always} */ h1, p.new { break-before: page }</style>"
        "<style>@media print { div.page > .end { page-break-after: always } .x { color: red } }</style></head><body>"
        '<div class="x end">one</div><p class="new x">two</p><p>and more</p><div class="new">as well</div>'
        "<h1>three</h1></body></html>",
    )
    assert [len(page.blocks) for page in parsed.pages] == [1, 3, 1]


def test_broken_html_is_read_as_browsers_read_it(read: Read) -> None:
    blocks = read("a.html", "<html><body><p>one<p>two<table><tr><td>a<td>b<tr><td>c<td>d").pages[0].blocks
    assert blocks == (Paragraph("one"), Paragraph("two"), Table((("a", "b"), ("c", "d")), 1))


def test_elements_nested_too_deep_are_refused(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.html", "<html>" + "<div>" * 100_000 + "x")
    assert refused.value.type == "too_deep"


@pytest.mark.parametrize(
    "cells",
    [
        "<tr>" + "<td colspan=1000 rowspan=65000>x" + "<tr><td>y" * 2_000,
        "<tr>" + "<td>x" * 2_000,
        "<tr><td>x<td>y" * 1_000,
        "<tr><td>" + "<td>" * 20_000,
    ],
)
def test_cells_are_counted_as_they_are_spread(read: Read, cells: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.html", f"<html><table>{cells}</table>", Limits(rows=900, columns=1_000, cells=10_000))
    assert refused.value.type == "too_large"


def test_external_entities_are_not_fetched(read: Read) -> None:
    parsed = read(
        "a.html",
        '<!DOCTYPE html [<!ENTITY secret SYSTEM "file:///etc/hostname">]><html><p>a&secret;b &amp; c</p></html>',
    )
    text = " ".join(block.text for block in parsed.pages[0].blocks if isinstance(block, Paragraph))
    assert "&secret;b & c" in text


def test_an_encoding_that_html_declares_is_believed(read: Read) -> None:
    html = '<html><meta charset="{}"><p>цена</p></html>'
    assert read("a.html", html.format("windows-1251").encode("cp1251")).pages[0].blocks == (Paragraph("цена"),)


@pytest.mark.parametrize("codec", ["zlib", "unicode_escape", "rot13", "idna", "nonesuch"])
def test_codecs_that_are_none_for_texts_are_not_run(read: Read, codec: str) -> None:
    parsed = read("a.html", f'<html><meta charset="{codec}"><p>caf\\u0065 '.encode() + "é</p></html>".encode("cp1252"))
    assert parsed.pages[0].blocks == (Paragraph("caf\\u0065 é"),)


@pytest.mark.parametrize(
    "cells",
    [
        "<tr><td colspan=1000>x" * 50 + "<tr><td>y<td>z",
        f"<tr><td colspan=1000>{'x' * 500}<td>y",
        f"<tr><td>{'x' * 9_000}<td>y" * 5,
    ],
)
def test_what_is_spread_far_is_refused_before_it_is_written_out(read: Read, cells: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.html", f"<html><table>{cells}</table>", Limits(columns=2_000, cells=40_000, characters=40_000))
    assert refused.value.type == "too_large"


def test_text_between_the_tags_of_a_table_is_kept_before_it(read: Read) -> None:
    parsed = read(
        "a.html", "<html><table>In thousands<tr><td>A</td>stray<td>B</td></tr>loose<tr><td>1<td>2</table></html>"
    )
    *texts, table = parsed.pages[0].blocks
    assert texts == [Paragraph("In thousands"), Paragraph("stray"), Paragraph("loose")]
    assert table == Table((("A", "B"), ("1", "2")), 1)


def test_an_item_ends_with_its_tag(read: Read) -> None:
    parsed = read("a.html", "<html><ul><li><h3>A</h3></li></ul><p>text</p></html>")
    assert parsed.pages[0].blocks == (Heading(3, "A"), Paragraph("text"))


def test_a_heading_as_long_as_a_text_is_a_paragraph(read: Read) -> None:
    long = "head " * 61 + "end"
    assert read("a.html", f"<html><h1>{long}</h1></html>").pages[0].blocks == (Paragraph(long),)


def test_a_style_sheet_of_whatever_signs_is_read_in_one_pass(read: Read) -> None:
    for sign in ("x", "/*", "{", "}", "a{"):
        assert len(read("a.html", f"<html><style>{sign * 100_000}</style><p>one</p></html>").pages) == 1
