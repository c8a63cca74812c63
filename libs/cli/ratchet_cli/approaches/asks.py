"""Everything that is asked: each question by each approach, drawn again, and in other words. Pure.

An ask is known by what is asked and which draw of it that is. What is in the results under that key is not asked again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_cli.approaches.paraphrases import made_paraphrase
from ratchet_cli.approaches.suite import Question

APPROACHES: Final = ("direct", "base_rag", "finetuned", "hybrid_rag_finetuned")
RETRIEVING: Final = frozenset({"base_rag", "hybrid_rag_finetuned"})
TUNED: Final = frozenset({"finetuned", "hybrid_rag_finetuned"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """`model`: who answers in the approaches of base models; `version`: in those of tuned ones; empty: by traffic."""

    approaches: tuple[str, ...] = APPROACHES
    draws: int = 2
    paraphrases: bool = True
    model: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """`draw` 0 is scored; the others, and paraphrases, are held against it. `made`: the paraphrase is by our rule."""

    question_id: str
    task_type: str
    approach: str
    draw: int
    rephrased: bool
    made: bool
    body: dict[str, Any]

    @property
    def is_scored(self) -> bool:
        return self.draw == 0 and not self.rephrased

    @property
    def key(self) -> str:
        said = msgspec.json.encode([self.body, self.draw, self.is_scored], order="deterministic")
        return hashlib.sha256(said).hexdigest()[:32]


def asks_of(suite: Sequence[Question], wanted: Wanted) -> list[Ask]:
    """Question by question, so that a run that is cut off has whole ones."""
    return [ask for one in suite for approach in wanted.approaches for ask in _of(one, approach, wanted)]


def _of(one: Question, approach: str, wanted: Wanted) -> Iterator[Ask]:
    task = str(one.task_type)
    for draw in range(wanted.draws):
        body = _body(one, one.question, approach, wanted)
        yield Ask(one.id, task, approach, draw, rephrased=False, made=False, body=body)
    if not wanted.paraphrases:
        return
    given = tuple(dict.fromkeys(text for text in one.paraphrases if text != one.question))
    made = () if given else tuple(filter(None, [made_paraphrase(one.question)]))
    for text in given or made:
        body = _body(one, text, approach, wanted)
        yield Ask(one.id, task, approach, 0, rephrased=True, made=not given, body=body)


def _body(one: Question, text: str, approach: str, wanted: Wanted) -> dict[str, Any]:
    """Nothing out of the cache, and nothing that is learned from: it is a measurement."""
    where = {
        "companies": list(one.companies),
        "periods": list(one.periods),
        "document_types": [str(its) for its in one.document_types],
    }
    model = wanted.version if approach in TUNED else wanted.model
    return {
        "task_type": str(one.task_type),
        "question": text,
        "context": {name: names for name, names in where.items() if names} | {"approach": approach},
        "model": model or "auto",
        "cache": "off",
        "collect": False,
        "tags": ["eval-approaches"],
    }
