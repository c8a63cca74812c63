"""Figures of an answer that stand nowhere in what was read, and follow from nothing there."""

import random

import pytest

from ratchet_router.checking.checks import checked
from ratchet_router.checking.invented import invented
from ratchet_router.checking.subject import Passage, Subject
from tests.bench.answer_checks import tatqa
from tests.bench.public_data import FOLDER

RESULTS = """Results of Acme, in millions of dollars:
 | 2021 | 2022 | 2023
Net sales | 1,204.0 | 1,310.5 | 1,402.3
Cost of sales | 880.2 | 905.1 | 951.7
Net income | (12.4) | 30.9 | 61.2
Total |  |  |
 | 2,071.8 | 2,246.5 | 2,415.2
The lease runs until 2031 at 4.25 %. There are 1,250 employees, 310 of them abroad."""
MARKDOWN = """| Item | 2022 | 2023 |
|---|---|---|
| | 100.5 | 200.75 |
| Cash | 40.25 | 50.5 |"""


def asked(output: str, text: str = RESULTS, question: str = "What about Acme in 2023?") -> Subject:
    return Subject(task_type="qa", output=output, context=(Passage(text),), question=question)


@pytest.mark.parametrize(
    "output",
    [
        "Net sales were $9,876.5 million [1].",
        "Net sales rose by 17.83 % in 2023 [1].",
        "They were 1,402.3 million [1], and will be 1,655.7 million next year [1].",
        "The rate is 7.35 percent.",
        "There are 1,871 employees [1].",
        "Sales were about 6.9 billion [1].",
        "Der Umsatz betrug 9.876,5 Millionen Dollar [1].",
    ],
)
def test_a_figure_without_a_ground_fails_the_answer(output: str) -> None:
    found = invented(asked(output))
    assert found is not None
    assert found.detail.startswith("1 of ")
    assert output not in found.detail  # findings travel, and quote nothing
    failed = [check.name for check in checked(asked(output)) if not check.passed]
    assert failed == ["invented"]


@pytest.mark.parametrize(
    "output",
    [
        "Net sales were $1,402.3 million [1].",
        "Net sales were about 1.4 billion dollars [1].",
        "About 1.2 billion [1] in 2021.",
        "7.01%",  # the change of net sales
        "79.7 million",  # the sum of what was gained in two years, less the loss
        "1,305.6 million",  # the average of three years
        "1,356.4 million",  # the average of two
        "67.87 %",  # cost as a share of sales
        "1.47",  # sales as a multiple of cost
        "450.6 million",  # sales less cost
        "-12.4 million",
        "24.8 %",  # of the employees, out of the text around the table
        "343.4",  # the difference of a total, in a row without a label
        "The rate is 4.25 %, until 2031; 25 basis points are .25 %.",
        "1. Net sales were 1,402.3 million.\n2. Income was 61.2 million.",
        "On 31 December 2023 there were 1,250 employees.",
        "17 contracts",  # a count may be of what is in words
        "Sales less cost were 450.6 and 405.4 million, together 856.0 million.",  # in two steps, the first one told
        "Not in the text.",
        "",
    ],
)
def test_what_stands_there_or_follows_in_one_step_is_no_invention(output: str) -> None:
    assert invented(asked(output)) is None


def test_figures_of_the_question_are_not_invented() -> None:
    assert invented(asked("No: not 5,432.1 million [1].", question="Were they 5,432.1 million?")) is None


def test_columns_of_markdown_are_told_apart_also_where_a_row_has_no_label() -> None:
    assert invented(asked("251.25", MARKDOWN)) is None  # 200.75 + 50.5
    assert invented(asked("140.75", MARKDOWN)) is None  # 100.5 + 40.25
    assert invented(asked("333.33", MARKDOWN)) is not None


def test_only_answers_to_questions_from_passages_are_looked_at() -> None:
    said = "Net sales were $9,876.5 million [1]."
    for other in (
        Subject(task_type="report", output=said, context=(Passage(RESULTS),)),
        Subject(task_type="qa", output=said, document=RESULTS),
        Subject(task_type="qa", output=said, context=(Passage(RESULTS),), picked=True),
    ):
        assert "invented" not in {check.name for check in checked(other)}


@pytest.mark.skipif(
    not (FOLDER / "tatqa").exists(), reason=f"the public data is not in {FOLDER}: set RATCHET_DATA to its folder"
)
def test_answers_by_people_pass_though_they_worked_them_out_and_invented_ones_do_not() -> None:
    chance, answers = random.Random(8), list(tatqa())[::3]
    stand = [invented(asked(one.text, one.document)) is None for one in answers if one.found]
    reckoned = [invented(asked(one.text, one.document)) is None for one in answers if not one.found]
    made_up = [f"${chance.randint(1_000, 9_999):,}.{chance.randint(1, 9)} million [1]" for _ in answers]
    seen = [invented(asked(text, one.document)) is not None for text, one in zip(made_up, answers, strict=True)]
    assert all(stand)
    assert sum(reckoned) >= 0.95 * len(reckoned)
    assert sum(seen) >= 0.98 * len(seen)
