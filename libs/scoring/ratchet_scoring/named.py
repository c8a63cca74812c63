"""Scorers by name, for those who say which they want; each from 0 to 1, and of the text alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ratchet_scoring.citations import citations
from ratchet_scoring.figures import figures_answered
from ratchet_scoring.formats import json_fault, label_fault, list_fault
from ratchet_scoring.hybrid_answers import HybridScore, hybrid_answer, hybrid_score
from ratchet_scoring.items import items_covered, items_f1, items_in, items_of
from ratchet_scoring.quantities import TOLERANCE
from ratchet_scoring.reading_numbers import plain
from ratchet_scoring.rouge import rouge_l, rouge_n, tokens
from ratchet_scoring.scorers import render_target, score_output
from ratchet_scoring.short_answers import exact_match, token_f1

_SILENT: Final = frozenset(".,;:?!'\"()[]-_ ")  # at the end of a word they say nothing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer is held against. `passages` by what cites them, see `citations`. `json_schema`: as JSON text."""

    task_type: str
    reference: object = None
    passages: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    json_schema: str = ""
    words: tuple[str, ...] = ()
    tolerance: float = TOLERANCE
    most_words: int = 0

    @property
    def text(self) -> str:
        return render_target(self.task_type, self.reference)


Scorer = Callable[[str, Wanted], float]


def score_by(name: str, output: str, wanted: Wanted) -> float:
    """0 to 1. Raises KeyError for a name that is none of `SCORERS`."""
    return SCORERS[name](output, wanted)


def _numeric(output: str, wanted: Wanted) -> float:
    """The share of the reference's figures that the answer settles on; without any, as SQuAD's exact match."""
    answered = figures_answered(output, wanted.text, wanted.tolerance)
    return exact_match(output, wanted.text) if answered is None else answered


def _hybrid(output: str, wanted: Wanted) -> HybridScore:
    return hybrid_score(hybrid_answer(output), hybrid_answer(wanted.reference), computed=False)


def _words(output: str, wanted: Wanted) -> float:
    """The share of the wanted words that stand in the answer."""
    if not wanted.words:
        return 1.0
    said, as_written = f" {' '.join(tokens(output))} ", plain(output)
    return sum(_stands_in(word, said, as_written) for word in wanted.words) / len(wanted.words)


def _stands_in(word: str, said: str, as_written: str) -> bool:
    """As words, whatever stands between them. Signs at its ends (C++, $5, an emoji) have to stand there too."""
    known, ends = tokens(word), word.strip()
    there = not known or f" {' '.join(known)} " in said
    needs_signs = not known or any(not (end.isalnum() or end in _SILENT) for end in (ends[0], ends[-1]))
    return there and (not needs_signs or plain(word) in as_written)


def _list(output: str, _: Wanted) -> float:
    return float(not list_fault(output))


def _short(output: str, wanted: Wanted) -> float:
    return float(len(output.split()) <= wanted.most_words)


SCORERS: Final[Mapping[str, Scorer]] = {
    "task": lambda output, wanted: score_output(wanted.task_type, output, wanted.reference),
    "exact": lambda output, wanted: exact_match(output, wanted.text),
    "token_f1": lambda output, wanted: token_f1(output, wanted.text),
    "hybrid_exact": lambda output, wanted: _hybrid(output, wanted).exact,
    "hybrid_f1": lambda output, wanted: _hybrid(output, wanted).f1,
    "items_f1": lambda output, wanted: items_f1(items_of(output), items_in(wanted.reference)),
    "items_covered": lambda output, wanted: items_covered(items_of(output), items_in(wanted.reference)),
    "rouge_1": lambda output, wanted: rouge_n(output, wanted.text, 1),
    "rouge_2": lambda output, wanted: rouge_n(output, wanted.text, 2),
    "rouge_l": lambda output, wanted: rouge_l(output, wanted.text),
    "numeric": _numeric,
    "citations": lambda output, wanted: citations(output, wanted.passages).score,
    "json": lambda output, wanted: float(not json_fault(output, wanted.json_schema)),
    "label": lambda output, wanted: float(not label_fault(output, wanted.labels)),
    "list": _list,
    "words": _words,
    "no_words": lambda output, wanted: float(_words(output, wanted) == 0 or not wanted.words),
    "most_words": _short,
}
WITHOUT_REFERENCE: Final = frozenset({"citations", "json", "label", "list", "words", "no_words", "most_words"})
