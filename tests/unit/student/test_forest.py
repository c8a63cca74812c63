import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from ratchet_student import Example, fit
from ratchet_student.forest import Forest
from ratchet_student.labels import LabelModel

RANDOM = np.random.default_rng(2)
ROWS = RANDOM.integers(0, 2, (600, 12)).astype(np.float32)
BOTH = (ROWS[:, 0] * ROWS[:, 1]).astype(int)


def test_a_forest_says_what_the_trees_said() -> None:
    grown = ExtraTreesClassifier(20, min_samples_leaf=2, random_state=1).fit(ROWS, BOTH)
    assert Forest.of(grown, shares=True)(ROWS) == pytest.approx(grown.predict_proba(ROWS), abs=1e-6)


def test_a_forest_of_numbers_too() -> None:
    grown = ExtraTreesRegressor(10, random_state=1).fit(ROWS, 3.0 * BOTH)
    assert Forest.of(grown, shares=False)(ROWS)[:, 0] == pytest.approx(grown.predict(ROWS), abs=1e-5)


def test_no_rows_have_no_values() -> None:
    grown = ExtraTreesClassifier(5, random_state=1).fit(ROWS, BOTH)
    assert Forest.of(grown, shares=True)(ROWS[:0]).shape == (0, 2)


def test_a_walk_in_a_circle_is_no_forest() -> None:
    whole = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="leads nowhere"):
        Forest(whole, whole, np.zeros(1, np.float32), whole, whole, whole, np.zeros((1, 2), np.float32))


def test_what_stands_together_is_learned_where_the_words_alone_say_nothing() -> None:
    random = np.random.default_rng(4)
    pairs = random.integers(0, 2, (500, 2))
    filler = random.integers(0, 30, (500, 3))
    texts = [
        f"{'red' if a else 'blue'} " + " ".join(f"w{n}" for n in rest) + f" {'cat' if b else 'dog'}"
        for (a, b), rest in zip(pairs, filler, strict=True)
    ]
    examples = [Example(text, "same" if a == b else "other") for text, (a, b) in zip(texts, pairs, strict=True)]
    student = fit("classification", examples[:400])
    assert isinstance(student.model, LabelModel)
    assert student.model.blend is not None
    told = student.predict_many([example.document for example in examples[400:]])
    assert np.mean([one.label == example.target for one, example in zip(told, examples[400:], strict=True)]) > 0.75
