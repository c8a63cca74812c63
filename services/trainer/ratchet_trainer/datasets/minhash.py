"""MinHash: of how many parts two sets have in common, 128 numbers tell.

Bit for bit what datasketch's scheme `affine32` gives for seed 1: what is stored was made by it, and stays comparable.
The library itself loads SciPy, for what is not used here, which costs each worker process .7 s of a processor.
"""

import hashlib
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS, SEED = 128, 1  # stored signatures are comparable only while both stay
PORTION = 4096  # parts at a time: each takes half a kilobyte while it is looked at

Numbers = NDArray[np.uint32]


def minhash(parts: Sequence[bytes]) -> Numbers:
    """Shape: (PERMUTATIONS,). Of no parts: the largest number in each place."""
    factors, terms = _permutations()
    least = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(parts), PORTION):
        hashes = _mixed(_hashes(parts[start : start + PORTION]))
        permuted = hashes[:, np.newaxis] * factors + terms
        least = np.minimum(least, permuted.min(axis=0))
    return least


@cache
def _permutations() -> tuple[Numbers, Numbers]:
    """Odd factors, and terms: `factor * hash + term` is another order of all hashes for each pair."""
    made = np.random.RandomState(SEED)
    factors = made.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, made.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)


def _hashes(parts: Sequence[bytes]) -> Numbers:
    digests = b"".join(hashlib.sha1(part, usedforsecurity=False).digest()[:4] for part in parts)
    return np.frombuffer(digests, "<u4").astype(np.uint32)


def _mixed(hashes: Numbers) -> Numbers:
    """MurmurHash3's last step."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))
