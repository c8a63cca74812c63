"""Near duplicates by MinHash over runs of words. Imported by worker processes only: it loads SciPy."""

from collections.abc import Iterator, Sequence

import numpy as np
from datasketch import MinHash, MinHashLSH

from ratchet_trainer.duplicates import normalised
from ratchet_trainer.scrubbing import without_placeholders

RUN = 3  # words
PERMUTATIONS, SEED, SCHEME = 128, 1, "affine32"  # stored signatures are comparable only while all three stay
SIGNATURE_DTYPE = "<u4"


def signature(text: str) -> bytes:
    minhash = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME)
    minhash.update_batch([run.encode(errors="surrogatepass") for run in _runs(text)])
    return bytes(minhash.hashvalues.astype(SIGNATURE_DTYPE).tobytes())


def find_leaders(signatures: Sequence[bytes], threshold: float) -> list[int]:
    """For each text its leader's place: in their order, a text follows the earlier leader that it is most alike.

    Only leaders are looked among, so a crowd of texts that are all alike costs no square of its size.
    """
    index, leaders = _Index(threshold), []
    for place, minhash in enumerate(map(_minhash, signatures)):
        alike = sorted(index.alike(minhash))
        leaders.append(alike[-1][1] if alike else place)
        if not alike:
            index.add(place, minhash)
    return leaders


def find_pairs(signatures: Sequence[bytes], threshold: float) -> list[tuple[int, int]]:
    """All pairs that are alike. For texts of which few are."""
    index = _Index(threshold)
    pairs: list[tuple[int, int]] = []
    for place, minhash in enumerate(map(_minhash, signatures)):
        pairs += [(place, other) for _, other in sorted(index.alike(minhash))]
        index.add(place, minhash)
    return pairs


class _Index:
    """The bands propose, the signatures decide."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._bands = MinHashLSH(threshold=min(threshold, 0.99), num_perm=PERMUTATIONS, weights=(0.2, 0.8))
        self._there: dict[int, MinHash] = {}

    def add(self, place: int, minhash: MinHash) -> None:
        self._bands.insert(place, minhash)
        self._there[place] = minhash

    def alike(self, minhash: MinHash) -> Iterator[tuple[float, int]]:
        for place in self._bands.query(minhash):
            likeness = float(minhash.jaccard(self._there[place]))
            if likeness >= self._threshold:
                yield likeness, place


def _runs(text: str) -> set[str]:
    words = normalised(without_placeholders(text)).split()
    return {" ".join(words[i : i + RUN]) for i in range(max(len(words) - RUN + 1, 1))}


def _minhash(values: bytes) -> MinHash:
    numbers = np.frombuffer(values, SIGNATURE_DTYPE).astype(np.uint32)
    return MinHash(num_perm=PERMUTATIONS, seed=SEED, hashvalues=numbers, scheme=SCHEME)
