"""How looks into documents go, for dashboards. No tenant, no question and no document is named."""

from typing import Final, Literal

from prometheus_client import Counter, Histogram

Looked = Literal["found", "nothing", "away"]
SECONDS: Final = Histogram(
    "ratchet_retrieval_seconds",
    "Time of one look into documents",
    ("outcome",),
    buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24),
)
PASSAGES: Final = Counter("ratchet_passages_retrieved", "Passages that looks into documents brought")
RERANKED: Final = Histogram(
    "ratchet_rerank_seconds",
    "Time in which the reranker that is set up gave an order, or none",
    ("outcome",),
    buckets=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12),
)
NOT_FOUND: Final = Counter("ratchet_answers_not_found", "Answers that what was asked is not in the documents")
for _outcome in ("found", "nothing", "away"):
    SECONDS.labels(_outcome)  # there from the start: a rate sees no step that begins with one
for _outcome in ("ok", "failed"):
    RERANKED.labels(_outcome)


def looked(outcome: Looked, seconds: float, passages: int) -> None:
    SECONDS.labels(outcome).observe(seconds)
    PASSAGES.inc(passages)


def reranked(outcome: Literal["ok", "failed"], seconds: float) -> None:
    RERANKED.labels(outcome).observe(seconds)
