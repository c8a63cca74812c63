"""Learning to read, from questions with their texts and tables and what people answered.

What the last forest learns from the models before it is said by models that have not seen the example's texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.isotonic import IsotonicRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn brings it

from ratchet_student.counts import Counts, count
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example
from ratchet_student.forest import Float32s, Forest
from ratchet_student.linear import FOLDS, LinearModel, learn
from ratchet_student.qa_fit import learn_spans
from ratchet_student.reader.checking import check_taught
from ratchet_student.reader.given import Taught
from ratchet_student.reader.model import (
    Asking,
    Certainty,
    Reader,
    Scales,
    Spans,
    candidates,
    likely,
    scale_clues,
)
from ratchet_student.reader.programs import KINDS, Program
from ratchet_student.reader.supervision import Source, right_ones, sources
from ratchet_student.reader.text_spans import text_programs
from ratchet_student.reader.worth import Meant, exact, worth
from ratchet_student.reading import Floats, Ints, names_of
from ratchet_student.sureness import ANSWER_ALL, Aim, HeldOut, sureness
from ratchet_student.words import words

MIN_EXAMPLES = 20
MOST_BYTES = 40_000_000  # of a reader's file: two regressions of 4 million weights, two forests, and names of words
MAX_EXAMPLES = 3_000
HALVES = 2
STRENGTHS = (10.0,)  # of the regressions on words: one, for time
TREES, LEAVES, LEAST_IN_LEAF = 40, 1_000, 3
WRONG_ONES = 40  # candidates of an example that are learned from, beside the right ones


@dataclass(frozen=True, slots=True)
class _Rows:
    """The candidates of an example."""

    programs: Sequence[Program]
    looks: Float32s
    right: NDArray[np.bool_]
    worth: Floats


def fit(examples: Sequence[Taught], seed: int = 42, aim: Aim = ANSWER_ALL) -> Reader:
    """The same examples in the same order and the same seed give the same reader. Beyond MAX_EXAMPLES it learns from a
    random part. Raises CannotLearnError, and UnreadableError where an example has more than is read at once; both name
    the example, counted from 0."""
    with threadpool_limits(1):  # these matrices are small: more threads are slower, and sum in another order
        reader, held_out = learn_reader(known_of(examples, seed), seed)
    return replace(reader, sureness=sureness(held_out, aim))


@dataclass(frozen=True, slots=True)
class Known:
    """What the examples show."""

    questions: Counts
    sources: Sequence[Source]

    def share(self, kinds: frozenset[str]) -> float:
        """Of the examples, those whose answer is one of these kinds."""
        return sum(source.kind in kinds for source in self.sources) / max(len(self.sources), 1)


def known_of(examples: Sequence[Taught], seed: int) -> Known:
    """Raises as `fit`."""
    if len(examples) < MIN_EXAMPLES:
        raise CannotLearnError(f"{len(examples)} examples are too few: a reader needs at least {MIN_EXAMPLES}.")
    check_taught(examples)
    places = sorted(np.random.default_rng(seed).permutation(len(examples))[:MAX_EXAMPLES].tolist())
    chosen = {place: examples[place] for place in places}
    questions = count([names_of(words(one.question)) for one in chosen.values()], once_a_text=True)
    return Known(questions, sources(chosen, questions))


def learn_reader(shown: Known, seed: int) -> tuple[Reader, HeldOut]:
    """Raises CannotLearnError."""
    questions, known = shown.questions, shown.sources
    groups = np.array([source.group for source in known])
    if len(np.unique(groups)) < FOLDS:
        raise CannotLearnError(f"The examples are about fewer than {FOLDS} different texts or tables: give more.")
    kinds, kind, chances = _kinds(known, groups)
    spans, asking = _spans(known, groups, chances, seed)
    rows = [_rows(source, ask, questions) for source, ask in zip(known, asking, strict=True)]
    scales, scaled = _scales(known, groups)
    weights = np.array([source.taught.weight for source in known])
    missing = np.unique(names_of([stem for source in known for stem in source.missing]))
    no_certainty = Certainty(np.zeros(1), np.zeros(1))
    reader = Reader(questions, kinds, kind, spans, scales, _forest(rows, weights, seed), no_certainty, missing)
    expected, scores = _held_out(reader, known, rows, weights, scaled, seed)
    certainty = _certainty(expected, scores, weights)
    confidence = np.array([certainty(one) for one in expected])
    return replace(reader, certainty=certainty), HeldOut(confidence, scores, weights)


def _kinds(known: Sequence[Source], groups: Ints) -> tuple[tuple[str, ...], LinearModel | None, Floats]:
    """And of each example the chances of each kind, by a model that has not seen its texts."""
    rows = [place for place, source in enumerate(known) if source.kind]
    if not rows:
        raise CannotLearnError("No example's answer stands in its texts or tables, or is computed from them.")
    names, label = np.unique([known[place].kind for place in rows], return_inverse=True)
    kinds = tuple(map(str, names))
    chances = np.zeros((len(known), len(KINDS)))
    columns = [KINDS.index(kind) for kind in kinds]
    if len(kinds) == 1:
        chances[:, columns] = 1.0
        return kinds, None, chances
    weights = np.array([known[place].taught.weight for place in rows])
    learned = learn([known[place].taught.question for place in rows], label, weights, groups[rows] % FOLDS, STRENGTHS)
    chances[:, columns] = learned.model.probabilities([source.taught.question for source in known])
    chances[np.array(rows)[learned.held_out][:, None], columns] = learned.probabilities
    return kinds, learned.model, chances


def _spans(known: Sequence[Source], groups: Ints, chances: Floats, seed: int) -> tuple[Spans | None, list[Asking]]:
    wanted = ["text" in likely(row) for row in chances]
    found: list[Sequence[Program]] = [()] * len(known)
    for half in range(HALVES):
        spans = _learned_spans([source for source in known if source.group % HALVES != half], seed)
        for place, source in enumerate(known):
            if spans and wanted[place] and groups[place] % HALVES == half:
                question = source.taught.question
                found[place] = text_programs(source.sheet.text, question, spans.habits, spans.forest)
    asking = [Asking(row, its) for row, its in zip(chances, found, strict=True)]
    return _learned_spans(known, seed), asking


def _learned_spans(known: Sequence[Source], seed: int) -> Spans | None:
    answered = [
        Example(source.sheet.document, its.parts[0], its.question, weight=its.weight)
        for source, its in ((source, source.taught) for source in known if source.kind == "text")
    ]
    learned = learn_spans(answered, seed)
    return Spans(*learned) if learned else None


def _rows(source: Source, asking: Asking, questions: Counts) -> _Rows:
    found, looks = candidates(source.taught.question, source.sheet, questions, asking)
    meant = Meant.by(source.taught.parts)
    reaching = [exact(program, meant) for program in found]
    right = np.array(right_ones(found, reaching, source.taught.derivation), bool)
    its = np.array([worth(program, meant, right=one) for program, one in zip(found, reaching, strict=True)])
    return _Rows(found, looks.astype(np.float32), right, np.where(right, its, np.minimum(its, 0.5)))


def _scales(known: Sequence[Source], groups: Ints) -> tuple[Scales, dict[int, tuple[str, float]]]:
    """And of each example whose right candidate is known, the scale that a model which has not seen its texts gives."""
    rows = [place for place, source in enumerate(known) if source.best or source.kind == "text"]
    names, label = np.unique([known[place].taught.scale for place in rows], return_inverse=True)
    if len(names) < 2:
        return Scales((str(names[0]) if len(names) else "",), None), {}
    texts = [_clues(known[place]) for place in rows]
    weights = np.array([known[place].taught.weight for place in rows])
    learned = learn(texts, label, weights, groups[rows] % FOLDS, STRENGTHS)
    told = {
        rows[place]: (str(names[row.argmax()]), float(row.max()))
        for place, row in zip(learned.held_out, learned.probabilities, strict=True)
    }
    return Scales(tuple(map(str, names)), learned.model), told


def _clues(source: Source) -> str:
    program = source.best or Program("text", (), source.taught.parts)
    return scale_clues(source.taught.question, source.sheet, program)


def _forest(rows: Sequence[_Rows], weights: Floats, seed: int) -> Forest:
    random = np.random.default_rng(seed)
    looks, wanted, weight = list[Float32s](), list[Floats](), list[Floats]()
    for its, one in zip(rows, weights, strict=True):
        if not len(its.right):
            continue
        wrong = random.permutation(np.flatnonzero(~its.right))[:WRONG_ONES]
        kept = np.concatenate([np.flatnonzero(its.right), wrong])
        looks.append(its.looks[kept])
        wanted.append(its.worth[kept])
        weight.append(np.full(len(kept), one))
    if not looks:
        raise CannotLearnError("The examples' texts and tables hold nothing that has the form of an answer.")
    grown = ExtraTreesRegressor(
        TREES, max_leaf_nodes=LEAVES, min_samples_leaf=LEAST_IN_LEAF, max_features=0.3, random_state=seed
    )
    grown.fit(np.concatenate(looks), np.concatenate(wanted), np.concatenate(weight))
    return Forest.of(grown, shares=False)


def _held_out(
    reader: Reader,
    known: Sequence[Source],
    rows: Sequence[_Rows],
    weights: Floats,
    scaled: dict[int, tuple[str, float]],
    seed: int,
) -> tuple[Floats, Floats]:
    """What was expected of each answer, and whether it was right with its scale."""
    halves = np.array([source.group for source in known]) % HALVES
    expected, scores = np.zeros(len(known)), np.zeros(len(known))
    for half in np.unique(halves):
        forest = _forest(
            [its for its, one in zip(rows, halves, strict=True) if one != half], weights[halves != half], seed
        )
        for place in np.flatnonzero(halves == half).tolist():
            its, source = rows[place], known[place]
            if not len(its.right):
                continue
            said = forest(its.looks)[:, 0]
            best = int(said.argmax())
            right = bool(its.right[best])
            told = scaled.get(place) if right else None
            scale, chance = told or reader.scale(source.taught.question, source.sheet, its.programs[best])
            expected[place] = said[best] * chance
            scores[place] = float(right and scale == source.taught.scale)
    return expected, scores


def _certainty(expected: Floats, scores: Floats, weights: Floats) -> Certainty:
    """Never falling (isotonic regression)."""
    curve = IsotonicRegression(out_of_bounds="clip").fit(expected, scores, weights)
    return Certainty(np.asarray(curve.X_thresholds_, float), np.clip(np.asarray(curve.y_thresholds_, float), 0, 1))
