"""Which sentence of a document says what an item says."""

from collections.abc import Sequence

import numpy as np

from ratchet_student.reading import Floats, Ints, Names, Reading

LEAST_ALIKE = 0.3


def sentences_behind(reading: Reading, items: Sequence[Names]) -> Ints:
    """For each item the place of its sentence, or -1 where none is alike enough. No sentence stands for two items.

    The most alike pair goes first. Alike: F1 over the different words, the speaker's name among those of the sentence.
    """
    behind = np.full(len(items), -1)
    alike = _alike(reading, items)
    while alike.size and alike.max() >= LEAST_ALIKE:
        item, sentence = np.unravel_index(int(alike.argmax()), alike.shape)
        behind[item] = sentence
        alike[item], alike[:, sentence] = 0, 0
    return behind


def _alike(reading: Reading, items: Sequence[Names]) -> Floats:
    """(items, sentences)."""
    n, first = len(reading.sentences), reading.words.nth == 0
    kind, sentence = reading.words.kind[first], reading.words.sentence[first]
    sizes = np.bincount(sentence, minlength=n)
    alike = np.zeros((len(items), n))
    for place, item in enumerate(items):
        shared = np.bincount(sentence, np.isin(reading.words.names, item)[kind], n)
        alike[place] = 2 * shared / np.maximum(sizes + len(np.unique(item)), 1)
    return alike
