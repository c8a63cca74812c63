"""Learning to summarise, from documents, questions and what people wrote."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.counts import count
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example
from ratchet_student.expectation import Elsewhere, Expectation, fit_expectation
from ratchet_student.reading import Floats, Grams, Names, Reading, grams_of, read
from ratchet_student.relevance import Relevance, relevance
from ratchet_student.summaries import Seen, SummaryModel, features_of_pairs, features_of_words
from ratchet_student.sureness import NONE_HELD_OUT, HeldOut
from ratchet_student.words import size

MAX_EXAMPLES = 1_500
MAX_WORDS = 4_000_000  # of all documents; both bound time (some 2 minutes) and memory (some 500 MB)
ABSENT_KEPT = 500  # of each example: words, and pairs, that its reference does not have
BUDGETS = (5, 400)


@dataclass(frozen=True, slots=True)
class _Source:
    """A document with everything that was asked about it."""

    reading: Reading
    questions: Sequence[str]
    references: Sequence[tuple[Names, Names]]
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class _Case:
    """One question about a document, and what is known of it from elsewhere."""

    reading: Reading
    about: Relevance
    elsewhere: tuple[Elsewhere, Elsewhere]
    reference: tuple[Names, Names]
    weight: float


@dataclass(frozen=True, slots=True)
class _Rows:
    features: Floats
    counts: Floats
    weights: Floats


def learn_summaries(examples: Sequence[Example], seed: int) -> tuple[SummaryModel, HeldOut]:
    """Beyond MAX_EXAMPLES or MAX_WORDS it learns from a random part. None is held out: how many words a summary shares
    with a reference does not say whether it is right, so none is left to others for that."""
    random = np.random.default_rng(seed)
    kept = _sampled([example for example in examples if _written(example).strip()], random)
    sources = list(_sources(kept))
    if not sources:
        raise CannotLearnError("No example has both a document and a reference: give texts with what people wrote.")
    seen = _seen(sources, at_least=2)
    cases = [case for source in sources for case in _cases(source, seen)]
    rows = [_word_rows(case, random) for case in cases]
    if not any(part.counts.any() for part in rows):
        raise CannotLearnError("What people wrote has no word of its document: give references that were made from it.")
    words = _fit(rows)
    pairs = _fit([_pair_rows(case, words, random) for case in cases])
    budget = float(np.median([size(_written(example)) for example in kept]))
    return SummaryModel(seen, words, pairs, int(np.clip(budget, *BUDGETS))), NONE_HELD_OUT


def _written(example: Example) -> str:
    return example.target if isinstance(example.target, str) else "\n".join(example.target)


def _sampled(examples: Sequence[Example], random: np.random.Generator) -> list[Example]:
    places = sorted(random.permutation(len(examples))[:MAX_EXAMPLES])
    return [examples[place] for place in places]


def _sources(examples: Sequence[Example]) -> Iterator[_Source]:
    by_document: dict[str, list[Example]] = {}
    for example in examples:
        by_document.setdefault(example.document, []).append(example)
    left = MAX_WORDS
    for document, asked in by_document.items():
        reading = read(document)
        left -= len(reading.words.kind)
        if left < 0:
            return
        if reading.sentences:
            references = [grams_of(_written(example)) for example in asked]
            yield _Source(reading, [e.question for e in asked], references, [e.weight for e in asked])


def _seen(sources: Sequence[_Source], at_least: int) -> Seen:
    questions = [grams_of(question)[0] for source in sources for question in source.questions if question.strip()]
    references = [reference for source in sources for reference in source.references]
    readings = [source.reading for source in sources]
    return Seen(
        count(questions, once_a_text=True),
        (count([words for words, _ in references]), count([pairs for _, pairs in references])),
        (
            count([reading.words.names for reading in readings], at_least=at_least),
            count([reading.pairs.names for reading in readings], at_least=at_least),
        ),
    )


def _cases(source: _Source, seen: Seen) -> Iterator[_Case]:
    others = seen.without(_seen([source], at_least=1))
    elsewhere = others.elsewhere(source.reading)
    for question, reference, weight in zip(source.questions, source.references, source.weights, strict=True):
        about = relevance(source.reading, question, others.questions)
        yield _Case(source.reading, about, elsewhere, reference, weight)


def _word_rows(case: _Case, random: np.random.Generator) -> _Rows:
    features = features_of_words(case.reading, case.about, case.elsewhere[0])
    return _thinned(features, case.reading.words, case.reference[0], case.weight, random)


def _pair_rows(case: _Case, words: Expectation, random: np.random.Generator) -> _Rows:
    expected = words.of(features_of_words(case.reading, case.about, case.elsewhere[0]))
    features = features_of_pairs(case.reading, case.about, case.elsewhere[1], expected)
    return _thinned(features, case.reading.pairs, case.reference[1], case.weight, random)


def _thinned(features: Floats, grams: Grams, reference: Names, weight: float, random: np.random.Generator) -> _Rows:
    """Those that the reference has, and some of the others, which weigh for all of them."""
    counts = count([reference]).of(grams.names)
    absent = np.flatnonzero(counts == 0)
    kept = random.permutation(absent)[:ABSENT_KEPT]
    rows = np.concatenate([np.flatnonzero(counts), kept])
    weights = np.where(counts[rows] > 0, weight, weight * len(absent) / max(len(kept), 1))
    return _Rows(features[rows], counts[rows], weights)


def _fit(rows: Sequence[_Rows]) -> Expectation:
    return fit_expectation(
        np.concatenate([part.features for part in rows]),
        np.concatenate([part.counts for part in rows]),
        np.concatenate([part.weights for part in rows]),
    )
