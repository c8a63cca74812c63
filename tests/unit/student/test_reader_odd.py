"""Whatever it is given, a reader answers, abstains with a reason, or refuses in a sentence."""

import random
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from ratchet_student import CannotLearnError, StudentError
from ratchet_student.passages import MAX_PASSAGES
from ratchet_student.reader import Reader, Taught, UnreadableError, fit, most_alike, sheet_of
from ratchet_student.reader.sheet import READ_PASSAGES
from tests.unit.student.tables import taught

LESSONS = taught(6)
CELLS = (
    "", "nan", "NaN", "inf", "-inf", "None", "n/a", "—", "(400)", "(4.5)%", "-12%", "\u22127", "$ (1,200)", "€1.200,50",
    "1e308", "9" * 400, "0", "-0", "0.0", "2024", "FY19", "FY'20",
    "٢٠٢٤", "إجمالي الإيرادات", "הכנסות 2023", "\u202e12",
    "\ud800", "|", "a|b", "\t", "Wages", "Total", "(1)", "[2]", "$", "%", "()", "1,2,3", "..5", "x" * 3_000, "雨 12",
    None, float("nan"), float("inf"), -0.0, 10**400, 5e-324, True, 3,
)  # fmt: skip
QUESTIONS = (
    "What was the percentage change in Wages from 2023 to 2024?", "How many?", "كم كانت الإيرادات في 2023؟", "2024",
    "What is the average Total?", "Which is the largest, -12% or $(400)?", "\u202eWages\ud800?", "How many exceed 10?",
)  # fmt: skip


@cache
def learned() -> Reader:
    return fit(LESSONS)


def a_table(chance: random.Random) -> list[list[Any]]:
    rows, columns = chance.randrange(7), chance.randrange(6)
    return [[chance.choice(CELLS) for _ in range(chance.randrange(columns + 1))] for _ in range(rows)]


@pytest.mark.parametrize("seed", range(60))
def test_odd_texts_and_tables_are_answered_or_left(seed: int) -> None:
    chance = random.Random(seed)
    tables = [a_table(chance) for _ in range(chance.randrange(3))]
    texts = [" ".join(str(chance.choice(CELLS))[:50] for _ in range(9)) for _ in range(chance.randrange(3))]
    for question in QUESTIONS:
        for answer in (learned().read(question, texts, tables), most_alike(question, sheet_of(texts, tables))):
            assert bool(answer.parts) != bool(answer.reason)
            assert 0 <= answer.confidence <= 1
            for cell in answer.cells:
                assert 0 <= cell.row < len(tables[cell.table])


@pytest.mark.parametrize("seed", range(3))
def test_a_reader_learns_beside_odd_examples(seed: int) -> None:
    chance = random.Random(seed)
    answers: list[str | float | tuple[str, ...]] = ["12", "", ("3", "4"), 2.5]
    odd = [
        Taught(chance.choice(QUESTIONS), ["Wages rose."], [a_table(chance)], chance.choice(answers)) for _ in range(8)
    ]
    answer = fit([*LESSONS, *odd]).read("What was Wages in 2023?", (), [[["", "2023"], ["Wages", "5"]]])
    assert answer.parts == ("5",)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"question": 5}, "its question is a int"),
        ({"texts": "one text"}, "its texts"),
        ({"texts": [None]}, "its texts"),
        ({"tables": 3}, "its tables"),
        ({"tables": [{"a": 1}]}, "its tables"),
        ({"tables": [["row"]]}, "its tables"),
        ({"tables": [[[[]]]]}, "a cell that is a list"),
        ({"tables": [[[Decimal(1)]]]}, "a cell that is a Decimal"),
        ({"answer": None}, "its answer is a NoneType"),
        ({"answer": float("nan")}, "its answer is no finite"),
        ({"answer": 10**400}, "its answer is no finite"),
        ({"answer": ["a", 1]}, "its answer has a part"),
        ({"scale": None}, "its scale"),
        ({"scale": "dozen"}, "its scale"),
        ({"derivation": 1}, "its derivation is a int"),
        ({"weight": "1"}, "its weight is a str"),
        ({"weight": 10**400}, "its weight is not a positive"),
        ({"weight": 0.0}, "its weight is not a positive"),
    ],
)
def test_an_example_that_cannot_be_learned_from_is_named_with_its_field(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(CannotLearnError, match=f"^Example 3: .*{named}"):
        fit([*LESSONS[:3], replace(LESSONS[3], **changes), *LESSONS[4:]])
    with pytest.raises(CannotLearnError, match=r"^Example 3 is a dict"):
        fit([*LESSONS[:3], {"question": "What?"}, *LESSONS])  # type: ignore[list-item]


@pytest.mark.parametrize("changes", [{"question": "wages " * 1_000}, {"tables": [[["1"] * 60]]}])
def test_an_example_that_is_too_large_is_named(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError, match=r"^Example 3: .* at most"):
        fit([*LESSONS[:3], replace(LESSONS[3], **changes), *LESSONS[4:]])


@pytest.mark.parametrize(
    ("question", "texts", "tables"),
    [
        (None, (), ()),
        ("What?", "a text", ()),
        ("What?", [b"bytes"], ()),
        ("What?", (), "table"),
        ("What?", (), [["row"]]),
        ("What?", (), [[[object()]]]),
        ("What?", (), {"a": 1}),
    ],
)
def test_what_is_no_text_and_no_table_is_refused(question: Any, texts: Any, tables: Any) -> None:
    with pytest.raises(UnreadableError):
        learned().read(question, texts, tables)


def test_no_example_that_it_learned_from_is_left_for_its_words() -> None:
    """All ask for the same row, so that only words such as "percentage" tell the questions apart."""
    wages = [one for one in taught(60) if "Wages" in one.question]
    others = ("shown", "told", "noted", "given", "listed", "stated", "named")
    asked = [replace(one, question=f"{one.question} As {others[n % 7]}?") for n, one in enumerate(wages)]
    reader = fit(asked)
    assert not [one.question for one in asked if reader.read(one.question, one.texts, one.tables).reason]
    new = "By which improvement did Wages grow?"
    assert reader.read(new, asked[0].texts, asked[0].tables).parts
    assert "None of the words" in reader.read("Who won the cup?", asked[0].texts, asked[0].tables).reason


def test_of_a_long_text_the_passages_that_have_most_of_the_question_are_read() -> None:
    filler = " ".join(f"Item {n} was kept." for n in range(MAX_PASSAGES + 500))
    text = f"{filler} The audit committee met in Bergen in March."
    answer = learned().read("Where did the audit committee meet?", [text], [])
    assert "Bergen" in answer.text
    (said,) = answer.assumptions
    assert said.startswith(f"Of {MAX_PASSAGES + 501:,} sentences and rows of the texts the {MAX_PASSAGES:,} that have")
    assert not learned().read("Where did the audit committee meet?", [text[-60:]], []).assumptions


def test_what_is_longer_still_is_cut_and_says_so() -> None:
    sheet = sheet_of(["a.\n" * (READ_PASSAGES + 5)], [])
    assert len(sheet.text.passages) == READ_PASSAGES
    assert "were not read" in sheet.assumptions[0]


def test_all_refusals_are_a_students() -> None:
    assert issubclass(UnreadableError, StudentError)
    assert issubclass(CannotLearnError, StudentError)
