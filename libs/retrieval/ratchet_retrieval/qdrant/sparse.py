"""A text as a sparse vector, whose product with a question's is BM25: the server multiplies by how rare a word is.

Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009. The mean length is taken as given, since no one
knows it while points come in. Words are split as LanceDB does it, so that both indexes find the same.
"""

import hashlib
from collections import Counter
from typing import Final

from lancedb import tokenize
from qdrant_client.models import SparseVector

from ratchet_retrieval.searched_text import LONGEST_WORD, words_of

K1: Final = 1.2
B: Final = 0.75
MEAN_WORDS: Final = 200.0  # of a passage


def of_passage(text: str) -> SparseVector:
    counts = Counter(_number(word) for word in _split(text))
    norm = K1 * (1 - B + B * sum(counts.values()) / MEAN_WORDS)
    return SparseVector(indices=list(counts), values=[count * (K1 + 1) / (count + norm) for count in counts.values()])


def of_question(text: str) -> SparseVector:
    """Without any number where the question has no word that counts."""
    numbers = list(dict.fromkeys(_number(word) for word in _split(" ".join(words_of(text)))))
    return SparseVector(indices=numbers, values=[1.0] * len(numbers))


def _split(text: str) -> list[str]:
    tokens = tokenize(text, base_tokenizer="simple", stem=False, remove_stop_words=True, max_token_length=LONGEST_WORD)
    return [token.text for token in tokens]


def _number(word: str) -> int:
    """Of 4 bytes: of 100,000 different words one or two share theirs with another."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
