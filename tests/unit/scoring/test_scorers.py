from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.corrections import REPLACING
from ratchet_scoring.items import items_of
from ratchet_scoring.scorers import LIST_TASKS, render_target, score_output

TASKS = sorted(REPLACING)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("task", "output", "target", "score"),
    [
        ("classification", " Urgent\n", "urgent", 1),
        ("classification", "STRASSE", "straße", 1),
        ("classification", "urgent.", "urgent", 0),
        ("classification", "3", 3.0, 1),
        ("classification", "1000", 1001, 0),
        ("classification", "true", True, 1),
        ("action_items", "- ship it\n- call Paris", ["Call Paris", "Ship it"], 1),
        ("action_items", '["ship it", "call Paris"]', "1. Ship it", 2 / 3),
        ("action_items", "None", [], 1),
        ("action_items", "- ship it", [], 0),
        ("entities", '{"entities": ["Paris", "Berlin"]}', ["Paris"], 2 / 3),
        ("risk_assessment", "- late delivery", {"risks": ["late delivery", "no budget"]}, 2 / 3),
        ("summary", "a b c d", "a c d", 6 / 7),
        ("summary", "a\nb", ["a", "b"], 1),
        ("report", "", "text", 0),
        ("report", "—", "—", 1),
        ("chat", "yes", "no", 0),
        ("qa", "$1,234.00", 1234, 1),
        ("qa", "(12 %)", "-0.12", 1),
        ("qa", "1,300", 1234, 0),
        ("qa", "It was 1234", 1234, 0.5),
        ("unheard_of", "a b", "a b c", 0.8),
    ],
)
def test_the_task_decides_how_an_answer_is_scored(task: str, output: str, target: object, score: float) -> None:
    assert score_output(task, output, target) == pytest.approx(score)


@given(st.sampled_from([*TASKS, "unheard_of"]), st.text(max_size=60), json_values)
def test_any_answer_beside_any_correction_scores_between_0_and_1(task: str, output: str, target: object) -> None:
    assert 0 <= score_output(task, output, target) <= 1


@given(st.sampled_from(TASKS), st.text(max_size=60))
def test_the_same_text_scores_1(task: str, text: str) -> None:
    assert score_output(task, text, text) == 1


@given(st.sampled_from(TASKS), json_values)
def test_a_correction_scores_1_against_its_own_rendering(task: str, target: object) -> None:
    assert score_output(task, render_target(task, target), target) == 1


@given(st.sampled_from(sorted(set(TASKS) - {"classification"})), st.text(max_size=60), st.text(max_size=60))
def test_two_texts_score_the_same_both_ways(task: str, one: str, other: str) -> None:
    assert score_output(task, one, other) == score_output(task, other, one)


@pytest.mark.parametrize(
    "target",
    [10**5000, float("nan"), {1: {2: 3}}, {("a",): "key that is no text"}, "\ud800", ["\ud800"], "x" * 300_000],
    ids=["huge int", "nan", "int keys", "tuple key", "lone surrogate", "surrogate item", "long"],
)
@pytest.mark.parametrize("task", TASKS)
def test_odd_corrections_are_scored_too(task: str, target: object) -> None:
    assert 0 <= score_output(task, "- a \ud801", target) <= 1


@pytest.mark.parametrize(
    ("task", "target", "text"),
    [
        ("classification", " Urgent ", "Urgent"),
        ("action_items", ["ship it", {"task": "call", "owner": "QA"}], "- ship it\n- call, QA"),
        ("action_items", "1. ship it\n2. call", "- ship it\n- call"),
        ("entities", [], "None"),
        ("summary", "Done.\n", "Done."),
        ("summary", ["One.", "Two."], "One.\nTwo."),
        ("qa", 1234.0, "1234"),
        ("qa", {"answer": "yes"}, '{"answer": "yes"}'),
        ("qa", None, ""),
    ],
)
def test_corrections_become_training_outputs(task: str, target: object, text: str) -> None:
    assert render_target(task, target) == text


words = st.text("abcdefgh ", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.sampled_from(sorted(LIST_TASKS)), st.lists(words, max_size=20))
def test_a_rendered_list_is_read_back(task: str, target: list[str]) -> None:
    assert items_of(render_target(task, target)) == target
