import pytest

from ratchet_common.conversation import Reading
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ModelRequest
from ratchet_providers.rules import NOTHING, SUMMARY_WORDS, answer_by_rule
from ratchet_providers.simulated import Simulated

TEXT = "It rained. Please send the API draft by Monday. The contract costs $1,200. Without a backup we lose a week."


@pytest.mark.parametrize(
    ("text", "labels", "label"),
    [
        ("This is about the risk list.", ("request", "risk"), "risk"),
        ("Would you mind? Please go ahead.", ("risk", "request"), "request"),
        ("Nothing that fits.", ("request", "risk"), "request"),
        ("A status_report came.", ("decision", "status report"), "status report"),
        ("Anything.", (), "unknown"),
    ],
)
def test_a_label_is_named_or_hinted_at_else_the_first(text: str, labels: tuple[str, ...], label: str) -> None:
    said = answer_by_rule("classification", Reading(text), labels)
    assert (said.label, said.output) == (label, label)


def test_action_items_are_sentences_that_ask_or_promise() -> None:
    said = answer_by_rule("action_items", Reading(TEXT))
    assert said.items == ("Please send the API draft by Monday.",)
    assert said.output == "- Please send the API draft by Monday."


def test_a_summary_takes_the_first_sentences_and_stays_short() -> None:
    said = answer_by_rule("summary", Reading("One two three. " * 100))
    assert said.output.startswith("One two three. One two three.")
    assert len(said.output.split()) <= SUMMARY_WORDS


@pytest.mark.parametrize("task", ["qa", "summary"])
def test_a_question_picks_the_sentence_that_shares_its_words(task: str) -> None:
    said = answer_by_rule(task, Reading(TEXT * 9, "What does the contract cost?"))
    assert "The contract costs $1,200." in said.output


def test_the_heading_of_a_passage_is_no_answer() -> None:
    text = (
        "[1] Report of Acme Holding AB, page 2\nNothing of it.\n\n[2] Acme Holding, pages 3-4\nThe AB grew [3], page 5."
    )
    said = answer_by_rule("qa", Reading(text, "What does Acme Holding AB report?"))
    assert said.output == "The AB grew [3], page 5."


def test_without_a_word_of_the_question_the_text_does_not_say() -> None:
    assert answer_by_rule("qa", Reading(TEXT, "Qui signe?")).output == "The text does not say."
    assert answer_by_rule("qa", Reading(TEXT)).output == "It rained."


@pytest.mark.parametrize("task", list(TaskType))
@pytest.mark.parametrize("text", [TEXT, "", "...", "\n\n"])
async def test_every_task_is_answered_the_same_way_twice_and_labelled(task: TaskType, text: str) -> None:
    request = ModelRequest(model="m", task_type=task, messages=[], document=text, labels=("a", "b"))
    simulated = Simulated(latency_ms=0, reads=1_000)
    answer = await simulated.answer(request)
    assert answer == await simulated.answer(request)
    assert answer.simulated
    assert answer.usage.estimated
    assert answer.confidence is None


TABLE = (
    "[1] Voltarin report, page 2\nVoltarin's revenue\nEUR thousand | Q3 2024 | Q3 2023\n"
    "Cost of revenue | (430,220) | (412,100)\nRevenue | 812,450 | 790,300\nNet income | 61,870 | 55,001\n\n"
    "[2] Voltarin report, page 3\nVoltarin's offices\nWe moved."
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What was Voltarin's revenue in Q3 2024?", "Revenue | 812,450 | 790,300"),
        ("What was the cost of revenue in Q3 2024?", "Cost of revenue | (430,220) | (412,100)"),
        ("What are Voltarin's offices?", "The text does not say."),
        ("What is in EUR thousand?", "The text does not say."),
    ],
)
def test_a_row_answers_and_a_heading_or_the_head_of_a_table_does_not(question: str, answer: str) -> None:
    assert answer_by_rule("qa", Reading(TABLE, question)).output == answer


def test_rows_of_words_answer_and_lines_that_head_nothing_do_too() -> None:
    text = "Owner | Task\nMira | counts the boxes\nOskar | prices the pulp"
    assert answer_by_rule("qa", Reading(text, "Which task has Oskar?")).output == "Oskar | prices the pulp"
    assert answer_by_rule("qa", Reading("We meet in Oslo", "Where do we meet?")).output == "We meet in Oslo"


@pytest.mark.parametrize("name", ["Corvale Energia S.A.", "Mills of Corvale, Inc.", "Corvale and Sons Ltd."])
def test_the_name_of_a_company_is_a_heading_though_it_ends_with_a_full_stop(name: str) -> None:
    text = f"[1] Report, page 1\n{name}\nTwo plants were opened."
    assert answer_by_rule("qa", Reading(text, "What was the revenue of Corvale?")).output == "The text does not say."
    sold = f"{name}\nThe mill was sold to {name}\nNobody said why."
    assert answer_by_rule("qa", Reading(sold, "Who bought the mill?")).output == f"The mill was sold to {name}"


def test_of_what_stands_nowhere_the_text_does_not_say() -> None:
    """Though its town and its cost stand beside one another, of another building."""
    text = "[1] Aldern, page 3\nThe bridge of Aldern cost 3 million. It was opened in 2021."
    assert answer_by_rule("qa", Reading(text, "What did the bridge of Aldern cost?")).output.startswith("The bridge")
    assert answer_by_rule("qa", Reading(text, "What did the observatory of Aldern cost?")).output == NOTHING
    assert answer_by_rule("qa", Reading(text, "What did the bridges of Aldern cost?")).output.startswith("The bridge")
    asked = "According to the document, what did the bridge of Aldern cost exactly?"
    assert answer_by_rule("qa", Reading(text, asked)).output.startswith("The bridge")


def test_a_day_in_german_ends_no_sentence() -> None:
    text = "Die Miete beginnt am 1. April 2026. Sie endet 2031."
    answer = answer_by_rule("qa", Reading(text, "Wann beginnt die Miete?"))
    assert answer.output == "Die Miete beginnt am 1. April 2026."
