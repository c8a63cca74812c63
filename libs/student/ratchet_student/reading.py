"""A document as numbers: which words and pairs of words stand in which sentence."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_student.normalise import as_scrubbed
from ratchet_student.sentences import Sentence, sentences
from ratchet_student.words import size, words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = NDArray[np.uint64]  # of words and pairs: 64 bits of a hash, so that no text stands in a student's file

_ODD, _ODD_TOO = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, slots=True)
class Grams:
    """The words of a document, or its pairs of neighbouring words. The last three have one entry an occurrence."""

    names: Names  # of the different ones, sorted
    kind: Ints  # its place in `names`
    nth: Ints  # how many of the same kind stand before it in the same sentence
    sentence: Ints

    @property
    def counts(self) -> Floats:
        return self.spread(np.ones(len(self.kind)))

    def spread(self, per_occurrence: Floats) -> Floats:
        """The sum for each kind."""
        return np.bincount(self.kind, per_occurrence, len(self.names)).astype(float)


@dataclass(frozen=True, slots=True)
class Reading:
    sentences: Sequence[Sentence]
    sizes: Ints  # of the sentences as they would be shown
    lengths: Ints  # words in each, without the speaker
    words: Grams
    pairs: Grams
    pair_parts: tuple[Ints, Ints]  # for each different pair, its words' places in `words.names`


def read(document: str) -> Reading:
    found = sentences(document)
    said = [words(as_scrubbed(sentence.text)) for sentence in found]
    whole = [words(as_scrubbed(sentence.speaker)) + text for sentence, text in zip(found, said, strict=True)]
    owner = np.repeat(np.arange(len(found)), [len(text) for text in whole])
    flat = names_of(word for text in whole for word in text)
    unigrams = _grams(flat, owner)
    inside = np.flatnonzero(owner[1:] == owner[:-1]) if len(owner) else owner
    both = pair_names(flat[:-1], flat[1:])[inside] if len(flat) else flat
    pairs = _grams(both, owner[inside])
    first_seen = np.zeros(len(pairs.names), np.int64)
    first_seen[pairs.kind[::-1]] = inside[::-1]
    return Reading(
        found,
        np.array([size(str(sentence)) for sentence in found], np.int64),
        np.array([len(text) for text in said], np.int64),
        unigrams,
        pairs,
        (unigrams.kind[first_seen], unigrams.kind[first_seen + 1] if len(first_seen) else first_seen),
    )


def names_of(text: Iterable[str]) -> Names:
    known: dict[str, int] = {}
    return np.array([known.get(word) or known.setdefault(word, _name(word)) for word in text], np.uint64)


def pair_names(first: Names, second: Names) -> Names:
    return np.asarray(first * _ODD + (second ^ (second >> np.uint64(29))) * _ODD_TOO, np.uint64)


def grams_of(text: str) -> tuple[Names, Names]:
    """The words and the pairs of a reference or a question, as often as they stand there."""
    found = names_of(words(as_scrubbed(text)))
    return found, pair_names(found[:-1], found[1:])


def _name(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _grams(flat: Names, owner: Ints) -> Grams:
    names, kind = np.unique(flat, return_inverse=True)
    place = owner * max(len(names), 1) + kind
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    run = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    nth = np.empty(len(order), np.int64)
    nth[order] = run
    return Grams(names, kind.astype(np.int64), nth, owner)
