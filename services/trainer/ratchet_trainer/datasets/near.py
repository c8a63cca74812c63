"""Near duplicates by MinHash over runs of words. Imported by worker processes only: it loads SciPy."""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from ratchet_trainer.datasets.duplicates import normalised
from ratchet_trainer.privacy.scrubbing import without_placeholders

RUN = 3  # words
MISSED = 0.01
PERMUTATIONS, SEED, SCHEME = 128, 1, "affine32"  # stored signatures are comparable only while all three stay
SIGNATURE_DTYPE = "<u4"
# A sign is a word in scripts that write no gaps between words: Chinese and Japanese, Thai, Lao, Burmese and Khmer.
_GAPLESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORDS = re.compile(rf"[{_GAPLESS}]|[^\s{_GAPLESS}]+")


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


def find_across(known: Sequence[bytes], others: Sequence[bytes], threshold: float) -> dict[int, int]:
    """By place among `others` the place of the one among `known` that it is most alike, where there is one."""
    index = _Index([*known, *others], threshold)
    for place in range(len(known)):
        index.add(place)
    found = ((place, index.alike(len(known) + place)) for place in range(len(others)))
    return {place: max(alike, key=lambda one: (one[0], -one[1]))[1] for place, alike in found if alike}


class _Index:
    """Bands that are the same propose, the signatures decide."""

    def __init__(self, signatures: Sequence[bytes], threshold: float) -> None:
        self._values = np.frombuffer(b"".join(signatures), SIGNATURE_DTYPE).reshape(-1, PERMUTATIONS)
        self._threshold = threshold
        self._shared = _shared_bands(self._values, _rows_of_a_band(threshold))
        self._there: dict[int, list[int]] = {}  # by band

    def add(self, place: int) -> None:
        for band in self._shared.get(place, ()):
            self._there.setdefault(band, []).append(place)

    def alike(self, place: int) -> list[tuple[float, int]]:
        """The share of the word runs of either that both have (Jaccard), and where the other is."""
        proposed = sorted({other for band in self._shared.get(place, ()) for other in self._there.get(band, ())})
        likeness = (self._values[proposed] == self._values[place]).mean(axis=1) if proposed else ()
        return [(float(like), other) for like, other in zip(likeness, proposed, strict=True) if like >= self._threshold]


def _shared_bands(values: NDArray[np.uint32], rows: int) -> dict[int, list[int]]:
    """By place the bands that it has in common with another, as numbers. Most texts are like no other: they are not in
    it, so that a hundred thousand signatures take little more than themselves.
    """
    odd = np.random.default_rng(SEED).integers(2**63, size=rows, dtype=np.uint64) * 2 + 1
    shared: dict[int, list[int]] = defaultdict(list)
    for start in range(0, PERMUTATIONS, rows):
        keys = (values[:, start : start + rows].astype(np.uint64) * odd).sum(axis=1, dtype=np.uint64)
        _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
        for place in np.flatnonzero(counts[which] > 1).tolist():
            shared[place].append(start * len(values) + int(which[place]))
    return shared


def _rows_of_a_band(threshold: float) -> int:
    """The most selective bands that miss no more than one in a hundred of those that are just alike."""
    divisors = (rows for rows in (16, 8, 4, 2) if (1 - threshold**rows) ** (PERMUTATIONS / rows) <= MISSED)
    return next(divisors, 1)


def _runs(text: str) -> set[str]:
    words = _WORDS.findall(normalised(without_placeholders(text)))
    return {" ".join(words[i : i + RUN]) for i in range(max(len(words) - RUN + 1, 1))}
