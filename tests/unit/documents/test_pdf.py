"""PDF: headings, paragraphs, lists, tables and columns by the places of their letters; what is refused."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import typst

from ratchet_documents.limits import Limits
from ratchet_documents.parsed import Heading, ListItem, Merged, Paragraph, Table
from ratchet_documents.refusal import RefusedError
from tests.unit.documents.conftest import Read
from tests.unit.documents.pdfs import At, pdf

TEXT = "Sales of the company grew in all of its regions while costs stayed where they were"


def lines(x: float, y: float, *texts: str, size: float = 10) -> list[At]:
    return [At(x, y - 12 * at, text, size) for at, text in enumerate(texts)]


def test_headings_by_size_and_weight_paragraphs_and_lists(read: Read) -> None:
    page = [
        At(72, 740, "Report of the year", 20),
        At(72, 700, "Results", 14),
        *lines(72, 680, TEXT, "and more text."),
        *lines(72, 640, "A second paragraph."),
        At(72, 610, "Of weight", bold=True),
        *lines(72, 596, TEXT),
        *lines(72, 570, "• buy less", "• hire later"),
    ]
    parsed = read("a.pdf", pdf([page], title="Report"))
    assert (parsed.kind, parsed.title, parsed.divided) == ("pdf", "Report", "pages")
    assert parsed.pages[0].blocks == (
        Heading(1, "Report of the year"),
        Heading(2, "Results"),
        Paragraph(f"{TEXT} and more text."),
        Paragraph("A second paragraph."),
        Heading(3, "Of weight"),
        Paragraph(TEXT),
        ListItem(0, "buy less"),
        ListItem(0, "hire later"),
    )


TABLE = [
    At(330, 700, "Months ended"),
    At(330, 686, "2022"),
    At(430, 686, "2021"),
    At(72, 672, "Net sales"),
    At(310, 672, "$"),
    At(330, 672, "19,442"),
    At(410, 672, "$"),
    At(430, 672, "21,744"),
    At(72, 658, "Costs:"),
    At(72, 644, "Of goods"),
    At(330, 644, "(721)"),
    At(430, 644, "188"),
]


def test_a_table_without_lines_is_found_by_what_stands_under_one_another(read: Read) -> None:
    parsed = read("a.pdf", pdf([[*lines(72, 740, TEXT, TEXT), *TABLE, *lines(72, 600, TEXT, TEXT)]]))
    before, table, after = parsed.pages[0].blocks
    assert isinstance(before, Paragraph)
    assert isinstance(after, Paragraph)
    assert isinstance(table, Table)
    assert table.rows[-4:] == (
        ("", "2022", "2021"),
        ("Net sales", "$19,442", "$21,744"),
        ("Costs:", "", ""),
        ("Of goods", "(721)", "188"),
    )


def test_a_head_over_columns_is_merged(read: Read) -> None:
    page = [
        At(72, 700, "In millions"),
        At(300, 700, "Three months that have ended in June"),
        At(300, 686, "2022"),
        At(440, 686, "2021"),
        At(72, 672, "Net sales"),
        At(300, 672, "19,442"),
        At(440, 672, "21,744"),
    ]
    (table,) = read("a.pdf", pdf([page])).pages[0].blocks
    assert isinstance(table, Table)
    assert table.heads == 2
    assert table.merged == (Merged(0, 1, 1, 2),)
    assert table.rows[0] == ("In millions", *["Three months that have ended in June"] * 2)


def test_two_columns_are_read_one_after_the_other(read: Read) -> None:
    left = [f"left {at} of the text which is set in columns" for at in range(8)]
    right = [f"right {at} of the text which is set in columns" for at in range(8)]
    page = [At(72, 750, "Over both", 18), *lines(72, 700, *left), *lines(330, 700, *right)]
    blocks = read("a.pdf", pdf([page])).pages[0].blocks
    assert blocks == (Heading(1, "Over both"), Paragraph(" ".join(left)), Paragraph(" ".join(right)))


def test_two_columns_whose_lines_stand_at_other_heights_are_two_with_the_table_in_one(read: Read) -> None:
    half = TEXT[:45]
    page = [
        *lines(72, 700, *(f"{half} {at}" for at in range(8))),
        *lines(330, 695, *(f"{half} R{at}" for at in range(14))),
    ]
    page += [At(180, 590, "2025"), At(230, 590, "2024"), At(72, 576, "Wages"), At(180, 576, "70"), At(230, 576, "66")]
    page += [At(72, 562, "Energy"), At(180, 562, "12"), At(230, 562, "19")]
    left, table, right = read("a.pdf", pdf([page])).pages[0].blocks
    assert left == Paragraph(" ".join(f"{half} {at}" for at in range(8)))
    assert table == Table((("", "2025", "2024"), ("Wages", "70", "66"), ("Energy", "12", "19")), 1)
    assert right == Paragraph(" ".join(f"{half} R{at}" for at in range(14)))


def test_drawn_cells_with_long_text_are_no_columns_of_text(read: Read) -> None:
    each = "".join(f"[Risk {at}: {TEXT}], [Plan {at}: {TEXT}]," for at in range(5))
    (table,) = read("a.pdf", typst.compile(f"#table(columns: (1fr, 1fr), {each})".encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == tuple((f"Risk {at}: {TEXT}", f"Plan {at}: {TEXT}") for at in range(5))


def test_what_runs_along_the_pages_is_left_out_and_said(read: Read) -> None:
    pages = [
        [At(72, 770, "Example Corp. quarterly report"), *lines(72, 700, f"{TEXT} {word}"), At(300, 30, f"Page {at}")]
        for at, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    parsed = read("a.pdf", pdf(pages))
    assert [page.blocks for page in parsed.pages] == [
        (Paragraph(f"{TEXT} {word}"),) for word in ("one", "two", "three", "four")
    ]
    assert any(said.startswith("8 lines at the edges") for said in parsed.assumptions)


@pytest.mark.parametrize(
    "heading",
    [lambda at: At(72, 740, f"Site {at}", 20), lambda at: At(72, 740, f"Section {at}")],
    ids=["by its size", "by its words"],
)
def test_headings_that_count_with_the_pages_are_kept_and_their_numbers_go(
    read: Read, heading: Callable[[int], At]
) -> None:
    pages = [
        [heading(at), At(72, 700, TEXT + " " + chr(64 + at)), At(300, 30, f"Page {at}", 14)] for at in range(1, 13)
    ]
    parsed = read("a.pdf", pdf(pages))
    for page, at in zip(parsed.pages, range(1, 13), strict=True):
        assert [block.text for block in page.blocks if isinstance(block, Heading | Paragraph)] == [
            heading(at).text,
            f"{TEXT} {chr(64 + at)}",
        ]
    assert any(said.startswith("12 lines at the edges") for said in parsed.assumptions)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(read: Read, turned: int) -> None:
    """The letters stand upright in the file, so what is shown of them are columns: all of them are there."""
    parsed = read("a.pdf", pdf([lines(72, 700, "one", "two")], rotate=turned))
    words = {word for _, block in parsed.blocks() for word in getattr(block, "text", "").split()}
    assert words == {"one", "two"}


def test_letters_from_right_to_left_come_in_the_order_of_reading(read: Read) -> None:
    letters = "שלום"
    mapped = "".join(f"<{ord('A') + at:02x}> <{ord(letter):04x}>\n" for at, letter in enumerate(letters))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{len(letters)} beginbfchar\n{mapped}endbfchar\n"
        "endcmap end end"
    )
    # A program that writes from right to left puts the first letter at the right: from left to right it is the last.
    parsed = read("a.pdf", pdf([[At(100, 700, "DCBA")]], to_unicode=cmap))
    assert parsed.pages[0].blocks == (Paragraph(letters),)
    assert [said for said in parsed.assumptions if said.startswith("Page 1: lines run from right to left")]


def test_pages_without_text_are_said_and_a_scan_is_refused(read: Read) -> None:
    parsed = read("a.pdf", pdf([lines(72, 700, TEXT), [], []]))
    assert "2 of 3 pages have no text, as scans have none: nothing of them is read." in parsed.assumptions
    with pytest.raises(RefusedError, match="OCR") as refused:
        read("a.pdf", pdf([[], []]))
    assert refused.value.type == "no_text"


def test_an_encrypted_pdf_is_refused(read: Read) -> None:
    word = "00" * 32
    locked = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{word}> /U <{word}> /P -4 >> /ID [<00> <00>]"
    with pytest.raises(RefusedError) as refused:
        read("a.pdf", pdf([lines(72, 700, TEXT)], more=locked))
    assert refused.value.type == "encrypted"


_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def _rc4(key: bytes, text: bytes) -> bytes:
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in text:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def test_one_that_only_its_owner_has_locked_is_read_and_that_is_said(read: Read) -> None:
    """PDF 32000-1, 7.6.3.3, algorithms 2 and 5: the key of an empty password; its streams are left as they are."""
    key = hashlib.md5(_PAD + bytes(32) + (-4).to_bytes(4, "little", signed=True) + b"\x00").digest()  # noqa: S324  as the format has it
    for _ in range(50):
        key = hashlib.md5(key).digest()  # noqa: S324  as the format has it
    user = hashlib.md5(_PAD + b"\x00").digest()  # noqa: S324  as the format has it
    for times in range(20):
        user = _rc4(bytes(byte ^ times for byte in key), user)
    locked = (
        f"/Encrypt << /Filter /Standard /V 4 /R 4 /Length 128 /CF << >> /StmF /Identity /StrF /Identity "
        f"/O <{'00' * 32}> /U <{(user + bytes(16)).hex()}> /P -4 >> /ID [<00> <00>]"
    )
    parsed = read("a.pdf", pdf([lines(72, 700, TEXT)], more=locked))
    assert parsed.pages[0].blocks
    assert "The PDF is encrypted under an owner's password and opens without one: it is read." in parsed.assumptions


@pytest.mark.parametrize("kept", [20, 200, 400])
def test_one_that_is_cut_off_is_refused(read: Read, kept: int) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.pdf", pdf([lines(72, 700, TEXT)])[:kept])
    assert refused.value.type in ("broken", "no_text", "empty")


def test_one_that_lacks_only_its_end_is_read_and_that_is_said(read: Read) -> None:
    whole = pdf([lines(72, 700, TEXT)])
    parsed = read("a.pdf", whole[: whole.index(b"startxref")])
    assert parsed.pages[0].blocks == (Paragraph(TEXT),)
    assert any("may be cut off" in said for said in parsed.assumptions)


def test_too_many_pages_are_refused(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.pdf", pdf([[]] * 4), Limits(pages=3))
    assert refused.value.type == "too_large"


@pytest.mark.parametrize("font", [1, -1, 100])
def test_the_size_of_letters_is_the_one_that_is_shown(read: Read, font: float) -> None:
    page = [At(72, 740, "Report of the year", 20), *lines(72, 700, TEXT, "and more text."), *TABLE]
    shown = read("a.pdf", pdf([page]))
    assert read("a.pdf", pdf([[replace(one, font=font) for one in page]])).pages == shown.pages


def test_rows_of_figures_at_the_edges_of_pages_are_not_taken_for_headers(read: Read) -> None:
    """Whether they change, as totals do, or are the same on each page, as the names of columns are."""
    pages = [
        [
            *(At(x, 740, text) for x, text in ((72, "Region"), (250, "2022"), (400, "2021"))),
            *(At(x, 726, text) for x, text in ((72, "North"), (250, f"{at * 3}"), (400, f"{at * 5}"))),
            *(At(x, 712, text) for x, text in ((72, "Total"), (250, f"{at}"), (400, f"{at + 1}"))),
            At(72, 698, f"The total of {at * 100} was paid"),
        ]
        for at in range(1, 6)
    ]
    parsed = read("a.pdf", pdf(pages))
    assert parsed.assumptions == ()
    assert [page.blocks for page in parsed.pages] == [
        (
            Table(
                (("Region", "2022", "2021"), ("North", f"{at * 3}", f"{at * 5}"), ("Total", f"{at}", f"{at + 1}")), 1
            ),
            Paragraph(f"The total of {at * 100} was paid"),
        )
        for at in range(1, 6)
    ]


def at_each(y: float, places: Sequence[tuple[float, str]]) -> list[At]:
    return [At(x, y, text) for x, text in places]


BELOW = [
    *at_each(686, ((72, "North"), (200, "120"), (300, "110"), (400, "340"), (500, "290"))),
    *at_each(672, ((72, "South"), (200, "800"), (300, "850"), (400, "910"), (500, "940"))),
]


def test_a_head_in_the_middle_between_two_columns_is_over_both(read: Read) -> None:
    heads = at_each(714, ((245.5, "Units"), (445.3, "Value")))
    heads += at_each(700, ((197, "2025"), (297, "2024"), (397, "2025"), (497, "2024")))
    (table,) = read("a.pdf", pdf([[*heads, *BELOW]])).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows[0] == ("", "Units", "Units", "Value", "Value")
    assert table.merged == (Merged(0, 1, 1, 2), Merged(0, 3, 1, 2))


def test_names_of_columns_as_near_as_words_stand_each_over_its_own(read: Read) -> None:
    text = """#set text(size: 9pt)
#table(columns: (60pt, auto, auto, auto), stroke: none, inset: (x: 2pt), align: (left, right, right, right),
[USD m], [Q1 2024], [Q2 2024], [Q3 2024], [Sales], [100], [107], [114], [Profit], [(3)], [4], [5])"""
    (table,) = read("a.pdf", typst.compile(text.encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows[0] == ("USD m", "Q1 2024", "Q2 2024", "Q3 2024")


def test_days_over_columns_are_heads_and_no_figures(read: Read) -> None:
    text = "#table(columns: 3, [T€], [31.12.2025], [31.12.2024], [Kasse], [120], [88], [Vorräte], [40], [35])"
    (table,) = read("a.pdf", typst.compile(text.encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.heads == 1


LONG = """#set page(height: 200pt, header: [Orchard Mills #h(1fr) 2025], footer: context counter(page).display())
#table(columns: (1fr, 60pt, 60pt), stroke: %s, table.header([], table.cell(colspan: 2)[Output], [Site], [2025], [2024]),
..range(60).map(at => ([Site #at], [#(at * 7)], [(#at)])).flatten())"""


@pytest.mark.parametrize("stroke", ["none", "1pt"])
def test_the_heads_of_a_table_that_goes_over_pages_are_no_headers(read: Read, stroke: str) -> None:
    parsed = read("a.pdf", typst.compile((LONG % stroke).encode()))
    assert len(parsed.pages) > 3
    for page in parsed.pages:
        (table,) = page.blocks
        assert isinstance(table, Table)
        assert (table.rows[0][:2], table.rows[1], table.heads) == (("", "Output"), ("Site", "2025", "2024"), 2)


def test_the_numbers_of_items_are_kept(read: Read) -> None:
    page = [*lines(72, 700, TEXT), *lines(72, 660, "(a) the one pays", "12. it ends", "– 5 were lost", "– hire")]
    items = ("(a) the one pays", "12. it ends", "– 5 were lost", "hire")
    assert read("a.pdf", pdf([page])).pages[0].blocks == (Paragraph(TEXT), *(ListItem(0, text) for text in items))


HEBREW = """#set text(lang: "he", dir: rtl, font: "DejaVu Sans")
= דוח של Kestrel Fabrication Ltd. לשנה
ההכנסות של החברה היו 512 מיליון שקל בשנת 2023, לעומת (498) מיליון שקל בשנת 2022. הרווח הנקי עלה ב־12% והגיע.
#table(columns: (1fr, 80pt, 80pt), [סעיף], [2023], [2022], [הכנסות של החברה], [512], [498], [עלות המכר], [430], [412])
"""


def test_lines_from_right_to_left_are_read_from_the_right_with_latin_words_and_numbers_as_they_are(read: Read) -> None:
    heading, text, table = read("a.pdf", typst.compile(HEBREW.encode())).pages[0].blocks
    assert heading == Heading(1, "דוח של Kestrel Fabrication Ltd. לשנה")
    assert text == Paragraph(HEBREW.splitlines()[2])
    assert isinstance(table, Table)
    assert table.rows == (("סעיף", "2023", "2022"), ("הכנסות של החברה", "512", "498"), ("עלות המכר", "430", "412"))


def test_arabic_ligatures_are_letters_in_their_order(read: Read) -> None:
    text = "بلغت الإيرادات 4,200 مليون ريال في عام 2023 مقارنة مع 3,900 مليون ريال في عام 2022."
    parsed = read("a.pdf", typst.compile(f'#set text(lang: "ar", dir: rtl, font: "DejaVu Sans")\n{text}'.encode()))
    assert parsed.pages[0].blocks == (Paragraph(text),)


@pytest.mark.parametrize(
    "text",
    [
        "הסכם עם Microsoft Azure Cloud מיום 12 במאי 2023, סעיף 4.2 (א), ערך של −15.5 מיליון וגם (ראה לעיל) לשנה.",
        "התשלום הוא ו-300 שקל, ב־2023 שולמו כ-4.5 מיליון.",
    ],
)
def test_brackets_and_signs_from_right_to_left_are_where_they_are_read(read: Read, text: str) -> None:
    parsed = read("a.pdf", typst.compile(f'#set text(lang: "he", dir: rtl, font: "DejaVu Sans")\n{text}'.encode()))
    assert parsed.pages[0].blocks == (Paragraph(text),)


@pytest.mark.parametrize(
    "text",
    [
        "The word שלום עולם means hello world in Hebrew, and 12 more.",
        "Its name is חברת החשמל 2023 בעמ and in Arabic شركة النفط, founded 1923.",
    ],
)
def test_a_word_from_right_to_left_in_a_line_of_others_leaves_their_order(read: Read, text: str) -> None:
    parsed = read("a.pdf", typst.compile(f'#set text(font: "DejaVu Sans")\n{text}'.encode()))
    assert parsed.pages[0].blocks == (Paragraph(text),)


NARROW = """#table(columns: (1fr, auto, auto), stroke: none, align: (left, right, right), [£ million], [2023], [2022],
[Revenue], [812.4], [790.3], [Cost of sales], [(430.2)], [(412.1)], [Profit for the year], [61.8], [(55.0)])"""
DRAWN = """#table(columns: 4, [Item], [Qty], [Unit price], [Amount], [Valve DN40], [12], [£84.50], [£1,014.00],
[Gasket set], [30], [£6.20], [£186.00], table.cell(colspan: 3)[Subtotal], [£1,200.00])"""


def test_a_word_from_right_to_left_takes_no_drawn_table_of_its_page_away(read: Read) -> None:
    table = "#table(columns: 3, [Item], [2025], [2024], [Sales], [1,204], [(1,118)])"
    text = f'#set text(font: "DejaVu Sans Mono", size: 9pt)\nThe firm שלום met.\n{table}'
    assert read("a.pdf", typst.compile(text.encode())).pages[0].blocks == (
        Paragraph("The firm שלום met."),
        Table((("Item", "2025", "2024"), ("Sales", "1,204", "(1,118)")), 1),
    )


def test_narrow_columns_without_lines_are_told_apart_by_the_gaps_that_rows_share(read: Read) -> None:
    (table,) = read("a.pdf", typst.compile(NARROW.encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("£ million", "2023", "2022"),
        ("Revenue", "812.4", "790.3"),
        ("Cost of sales", "(430.2)", "(412.1)"),
        ("Profit for the year", "61.8", "(55.0)"),
    )


def test_drawn_lines_part_columns_and_tell_merged_cells(read: Read) -> None:
    parsed = read("a.pdf", typst.compile(DRAWN.encode()))
    (table,) = parsed.pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("Item", "Qty", "Unit price", "Amount"),
        ("Valve DN40", "12", "£84.50", "£1,014.00"),
        ("Gasket set", "30", "£6.20", "£186.00"),
        ("Subtotal", "Subtotal", "Subtotal", "£1,200.00"),
    )
    assert table.merged == (Merged(3, 0, 1, 3),)
    assert parsed.assumptions == ()


def test_cells_with_several_figures_are_said(read: Read) -> None:
    page = [At(72, 700 - 14 * at, text) for at, text in enumerate(("North", "South"))]
    page += [At(200, 700 - 14 * at, text) for at, text in enumerate(("12 500", "13 700"))]
    assert read("a.pdf", pdf([lines(72, 700, TEXT), page])).assumptions == (
        "Page 2: some cells of tables hold several figures: they may be columns that could not be told apart.",
    )


RIGHT = """#set text(size: 9pt)
#table(columns: (1fr, auto, auto, auto), stroke: none, inset: (x: 1.5pt, y: 2pt), align: (left, right, right, right),
[Quarter], [Q1], [Q2], [Q3], [Revenue], [1,812], [1,790], [1,640], [Costs], [982], [871], [760], [Margin], [830], [919],
[880])"""


def test_figures_with_gaps_as_between_words_are_columns_where_rows_share_them(read: Read) -> None:
    parsed = read("a.pdf", typst.compile(RIGHT.encode()))
    (table,) = parsed.pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("Quarter", "Q1", "Q2", "Q3"),
        ("Revenue", "1,812", "1,790", "1,640"),
        ("Costs", "982", "871", "760"),
        ("Margin", "830", "919", "880"),
    )
    assert parsed.assumptions == ()


NOTES = """#table(columns: (1fr, auto, auto), stroke: none, align: (left, right, right), [Item], [2023], [2022],
[Profit], [120-], [110], [Loss], [(45)#super[1]], [12-], [Tax], [-3], [4#super[2]])"""


def test_raised_marks_of_notes_are_no_part_of_figures(read: Read) -> None:
    parsed = read("a.pdf", typst.compile(NOTES.encode()))
    (table,) = parsed.pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows[1:] == (("Profit", "120-", "110"), ("Loss", "(45)¹", "12-"), ("Tax", "−3", "4²"))
    assert table.heads == 1
    assert parsed.assumptions == ()


def raised(x: float, y: float, before: str, mark: str, size: float = 8, by: float = 4) -> list[At]:
    """As programs write them that raise without a blank: the mark begins where the word ends."""
    wide = sum(2.78 if letter in "., " else 3.33 if letter in "()" else 5.56 for letter in before)
    return [At(x, y, before), At(x + wide, y + by, mark, size)]


def test_marks_of_notes_that_are_hardly_smaller_are_no_digits_of_what_is_before_them(read: Read) -> None:
    page = [
        *lines(72, 740, TEXT),
        *(At(x, 700, text) for x, text in ((72, "Item"), (250, "2025"), (350, "2024"))),
        *(At(72, 686, "Sales"), *raised(250, 686, "1,204", "2"), At(350, 686, "1,118")),
        *(At(72, 672, "Costs"), *raised(250, 672, "(304)", "1,2"), *raised(350, 672, "268", "3", 6)),
        *(At(72, 658, "Gas in t"), *raised(250, 658, "90", "2", 8, -2), At(350, 658, "88")),
    ]
    *_, table = read("a.pdf", pdf([page])).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows[1:] == (
        ("Sales", "1,204²", "1,118"),
        ("Costs", "(304)¹,²", "268³"),
        ("Gas in t", "902", "88"),
    )


def test_text_goes_on_behind_small_numbers(read: Read) -> None:
    text = "#set page(width: 400pt)\nIn the year 10#super[6] kWh of power and CO#sub[2] in tons were used by all."
    (paragraph,) = read("a.pdf", typst.compile(text.encode())).pages[0].blocks
    assert paragraph == Paragraph("In the year 10⁶ kWh of power and CO2 in tons were used by all.")


def test_the_entries_of_a_table_of_contents_are_items_without_dots(read: Read) -> None:
    entries = [
        f"{name} {'. ' * 40}{page}" for name, page in (("Business", 2), ("2.1 Market risk", 12), ("Notes", "F-3"))
    ]
    page = [*lines(72, 740, TEXT), *lines(72, 700, *entries), *lines(72, 640, TEXT)]
    assert read("a.pdf", pdf([page])).pages[0].blocks[1:-1] == tuple(
        ListItem(0, text) for text in ("Business … 2", "2.1 Market risk … 12", "Notes … F-3")
    )


SPANNING = """#table(columns: 3, table.cell(rowspan: 2)[Region], table.cell(colspan: 2)[Sales], [2023], [2022],
table.cell(rowspan: 2)[North], [120], [110], [130], [100], [South], [5], [6])"""


def test_a_drawn_cell_over_several_rows_stands_in_each_of_them(read: Read) -> None:
    (table,) = read("a.pdf", typst.compile(SPANNING.encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("Region", "Sales", "Sales"),
        ("Region", "2023", "2022"),
        ("North", "120", "110"),
        ("North", "130", "100"),
        ("South", "5", "6"),
    )
    assert set(table.merged) == {Merged(0, 0, 2, 1), Merged(0, 1, 1, 2), Merged(2, 0, 2, 1)}
    assert table.heads == 2


WRAPPED = """#table(columns: (120pt, 60pt, 60pt), stroke: %s, align: (left, right + bottom, right + bottom),
[Item], [2023], [2022], [Revenue from contracts with customers in all regions], [1,200], [1,100], [Tax], [3], [4],
[Cost of goods and services sold], [(700)], [(650)])"""


@pytest.mark.parametrize("stroke", ["none", "1pt"])
def test_lines_of_one_cell_are_its_text(read: Read, stroke: str) -> None:
    (table,) = read("a.pdf", typst.compile((WRAPPED % stroke).encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("Item", "2023", "2022"),
        ("Revenue from contracts with customers in all regions", "1,200", "1,100"),
        ("Tax", "3", "4"),
        ("Cost of goods and services sold", "(700)", "(650)"),
    )


def test_drawn_tables_with_other_columns_right_below_are_two(read: Read) -> None:
    first = "#table(columns: (70pt, 40pt, 40pt), [], [2025], [2024], [Sales], [10], [9])"
    both = f"#set block(spacing: 0pt)\n{first}\n#table(columns: (90pt, 60pt), [Region], [Heads], [North], [5])"
    assert read("a.pdf", typst.compile(both.encode())).pages[0].blocks == (
        Table((("", "2025", "2024"), ("Sales", "10", "9")), 1),
        Table((("Region", "Heads"), ("North", "5")), 1),
    )


FRAMED = """#table(columns: (160pt, 60pt, 60pt), align: (left, right, right), stroke: (x, y) => (%s),
[£ million], [2025], [2024], [Revenue], [1,204], [1,118], [Costs], [(702)], [(668)], [Gross profit], [502], [450])"""
LINES = {
    "around all": "left: if x == 0 {1pt}, right: if x == 2 {1pt}, top: if y == 0 {1pt}, bottom: if y == 3 {1pt}",
    "around all and beside the labels": "x: if x == 0 {1pt}, right: if x == 2 {1pt}, top: 1pt, bottom: 1pt",
    "between columns": "x: 1pt, top: if y == 0 {1pt}, bottom: if y == 3 {1pt}",
}


@pytest.mark.parametrize("stroke", LINES.values(), ids=LINES)
def test_lines_around_several_cells_make_none_of_them_one(read: Read, stroke: str) -> None:
    (table,) = read("a.pdf", typst.compile((FRAMED % stroke).encode())).pages[0].blocks
    assert table == Table(
        (
            ("£ million", "2025", "2024"),
            ("Revenue", "1,204", "1,118"),
            ("Costs", "(702)", "(668)"),
            ("Gross profit", "502", "450"),
        ),
        1,
    )


def test_what_stands_in_one_drawn_cell_keeps_its_order(read: Read) -> None:
    rows = "[Item], [in T€], [Sales], [11#h(6pt)920,0], [Costs], [\\$#h(1fr)7,400]"
    (table,) = read("a.pdf", typst.compile(f"#table(columns: (60pt, 60pt), {rows})".encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (("Item", "in T€"), ("Sales", "11 920,0"), ("Costs", "$ 7,400"))


@pytest.mark.parametrize("turned", ["90deg", "-90deg", "180deg"])
def test_a_drawn_table_that_is_turned_is_read_as_it_is_upright(read: Read, turned: str) -> None:
    text = f"#rotate({turned}, reflow: true, [{SPANNING}])"
    (table,) = read("a.pdf", typst.compile(text.encode())).pages[0].blocks
    assert isinstance(table, Table)
    assert (table.rows[2:4], table.heads) == ((("North", "120", "110"), ("North", "130", "100")), 2)


def test_drawn_tables_side_by_side_are_two(read: Read) -> None:
    left, right = (
        f"#table(columns: (1fr, auto), [{name}], [2023], [Of old], [10], [Of new], [20])" for name in ("A", "B")
    )
    both = f"#grid(columns: (1fr, 1fr), gutter: 40pt, [{left}], [{right}])"
    assert read("a.pdf", typst.compile(both.encode())).pages[0].blocks == tuple(
        Table(((name, "2023"), ("Of old", "10"), ("Of new", "20")), 1) for name in ("A", "B")
    )


@pytest.mark.parametrize("number", ["{}", "- {} -", "Page {} of 4", "Seite {}"])
def test_a_scan_with_nothing_but_numbers_of_pages_is_refused_as_one_without_text(read: Read, number: str) -> None:
    with pytest.raises(RefusedError, match=r"but numbers of pages.*OCR") as refused:
        read("a.pdf", pdf([[At(300, 40, number.format(page))] for page in range(1, 5)]))
    assert refused.value.type == "no_text"
    with pytest.raises(RefusedError, match="OCR"):
        read("a.pdf", pdf([[At(300, 40, number.format(1))]]))


def test_pages_with_nothing_but_running_lines_are_said(read: Read) -> None:
    scans = [[At(72, 760, "ACME Corp. Confidential"), At(300, 40, f"{page}")] for page in range(2, 6)]
    parsed = read("a.pdf", pdf(scans))
    said = "have nothing but their numbers or lines that are the same from page to page: where they are scans"
    assert [one for one in parsed.assumptions if one.startswith(f"4 of 4 pages {said}")]
    parsed = read("a.pdf", pdf([lines(72, 700, TEXT), [At(300, 40, "2")]]))
    assert [one for one in parsed.assumptions if one.startswith(f"1 of 2 pages {said}")]


def test_a_page_of_few_figures_is_read_and_no_scan(read: Read) -> None:
    table = [At(72, 700 - 14 * row, f"{row} {row + 3} {row + 9}") for row in range(5)]
    assert not [one for one in read("a.pdf", pdf([table])).assumptions if "scans" in one]
