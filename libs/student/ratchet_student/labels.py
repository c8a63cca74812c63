"""Classification: which of the labels that people gave would they give to this text?

What was tried on the public e-mail sentences stands in `tests/bench/student_labels.py`. The likeliest label is the
answer: no threshold is moved for the sake of one label's F1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.blend import Blend, learn_blend
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example, Prediction
from ratchet_student.linear import Floats, LinearModel, folds_within, learn
from ratchet_student.sureness import ALWAYS, HeldOut, Sureness

MAX_EXAMPLES = 100_000
MAX_LABELS = 2_000


@dataclass(frozen=True, slots=True)
class LabelModel:
    labels: tuple[str, ...]
    model: LinearModel
    sureness: Sureness = ALWAYS
    blend: Blend | None = None

    def __post_init__(self) -> None:
        must(len(self.labels) == len(self.model.calibration.share), "labels have other chances")
        if self.blend is not None:
            must(len(self.labels) == len(self.blend.calibration.share), "labels have other chances")
            must(bool((self.blend.columns < self.model.features.count).all()), "a forest has other features")

    def predict(self, documents: Sequence[str], allowed: Sequence[str]) -> list[Prediction]:
        """Only `allowed` labels, as far as they were learned. If none was, any label, with confidence 0."""
        chances = self._chances(documents)
        known = np.isin(self.labels, allowed)
        if known.any():
            chances = np.where(known, chances, 0)
            chances /= chances.sum(axis=1, keepdims=True)
        trusted = 1.0 if known.any() or not allowed else 0.0
        return [self._prediction(row, trusted) for row in chances]

    def _chances(self, documents: Sequence[str]) -> Floats:
        vectors = self.model.features(documents)
        linear = self.model.of(vectors)
        return linear if self.blend is None else self.blend.probabilities(vectors, linear)

    def _prediction(self, chances: Floats, trusted: float) -> Prediction:
        best = int(chances.argmax())
        label, confidence = self.labels[best], float(chances[best]) * trusted
        return Prediction(label, confidence, label=label, sure=self.sureness.enough(confidence))


def learn_labels(examples: Sequence[Example], seed: int) -> tuple[LabelModel, HeldOut]:
    """Beyond MAX_EXAMPLES it learns from a random part."""
    random = np.random.default_rng(seed)
    chosen = [examples[place] for place in sorted(random.permutation(len(examples))[:MAX_EXAMPLES])]
    labels, label = np.unique([_label(example) for example in chosen], return_inverse=True)
    if len(labels) < 2:
        raise CannotLearnError(
            f"All examples have the label {str(labels[0])!r}: give examples of at least one other label."
        )
    if len(labels) > MAX_LABELS:
        raise CannotLearnError(
            f"The examples have {len(labels)} labels: merge the rare ones until {MAX_LABELS} are left."
        )
    weights = np.array([example.weight for example in chosen])
    texts = [example.document for example in chosen]
    learned = learn(texts, label, weights, folds_within(label, random))
    blended = learn_blend(learned, learned.model.features(texts), label, weights, seed)
    chances = blended.probabilities if blended else learned.probabilities
    right = (chances.argmax(axis=1) == label[learned.held_out]).astype(float)
    held_out = HeldOut(chances.max(axis=1, initial=0.0), right, weights[learned.held_out])
    return LabelModel(tuple(map(str, labels)), learned.model, blend=blended.blend if blended else None), held_out


def _label(example: Example) -> str:
    target = example.target[0] if isinstance(example.target, list) and len(example.target) == 1 else example.target
    if not isinstance(target, str) or not target.strip():
        raise CannotLearnError("An example for classification has no label, or more than one: its target is one label.")
    return target.strip()
