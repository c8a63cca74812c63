"""What approaches come to on the same questions, and how it is told."""

import json
from xml.etree import ElementTree

import pytest

from ratchet_cli.approaches import wording
from ratchet_cli.approaches.page import page
from ratchet_cli.approaches.report import Paraphrases, Report
from ratchet_cli.approaches.results import Answer
from ratchet_cli.approaches.scores import Case
from ratchet_cli.approaches.suite import Question
from ratchet_cli.approaches.summary import Summary, summary

COUNT = 60
NAMES = [f"q{number}" for number in range(COUNT)]


def case(name: str, approach: str, output: str, ms: float = 900.0) -> Case:
    question = Question(id=name, question="What is the SECRET rate?", reference=4.5)
    told = Answer(
        key=f"{approach}{name}",
        question_id=name,
        asked_of=approach,
        answered_by=approach,
        output=output,
        model="simulated-small",
        simulated=True,
        latency_ms=ms,
        cost_usd=0.001,
    )
    return Case(question, told, (), None, ("document", name[-1]), frozenset(), frozenset())


def found(cases: dict[str, dict[str, Case]]) -> Summary:
    return summary(cases, COUNT, seed=1)


@pytest.fixture(scope="module")
def two() -> Summary:
    return found(
        {
            "direct": {name: case(name, "direct", "7", ms=3_000.0) for name in NAMES[:50]},
            "base_rag": {name: case(name, "base_rag", "4.5 SECRET") for name in NAMES},
            "finetuned": {},
        }
    )


def report(its: Summary, **told: object) -> Report:
    given: dict[str, object] = {
        "suite": "lease.jsonl",
        "found": its,
        "approaches": ("direct", "base_rag", "finetuned"),
        "not_here": {"finetuned": {"qa": "No tuned version serves qa."}},
        "silent": {"direct": 10},
        "draws": 2,
        "paraphrases": Paraphrases(given=10, made=40, none=10),
        "parallel": 4,
        "seed": 1,
        "judge": "strict",
        "unclear": 2,
    }
    return Report(**given | told)  # type: ignore[arg-type]


def parsed(shown: str) -> ElementTree.Element:
    return ElementTree.fromstring(shown.removeprefix("<!doctype html>\n"))  # noqa: S314  our own


def test_questions_count_that_every_approach_answered_which_is_here(two: Summary) -> None:
    assert (two.questions, two.counted, two.groups) == (60, 50, 10)
    assert [side.approach for side in two.sides] == ["direct", "base_rag"]
    assert {side.estimates["accuracy"].n for side in two.sides} == {50}


def test_a_target_is_reached_or_missed_where_the_whole_interval_is(two: Summary) -> None:
    direct, base = two.sides
    assert direct.estimates["accuracy"].target == "missed"
    assert base.estimates["accuracy"].target == "open"  # 50 right ones of 10 documents do not prove .98
    assert direct.estimates["latency_p95_ms"].target == "missed"
    assert base.estimates["latency_p95_ms"].target == "reached"
    assert base.estimates["cost_usd"].target == ""
    assert base.estimates["cost_usd"].value == pytest.approx(0.001)


def test_approaches_are_compared_in_pairs_on_the_same_questions(two: Summary) -> None:
    (only,) = two.differences
    assert (only.of, only.over, only.mean, only.n) == ("base_rag", "direct", 1.0, 50)
    assert 0 < only.low < 1
    assert wording.differences(report(two))[1][3] == "better"


def test_one_question_has_no_interval_and_reaches_nothing() -> None:
    (side,) = found({"direct": {"q1": case("q1", "direct", "4.5")}}).sides
    assert side.estimates["accuracy"].low is None
    assert side.estimates["accuracy"].target == "open"


def test_nothing_is_nothing() -> None:
    its = found({"direct": {}, "base_rag": {}})
    assert (its.counted, its.sides, its.differences) == (0, (), ())
    assert "no question was answered" in wording.not_available(report(its, not_here={}))[0]
    parsed(page(report(its)))


def test_what_is_not_here_has_its_column_and_its_reason(two: Summary) -> None:
    head, first, *_ = wording.measures(report(two))
    assert head == ("", "direct", "base_rag", "finetuned", "target")
    assert first[0] == "accuracy"
    assert first[3:] == ("not available", "≥ 0.98")
    assert wording.not_available(report(two)) == ["finetuned: not available for qa: No tuned version serves qa."]


def test_what_has_to_be_known_beside_the_numbers_is_said(two: Summary) -> None:
    said = " ".join(report(two).notes)
    for words in (
        "50 of 60 questions count",
        "Answers of simulated models: 50 of direct, 50 of base_rag.",
        "10 requests had no answer",
        "for 40 a rule put a frame",
        "up to 4 questions were asked at the same time",
        "2 verdicts unclear",
    ):
        assert words in said


def test_page_and_json_have_all_of_it_and_no_text_of_a_question_or_an_answer(two: Summary) -> None:
    shown = page(report(two))
    tree = parsed(shown)
    assert len(list(tree.iter("svg"))) == len(wording.measures(report(two))) - 1
    assert "No tuned version serves qa." in shown
    told = json.dumps(report(two).as_json())
    assert "SECRET" not in shown + told
    its = json.loads(told)
    assert [one["approach"] for one in its["approaches"]] == ["direct", "base_rag", "finetuned"]
    assert its["approaches"][2]["not_available"] == {"qa": "No tuned version serves qa."}
    assert its["scores"]["q0"]["base_rag"]["accuracy"] == 1.0
    assert its["targets"]["latency_p95_ms"] == 2_200.0
