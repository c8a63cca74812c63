"""Under which ids what a question names may be known: for whoever holds more graphs than can be looked through. Pure.

They are more than it names: `asked_entities` tells, once the graphs are there.
"""

from typing import Final, NamedTuple

from ratchet_documents.graph.expanding import LONGEST, words_of
from ratchet_documents.graph.metrics import METRICS, metric_of
from ratchet_documents.graph.named import key_of
from ratchet_documents.metadata.periods import periods_in

MOST_WORDS: Final = 150  # of a question that are looked at
LONGEST_NAME: Final = 5  # words
KINDS: Final = ("company", "person", "metric", "period", "risk", "decision", "task")


class Candidates(NamedTuple):
    """`who`: ids of companies and people; `metrics`: ids; `periods` as `2022-Q3`."""

    who: tuple[str, ...]
    metrics: tuple[str, ...]
    periods: tuple[str, ...]


def candidates(question: str) -> Candidates:
    asked = question[:LONGEST]
    words = words_of(asked)[:MOST_WORDS]
    said = f" {' '.join(words)} "
    names = dict.fromkeys(
        " ".join(words[start : start + length])
        for start in range(len(words))
        for length in range(1, min(LONGEST_NAME, len(words) - start) + 1)
    )
    metrics = dict.fromkeys(f"metric:{its}" for name, its in METRICS.items() if f" {' '.join(words_of(name))} " in said)
    who = tuple(f"{kind}:{name}" for name in names for kind in ("company", "person"))
    return Candidates(who, tuple(metrics), tuple(periods_in(asked)))


def ids_of_name(name: str) -> tuple[str, ...]:
    """Of the one entity that somebody names: by an id of any kind, or a name of a company, a person or a metric."""
    said = " ".join(name.split())
    if said.partition(":")[0] in KINDS:
        return (said,)
    metric = metric_of(said) or said.casefold().replace(" ", "_")
    return f"company:{key_of(said)}", f"person:{said.casefold()}", f"metric:{metric}"
