"""What is measured, in the order that it is shown, and what it is held against. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from ratchet_cli.approaches.scores import CUTS, DEPTH


@dataclass(frozen=True, slots=True)
class Measure:
    """`at`: the quantile that is shown; None: the mean. `target`: at least, of a share; at most, of all else."""

    name: str
    field: str  # of the scores
    label: str
    part: Literal["answer", "retrieval", "citations", "effort"]
    unit: Literal["share", "ms", "usd"] = "share"
    at: float | None = None
    target: float | None = None


def _share(
    field: str, label: str, part: Literal["answer", "retrieval", "citations"], target: float | None = None
) -> Measure:
    return Measure(field, field, label, part, target=target)


def _of_rankings(of: Literal["document", "page"]) -> tuple[Measure, ...]:
    return (
        *(_share(f"{of}_hit_{k}", f"{of}: hit@{k}", "retrieval") for k in CUTS),
        _share(f"{of}_mrr", f"{of}: MRR", "retrieval"),
        _share(f"{of}_ndcg", f"{of}: nDCG@{DEPTH}", "retrieval"),
    )


MEASURES: Final = (
    _share("accuracy", "accuracy", "answer", 0.98),
    _share("exact", "exact, with scale", "answer"),
    _share("numeric", "figures within the tolerance", "answer"),
    _share("f1", "F1 of words", "answer"),
    _share("abstained", "said where there is no answer", "answer"),
    _share("judged_correct", "judged right", "answer", 0.98),
    _share("relevance", "relevance, by words", "answer", 0.96),
    _share("judged_relevant", "judged relevant", "answer", 0.96),
    _share("consistency", "consistency", "answer", 0.99),
    *_of_rankings("document"),
    *_of_rankings("page"),
    _share("citation_recall", "statements that their citations support", "citations"),
    _share("citation_precision", "citations that support", "citations"),
    _share("cited_relevant", "cited passages that are relevant", "citations"),
    _share("relevant_cited", "what is relevant that is cited", "citations"),
    Measure("latency_p50_ms", "latency_ms", "latency p50", "effort", "ms", at=0.5),
    Measure("latency_p95_ms", "latency_ms", "latency p95", "effort", "ms", at=0.95, target=2_200.0),
    Measure("cost_usd", "cost_usd", "cost of an answer", "effort", "usd"),
)
