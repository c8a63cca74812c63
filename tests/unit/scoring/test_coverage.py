import pytest

from ratchet_scoring.coverage import completeness, relevance

CONTEXT = "Acme's revenue rose to $3.2 million. The canteen serves soup."


def test_an_answer_from_the_context_to_the_question_is_relevant() -> None:
    assert relevance("qa", "Revenue rose to $3.2 million.", "How far did revenue rise?", CONTEXT) == pytest.approx(
        2 / 3, abs=0.2
    )


def test_an_answer_about_something_else_is_not() -> None:
    said = relevance("qa", "Penguins live near Antarctica.", "What was the revenue?", CONTEXT)
    assert said is not None
    assert said < 0.3


def test_a_figure_alone_is_about_what_its_sentence_says() -> None:
    assert relevance("qa", "$3.2 million", "What was the revenue?", CONTEXT) == 1


def test_of_a_label_and_of_nothing_to_compare_with_nothing_is_said() -> None:
    assert relevance("classification", "spam", "", "A document") is None
    assert relevance("chat", "Hello there", "", "") is None
    assert completeness("classification", "spam", "spam") is None


def test_an_empty_answer_is_about_nothing() -> None:
    assert relevance("qa", " ", "What was the revenue?", CONTEXT) == 0


@pytest.mark.parametrize(
    ("task", "output", "target", "share"),
    [
        ("action_items", "- Call Paris", ["call Paris", "ship the parcel"], 0.5),
        ("action_items", "- a\n- b", [], 1),
        ("qa", "It was $3.2 million", "$3.2 million", 1),
        ("summary", "Revenue rose", "Revenue rose while margins shrank", 0.5),
        ("summary", "Revenue rose to 5", "Revenue rose to 4", 0.25 + 0.25 / 3 + 0.0),
    ],
)
def test_completeness_is_the_share_of_the_reference(task: str, output: str, target: object, share: float) -> None:
    found = completeness(task, output, target)
    assert found == pytest.approx(share, abs=0.01)
