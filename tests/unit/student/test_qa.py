from functools import cache

import numpy as np
import pytest

from ratchet_student import Aim, CannotLearnError, Example, Student, fit
from ratchet_student.passages import MAX_PASSAGES, answer_words, passages
from ratchet_student.qa_fit import agreement
from tests.unit.student.texts import reports

TABLE = " | 2023 | 2024\nSales (in millions) | $1,234.5 | $2,345.6\nRent | 12.1 | (13.4)"


@cache
def learned() -> Student:
    return fit("qa", reports(150), aim=Aim(score=0.9, coverage=0.5))


def test_figures_and_names_are_found_in_new_documents() -> None:
    held_out = reports(60, seed=1)
    told = learned().predict_many([e.document for e in held_out], [e.question for e in held_out])
    exact = [one.output == example.target for one, example in zip(told, held_out, strict=True)]
    assert np.mean(exact) > 0.8


def test_the_row_and_the_year_that_are_asked_for_decide_which_figure_answers() -> None:
    document = reports(1, seed=2)[0].document
    rows = [line.split(" | ") for line in document.splitlines() if line.count("|") == 2][1:]
    for label, before, now in rows:
        assert learned().predict(document, f"What was {label.lower()} in 2023?").output == f"{before} million"
        assert learned().predict(document, f"What was {label.lower()} in 2024?").output == f"{now} million"


def test_where_the_answer_stands_is_told() -> None:
    document = reports(1, seed=2)[0].document
    for asked in ("What was sales in 2023?", "What was rent in 2024?"):
        said = learned().predict(document, asked)
        (at,) = said.evidence
        assert at.text == document[at.start : at.end]
        assert said.output.startswith(at.text)


def test_it_is_surer_of_what_it_answers_rightly() -> None:
    held_out = reports(80, seed=5)
    held_out += [Example(e.document, "nothing", "Why did nobody think of it?") for e in held_out[:20]]
    told = learned().predict_many([e.document for e in held_out], [e.question for e in held_out])
    right = np.array([one.output == example.target for one, example in zip(told, held_out, strict=True)])
    confidence = np.array([one.confidence for one in told])
    assert confidence[right].mean() > confidence[~right].mean() + 0.1


def test_a_question_that_its_text_does_not_answer_is_left_to_others() -> None:
    documents = [example.document for example in reports(40, seed=6)]
    asked = ("How many moons has Jupiter?", "Which fabric do sailors prefer?", "Where is the harbour of Izmir?")
    told = learned().predict_many(documents, [asked[place % len(asked)] for place in range(len(documents))])
    assert np.mean([one.sure for one in told]) < 0.1


@pytest.mark.parametrize("document", ["", " \n ", "...", "|\n|---|\n"])
def test_of_nothing_there_is_no_answer(document: str) -> None:
    told = learned().predict(document, "What were sales?")
    assert (told.output, told.confidence) == ("", 0.0)


@pytest.mark.parametrize(
    "document", ["x", "\ud800 odd", "雨が降りました。", "word " * 5_000, "a | b\n" * 2_000, "1\t\t3"]
)
@pytest.mark.parametrize("question", ["", "?", "What was sales in 2024?"])
def test_any_document_and_question_get_an_answer(document: str, question: str) -> None:
    told = learned().predict(document, question)
    assert told.output
    assert 0 <= told.confidence <= 1


def test_examples_of_one_text_alone_teach_nothing() -> None:
    with pytest.raises(CannotLearnError, match="two different texts"):
        fit("qa", [Example("Sales were 3. Rent was 2.", "3", "What were sales?")] * 20)


def test_of_a_document_without_end_the_beginning_is_read() -> None:
    for line in ("Sales | 3 | 4\n", "Sales were 3. "):
        found = passages(line * 500_000)
        assert len(found) <= MAX_PASSAGES
        assert found[:2] == passages(line * 4)[:2]


def test_a_table_has_labels_heads_and_a_scale() -> None:
    head, sales, rent = passages(TABLE)
    assert head.heads == ("2023", "2024")
    assert (sales.label, sales.heads, sales.scale) == ("Sales (in millions)", ("", "2023", "2024"), "million")
    assert [rent.between(*span) for span in rent.spans] == ["Rent", "12.1", "(13.4)"]


def test_rows_below_a_label_of_their_own_have_it() -> None:
    found = passages(" | 2024\nAssets | \nCash | 12.1\nOther | 3.2")
    assert [one.label for one in found[2:]] == ["Assets Cash", "Assets Other"]


def test_bars_around_a_table_are_no_cells() -> None:
    found = passages("| | 2024 |\n|---|---|\n| Cash | 12.1 |")
    assert [(one.text, one.heads) for one in found] == [("2024", ("2024",)), ("Cash | 12.1", ("", "2024"))]


@pytest.mark.parametrize(
    ("said", "meant", "score"),
    [("$1,234.5 million", "1,234.5 million", 1.0), ("in 2019", "2019", 2 / 3), ("", "2019", 0.0)],
)
def test_answers_are_compared_by_their_words(said: str, meant: str, score: float) -> None:
    assert agreement(answer_words(said), answer_words(meant)) == pytest.approx(score)
