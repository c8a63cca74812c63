"""Near duplicates by MinHash over runs of words. Imported by worker processes only: it loads SciPy."""

from collections.abc import Sequence

import numpy as np
from datasketch import LeanMinHash, MinHash, MinHashLSH

from ratchet_trainer.duplicates import normalised
from ratchet_trainer.scrubbing import without_placeholders

RUN = 3  # words
MISSED = 0.01
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
    index, leaders = _Index(signatures, threshold), []
    for place in range(len(signatures)):
        alike = index.alike(place)
        leaders.append(max(alike)[1] if alike else place)
        if not alike:
            index.add(place)
    return leaders


def find_pairs(signatures: Sequence[bytes], threshold: float) -> list[tuple[int, int]]:
    """All pairs that are alike, the later place first. For texts of which few are."""
    index = _Index(signatures, threshold)
    pairs: list[tuple[int, int]] = []
    for place in range(len(signatures)):
        pairs += [(place, other) for _, other in sorted(index.alike(place))]
        index.add(place)
    return pairs


class _Index:
    """The bands propose, the signatures decide."""

    def __init__(self, signatures: Sequence[bytes], threshold: float) -> None:
        self._values = np.frombuffer(b"".join(signatures), SIGNATURE_DTYPE).reshape(-1, PERMUTATIONS)
        self._threshold = threshold
        rows = _rows_of_a_band(threshold)
        self._bands = MinHashLSH(num_perm=PERMUTATIONS, params=(PERMUTATIONS // rows, rows))

    def add(self, place: int) -> None:
        self._bands.insert(place, self._minhash(place))

    def alike(self, place: int) -> list[tuple[float, int]]:
        """The share of the word runs of either that both have (Jaccard), and where the other is."""
        proposed = self._bands.query(self._minhash(place))
        likeness = (self._values[proposed] == self._values[place]).mean(axis=1) if proposed else ()
        return [(float(like), other) for like, other in zip(likeness, proposed, strict=True) if like >= self._threshold]

    def _minhash(self, place: int) -> LeanMinHash:
        return LeanMinHash(seed=SEED, hashvalues=self._values[place], scheme=SCHEME)


def _rows_of_a_band(threshold: float) -> int:
    """The most selective bands that miss no more than one in a hundred of those that are just alike."""
    divisors = (rows for rows in (16, 8, 4, 2) if (1 - threshold**rows) ** (PERMUTATIONS / rows) <= MISSED)
    return next(divisors, 1)


def _runs(text: str) -> set[str]:
    words = normalised(without_placeholders(text)).split()
    return {" ".join(words[i : i + RUN]) for i in range(max(len(words) - RUN + 1, 1))}
