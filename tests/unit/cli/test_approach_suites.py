"""A suite of questions to documents: what is wrong with it is told by line, and what is asked stands once."""

import json
from typing import Any

import pytest

from ratchet_cli.approaches.asks import Wanted, asks_of
from ratchet_cli.approaches.paraphrases import made_paraphrase
from ratchet_cli.approaches.suite import Question, read_suite
from ratchet_common.errors import CannotStartError

RATE: dict[str, Any] = {"id": "rate", "question": "What is the rate?", "reference": 4.5, "scale": "percent"}


def suite(*lines: dict[str, Any] | bytes) -> tuple[Question, ...]:
    return read_suite(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)


def test_a_reference_is_a_text_a_number_with_its_scale_or_several_parts() -> None:
    number, text, several = suite(
        RATE,
        b"\n",
        {"id": "who", "question": "Who rents the hall?", "reference": "the choir"},
        {"id": "both", "question": "How many?", "reference": [3, 2.5], "scale": "million"},
    )
    assert (number.text, number.scored_by) == ("4.5 percent", "numeric")
    assert (text.text, text.scored_by) == ("the choir", "task")
    assert (several.text, several.scored_by, several.answer.scale) == ("3 million, 2.5 million", "hybrid_f1", "million")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "it is no JSON object"),
        (b"\xff", "it is no JSON object"),
        (b"[]", "Expected `object`"),
        (b'{"id": "' + b"x" * 300_000 + b'"}', "may have 200,000"),
        (RATE | {"refrence": 4}, "unknown field `refrence`"),
        ({"id": "x", "question": "What?"}, "it has no `reference`"),
        ({"id": "x", "question": "What?", "unanswerable": True, "reference": "so"}, "what is unanswerable has no"),
        (RATE | {"reference": []}, "length"),
        (RATE | {"reference": True}, "reference"),
        (RATE | {"reference": "  ", "scale": ""}, "the reference is blank"),
        (RATE | {"question": "  "}, "is blank"),
        (RATE | {"reference": "the choir"}, "a scale goes with numbers"),
        (RATE | {"scorer": "best"}, "its scorer is none of"),
        ({"id": "x", "question": "Who?", "reference": "Ann", "scorer": "numeric"}, "numeric needs a figure"),
        (RATE | {"task_type": "classification"}, "classification answers with a label"),
        (RATE | {"periods": ["last year"]}, "a period is written as 2022-Q3"),
        (RATE | {"periods": ["2022-99"]}, "a period is written as 2022-Q3"),
        (RATE | {"pages": [{"document": "lease.pdf", "page": 0}]}, "pages"),
        (RATE, "its id is that of line 1"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(line: dict[str, Any] | bytes, words: str) -> None:
    with pytest.raises(CannotStartError, match=r"The suite cannot be used\. Line 2: ") as told:
        suite(RATE, line)
    assert words in str(told.value)


def test_a_suite_may_begin_with_the_mark_that_windows_writes() -> None:
    line = json.dumps(RATE | {"periods": ["Q3 2022", "2022-05"]}).encode()
    assert read_suite([b"\xef\xbb\xbf" + line, b""])[0].periods == ("Q3 2022", "2022-05")


def test_a_suite_without_a_question_is_none() -> None:
    with pytest.raises(CannotStartError, match="has no question"):
        suite(b"", b"\n")


def test_each_question_is_asked_by_each_approach_again_and_in_other_words() -> None:
    asks = asks_of(suite(RATE | {"paraphrases": ["Which rate is it?"], "companies": ["Acme"]}), Wanted(draws=2))
    assert [(ask.approach, ask.draw, ask.rephrased) for ask in asks[:4]] == [
        ("direct", 0, False),
        ("direct", 1, False),
        ("direct", 0, True),
        ("base_rag", 0, False),
    ]
    assert len({ask.key for ask in asks}) == len(asks) == 12
    first = asks[0].body
    assert first["context"] == {"companies": ["Acme"], "approach": "direct"}
    assert (first["cache"], first["collect"], first["model"]) == ("off", False, "auto")


def test_who_answers_may_be_named_for_base_models_and_for_tuned_versions() -> None:
    asks = asks_of(suite(RATE), Wanted(draws=1, paraphrases=False, model="quick", version="qa-0123456789ab"))
    assert [ask.body["model"] for ask in asks] == ["quick", "quick", "qa-0123456789ab", "qa-0123456789ab"]


def test_where_no_paraphrase_is_given_a_rule_makes_one_of_english_questions_alone() -> None:
    assert made_paraphrase("What is  the rate?") == "Please answer this question: what is the rate?"
    assert made_paraphrase("Wie hoch ist die Miete?") == ""
    made = [ask.made for ask in asks_of(suite(RATE), Wanted(approaches=("direct",), draws=1))]
    assert made == [False, True]
