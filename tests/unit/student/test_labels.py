from functools import cache

import numpy as np
import pytest

from ratchet_student import CannotLearnError, Example, Student, fit
from ratchet_student.linear import FOLDS, folds_within
from tests.unit.student.texts import mails


@cache
def learned() -> Student:
    return fit("classification", mails(200))


def test_it_tells_requests_from_statements() -> None:
    held_out = mails(100, seed=1)
    told = learned().predict_many([example.document for example in held_out])
    assert np.mean([one.label == example.target for one, example in zip(told, held_out, strict=True)]) > 0.9


def test_the_output_is_the_label_and_the_confidence_its_probability() -> None:
    told = learned().predict("Please call the bank by Friday.")
    assert (told.output, told.label, told.items) == ("yes", "yes", None)
    assert 0.5 < told.confidence <= 1


def test_only_the_labels_asked_for_are_answered() -> None:
    told = learned().predict("Please call the bank by Friday.", labels=("no", "never learned"))
    assert (told.label, told.confidence) == ("no", 1.0)


def test_labels_that_were_never_learned_leave_no_confidence() -> None:
    assert learned().predict("Please call the bank.", labels=("spam", "ham")).confidence == 0


@pytest.mark.parametrize(
    ("raw", "scrubbed"),
    [
        ("Please write to jo@example.org by Friday.", "Please write to [EMAIL_1] by Friday."),
        ("Call 555-123-4567 today.", "Call [PHONE_1] today."),
        ("The list is on https://example.org/x?y=1.", "The list is on [URL_1]."),
    ],
)
def test_raw_and_scrubbed_texts_get_the_same_answer(raw: str, scrubbed: str) -> None:
    assert learned().predict(raw) == learned().predict(scrubbed)


@pytest.mark.parametrize("text", ["", " ", "\x00", "😀", "\ud800", "未知", "a" * 100_000, "नमस्ते दुनिया"])
def test_any_text_gets_an_answer(text: str) -> None:
    assert learned().predict(text).label in {"yes", "no"}


def test_scripts_without_spaces_are_learned() -> None:
    texts = [
        ("请把文件发给我", "ask"),
        ("会议昨天结束了", "tell"),
        ("请你打电话给银行", "ask"),
        ("天气今天很好", "tell"),
    ]
    student = fit("classification", [Example(text, label) for text, label in texts * 5])
    assert student.predict("请把报告发给我").label == "ask"


def test_a_heavy_example_outweighs_a_light_one() -> None:
    light = [Example("the door is open", "no", weight=1.0)] * 10 + [Example("the door is open", "yes", weight=9.0)] * 10
    assert fit("classification", light).predict("the door is open").label == "yes"


def test_ten_examples_with_a_label_that_stands_alone_are_enough() -> None:
    student = fit("classification", [*mails(9), Example("Zebras graze in the savanna.", "animals")])
    assert student.predict("Zebras graze in the savanna.", labels=("animals",)).label == "animals"


def test_labels_without_a_pattern_give_little_confidence() -> None:
    random = np.random.default_rng(7)
    noise = [Example(example.document, "yes" if random.random() < 0.5 else "no") for example in mails(300)]
    told = fit("classification", noise).predict_many([example.document for example in mails(50, seed=2)])
    assert np.mean([one.confidence for one in told]) < 0.65


def test_many_labels_are_told_apart() -> None:
    names = [f"{a}{b}" for a in ("red", "blue", "grey", "pink") for b in ("stone", "leaf", "bird", "lake", "hill")]
    shades = ["old", "new", "tall", "small", "far", "near"]
    examples = [Example(f"a {shade} {name} is there", name) for name in names for shade in shades]
    student = fit("classification", examples)
    assert [student.predict(f"look, a {name}").label for name in names] == names


@pytest.mark.parametrize(
    ("examples", "sentence"),
    [
        ([Example(f"text {n}", "same") for n in range(20)], "All examples have the label 'same'"),
        ([Example("text", "")] * 20, "has no label"),
        ([Example("text", ["a", "b"])] * 20, "more than one"),
    ],
)
def test_what_cannot_be_learned_is_said(examples: list[Example], sentence: str) -> None:
    with pytest.raises(CannotLearnError, match=sentence):
        fit("classification", examples)


def test_every_fold_leaves_each_label_something() -> None:
    label = np.array([0] * 10 + [1] * 2 + [2])
    fold = folds_within(label, np.random.default_rng(0))
    assert fold[12] == -1
    assert all(set(label[fold != one]) == {0, 1, 2} for one in range(FOLDS))
