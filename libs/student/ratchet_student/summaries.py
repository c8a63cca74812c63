"""Summaries: the sentences of a document that people would find in their own words about it, or about a question.

Tried on two thirds of the QMSum training meetings against the others, 80 words each (ROUGE-1/2/L): sentences by TF-IDF
similarity to the question 20.8/4.3/-; expected words covered 29.7/5.1/16.6 (by gradient boosting in place of the
regression 26.6/4.8/16.6); and expected pairs 29.8/5.6/17.0; and question words weighing by their rarity among questions
29.4/6.2/17.3. What was then given up, for sentences that are about the question rather than full of common words: 28.6/
6.9/17.2, with four in ten of the sentences in the spans that annotators marked for the question, two in ten before (the
spans were read for this comparison only).
"""

from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.counts import Counts
from ratchet_student.examples import Prediction
from ratchet_student.expectation import (
    PAIR_FEATURES,
    WORD_FEATURES,
    Elsewhere,
    Expectation,
    pair_features,
    word_features,
)
from ratchet_student.reading import Floats, Reading
from ratchet_student.relevance import Relevance, relevance
from ratchet_student.selection import choose
from ratchet_student.sureness import ALWAYS, Sureness
from ratchet_student.words import size

PRIORS = (0.02, 0.3)  # counts, in references and in documents, of what was never seen


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in training: words first, pairs second."""

    questions: Counts
    references: tuple[Counts, Counts]
    documents: tuple[Counts, Counts]

    def elsewhere(self, reading: Reading) -> tuple[Elsewhere, Elsewhere]:
        words, pairs = (
            Elsewhere(
                self.references[n].log_rate(grams.names, PRIORS[0]), self.documents[n].log_rate(grams.names, PRIORS[1])
            )
            for n, grams in enumerate((reading.words, reading.pairs))
        )
        return words, pairs

    def without(self, own: "Seen") -> "Seen":
        """As it was before the document came whose counts are `own`."""
        return Seen(
            self.questions.without(own.questions),
            (self.references[0].without(own.references[0]), self.references[1].without(own.references[1])),
            (self.documents[0].without(own.documents[0]), self.documents[1].without(own.documents[1])),
        )


@dataclass(frozen=True, slots=True)
class SummaryModel:
    seen: Seen
    words: Expectation
    pairs: Expectation
    budget: int  # words of a summary
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        sizes = self.words.coefficients.shape, self.pairs.coefficients.shape
        must(sizes == ((WORD_FEATURES,), (PAIR_FEATURES,)), "features have other coefficients")

    def summary(self, reading: Reading, question: str, budget: int) -> Prediction:
        if not reading.sentences:
            return Prediction("", 0.0)
        about = relevance(reading, question, self.seen.questions)
        elsewhere = self.seen.elsewhere(reading)
        words = self.words.of(features_of_words(reading, about, elsewhere[0]))
        pairs = self.pairs.of(features_of_pairs(reading, about, elsewhere[1], words))
        common = np.minimum(np.exp(elsewhere[0].references), 1)
        chosen = choose(reading, words, pairs, common=common, on_topic=about.on_topic, budget=budget)
        if not chosen.sentences:
            return Prediction(_cut(reading, about, budget), 0.0)
        shown = [reading.sentences[place] for place in chosen.sentences]
        length = int(np.isin(reading.words.sentence, chosen.sentences).sum())
        confidence = min(1.0, 2 * chosen.matches / (length + self.budget))
        joint = "\n" if any(sentence.speaker for sentence in shown) else " "
        return Prediction(joint.join(map(str, shown)), confidence)


def features_of_words(reading: Reading, about: Relevance, elsewhere: Elsewhere) -> Floats:
    return word_features(reading.words, about.words, about.near, about.wide, elsewhere)


def features_of_pairs(reading: Reading, about: Relevance, elsewhere: Elsewhere, words: Floats) -> Floats:
    alone = word_features(reading.pairs, about.pairs, about.near, about.wide, elsewhere)
    return pair_features(alone, words, reading.pair_parts)


def _cut(reading: Reading, about: Relevance, budget: int) -> str:
    """No sentence fits: the start of the most relevant one."""
    text = str(reading.sentences[int(about.near.argmax())])
    parts = text.split()
    return " ".join(parts[:budget]) if size(text) == len(parts) else text[:budget]
