"""Which parts of a document a question is about.

A question's words weigh by how rare they are in the document and, squared, by how rare they are in questions: "What did
the group discuss about" says nothing of where to look. A sentence near relevant ones is relevant: their similarity is
spread over the neighbours (what an answer needs is said around the words of the question, seldom in the same sentence).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_student.counts import Counts
from ratchet_student.normalise import as_scrubbed
from ratchet_student.reading import Floats, Grams, Names, Reading, grams_of
from ratchet_student.words import words

NEAR, WIDE = (1, 4), (12,)  # widths of the Gaussian kernels, in sentences
LEAST_WEIGHT = 0.2  # a question all of whose words weigh less ("Summarize the meeting") points nowhere much
EVERYWHERE = 3e-4
NAMED = 4.0  # times more relevant is what somebody said whom the question names


@dataclass(frozen=True, slots=True)
class Relevance:
    words: Floats  # weight of each different word of the document in the question, 0 to 1
    pairs: Floats  # 1 for each pair that stands in the question
    near: Floats  # of each sentence, adding up to 1
    wide: Floats
    named: NDArray[np.bool_]  # the question names who said the sentence

    @property
    def on_topic(self) -> Floats:
        """Of each sentence: its relevance beside the highest one, and who said it."""
        beside: Floats = self.near / self.near.max(initial=np.finfo(float).tiny)
        return beside * np.where(self.named, NAMED, 1.0)


def relevance(reading: Reading, question: str, questions: Counts) -> Relevance:
    asked_words, asked_pairs = grams_of(question)
    rarity = _rarity(reading.words, len(reading.sentences))
    weights = _weights(reading.words.names, asked_words, rarity, questions)
    similar = _similarity(reading, weights, rarity)
    return Relevance(
        weights,
        np.isin(reading.pairs.names, asked_pairs).astype(float),
        _spread(similar, NEAR),
        _spread(similar, WIDE),
        _named(reading, set(words(as_scrubbed(question)))),
    )


def _named(reading: Reading, asked: set[str]) -> NDArray[np.bool_]:
    speakers = {sentence.speaker for sentence in reading.sentences}
    named = {who for who in speakers if (parts := set(words(as_scrubbed(who)))) and parts <= asked}
    return np.array([sentence.speaker in named for sentence in reading.sentences], bool)


def _rarity(grams: Grams, sentences: int) -> Floats:
    """1 for a word of no sentence but one, towards 0 for a word of all (smoothed idf, scaled)."""
    inside = np.bincount(grams.kind, grams.nth == 0, len(grams.names))
    rarity: Floats = (1 + np.log((1 + sentences) / (1 + inside))) / (1 + np.log(1 + sentences))
    return rarity


def _weights(names: Names, asked: Names, rarity: Floats, questions: Counts) -> Floats:
    n = questions.total + 2
    informative = np.log(n / (questions.of(names) + 1)) / np.log(n)
    weights = np.where(np.isin(names, asked), rarity * np.maximum(informative, 0) ** 2, 0)
    scaled: Floats = weights / max(float(np.linalg.norm(weights)), LEAST_WEIGHT)
    return scaled


def _similarity(reading: Reading, weights: Floats, rarity: Floats) -> Floats:
    """Cosine of the sentence's different words with the question, each word weighing by its rarity."""
    first = reading.words.nth == 0
    kind, sentence, n = reading.words.kind[first], reading.words.sentence[first], len(reading.sentences)
    hits = np.bincount(sentence, weights[kind] * rarity[kind], n)
    norms = np.sqrt(np.bincount(sentence, rarity[kind] ** 2, n))
    return np.divide(hits, norms, out=np.zeros(n), where=norms > 0)


def _spread(similar: Floats, widths: tuple[int, ...]) -> Floats:
    smooth = sum((_smooth(similar, width) for width in widths), np.zeros(len(similar)))
    mass = smooth**2 + EVERYWHERE
    shares: Floats = mass / mass.sum() if len(mass) else mass
    return shares


def _smooth(values: Floats, width: int) -> Floats:
    kernel = np.exp(-0.5 * (np.arange(-3 * width, 3 * width + 1) / width) ** 2)
    whole: Floats = np.convolve(values, kernel / kernel.sum()) if len(values) else values
    return whole[3 * width : 3 * width + len(values)]
