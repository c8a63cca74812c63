import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.label_told import label_told
from ratchet_router.shaping import checks, shaped

LABELS = ("risk", "Request", "request for change", "other")


@pytest.mark.parametrize(
    "answer",
    [
        "request",
        "The label is: Request.",
        "**request**",
        "- `Request`",
        "Label: request\nWhy: somebody has to send the draft.",
        "request\n\nIt asks for a draft, and there is no risk in that.",
        "Let me think: it may be a risk or other.\nRequest",
        "Request: it asks for a draft, not for a risk.",
        "Request, since a draft is asked for and no risk is named.",
        "It is a request, not a risk.",
        "It is not a risk, it is a request.",
        "It is not a risk but a request.",
        "There is no doubt that this is a request.",
        "I would say request rather than risk.",
        "Das ist keine Frage: request, nicht risk.",
        '{"label": "request"}',
    ],
)
def test_the_one_label_that_an_answer_gives_is_told(answer: str) -> None:
    assert label_told(answer, LABELS) == "Request"


@pytest.mark.parametrize(
    "answer",
    [
        "It is not a request.",
        "This isn't really a request",
        "I do not think that this is a request.",
        "The label request does not apply.",
        "Request? No.",
        "Neither a request nor a risk.",
        "It is not a request, or a risk.",
        "Kein request.",
        "Ce n'est pas request",
        "request or risk",
        "Request, risk",
        "Request / risk",
        "Request, or maybe a risk",
        "- request\n- risk",
        "request\nrisk",
        "It is a request. Then again, it is not a request.",
        "It may be a request. It may be a risk.",
        "requested",
        "none of them",
        "",
    ],
)
def test_a_label_that_is_denied_or_one_of_several_is_not_known(answer: str) -> None:
    assert label_told(answer, LABELS) is None
    answered = shaped("classification", answer, LABELS)
    assert answered.output == answer.strip()
    assert "label_known" in {check.name for check in checks("classification", answered, LABELS, "") if not check.passed}


def test_the_longest_label_at_a_place_is_the_one_that_is_named() -> None:
    assert label_told("It is a request for change.", LABELS) == "request for change"
    assert label_told("It is not spam.", ("spam", "not spam")) == "not spam"
    assert label_told("It is spam.", ("spam", "not spam")) == "spam"


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("Yes, and a date is named.", "Yes"),
        ("Yes. There is no deadline.", "Yes"),
        ("No, it does not ask for anything, yes or not.", "No"),
        ("The answer is no.", "No"),
        ("yesterday", None),
    ],
)
def test_labels_may_be_words_that_deny(answer: str, label: str | None) -> None:
    assert label_told(answer, ("Yes", "No")) == label


def test_languages_that_set_no_words_apart_name_labels_too() -> None:
    assert label_told("这是请求。", ("请求", "风险")) == "请求"
    assert label_told("这是请求和风险。", ("请求", "风险")) is None


def test_of_labels_that_differ_in_capitals_the_first_counts() -> None:
    assert label_told("RISK", ("Risk", "risk")) == "Risk"


@given(st.sampled_from(LABELS), st.sampled_from(["{}", '"{}"', "**{}**.", "  {}\n", "Answer: {}", "The class is {}!"]))
def test_every_label_is_told_however_it_is_dressed(label: str, dress: str) -> None:
    assert label_told(dress.format(label.upper()), LABELS) == label


@given(st.text(alphabet="request isknot,.:\n-", max_size=80))
def test_what_is_told_is_always_a_label(answer: str) -> None:
    assert label_told(answer, LABELS) in (*LABELS, None)


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("feature_request", "feature request"),
        ("It is a feature-request.", "feature request"),
        ("not spam", "not_spam"),
        ("spam", "spam"),
        ("Label: Feature_Request", "feature request"),
    ],
)
def test_a_label_is_told_however_its_words_are_joined(answer: str, label: str) -> None:
    assert label_told(answer, ("feature request", "spam", "not_spam")) == label


def test_labels_that_differ_in_nothing_else_are_told_as_they_are_written() -> None:
    assert label_told("a_b", ("a b", "a_b")) == "a_b"
    assert label_told("a b", ("a b", "a_b")) == "a b"
