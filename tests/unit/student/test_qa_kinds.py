"""Of examples whose documents hold tables a student learns to read them; of others, spans of a text."""

from functools import cache
from pathlib import Path

import pytest

from ratchet_student import Aim, Example, Student, fit, load, save
from ratchet_student.qa import AnswerModel
from ratchet_student.reader import Reader
from ratchet_student.reader.documents import parted
from ratchet_student.reader.targets import answered
from tests.unit.student.tables import lessons

NOTE = "The audit committee met in Turin in March."
TABLE = "(in thousands) | 2024 | 2023\nWages | 1,500 | 1,200\nEnergy | 300 | (400)"
DOCUMENT = f"{NOTE}\n\n{TABLE}"


LESSONS = lessons(12)


@cache
def learned() -> Student:
    return fit("qa", LESSONS, aim=Aim(score=1.0, coverage=0.5))


def test_a_reader_learns_from_tables_and_computes() -> None:
    assert isinstance(learned().model, Reader)
    said = learned().predict(DOCUMENT, "What was the percentage change in Wages from 2023 to 2024?")
    assert said.output == "25%"
    assert [DOCUMENT[its.start : its.end] for its in said.evidence] == ["1,500", "1,200"]
    assert 0 < said.confidence <= 1
    assert not said.assumptions


def test_a_markdown_table_is_read_alike() -> None:
    lines = [f"| {line} |" for line in TABLE.splitlines()]
    document = "\n".join([NOTE, "", lines[0], "|:--|--:|--:|", *lines[1:]])
    said = learned().predict(document, "What was Energy in 2023?")
    assert (said.output, [its.text for its in said.evidence]) == ("(400) thousand", ["(400)"])
    (at,) = said.evidence
    assert document[at.start : at.end] == "(400)"


def test_a_span_of_the_text_says_where_it_stands() -> None:
    said = learned().predict(DOCUMENT, "Where did the audit committee meet?")
    (at,) = said.evidence
    assert at.text == DOCUMENT[at.start : at.end]
    assert "Turin" in at.text


@pytest.mark.parametrize(
    ("document", "question"),
    [
        (DOCUMENT, ""),
        (DOCUMENT, "?!"),
        (DOCUMENT, "Qui a gagné la coupe hier soir ?"),
    ],
)
def test_where_it_has_no_answer_it_leaves_the_question_to_others(document: str, question: str) -> None:
    said = learned().predict(document, question)
    assert (said.confidence, said.sure) == (0.0, False)
    assert said.output  # for whoever asks nobody else


def test_of_nothing_there_is_no_answer() -> None:
    said = learned().predict(" \n", "What was Energy?")
    assert (said.output, said.confidence, said.sure) == ("", 0.0, False)


def test_what_is_too_long_is_narrowed_and_says_so() -> None:
    others = "\n\n".join(f"Item | 2024\nFreight {n} | {n}" for n in range(40))
    question = "What was Energy in 2023?"
    said = learned().predict(f"{others}\n\n{DOCUMENT}", question)
    assert said.output == "(400) thousand"
    assert "tables" in said.assumptions[0]
    cut = learned().predict(DOCUMENT, f"{question}{' ' * 3_000}x")
    assert "Of the question" in cut.assumptions[-1]


def test_its_file_is_a_students(tmp_path: Path) -> None:
    sha256 = save(learned(), tmp_path / "student")
    again = load(tmp_path / "student", sha256)
    assert (again.task_type, type(again.model)) == ("qa", Reader)
    asked = [DOCUMENT, DOCUMENT], ["What was Energy in 2023?", "What was Wages in 2024?"]
    assert again.predict_many(*asked) == learned().predict_many(*asked)
    assert again == Student("qa", again.model)


def test_of_texts_and_of_free_answers_to_tables_spans_are_learned() -> None:
    fee = "The fee of tenant {n} is {n} euros. It is due in May."
    texts = [Example(fee.format(n=n), f"{n} euros", "What is the fee?") for n in range(24)]
    assert isinstance(fit("qa", texts).model, AnswerModel)
    cells = [one for one in LESSONS if one.question.startswith("What was ") and "change" not in one.question]
    assert isinstance(fit("qa", cells).model, AnswerModel)
    free = [Example(one.document, "It went as well as anybody could hope for.", one.question) for one in LESSONS]
    assert isinstance(fit("qa", free).model, AnswerModel)


@pytest.mark.parametrize(
    ("target", "parts", "scale"),
    [
        ("1,500", ("1,500",), ""),
        ("1,500 thousand", ("1,500",), "thousand"),
        ("$1.5 Million", ("$1.5",), "million"),
        ("25%", ("25",), "percent"),
        ("25 percent", ("25",), "percent"),
        ("1,500, 1,200 thousand", ("1,500", "1,200"), "thousand"),
        ("1,500 thousand\n1,200 thousand", ("1,500", "1,200"), "thousand"),
        (["1,500", "1,200"], ("1,500", "1,200"), ""),
        ("Wages, Energy", ("Wages", "Energy"), ""),
        ("Wages, of course", ("Wages, of course",), ""),
        ("about a million", ("about a million",), ""),
        ("  ", (), ""),
        ([], (), ""),
    ],
)
def test_what_people_answered_has_parts_and_a_scale(
    target: str | list[str], parts: tuple[str, ...], scale: str
) -> None:
    assert answered(target, parted(DOCUMENT).tables) == (parts, scale)


def test_a_percentage_that_a_cell_says_keeps_its_sign() -> None:
    tables = parted("Item | 2024\nMargin | 25%").tables
    assert answered("25%", tables) == (("25%",), "percent")
