"""Does an order that is learned from feedback bring what answers rest on to the front? 20 quarterly reports.

The feedback is simulated, as nobody has rated answers there: of the twelve pages that a search shows, those of the
right report on which an amount of the gold answer stands were worth it. That is kinder than people are: none is
overlooked, and none is cited because it stood first. Five folds, by report: what is learned from questions on some
reports orders the pages of others. Counted is the share of the gold answer's amounts on the first pages of the
twenty that were found, beside the order of the searches, on the same questions.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ratchet_documents.asked_documents import About
from ratchet_retrieval.asking import Candidate, Hit, Question
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.retrieving import retrieve
from ratchet_router.grounding.order.features import Features, features_of
from ratchet_router.grounding.order.fitting import Look, fitted, in_order
from ratchet_scoring.intervals import paired_gain
from tests.bench.figure import Figure
from tests.bench.public_filings import Asked, Filing, about_one, amounts_in, filings
from tests.bench.retrieval_10q import passages_of

SEED: Final = 42
FOLDS: Final = 5
FOUND: Final = 20
SHOWN: Final = 12
WITHIN: Final = (3, 5)


@dataclass(frozen=True, slots=True)
class Searched:
    """One question, and the pages that were found for it, as the searches have them. `amounts`: of the gold answer on
    each of them, where it is of the right report; `anywhere`: on each of them, whatever report it is of.
    """

    asked: Asked
    passages: list[Features]
    amounts: list[frozenset[str]]
    anywhere: list[frozenset[str]]

    @property
    def look(self) -> Look:
        worth = frozenset(at for at, there in enumerate(self.amounts[:SHOWN]) if there)
        return Look(self.asked.filing, tuple(self.passages[:SHOWN]), worth)

    def share(self, order: Sequence[int], pages: int) -> float:
        there = frozenset[str]().union(*(self.anywhere[at] for at in order[:pages]))
        return len(there & self.asked.amounts) / len(self.asked.amounts)


def run() -> list[Figure]:
    reports = filings()
    asked = [one for one in about_one([report.name for report in reports]) if one.amounts]
    found = asyncio.run(_searched(reports, asked))
    names = sorted({one.asked.filing for one in found})
    folds = {name: at % FOLDS for at, name in enumerate(np.random.default_rng(SEED).permutation(names).tolist())}
    orders = []
    for one in found:
        line = fitted([other.look for other in found if folds[other.asked.filing] != folds[one.asked.filing]])
        orders.append(in_order(line, one.passages))
    return [_figure(found, orders, pages) for pages in WITHIN]


async def _searched(reports: Sequence[Filing], asked: Sequence[Asked]) -> list[Searched]:
    known = [
        About(one.name, one.subject.title, one.subject.company, one.subject.period, one.period_end) for one in reports
    ]
    with tempfile.TemporaryDirectory() as folder:
        index = LanceIndex(folder)
        for report in reports:
            await index.put("bench", passages_of(report))
        await index.tend()
        found = []
        for one in asked:
            hits = (await retrieve(index, "bench", Question(one.text, known=known, limit=FOUND, beside=0))).hits
            found.append(_of(one, hits))
    return found


def _of(asked: Asked, hits: Sequence[Hit]) -> Searched:
    candidates = [Candidate(hit.passage, hit.score, hit.rank_by_words, hit.score_by_words) for hit in hits]
    there = [frozenset(amounts_in(hit.passage.chunk.text)) & asked.amounts for hit in hits]
    right = [
        amounts if hit.passage.document_id == asked.filing else frozenset()
        for hit, amounts in zip(hits, there, strict=True)
    ]
    return Searched(asked, features_of(asked.text, candidates), right, there)


def _figure(found: Sequence[Searched], orders: Sequence[Sequence[int]], pages: int) -> Figure:
    ours = [one.share(order, pages) for one, order in zip(found, orders, strict=True)]
    theirs = [one.share(range(len(one.passages)), pages) for one in found]
    gain = paired_gain(ours, theirs, groups=[one.asked.filing for one in found], seed=SEED)
    low, high = gain.interval
    return Figure(
        name=f"learned order: share of the answer's amounts within {pages} pages",
        value=sum(ours) / len(ours),
        unit=f"of {len(found)} questions, of simulated feedback (gain 95 %: {low:+.3f} to {high:+.3f})",
        goal="",
        met=None,
        baseline=f"order of the searches {sum(theirs) / len(theirs):.3f}",
    )
