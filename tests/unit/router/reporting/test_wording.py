"""The words of a model as sections: headings, points, and marks one by one."""

from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.reporting.wording import MOST_SECTIONS, one_by_one, sections_of

MARKS = {"1", "2", "3", "F1", "F2"}


def test_what_stands_before_the_first_heading_is_the_answer() -> None:
    found = sections_of("It grew [1].\n\n## Risks ##\nDebt grew [F1]. Rates rose [2].", MARKS)
    assert [one.heading for one in found] == ["Answer", "Risks"]
    statements = found[1].paragraphs[0].statements
    assert [(one.text, one.marks) for one in statements] == [("Debt grew [F1].", ("F1",)), ("Rates rose [2].", ("2",))]


def test_a_heading_without_words_below_it_is_left_out() -> None:
    assert [one.heading for one in sections_of("## Outlook\n\n## Risks\nNone [1].", MARKS)] == ["Risks"]


def test_points_are_paragraphs_of_their_own_without_emphasis() -> None:
    (found,) = sections_of("Two things:\n- **Debt** grew [1].\n* Rates rose [2].\n3. It ends.", MARKS)
    texts = [one.statements[0].text for one in found.paragraphs]
    assert texts == ["Two things:", "• Debt grew [1].", "• Rates rose [2].", "• It ends."]


def test_marks_stand_one_by_one() -> None:
    assert one_by_one("It grew [1, F2] and fell [2\N{EN DASH}3].", MARKS) == "It grew [1][F2] and fell [2][3]."
    assert one_by_one('It says [2: "the words"].', MARKS) == "It says [2]."


def test_a_list_with_a_mark_that_no_source_has_stays() -> None:
    assert one_by_one("A split of [60-40], and [1, 9].", MARKS) == "A split of [60-40], and [1, 9]."


def test_there_are_never_more_sections_than_a_report_takes() -> None:
    text = "\n".join(f"## H{number}\nIt is so [1]." for number in range(500))
    assert len(sections_of(text, MARKS)) <= MOST_SECTIONS


@given(st.text(alphabet="ab .[]1F2,-\n#*:;\N{EN DASH}", max_size=400))
def test_every_mark_of_a_section_is_known_and_no_word_is_lost(text: str) -> None:
    found = sections_of(text, MARKS)
    statements = [its for one in found for paragraph in one.paragraphs for its in paragraph.statements]
    assert {mark for one in statements for mark in one.marks} <= MARKS
    if "#" not in text:
        assert sum(one.text.count("a") + one.text.count("b") for one in statements) == text.count("a") + text.count("b")
