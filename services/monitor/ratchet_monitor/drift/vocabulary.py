"""Have the words changed? A sketch of fixed size, from which no text can be told.

Each word falls into one of 64 buckets by a keyed hash, and a text becomes the share of its words in each. Kept are the
sums of these shares, and of their roots, over many texts. So:

- Some hundreds of the words that a language uses share a bucket, and the order of words is gone: no text follows from
  its shares, and there are many texts for any shares.
- Whoever suspects a text could compare its shares, had they the key, if it stood alone. It does not: what holds fewer
  than `TOGETHER` texts is not to be kept (`publishable`).
- The shares of one text are not kept anywhere: they are added, and forgotten.

The unit of the test is the text, since words of one text come together: each bucket's mean root is compared by its
spread over texts, and the clearest of them is held against all 64 (Bonferroni: whatever depends on what). Roots, since
most texts have little of a bucket and a few have much: their means are near a normal distribution far sooner.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from math import sqrt
from typing import Final

import msgspec

from ratchet_monitor.drift.distances import psi
from ratchet_monitor.drift.finding import Finding, Side, too_little
from ratchet_monitor.drift.significance import student

BUCKETS: Final = 64
SCALE: Final = 10_000  # a share as an integer: sums do not depend on the order
TOGETHER: Final = 20
NEEDED: Final = 50  # texts
LEAST_PSI: Final = 0.1
KNOWN_WORDS: Final = 50_000  # whose buckets this process holds in memory, and nowhere else
LONGEST_WORD: Final = 40

NONE: Final = (0,) * BUCKETS


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over texts, of shares in SCALE-ths and of their roots in as many. Two of them add up to one."""

    texts: int = 0
    shares: tuple[int, ...] = NONE
    roots: tuple[int, ...] = NONE

    def __add__(self, other: "Vocabulary") -> "Vocabulary":
        return Vocabulary(
            texts=self.texts + other.texts,
            shares=tuple(a + b for a, b in zip(self.shares, other.shares, strict=True)),
            roots=tuple(a + b for a, b in zip(self.roots, other.roots, strict=True)),
        )

    @property
    def publishable(self) -> bool:
        """Enough texts have been added that none of them stands out."""
        return self.texts >= TOGETHER


def vocabulary_of(words: Sequence[str], key: bytes) -> Vocabulary:
    """Of one text. `key`: a secret of the installation, 16 to 64 bytes; with another key nothing can be compared."""
    if not words:
        return Vocabulary()
    counts = [0] * BUCKETS
    for word in words:
        counts[_bucket(word, key)] += 1
    shares = tuple(round(count * SCALE / len(words)) for count in counts)
    return Vocabulary(texts=1, shares=shares, roots=tuple(round(sqrt(share * SCALE)) for share in shares))


def compare_vocabulary(
    feature: str, reference: Vocabulary, current: Vocabulary, *, least: float = LEAST_PSI, needed: int = NEEDED
) -> Finding:
    sides = Side(reference.texts, None), Side(current.texts, None)
    if min(reference.texts, current.texts) < needed:
        return too_little(feature, "share of a bucket", *sides, least=least, needed=needed)
    both = reference + current
    ts = [_t(reference, current, both, bucket) for bucket in range(BUCKETS)]
    clearest = max(range(BUCKETS), key=lambda bucket: abs(ts[bucket]))
    was, now = (one.shares[clearest] / one.texts / SCALE for one in (reference, current))
    effect = psi(*([share / SCALE for share in one.shares] for one in (reference, current)))
    return Finding(
        feature=feature,
        what=f"share of bucket {clearest}",
        reference=Side(reference.texts, was),
        current=Side(current.texts, now),
        statistic=ts[clearest],
        p=min(1.0, BUCKETS * student(ts[clearest], reference.texts + current.texts - 2)),
        effect=effect,
        least=least,
        why=f"The words of {feature} differ by a PSI of {effect:.3f} over {BUCKETS} buckets; {least:g} is allowed.",
    )


def _t(reference: Vocabulary, current: Vocabulary, both: Vocabulary, bucket: int) -> float:
    """Of two samples with one spread, as both have where nothing changed. The square of a root is the share."""
    n, m = reference.texts, current.texts
    mean = both.roots[bucket] / both.texts / SCALE
    spread = max(0.0, both.shares[bucket] / both.texts / SCALE - mean**2)
    error = sqrt(spread * (1 / n + 1 / m))
    return (current.roots[bucket] / m - reference.roots[bucket] / n) / SCALE / error if error else 0.0


@lru_cache(maxsize=KNOWN_WORDS)
def _bucket(word: str, key: bytes) -> int:
    said = word[:LONGEST_WORD].encode(errors="surrogatepass")
    return blake2b(said, digest_size=1, key=key).digest()[0] % BUCKETS
