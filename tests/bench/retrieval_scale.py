"""How quick is a search over 100,000 passages, how quick is putting them, and what do they take of memory?

Made with a seed: words by Zipf's law, vectors of 384 numbers around 200 centres; a document has 100 passages of 100
words. All are of one tenant, and a second one has its own. `RATCHET_BENCH_PASSAGES` makes them fewer. Memory is the
process's own, with the vectors and texts of one document at a time, at a quarter, at half and at all of the passages.
What is found with the index of vectors is compared with what a look at each vector finds. The CPU that a search takes
is told beside its time, since it says the same on a machine that has other work to do.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import lancedb
import numpy as np
from numpy.typing import NDArray

from ratchet_common.arenas import give_back, keep_few_arenas
from ratchet_documents.chunking import Chunk
from ratchet_retrieval.asking import Question
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.lance.rows import VECTOR, place_of
from ratchet_retrieval.lance.tables import name_of
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
NEAREST: Final = 10
GOAL_RECALL: Final = 0.95
COMPARED: Final = 30  # searches with the index of vectors and without

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Took:
    """`ms`: of each search, sorted. `cpu_ms`: on average, of all threads."""

    ms: Floats
    cpu_ms: float


class Made:
    def __init__(self) -> None:
        self._chance = np.random.default_rng(5)
        rare = 1 / np.arange(1, VOCABULARY + 1)
        self._words = np.array([f"{'bcdfghklmnprst'[at % 14]}{'aeiou'[at % 5]}w{at}" for at in range(VOCABULARY)])
        self._up_to = np.cumsum(rare) / rare.sum()
        self._centres = self._chance.normal(size=(200, LENGTH))

    def texts(self, count: int, words: int) -> list[str]:
        places = np.searchsorted(self._up_to, self._chance.random((count, words)))
        return [" ".join(row) for row in self._words[places]]

    def question(self, where: Where) -> Question:
        (text,), (vector,) = self.texts(1, 8), self.vectors(1).tolist()
        return Question(text, vector, where=where)

    def vectors(self, count: int) -> Floats:
        centres = self._centres[self._chance.integers(0, len(self._centres), count)]
        return centres + 0.7 * self._chance.normal(size=centres.shape)

    def document(self, at: int) -> list[Passage]:
        subject = Subject(f"Report {at}", f"Company {at % 50}", f"2023-Q{at % 4 + 1}", "financial_report")
        texts = self.texts(A_DOCUMENT, WORDS)
        chunks = (Chunk(order, text, (), order, order) for order, text in enumerate(texts))
        return [Passage(f"d{at}", 1, subject, chunk) for chunk in chunks]


def run() -> list[Figure]:
    keep_few_arenas()  # as each service does
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(folder))


async def _measured(folder: str) -> list[Figure]:
    made, index = Made(), LanceIndex(folder, model="made", cache_mb=CACHE_MB)
    before = resident_mb()
    put_s, put_cpu_s, memory = await _filled(index, made)
    await index.put("another", made.document(0), made.vectors(A_DOCUMENT).tolist())
    one = Where(companies=("Company 7",), periods=("2023-Q4", "2023-Q2"))

    async def words(asked: Question) -> None:
        await index.by_words("tenant", asked.text, asked.where, 50)

    async def fused(asked: Question) -> None:
        await retrieve(index, "tenant", asked)

    by_words, narrowed = await _times(words, made, EVERYWHERE), await _times(words, made, one)
    both, both_narrowed = await _times(fused, made, EVERYWHERE), await _times(fused, made, one)
    recall = await _recall(folder, index, made)
    size = await asyncio.to_thread(_size_mb, Path(folder))
    return [
        _time("full text", by_words, GOAL_WORDS_MS),
        _time("full text, of one company", narrowed, None),
        _time("words and vectors, fused, with neighbours", both, GOAL_FUSED_MS),
        _time("the same, of one company", both_narrowed, None),
        Figure(
            f"retrieval: share of the {NEAREST} nearest vectors that is found",
            recall,
            f"of what a look at each finds ({COMPARED} searches, {PASSAGES:,} passages)",
            f"≥ {GOAL_RECALL}",
            recall >= GOAL_RECALL,
        ),
        Figure(
            "retrieval: passages put a second",
            PASSAGES / put_s,
            f"with tending every {TEND_EVERY} documents ({PASSAGES / put_cpu_s:,.0f} a second of CPU)",
            "",
            None,
        ),
        Figure(
            "retrieval: memory that is resident, growth from a quarter of the passages to all",
            memory[-1] - memory[0],
            f"MB ({before:.0f} before; {', '.join(f'{one:.0f}' for one in memory)}; {size:,.0f} MB in files)",
            f"≤ {CACHE_MB} (the cache)",
            memory[-1] - memory[0] <= CACHE_MB,
        ),
    ]


async def _filled(index: LanceIndex, made: Made) -> tuple[float, float, list[float]]:
    """Seconds and seconds of CPU that it took, of the index alone; MB at a quarter, at half and at the end."""
    documents, took, cpu = PASSAGES // A_DOCUMENT, 0.0, 0.0
    memory = []
    for at in range(documents):
        passages, vectors = made.document(at), made.vectors(A_DOCUMENT).tolist()
        started, cpu_started = time.perf_counter(), time.process_time()
        await index.put("tenant", passages, vectors)
        if (at + 1) % TEND_EVERY == 0 or at + 1 == documents:
            await index.tend()
            give_back()  # as the workers on documents do
        took += time.perf_counter() - started
        cpu += time.process_time() - cpu_started
        if at + 1 in (documents // 4, documents // 2, documents):
            for _ in range(10):
                await retrieve(index, "tenant", made.question(EVERYWHERE))
            memory.append(resident_mb())
    return took, cpu, memory


async def _times(do: Callable[[Question], Awaitable[None]], made: Made, where: Where) -> Took:
    """What comes first warms the cache and does not count."""
    for _ in range(5):
        await do(made.question(where))
    asked, took, cpu = [made.question(where) for _ in range(SEARCHES)], [], time.process_time()
    for one in asked:
        started = time.perf_counter()
        await do(one)
        took.append((time.perf_counter() - started) * 1000)
    return Took(np.sort(took), (time.process_time() - cpu) * 1000 / SEARCHES)


async def _recall(folder: str, index: LanceIndex, made: Made) -> float:
    table = await (await lancedb.connect_async(folder)).open_table(name_of("tenant"))
    shares = []
    for vector in made.vectors(COMPARED).tolist():
        looked = table.query().nearest_to(vector).column(VECTOR).distance_type("cosine").bypass_vector_index()
        nearest = (await looked.select(["id", "_distance"]).limit(NEAREST).to_arrow())["id"].to_pylist()
        found = {one.place for one in (await index.ranked_by_vector("tenant", vector, EVERYWHERE, 50))[:NEAREST]}
        shares.append(len(found & {place_of(one) for one in nearest}) / NEAREST)
    return float(np.mean(shares))


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1024**2


def _time(name: str, took: Took, goal: float | None) -> Figure:
    p95 = float(np.quantile(took.ms, 0.95))
    return Figure(
        name=f"retrieval: {name}, p95",
        value=p95,
        unit=f"ms (p50 {np.median(took.ms):.1f}, CPU {took.cpu_ms:.1f}; {PASSAGES:,} passages)",
        goal="" if goal is None else f"≤ {goal} ms",
        met=None if goal is None else p95 <= goal,
    )


def resident_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
