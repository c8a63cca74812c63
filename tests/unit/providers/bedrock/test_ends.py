"""Why an answer of Converse's ended: what a guardrail blocked, and the sequence at which the model stopped."""

from typing import Any

import pytest

from ratchet_providers.base import ProviderError
from ratchet_providers.bedrock.request import Asked
from ratchet_providers.failing import Said
from tests.unit.providers.bedrock.answering import both, streamed, text, whole
from tests.unit.providers.bedrock.aws import answer_of, complaints, operation

TEXT = text("On Monday.")
ASSESSED = {
    "topicPolicy": {"topics": [{"name": "Finance", "type": "DENY", "action": "BLOCKED"}]},
    "contentPolicy": {
        "filters": [
            {"type": "VIOLENCE", "confidence": "HIGH", "action": "BLOCKED"},
            {"type": "HATE", "confidence": "LOW", "action": "NONE"},
        ]
    },
    "wordPolicy": {"customWords": [{"match": "hunter2", "action": "BLOCKED"}], "managedWordLists": []},
    "sensitiveInformationPolicy": {
        "piiEntities": [{"match": "a@b.c", "type": "EMAIL", "action": "ANONYMIZED"}],
        "regexes": [],
    },
}
TRACE: dict[str, Any] = {"guardrail": {"inputAssessment": {"g1": ASSESSED}, "outputAssessments": {"g1": [ASSESSED]}}}
NO_TRACE: Any = [{}, {"trace": None}, {"trace": {"guardrail": {"inputAssessment": 7}}}, {"trace": {"promptRouter": {}}}]


def test_the_trace_is_as_botocore_would_give_it() -> None:
    body = answer_of(stop="guardrail_intervened") | {"trace": TRACE}
    assert complaints(operation().output_shape, body) == ""


@pytest.mark.parametrize(
    ("more", "listed"),
    [({"trace": TRACE}, ", for Finance, VIOLENCE, a word"), *((more, "") for more in NO_TRACE)],
)
def test_what_a_guardrail_withheld_says_what_it_blocked(more: dict[str, Any], listed: str) -> None:
    for understand in (whole, streamed):
        with pytest.raises(ProviderError) as failed:
            understand(answer_of(stop="guardrail_intervened") | more)
        words = f"The answer was withheld: guardrail_intervened{listed}."
        assert failed.value.said == Said(words, code="guardrail_intervened")
        assert "hunter2" not in words


def test_what_a_guardrail_withheld_whole_was_counted_all_the_same() -> None:
    with pytest.raises(ProviderError) as failed:
        whole(answer_of(stop="guardrail_intervened"))
    assert failed.value.usage is not None
    assert (failed.value.usage.input_tokens, failed.value.usage.output_tokens) == (20, 3)


def test_what_a_filter_cut_short_bears_bedrocks_own_word_for_it() -> None:
    assert both(answer_of(TEXT, stop="guardrail_intervened")).native == "guardrail_intervened"
    assert both(answer_of(TEXT)).native is None


@pytest.mark.parametrize(
    ("stops", "own", "stop"),
    [
        (("END",), None, "END"),
        (("END", "--"), {"stop_sequence": "--"}, "--"),
        (("END", "--"), None, ""),
        (("END", "--"), {"stop_sequence": None}, ""),
    ],
)
def test_the_sequence_that_ended_it_is_told_as_far_as_it_is_known(stops: tuple[str, ...], own: Any, stop: str) -> None:
    its = Asked(b"", stops=stops)
    said = answer_of(TEXT, stop="stop_sequence") | ({"additionalModelResponseFields": own} if own else {})
    found = both(said, its)
    assert (found.finish, found.stop) == ("stop", stop)
    assert both(answer_of(TEXT), its).stop is None
