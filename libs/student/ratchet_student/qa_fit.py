"""Learning to answer from a given text, from documents, questions and what people answered."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from ratchet_student.candidates import END, START, Spans, looks_of, spans_for
from ratchet_student.counts import Counts, count
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example
from ratchet_student.forest import Forest
from ratchet_student.passages import answer_words
from ratchet_student.qa import AnswerModel, best
from ratchet_student.questions import Habits, Text, asked, read_text
from ratchet_student.reading import Floats, names_of
from ratchet_student.sureness import HeldOut
from ratchet_student.words import words

MAX_QUESTIONS = 3_000
FOLDS = 2
TELLING = 24  # words of questions
AT_RANDOM, NEAREST = 20, 8  # candidates of a passage that are learned from
TREES, LEAVES, LEAST_IN_LEAF = 40, 400, 5
PRIOR = 3.0  # of a word at a slot, times
OTHERS = 15  # spans of a sentence that the best one is compared with
GOOD = 0.8  # of an answer: such a span shows how answers begin and end
OTHER_TEXTS = 4  # that are looked at for one that does not answer a question
FOREIGN = 0.6  # such a text has at most so much of the question, of what its own text has
FOREIGN_PASSAGES = 2  # of it that are learned from

_NONE = count([])
_NO_SLOTS = (_NONE, _NONE, _NONE, _NONE)


@dataclass(frozen=True, slots=True)
class _Source:
    text: Text
    question: str
    answer: Sequence[str]  # its words
    group: int  # questions about one document are held out together
    weight: float


@dataclass(frozen=True, slots=True)
class _Rows:
    features: Floats
    worth: Floats
    weights: Floats


def learn_answers(examples: Sequence[Example], seed: int) -> tuple[AnswerModel, HeldOut]:
    """Beyond MAX_QUESTIONS it learns from a random part."""
    random = np.random.default_rng(seed)
    sources = list(_sources([examples[place] for place in random.permutation(len(examples))[:MAX_QUESTIONS]]))
    if len({source.group for source in sources}) < FOLDS:
        raise CannotLearnError(
            f"{len(sources)} examples have a text, a question and an answer, and not of two different texts: give more."
        )
    held_out = _held_out(sources, seed)
    return AnswerModel(*_fitted(sources, seed)), held_out


def learn_spans(examples: Sequence[Example], seed: int) -> tuple[Habits, Forest] | None:
    """What a model of answers is made of, with nothing held out. None where no example has a text, a question and an
    answer."""
    sources = list(_sources(examples))
    return _fitted(sources, seed) if sources else None


def agreement(said: Sequence[str], meant: Sequence[str]) -> float:
    """F1 over words."""
    shared = (Counter(said) & Counter(meant)).total()
    return 2 * shared / max(len(said) + len(meant), 1)


def _sources(examples: Sequence[Example]) -> Iterator[_Source]:
    read: dict[str, tuple[int, Text]] = {}
    for example in examples:
        if example.document not in read:
            read[example.document] = len(read), read_text(example.document)
        group, text = read[example.document]
        target = example.target if isinstance(example.target, str) else ", ".join(example.target)
        if text.passages and (answer := answer_words(target)) and example.question.strip():
            yield _Source(text, example.question, answer, group, example.weight)


def _held_out(sources: Sequence[_Source], seed: int) -> HeldOut:
    fold = np.array([source.group for source in sources]) % FOLDS
    confidence, scores = np.zeros(len(sources)), np.zeros(len(sources))
    for one in np.unique(fold):
        habits, forest = _fitted([source for source, its in zip(sources, fold, strict=True) if its != one], seed)
        for place, source in enumerate(sources):
            if fold[place] != one:
                continue
            chosen = best(source.text, source.question, habits, forest)
            confidence[place] = chosen.worth
            scores[place] = agreement(answer_words(chosen.text), source.answer)
    return HeldOut(confidence, scores, np.array([source.weight for source in sources]))


def _fitted(sources: Sequence[_Source], seed: int) -> tuple[Habits, Forest]:
    random = np.random.default_rng(seed)
    habits = _habits(sources)
    rows = [_rows(source, habits, random) for source in sources]
    rows += [_rows_in_vain(source, other, habits, random) for source, other in _elsewhere(sources, habits, random)]
    grown = ExtraTreesRegressor(
        TREES, max_leaf_nodes=LEAVES, min_samples_leaf=LEAST_IN_LEAF, max_features=0.4, random_state=seed
    )
    grown.fit(
        np.concatenate([part.features for part in rows]).astype(np.float32),
        np.concatenate([part.worth for part in rows]),
        np.concatenate([part.weights for part in rows]),
    )
    return habits, Forest.of(grown, shares=False)


def _rows(source: _Source, habits: Habits, random: np.random.Generator) -> _Rows:
    """Of each passage the spans nearest to the answer, and some others."""
    question = asked(source.question, source.text, habits)
    features, worth = list[Floats](), list[Floats]()
    for spans in spans_for(question, source.text):
        its = _worth(spans, source.answer)
        looks = looks_of(question, spans, habits, np.argsort(-its, kind="stable")[:NEAREST])
        order = np.lexsort((random.random(len(looks.rows)), -its[looks.rows]))
        kept = np.append(order[:NEAREST], random.permutation(order[NEAREST:])[:AT_RANDOM])
        features.append(looks.features[kept])
        worth.append(its[looks.rows[kept]])
    whole = np.concatenate(worth)
    return _Rows(np.concatenate(features), whole, np.full(len(whole), source.weight / len(whole)))


def _elsewhere(
    sources: Sequence[_Source], habits: Habits, random: np.random.Generator
) -> Iterator[tuple[_Source, Text]]:
    """Questions, each with a text that does not answer it: of some drawn at random the one that has least of it. Where
    all have most of it, as with reports of one form, who knows whether they do not answer it too?"""
    texts = {source.group: source.text for source in sources}
    groups = sorted(texts)
    for source in sources:
        own = asked(source.question, source.text, habits).there
        drawn = [texts[groups[one]] for one in random.integers(len(groups), size=OTHER_TEXTS)]
        there = [asked(source.question, text, habits).there for text in drawn]
        least = int(np.argmin(there))
        if there[least] <= FOREIGN * own:
            yield source, drawn[least]


def _rows_in_vain(source: _Source, text: Text, habits: Habits, random: np.random.Generator) -> _Rows:
    """What stands in a text that does not answer is worth nothing, however much it looks like an answer."""
    question = asked(source.question, text, habits)
    features = list[Floats]()
    for spans in spans_for(question, text)[:FOREIGN_PASSAGES]:
        found = looks_of(question, spans, habits).features
        features.append(found[random.permutation(len(found))[:AT_RANDOM]])
    whole = np.concatenate(features)
    return _Rows(whole, np.zeros(len(whole)), np.full(len(whole), source.weight / len(whole)))


def _worth(spans: Spans, answer: Sequence[str]) -> Floats:
    """F1 of each span's words; one that comes up twice counts as if it were two."""
    tokens, meant = spans.passage.words(), set(answer)
    inside = np.concatenate([[0], np.cumsum([token in meant for token in tokens])])
    size = np.concatenate([[0], np.cumsum([token[0].isalnum() for token in tokens])])
    shared = inside[spans.after] - inside[spans.first] + spans.scaled * (spans.passage.scale in meant)
    both = size[spans.after] - size[spans.first] + spans.scaled + len(answer)
    worth: Floats = 2 * np.minimum(shared, len(answer)) / both
    return worth


def _habits(sources: Sequence[_Source]) -> Habits:
    questions = count([names_of(words(source.question)) for source in sources], once_a_text=True)
    commonest = np.argsort(-questions.counts, kind="stable")[:TELLING]
    telling = np.sort(questions.names[commonest])
    known = Habits(questions, telling, _NO_SLOTS)
    good, others = ([list[str]() for _ in _NO_SLOTS] for _ in range(2))
    for source in sources:
        for is_good, its in _slots(source, known):
            for words_there, word in zip(good if is_good else others, its, strict=True):
                words_there.append(word)
    before, first, last, after = (_odds(*pair) for pair in zip(good, others, strict=True))
    return Habits(questions, telling, (before, first, last, after))


def _slots(source: _Source, habits: Habits) -> Iterator[tuple[bool, tuple[str, str, str, str]]]:
    """Of sentences, the words at the slots of the best span if it is good, and at those of some others."""
    for spans in spans_for(asked(source.question, source.text, habits), source.text):
        if spans.passage.is_row:
            continue
        worth, tokens = _worth(spans, source.answer), spans.passage.words()
        best_one = int(worth.argmax())
        if worth[best_one] >= GOOD:
            yield True, _at_slots(tokens, int(spans.first[best_one]), int(spans.after[best_one]))
        for place in range(0, len(worth), max(len(worth) // OTHERS, 1)):
            yield False, _at_slots(tokens, int(spans.first[place]), int(spans.after[place]))


def _at_slots(tokens: Sequence[str], first: int, after: int) -> tuple[str, str, str, str]:
    before = tokens[first - 1] if first else START
    return before, tokens[first], tokens[after - 1], tokens[after] if after < len(tokens) else END


def _odds(good: Sequence[str], others: Sequence[str]) -> Counts:
    """What stands there seldom is as likely as anything."""
    of_good, of_others = count([names_of(good)]), count([names_of(others)])
    names = np.union1d(of_good.names, of_others.names)
    wanted, there = of_good.of(names), of_others.of(names)
    usual = max(len(good), 1) / max(len(others), 1)
    odds = np.log((wanted + PRIOR * usual) / ((there + PRIOR) * usual))
    kept = wanted + there >= PRIOR
    return Counts(names[kept], odds[kept], 1.0)
