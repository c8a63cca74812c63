"""Vectors for those without a key: each text's words, hashed. Texts that share words lie near each other."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from ratchet_common.events import Usage
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, encoded
from ratchet_providers.failing import ProviderError
from ratchet_providers.usage import estimated_tokens

DIMENSIONS: Final = 256
MOST_DIMENSIONS: Final = 4_096
WORD: Final = re.compile(r"\w+")


class SimulatedEmbeddings:
    """Deterministic, on every machine. Of unit length; a text without words is the first axis."""

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Raises ProviderError for dimensions that are none."""
        dimensions = DIMENSIONS if request.dimensions is None else request.dimensions
        if not 0 < dimensions <= MOST_DIMENSIONS:
            raise ProviderError("bad_request", f"dimensions must lie between 1 and {MOST_DIMENSIONS}")
        return Embeddings(
            vectors=[encoded(hashed(words_of(of), dimensions), request.encoding_format) for of in request.inputs],
            usage=Usage(input_tokens=sum(map(_tokens, request.inputs)), estimated=True),
            model=request.model,
            simulated=True,
        )


def words_of(of: str | Sequence[int]) -> list[str]:
    return WORD.findall(of.lower()) if isinstance(of, str) else [str(token) for token in of]


def hashed(words: Sequence[str], dimensions: int) -> list[float]:
    """A word counts once for each doubling of its number, so that frequent ones do not drown the others."""
    vector = [0.0] * dimensions
    for word, count in Counter(words).items():
        number = _number(word)
        vector[number % dimensions] += (1 if number >> 63 else -1) * (1 + math.log2(count))
    length = math.hypot(*vector)
    if not length:
        return [1.0] + [0.0] * (dimensions - 1)
    return [value / length for value in vector]


@lru_cache(maxsize=65_536)
def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest(), "big")


def _tokens(of: str | Sequence[int]) -> int:
    return estimated_tokens(len(of)) if isinstance(of, str) else len(of)
