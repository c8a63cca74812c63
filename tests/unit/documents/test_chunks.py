"""Chunks: nothing is lost, each lies in a section and on its pages, tables are cut by rows with their heads."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_documents.chunking import Chunk, Sizes, TablePart, chunks_of
from ratchet_documents.page_turns import Turn
from ratchet_documents.parsed import Block, Heading, ListItem, Merged, Page, Paragraph, Parsed, Table, text_of

SMALL = Sizes(smallest=40, most=120, table=150)


def _parsed(*pages: tuple[Block, ...]) -> Parsed:
    return Parsed("pdf", "a.pdf", "pages", tuple(Page(at, blocks) for at, blocks in enumerate(pages, 1)))


def test_a_chunk_lies_in_its_section_and_knows_its_pages() -> None:
    long = "Costs rise faster than the sales of the year do."
    first, second = chunks_of(
        _parsed(
            (Heading(1, "Plan"), Heading(2, "Risks"), Paragraph(long)),
            (ListItem(0, "buy less"), Heading(2, "Sales"), Paragraph(long)),
        ),
        SMALL,
    )
    text = f"Plan\nRisks\n{long}\n- buy less"
    assert first == Chunk(0, text, ("Plan", "Risks"), 1, 2, turns=(Turn(text.index("- buy"), 2),))
    assert second == Chunk(1, f"Sales\n{long}", ("Plan", "Sales"), 2, 2)


def test_small_sections_share_a_chunk_that_stands_under_what_is_above_both() -> None:
    (chunk,) = chunks_of(
        _parsed((Heading(1, "Plan"), Heading(2, "A"), Paragraph("a"), Heading(2, "B"), Paragraph("b"))), SMALL
    )
    assert chunk.text == "Plan\nA\na\nB\nb"
    assert chunk.headings == ("Plan",)


def test_each_part_of_a_chunk_that_goes_over_pages_knows_its_page() -> None:
    (chunk,) = chunks_of(
        _parsed(
            (Paragraph("one"),),
            (),
            (
                Paragraph("three"),
                Paragraph("and"),
            ),
            (Paragraph("four"),),
        )
    )
    assert (chunk.text, chunk.first_page, chunk.last_page) == ("one\nthree\nand\nfour", 1, 4)
    places = {word: chunk.pages_of(at := chunk.text.index(word), at + len(word)) for word in chunk.text.split()}
    assert places == {"one": (1, 1), "three": (3, 3), "and": (3, 3), "four": (4, 4)}
    assert chunk.pages_of(0, len(chunk.text)) == (1, 4)
    assert Chunk(0, "as it was kept before turns were", (), 1, 4).pages_of(0, 2) == (1, 4)


def test_a_long_paragraph_is_cut_at_sentences_and_its_heading_stays_with_it() -> None:
    sentence = "This is a sentence of forty characters. "
    chunks = list(chunks_of(_parsed((Heading(1, "Plan"), Paragraph((sentence * 8).strip()))), SMALL))
    assert chunks[0].text.startswith("Plan\nThis is")
    assert all(chunk.text.endswith(".") and len(chunk.text) <= 120 for chunk in chunks)
    assert {chunk.headings for chunk in chunks} == {("Plan",)}


def test_a_table_is_whole_with_its_heading_and_knows_the_text_before_it() -> None:
    table = Table((("", "Sales", "Sales"), ("North", "1", "2")), 1, (Merged(0, 1, 1, 2),))
    text, whole = chunks_of(_parsed((Heading(1, "Sales of the year"), Paragraph("In millions:"), table)), SMALL)
    assert text.text == "Sales of the year\nIn millions:"
    assert whole == Chunk(
        1, " | Sales\nNorth | 1 | 2", ("Sales of the year",), 1, 1, TablePart(1, 0, 1, 2), "In millions:"
    )
    (under,) = chunks_of(_parsed((Heading(1, "Sales"),), (table,)), SMALL)
    assert under.pages_of(0, 5) == (1, 1)
    assert under.pages_of(under.text.index("North"), len(under.text)) == (2, 2)
    assert under.text == "Sales\n | Sales\nNorth | 1 | 2"
    assert (under.first_page, under.last_page) == (1, 2)


def test_a_long_table_is_cut_by_rows_and_its_head_is_repeated() -> None:
    table = Table((("Region", "2022"), *((f"Region number {row}", str(row * 1000)) for row in range(30))), 1)
    chunks = list(chunks_of(_parsed((table,)), SMALL))
    assert len(chunks) > 3
    assert all(chunk.text.startswith("Region | 2022\nRegion number") and len(chunk.text) <= 150 for chunk in chunks)
    parts = [chunk.table for chunk in chunks if chunk.table]
    assert parts[0].first_row == 0
    assert parts[-1].last_row == 30
    assert all(later.first_row == part.last_row + 1 for part, later in pairwise(parts))


@pytest.mark.parametrize("sizes", [(10, 5, 100), (0, 99, 100), (0, 100, 99), (-1, 100, 100)])
def test_sizes_that_cannot_be_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="sizes of chunks"):
        Sizes(*sizes)


TEXTS = (
    st.text(st.sampled_from("ab é.!ש漢"), min_size=1, max_size=400)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
CELLS = st.text(st.sampled_from("ab12 ."), max_size=60).map(lambda text: " ".join(text.split()))


@st.composite
def _tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=12).filter(lambda rows: any(map(any, rows))))
    return Table(tuple(rows), draw(st.integers(0, len(rows) - 1)))


BLOCKS = st.one_of(
    st.builds(Heading, st.integers(1, 4), TEXTS),
    st.builds(Paragraph, TEXTS),
    st.builds(ListItem, st.integers(0, 3), TEXTS),
    _tables(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(BLOCKS, max_size=6), min_size=1, max_size=4), st.integers(0, 150), st.integers(150, 300))
def test_nothing_is_lost_and_all_is_bounded(pages: list[list[Block]], smallest: int, most: int) -> None:
    parsed = _parsed(*map(tuple, pages))
    sizes = Sizes(smallest, most, 200)
    chunks = list(chunks_of(parsed, sizes))
    assert chunks == list(chunks_of(parsed, sizes))
    assert [chunk.order for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert 1 <= chunk.first_page <= chunk.last_page <= len(pages)
        assert 0 < len(chunk.text) <= (200 if chunk.table else most)
        for its_page in parsed.pages if chunk.table is None else ():
            there = [sign for at, sign in enumerate(chunk.text) if chunk.pages_of(at, at + 1) == (its_page.number,) * 2]
            assert _letters("".join(there)) in _letters("".join(map(text_of, its_page.blocks)))
    left = "".join(_letters(chunk.text) for chunk in chunks)
    for page, block in parsed.blocks():
        its = [chunk for chunk in chunks if chunk.first_page <= page <= chunk.last_page]
        if isinstance(block, Table):
            shown = _letters("".join(chunk.text for chunk in its))
            assert all(_letters(cell) in shown for row in block.rows for cell in row)
        else:
            assert _letters(block.text) in _letters("".join(chunk.text for chunk in its))
            assert _letters(block.text) in left


def _letters(text: str) -> str:
    return re.sub(r"[\s|-]", "", text)


def test_a_row_that_is_too_long_has_room_for_the_headings_above_it() -> None:
    table = Table((("a", "word " * 60 + "end"), ("1", "2")), 0)
    chunks = list(chunks_of(_parsed((Heading(1, "A heading of the table"), table)), SMALL))
    assert chunks[0].text.startswith("A heading of the table\na | word")
    assert all(len(chunk.text) <= SMALL.table for chunk in chunks)
