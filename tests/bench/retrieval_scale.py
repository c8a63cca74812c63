"""How quick is a search over 100,000 passages, how quick is putting them, and what do they take of memory?

Made with a seed: words by Zipf's law, vectors of 384 numbers around 200 centres; a document has 100 passages of 100
words. All are of one tenant, and a second one has its own. `RATCHET_BENCH_PASSAGES` makes them fewer. Memory is the
process's own, with the vectors and texts of one document at a time, at a quarter, at half and at all of the passages.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ratchet_documents.chunking import Chunk
from ratchet_retrieval.asking import Question
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.passages import Passage, Subject
from ratchet_retrieval.port import EVERYWHERE, Where
from ratchet_retrieval.retrieving import retrieve
from tests.bench.figure import Figure

PASSAGES: Final = int(os.environ.get("RATCHET_BENCH_PASSAGES", "100000"))
A_DOCUMENT: Final = 100
WORDS: Final = 100
VOCABULARY: Final = 30_000
LENGTH: Final = 384
SEARCHES: Final = 100
TEND_EVERY: Final = 100  # documents
CACHE_MB: Final = 256
GOAL_WORDS_MS: Final = 40
GOAL_FUSED_MS: Final = 80

Floats = NDArray[np.float64]


class Made:
    def __init__(self) -> None:
        self._chance = np.random.default_rng(5)
        rare = 1 / np.arange(1, VOCABULARY + 1)
        self._words = np.array([f"{'bcdfghklmnprst'[at % 14]}{'aeiou'[at % 5]}w{at}" for at in range(VOCABULARY)])
        self._often = rare / rare.sum()
        self._centres = self._chance.normal(size=(200, LENGTH))

    def text(self, words: int) -> str:
        return " ".join(self._chance.choice(self._words, words, p=self._often))

    def vectors(self, count: int) -> list[list[float]]:
        centres = self._centres[self._chance.integers(0, len(self._centres), count)]
        found: list[list[float]] = (centres + 0.7 * self._chance.normal(size=centres.shape)).tolist()
        return found

    def document(self, at: int) -> list[Passage]:
        subject = Subject(f"Report {at}", f"Company {at % 50}", f"2023-Q{at % 4 + 1}", "financial_report")
        chunks = (Chunk(order, self.text(WORDS), (), order, order) for order in range(A_DOCUMENT))
        return [Passage(f"d{at}", 1, subject, chunk) for chunk in chunks]


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(folder))


async def _measured(folder: str) -> list[Figure]:
    made, index = Made(), LanceIndex(folder, model="made", cache_mb=CACHE_MB)
    before = resident_mb()
    put_s, memory = await _filled(index, made)
    await index.put("another", made.document(0), made.vectors(A_DOCUMENT))
    one = Where(companies=("Company 7",), periods=("2023-Q4", "2023-Q2"))

    async def words(where: Where) -> None:
        await index.by_words("tenant", made.text(8), where, 50)

    async def fused(where: Where) -> None:
        (vector,) = made.vectors(1)
        await retrieve(index, "tenant", Question(made.text(8), vector, where=where))

    by_words, narrowed = await _times(lambda: words(EVERYWHERE)), await _times(lambda: words(one))
    both, both_narrowed = await _times(lambda: fused(EVERYWHERE)), await _times(lambda: fused(one))
    size = await asyncio.to_thread(_size_mb, Path(folder))
    return [
        _time("full text", by_words, GOAL_WORDS_MS),
        _time("full text, of one company", narrowed, None),
        _time("words and vectors, fused, with neighbours", both, GOAL_FUSED_MS),
        _time("the same, of one company", both_narrowed, None),
        Figure("retrieval: passages put a second", PASSAGES / put_s, "indexes made among it", "", None),
        Figure(
            "retrieval: memory that is resident, growth from a quarter of the passages to all",
            memory[-1] - memory[0],
            f"MB ({before:.0f} before; {', '.join(f'{one:.0f}' for one in memory)}; {size:,.0f} MB in files)",
            f"≤ {CACHE_MB} (the cache)",
            memory[-1] - memory[0] <= CACHE_MB,
        ),
    ]


async def _filled(index: LanceIndex, made: Made) -> tuple[float, list[float]]:
    """Seconds that it took, of the index alone; MB at a quarter, at half and at the end, after searches."""
    documents, took = PASSAGES // A_DOCUMENT, 0.0
    memory = []
    for at in range(documents):
        passages, vectors = made.document(at), made.vectors(A_DOCUMENT)
        started = time.perf_counter()
        await index.put("tenant", passages, vectors)
        if (at + 1) % TEND_EVERY == 0 or at + 1 == documents:
            await index.tend()
        took += time.perf_counter() - started
        if at + 1 in (documents // 4, documents // 2, documents):
            for _ in range(10):
                await index.by_words("tenant", made.text(8), EVERYWHERE, 50)
                await index.by_vector("tenant", made.vectors(1)[0], EVERYWHERE, 50)
            memory.append(resident_mb())
    return took, memory


async def _times(do: Callable[[], Awaitable[None]]) -> Floats:
    """Milliseconds, sorted; what comes first warms the cache and does not count."""
    took = []
    for at in range(SEARCHES + 5):
        started = time.perf_counter()
        await do()
        if at >= 5:
            took.append((time.perf_counter() - started) * 1000)
    return np.sort(took)


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1024**2


def _time(name: str, took: Floats, goal: float | None) -> Figure:
    p95 = float(np.quantile(took, 0.95))
    return Figure(
        name=f"retrieval: {name}, p95",
        value=p95,
        unit=f"ms (p50 {np.median(took):.1f}; {PASSAGES:,} passages)",
        goal="" if goal is None else f"≤ {goal} ms",
        met=None if goal is None else p95 <= goal,
    )


def resident_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
