from functools import cache
from pathlib import Path

import pytest

from ratchet_student import Aim, CannotLearnError, StudentFileError
from ratchet_student.counts import count
from ratchet_student.reader import Reader, Taught, UnreadableError, fit, load, most_alike, save, sheet_of
from ratchet_student.reader.grid import read_grid
from ratchet_student.reader.matching import matched, query
from ratchet_student.reader.model import scale_fits
from ratchet_student.reader.programs import Program, _calculated
from tests.unit.student.tables import taught

HELD_OUT = taught(6, seed=1)
TABLE = (("(in thousands)", "2024", "2023"), ("Wages", "1,500", "1,200"), ("Energy", "300", "(400)"))
TEXTS = ("The audit committee met in Vienna in March.",)


@cache
def learned() -> Reader:
    return fit(taught(14), aim=Aim(score=1.0, coverage=0.5))


def right(reader: Reader, one: Taught) -> bool:
    answer = reader.read(one.question, one.texts, one.tables)
    return sorted(answer.parts) == sorted(one.parts) and answer.scale == one.scale


def test_questions_about_new_reports_are_answered() -> None:
    assert sum(right(learned(), one) for one in HELD_OUT) / len(HELD_OUT) > 0.8


def test_a_computed_answer_says_from_which_cells() -> None:
    answer = learned().read("What was the percentage change in Wages from 2023 to 2024?", TEXTS, [TABLE])
    assert (answer.operation, answer.number, answer.scale, answer.text) == ("change", 25.0, "percent", "25%")
    assert [(cell.table, cell.row, cell.column, cell.text) for cell in answer.cells] == [
        (0, 1, 1, "1,500"),
        (0, 1, 2, "1,200"),
    ]


def test_a_span_says_where_it_stands() -> None:
    answer = learned().read("Where did the audit committee meet?", ("Nothing here.", *TEXTS), [TABLE])
    assert answer.operation == "text"
    (span,) = answer.spans
    assert span.text == 1
    assert TEXTS[0][span.start : span.end] == answer.parts[0]


def test_a_cell_keeps_its_form_and_gets_its_scale() -> None:
    answer = learned().read("What was Energy in 2023?", TEXTS, [TABLE])
    assert (answer.parts, answer.scale, answer.operation) == (("(400)",), "thousand", "cell")


def test_the_same_seed_gives_the_same_reader(tmp_path: Path) -> None:
    again = fit(taught(14), aim=Aim(score=1.0, coverage=0.5))
    assert save(again, tmp_path / "again") == save(learned(), tmp_path / "first")


def test_a_reader_is_the_same_after_its_file(tmp_path: Path) -> None:
    sha256 = save(learned(), tmp_path / "reader")
    reader = load(tmp_path / "reader", sha256)
    for one in HELD_OUT[:8]:
        assert reader.read(one.question, one.texts, one.tables) == learned().read(one.question, one.texts, one.tables)
    with pytest.raises(StudentFileError, match="SHA-256"):
        load(tmp_path / "reader", "0" * 64)


@pytest.mark.parametrize(
    ("question", "texts", "tables", "reason"),
    [
        ("", TEXTS, [TABLE], "no words"),
        ("?!", TEXTS, [TABLE], "no words"),
        ("What was Wages in 2024?", (), [], "nothing to read"),
        ("What was Wages in 2024?", ("", " "), [[], [[]], [["", None], [float("nan")]]], "nothing to read"),
        ("Welche Farbe hatte der Himmel über Bagdad?", TEXTS, [TABLE], "None of the words"),
    ],
)
def test_it_abstains_with_a_reason(question: str, texts: object, tables: object, reason: str) -> None:
    answer = learned().read(question, texts, tables)  # type: ignore[arg-type]
    assert (answer.parts, answer.confidence, answer.sure) == ((), 0.0, False)
    assert reason in answer.reason


@pytest.mark.parametrize(
    "table",
    [
        [["a"]],
        [["Wages"], ["Wages", "1", "2", "3"], [], ["x", "y"]],
        [["", "", ""], ["", "", ""], ["Wages", "", "5"]],
        [["Wages", "9" * 500], ["Wages", "1e999"], ["Wages", "0"]],
        [["Wages", "0", "0"], ["Energy", "0", "0"]],
        [["工资", "2024"], ["雨", "\uff11\uff12"], ["\ud800", "3"]],
        [[float("inf"), 3, None], ["Wages", float("nan"), 4.5]],
        [["Wages"] * 50] * 300,
    ],
)
def test_odd_tables_are_answered_or_left(table: list[list[str | float | None]]) -> None:
    for question in ("What was the percentage change in Wages from 2023 to 2024?", "How many wages? 雨"):
        answer = learned().read(question, ["\ud800 wages | 3", ""], [table])
        assert bool(answer.parts) != bool(answer.reason)
        assert 0 <= answer.confidence <= 1


def test_a_million_cells_are_refused() -> None:
    with pytest.raises(UnreadableError, match="rows"):
        learned().read("What was Wages?", TEXTS, [[["1"] * 1_000] * 1_000])


def test_a_question_without_end_is_refused() -> None:
    with pytest.raises(UnreadableError, match="The question has"):
        learned().read("wages " * 1_000, TEXTS, [TABLE])


def test_few_examples_or_one_report_teach_nothing() -> None:
    with pytest.raises(CannotLearnError, match="too few"):
        fit(taught(1))
    with pytest.raises(CannotLearnError, match="different texts or tables"):
        fit(taught(1) * 4)
    with pytest.raises(CannotLearnError, match="scale"):
        fit([*taught(3), Taught("What was it?", TEXTS, [TABLE], "1", "dozen")])
    with pytest.raises(CannotLearnError, match="weight"):
        fit([*taught(3), Taught("What was it?", TEXTS, [TABLE], "1", weight=0.0)])


def test_a_number_is_an_answer_too() -> None:
    assert Taught("What?", (), (), 2.5).parts == ("2.5",)
    assert Taught("What?", (), (), 1234567).parts == ("1234567",)


def test_untrained_it_says_what_is_most_alike() -> None:
    sheet = sheet_of(TEXTS, [TABLE])
    cell = most_alike("What was Energy in 2023?", sheet)
    assert (cell.parts, cell.scale, cell.operation) == (("(400)",), "thousand", "cell")
    assert most_alike("Where did the audit committee meet?", sheet).parts == TEXTS
    assert most_alike("Zzz?", sheet).reason


MARGINS = [["", "2024", "% of sales", "2023", "% of sales"], ["Sales", "120", "100%", "100", "100%"]]
SHARES = [["", "2024", "2023"], ["Gross margin", "41.7%", "50.0%"]]


@pytest.mark.parametrize("kind", ["difference", "average", "sum", "change", "ratio", "percentage"])
def test_nothing_is_computed_of_a_percentage_and_an_amount(kind: str) -> None:
    (row,) = read_grid(0, MARGINS).rows
    match = matched(query("sales?", count([])), [read_grid(0, MARGINS)])[0]
    assert list(_calculated(kind, ((match, 0), (match, 2)), 0))
    assert not list(_calculated(kind, ((match, 0), (match, 1)), 0))
    assert row.is_share(1)


@pytest.mark.parametrize(
    ("kind", "possible"), [("cell", ["", "percent"]), ("average", ["percent"]), ("difference", ["percent"])]
)
def test_percentages_are_no_thousands(kind: str, possible: list[str]) -> None:
    match = matched(query("margin?", count([])), [read_grid(0, SHARES)])[0]
    program = Program(kind, ((match, 0), (match, 1)), ("45.85",), 45.85)
    assert [name for name in ("", "thousand", "million", "percent") if scale_fits(name, program)] == possible
