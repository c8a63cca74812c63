"""DOCX: headings by style, lists, tables with merged cells, pages; what others have changed in it."""

from typing import Any

import docx.enum.text
import pytest
from docx.oxml import parse_xml

from ratchet_documents.limits import Limits
from ratchet_documents.parsed import Heading, ListItem, Merged, Paragraph, Table
from ratchet_documents.refusal import RefusedError
from tests.unit.documents.conftest import Read
from tests.unit.documents.office import changed, docx_of

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _write(document: Any) -> None:
    document.core_properties.title = "The plan"
    document.add_heading("Plan", 0)
    document.add_heading("Risks", 1)
    document.add_paragraph("Costs rise.")
    document.add_paragraph("buy less", style="List Bullet")
    document.add_paragraph("much less", style="List Bullet 2")
    document.add_page_break()
    document.add_heading("Sales", 2)
    table = document.add_table(rows=4, cols=3)
    for row, texts in enumerate((("", "2022", "2023"), ("North", "1", "2"), ("", "3", "4"), ("All of it", "", "9"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))


def test_structure_is_kept(read: Read) -> None:
    parsed = read("plan.docx", docx_of(_write))
    assert (parsed.kind, parsed.title, parsed.divided) == ("docx", "The plan", "pages")
    assert parsed.pages[0].blocks == (
        Heading(1, "Plan"),
        Heading(1, "Risks"),
        Paragraph("Costs rise."),
        ListItem(0, "buy less"),
        ListItem(1, "much less"),
    )
    assert parsed.pages[1].blocks == (
        Heading(2, "Sales"),
        Table(
            (("", "2022", "2023"), ("North", "1", "2"), ("North", "3", "4"), ("All of it", "All of it", "9")),
            1,
            (Merged(1, 0, 2, 1), Merged(3, 0, 1, 2)),
        ),
    )
    assert any("does not say where its pages end" in said for said in parsed.assumptions)


def test_notes_and_hidden_text_are_left_out_and_that_is_said(read: Read) -> None:
    def write(document: Any) -> None:
        paragraph = document.add_paragraph("The price is 47 pounds")
        paragraph.add_run()._r.append(parse_xml(f'<w:footnoteReference {W} w:id="2"/>'))
        paragraph.add_run(".")
        paragraph.add_run(" Not for the buyer: 41.").font.hidden = True
        paragraph.add_run(" It is fixed.").font.hidden = False
        cell = document.add_table(rows=1, cols=2).cell(0, 0).paragraphs[0]
        cell.add_run("VAT")._r.append(parse_xml(f'<w:endnoteReference {W} w:id="3"/>'))

    parsed = read("offer.docx", docx_of(write))
    assert parsed.pages[0].blocks[0] == Paragraph("The price is 47 pounds. It is fixed.")
    assert parsed.assumptions[-2:] == ("2 footnotes and endnotes are left out.", "Hidden text is left out.")


def test_pages_are_those_that_word_laid_out(read: Read) -> None:
    def write(document: Any) -> None:
        document.add_paragraph("one").add_run().add_break(docx.enum.text.WD_BREAK.PAGE)
        second = document.add_paragraph()
        second.add_run()._r.append(parse_xml(f"<w:lastRenderedPageBreak {W}/>"))
        second.add_run("two")

    parsed = read("a.docx", docx_of(write))
    assert [page.blocks for page in parsed.pages] == [(Paragraph("one"),), (Paragraph("two"),)]


def test_insertions_and_content_controls_are_read_and_deletions_are_not(read: Read) -> None:
    def write(document: Any) -> None:
        body = document.element.body
        body.insert(
            0, parse_xml(f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>Held</w:t></w:r></w:p></w:sdtContent></w:sdt>")
        )
        body.insert(
            1,
            parse_xml(
                f'<w:p {W}><w:r><w:t>a </w:t></w:r><w:ins w:id="1"><w:r><w:t>new</w:t></w:r></w:ins>'
                '<w:del w:id="2"><w:r><w:delText>old</w:delText></w:r></w:del></w:p>'
            ),
        )

    assert read("a.docx", docx_of(write)).pages[0].blocks == (Paragraph("Held"), Paragraph("a new"))


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        " " * 100_000 + '<!DOCTYPE x [<!ENTITY e "x">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_its_xml_are_refused(read: Read, prolog: str, encoding: str) -> None:
    def with_entities(part: bytes) -> bytes:
        text = part.decode()
        head, _, rest = text.partition("?>")
        head = head.replace("UTF-8", encoding.upper())
        return f"{head}?>{prolog}{rest}".encode(encoding)

    with pytest.raises(RefusedError) as refused:
        read("a.docx", changed(docx_of(_write), {"word/document.xml": with_entities}))
    assert refused.value.type == "unsafe_xml"


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_one_that_is_cut_off_is_refused(read: Read, kept: float) -> None:
    file = docx_of(_write)
    with pytest.raises(RefusedError) as refused:
        read("a.docx", file[: int(kept * len(file))])
    assert refused.value.type == "broken"


def test_one_whose_xml_ends_early_is_refused(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.docx", changed(docx_of(_write), {"word/document.xml": lambda part: part[: len(part) // 2]}))
    assert refused.value.type == "broken"


def test_elements_nested_too_deep_are_refused(read: Read) -> None:
    nested = b"<w:sdt><w:sdtContent>" * 5_000
    with pytest.raises(RefusedError) as refused:
        read(
            "a.docx",
            changed(
                docx_of(_write), {"word/document.xml": lambda part: part.replace(b"<w:body>", b"<w:body>" + nested)}
            ),
        )
    assert refused.value.type == "too_deep"


def test_a_zip_bomb_is_refused_before_it_inflates(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.docx", changed(docx_of(_write), {"word/media/x.xml": lambda _: b" " * 20_000_000}))
    assert refused.value.type == "zip_bomb"
    assert "200 times" in str(refused.value)


def _table(*rows: str) -> bytes:
    xml = f"<w:tbl {W}>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    return docx_of(lambda document: document.element.body.insert(0, parse_xml(xml)))


def _cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def test_a_row_that_begins_later_stands_under_its_columns(read: Read) -> None:
    later = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + _cell("5") + _cell("6")
    (table,) = read("a.docx", _table(_cell("Item") + _cell("2021") + _cell("2022"), later)).pages[0].blocks
    assert table == Table((("Item", "2021", "2022"), ("", "5", "6")), 1)


def test_a_cell_that_goes_on_with_nothing_is_a_cell_as_others(read: Read) -> None:
    goes_on = "<w:vMerge/>"
    (table,) = (
        read("a.docx", _table(_cell("a", goes_on) + _cell("b"), _cell("c", goes_on) + _cell("d"), _cell("e")))
        .pages[0]
        .blocks
    )
    assert isinstance(table, Table)
    assert table.rows == (("a", "b"), ("c", "d"), ("e", ""))
    assert table.merged == ()


def test_elements_of_one_block_are_counted_before_it_is_whole(read: Read) -> None:
    file = _table(*["<w:tc/>" * 30] * 100)
    with pytest.raises(RefusedError) as refused:
        read("a.docx", file, Limits(elements=2_000))
    assert refused.value.type == "too_large"


@pytest.mark.parametrize("row", ["<w:tc/>" * 1_001, '<w:trPr><w:gridBefore w:val="1001"/></w:trPr><w:tc/>'])
def test_columns_are_counted_before_they_are_placed(read: Read, row: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.docx", _table(row, row))
    assert refused.value.type == "too_large"


_NOTES = (
    f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote>'
    '<w:footnote w:id="2"><w:p><w:r><w:t>Before </w:t></w:r><w:del><w:r><w:t>all </w:t></w:r></w:del>'
    "<w:r><w:t>tax.</w:t></w:r></w:p></w:footnote></w:footnotes>"
)


def test_a_note_stands_behind_what_refers_to_it(read: Read) -> None:
    def write(document: Any) -> None:
        paragraph = document.add_paragraph("The price is 47 pounds")
        paragraph.add_run()._r.append(parse_xml(f'<w:footnoteReference {W} w:id="2"/>'))
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Sum", "47"
        table.cell(0, 1).paragraphs[0].add_run()._r.append(parse_xml(f'<w:footnoteReference {W} w:id="2"/>'))
        document.add_paragraph("The end.")

    parsed = read("a.docx", changed(docx_of(write), {"word/footnotes.xml": lambda _: _NOTES.encode()}))
    assert parsed.pages[0].blocks == (
        Paragraph("The price is 47 pounds"),
        Paragraph("[Note 1] Before tax."),
        Table((("Sum", "47"),)),
        Paragraph("[Note 2] Before tax."),
        Paragraph("The end."),
    )
    assert any("stand behind the paragraph" in said for said in parsed.assumptions)


def _inner(cell: Any) -> None:
    table = cell.add_table(2, 2)
    for row, texts in enumerate((("", "2023"), ("Sales", "120"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text


def test_a_table_in_a_cell_is_a_table_of_its_own(read: Read) -> None:
    def write(document: Any) -> None:
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
        _inner(table.cell(0, 1))

    blocks = read("a.docx", docx_of(write)).pages[0].blocks
    assert blocks == (Table((("left", "right"),)), Table((("", "2023"), ("Sales", "120")), 1))


def test_a_table_in_the_only_cell_of_another_stands_among_its_text(read: Read) -> None:
    def write(document: Any) -> None:
        table = document.add_table(rows=1, cols=1)
        table.cell(0, 0).text = "before"
        _inner(table.cell(0, 0))
        table.cell(0, 0).add_paragraph("behind")

    blocks = read("a.docx", docx_of(write)).pages[0].blocks
    assert blocks == (Paragraph("before"), Table((("", "2023"), ("Sales", "120")), 1), Paragraph("behind"))
