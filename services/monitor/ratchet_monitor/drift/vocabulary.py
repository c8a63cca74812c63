"""Have the words changed? Of each text one word, drawn by chance, as one of 64 numbers: no text can be told from it.

A keyed hash says which number a word has, and another which word of a text is drawn, by the answer's id: who measures
a text again gets the same number. So:

- Some hundreds of the words that a language uses share a number, and of a text one number is kept: six bits, less than
  its length tells.
- Words of one text come together, and one of each is drawn: the numbers of a window are independent where the texts
  are, and the test of a mix holds as it stands.
- They are counted like any other kind of answer, so what comes twice counts once, and hours add up.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from ratchet_monitor.drift.categories import chi_squared_or_fisher, pooled
from ratchet_monitor.drift.distances import psi
from ratchet_monitor.drift.finding import Finding, Side, too_little

BUCKETS: Final = 64
NEEDED: Final = 50  # texts
LEAST_PSI: Final = 0.1
KNOWN_WORDS: Final = 50_000  # whose numbers this process holds in memory, and nowhere else
LONGEST_WORD: Final = 40

Counts = Mapping[int, int]  # a number: of how many texts a word of it was drawn


def drawn(words: Sequence[str], key: bytes, by: bytes) -> int | None:
    """0 to 63; None of no words. `key`: a secret of the installation, 16 to 64 bytes; with another key nothing can be
    compared. `by`: what is drawn by, such as the bytes of the answer's id."""
    if not words:
        return None
    chance = int.from_bytes(blake2b(by, digest_size=8, key=key, person=b"which word").digest())
    return _bucket(words[chance % len(words)], key)


def compare_vocabulary(
    feature: str, reference: Counts, current: Counts, *, least: float = LEAST_PSI, needed: int = NEEDED
) -> Finding:
    n, m = sum(reference.values()), sum(current.values())
    if min(n, m) < needed:
        return too_little(feature, "share of a bucket", Side(n, None), Side(m, None), least=least, needed=needed)
    table = pooled(*({str(number): count for number, count in one.items()} for one in (reference, current)))
    statistic, p = chi_squared_or_fisher(table)
    by_chance = (len(table) - 1) * (1 / n + 1 / m)  # what two samples of one mix lie apart on average
    apart = psi([was for was, _ in table.values()], [now for _, now in table.values()])
    effect = max(0.0, apart - by_chance)
    kind, (was, now) = max(table.items(), key=lambda row: round(abs(row[1][1] / m - row[1][0] / n), 9))
    return Finding(
        feature=feature,
        what=f"share of bucket {kind}",
        reference=Side(n, was / n),
        current=Side(m, now / m),
        statistic=statistic,
        p=p,
        effect=effect,
        least=least,
        why=f"The words of {feature} differ by a PSI of {effect:.3f} over {len(table)} buckets, beyond what chance "
        f"makes of so many texts; {least:g} is allowed.",
    )


@lru_cache(maxsize=KNOWN_WORDS)
def _bucket(word: str, key: bytes) -> int:
    said = word[:LONGEST_WORD].encode(errors="surrogatepass")
    return blake2b(said, digest_size=1, key=key).digest()[0] % BUCKETS
