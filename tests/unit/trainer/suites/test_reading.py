import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ratchet_trainer.suites.reading import WrongSuiteError, digest_of, encoded, suite_id_of, suite_of
from ratchet_trainer.suites.suite import MOST_CASES, Case, Check
from ratchet_trainer.suites.texts import question_of, texts_of, with_texts

FIELDS = (*Case.__struct_fields__, *Check.__struct_fields__)
CASE: dict[str, Any] = {"id": "q1", "input": "What is it?", "reference": "secret words"}


def body(*cases: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"name": "mine", "task_type": "qa", "cases": list(cases)} | more).encode()


def faults(given: bytes) -> list[str]:
    with pytest.raises(WrongSuiteError) as raised:
        suite_of(given)
    said: Any = raised.value.extra["faults"]
    return list(said)


def test_a_suite_of_everything_is_read() -> None:
    whole = CASE | {
        "context": {"report:4": "It is a bell."},
        "rubric": "Be short.",
        "labels": ["yes"],
        "checks": [
            {"scorer": "token_f1", "pass_at": 0.8},
            {"scorer": "json", "json_schema": {"type": "object"}},
            {"scorer": "words", "words": ["bell"]},
        ],
        "tags": ["hard"],
        "document_type": "email",
        "weight": 2,
        "paraphrases": ["What might it be?"],
        "ratings": [{"output": "A bell", "score": 1}],
    }
    suite = suite_of(body(whole, CASE | {"id": "q2"}, pass_at=0.7))
    assert [case.id for case in suite.cases] == ["q1", "q2"]
    assert suite.cases[0].slices == ("email", "hard")
    assert suite.passes_at == 0.7
    assert suite_of(encoded(suite)) == suite


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ({"input": 3}, "Case 1: Expected str, got int in input."),
        ({"weird": 1}, "Case 1: Object contains unknown field weird."),
        ({"checks": [{"scorer": "magic"}]}, "Case 1: a value is none of those that are known in checks[0].scorer."),
        ({"input": " "}, "Case 1 (q1): it asks nothing: give it input or messages."),
        ({"messages": [{"role": "user", "content": "x"}]}, "Case 1 (q1): it has both input and messages."),
        ({"reference": None}, "Case 1 (q1): nothing is held against its answer: give it a reference or checks."),
        ({"checks": [{"scorer": "label"}]}, "Case 1 (q1): check 1 (label) needs labels, and the case has none."),
        (
            {"checks": [{"scorer": "citations"}]},
            "Case 1 (q1): check 1 (citations) needs a context, and the case has none.",
        ),
        ({"checks": [{"scorer": "words"}]}, "Case 1 (q1): check 1 (words) needs words."),
        (
            {"reference": None, "checks": [{"scorer": "exact"}]},
            "Case 1 (q1): check 1 (exact) needs a reference, and the case has none.",
        ),
        (
            {"context": ["", " "], "checks": [{"scorer": "citations"}]},
            "Case 1 (q1): check 1 (citations) needs a context, and the case has none.",
        ),
        ({"checks": [{"scorer": "words", "words": [" "]}]}, "Case 1 (q1): check 1 (words) has an empty word."),
        ({"reference": " "}, "Case 1 (q1): its reference is empty: no answer could pass."),
        ({"reference": []}, "Case 1 (q1): its reference is empty: no answer could pass."),
        ({"paraphrases": ["What?", ""]}, "Case 1 (q1): one of its paraphrases is empty."),
        (
            {"reference": "bell", "checks": [{"scorer": "rouge_2"}]},
            "Case 1 (q1): check 1 (rouge_2) needs a reference of at least 2 words.",
        ),
        (
            {"reference": "none", "checks": [{"scorer": "exact"}, {"scorer": "numeric"}]},
            "Case 1 (q1): check 2 (numeric) needs a reference with a figure.",
        ),
        (
            {"reference": None, "checks": [{"scorer": "numeric"}]},
            "Case 1 (q1): check 1 (numeric) needs a reference, and the case has none.",
        ),
        (
            {"checks": [{"scorer": "json", "json_schema": {"type": 5}}]},
            "Case 1 (q1): check 1 (json) has no JSON Schema in json_schema, or one that refers to something outside "
            "itself.",
        ),
    ],
)
def test_what_is_wrong_with_a_case_is_a_sentence(case: dict[str, Any], fault: str) -> None:
    assert faults(body(CASE | case)) == [fault]


def test_a_label_that_is_none_of_the_labels_is_no_reference() -> None:
    case = CASE | {"labels": ["yes", "no"], "reference": "maybe"}
    assert faults(body(case, task_type="classification")) == ["Case 1 (q1): its reference is none of its labels."]
    suite_of(body(case | {"reference": "YES"}, task_type="classification"))


def test_that_there_is_nothing_may_be_the_reference_of_a_list() -> None:
    assert suite_of(body(CASE | {"reference": []}, task_type="action_items")).cases[0].reference == ()


@pytest.mark.parametrize("reference", ["12 %", "About $3 million.", "on 5 January 2024", "twelve", "one"])
def test_a_reference_of_figures_is_one_for_numbers(reference: str) -> None:
    suite_of(body(CASE | {"reference": reference, "checks": [{"scorer": "numeric"}]}))


def test_every_case_that_is_wrong_is_told() -> None:
    assert len(faults(body(CASE | {"id": "?"}, CASE, CASE | {"id": "q3", "input": ""}, CASE))) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe{", "UTF-16"),
        (b"[]", "Expected object, got array"),
        (body(CASE, task_type="nonsense"), "task_type is none of summary"),
        (body(), "has no case"),
        (body(CASE, name="With Space"), "in name"),
        (body(*[CASE] * (MOST_CASES + 1)), f"may have {MOST_CASES}"),
        (body(CASE, surprise=1), "unknown field surprise"),
    ],
)
def test_what_is_wrong_with_the_whole_is_a_sentence(given: bytes, words: str) -> None:
    assert words in " ".join(faults(given))


def test_a_case_that_is_no_utf_8_is_told() -> None:
    assert faults(body(CASE | {"input": "?"}).replace(b'"?"', b'"\xed\xa0\x80"')) == [
        "Case 1: it is not JSON in UTF-8, or nested too deeply."
    ]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(FIELDS)), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a machine that does other things as well
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), json_values))
def test_any_case_is_read_or_refused(fields: dict[str, Any]) -> None:
    try:
        suite = suite_of(body(CASE | fields))
    except WrongSuiteError:
        return
    assert suite_of(encoded(suite)) == suite


def test_no_fault_quotes_what_people_wrote() -> None:
    wrong = [CASE | {"id": f"q{place}", "document_type": "secret words"} for place in range(3)]
    assert "secret" not in " ".join(faults(body(*wrong)))


def test_a_suite_is_known_by_its_content_and_a_case_by_what_it_asks() -> None:
    one, other = suite_of(body(CASE)), suite_of(body(CASE | {"id": "other", "tags": ["x"], "weight": 3}))
    assert suite_id_of(one) != suite_id_of(other)
    assert digest_of(one.cases[0]) == digest_of(other.cases[0])
    assert digest_of(one.cases[0]) != digest_of(suite_of(body(CASE | {"reference": "else"})).cases[0])


@given(st.builds(dict, input=st.text(min_size=1), context=st.text() | st.lists(st.text(), max_size=3).map(tuple)))
def test_texts_are_put_back_where_they_were(given: dict[str, Any]) -> None:
    case = Case(id="x", reference=("a", "b"), labels=("c",), paraphrases=("d",), **given)
    assert with_texts(case, texts_of(case)) == case
    assert set(texts_of(with_texts(case, tuple("?" for _ in texts_of(case))))) == {"?"}


def test_passages_are_shown_under_what_cites_them() -> None:
    case = msgspec.convert(CASE | {"context": ["It rings.", "It hangs."]}, Case)
    asked = question_of(case, "qa")
    assert asked.messages[-1]["content"] == "[1] It rings.\n\n[2] It hangs.\n\nQuestion: What is it?"
    assert question_of(case, "qa", "What then?").messages[-1]["content"].endswith("Question: What then?")


def test_messages_are_asked_as_they_are() -> None:
    case = Case(id="x", messages=msgspec.convert([{"role": "user", "content": "Hi"}], tuple), reference="Hello")
    case = msgspec.convert(msgspec.to_builtins(case), Case)
    assert question_of(case, "chat").messages == ({"role": "user", "content": "Hi"},)
