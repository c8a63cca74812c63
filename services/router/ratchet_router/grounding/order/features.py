"""What of a passage tells whether it is worth being first for a question: numbers, known when it is found. Pure.

None depends on who asks, and all but two on the passage and the question alone: the best score, and how rare the
question's words are, are told by the five that the searches put first.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ratchet_retrieval.asking import Candidate
from ratchet_router.grounding.enough import words_of

# A change of their number, order or meaning is another edition: what was learned by an older one is not used.
EDITION: Final = 1
FEATURES: Final = (
    "score of the searches",
    "place by words",
    "place by vectors",
    "found by both",
    "score by words",
    "likeness by vectors",
    "words of the question",
    "its rare words",
    "its pairs of words",
    "its names and figures",
    "its words in headings",
    "share of figures",
    "share of figures, asked for one",
    "a table",
    "a table, asked for a figure",
    "length",
    "place in the document",
)
SCORE: Final = 0  # where the score of the searches stands
FIRST: Final = 5
DIGITS: Final = 4  # decimals that are kept
LONGEST: Final = 20_000  # characters of a passage that are looked at

Features = tuple[float, ...]
_WORD: Final = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_NAME: Final = re.compile(r"(?<!^)(?<![.?!] )\b(?:[A-Z][\w&-]+|\d[\w.,%-]*\w)")
_ASKS_FIGURE: Final = re.compile(
    r"\b(?:how (?:much|many|high|large|big)|amounts?|totals?|numbers?|percent\w*|percentage|rates?|ratios?|margins?"
    r"|revenues?|sales|incomes?|profits?|costs?|expenses?|earnings|cash|assets|liabilities|debts?|shares?|prices?"
    r"|wie ?viele?|combien|cu[aá]nt[oa]s?)\b|%|\$|€",
    re.I,
)


def features_of(question: str, found: Sequence[Candidate]) -> list[Features]:
    """Of each, in their order, which is that of the searches."""
    asked, said = words_of(question), [one.passage.chunk.text[:LONGEST].casefold() for one in found]
    words = [_WORD.findall(text) for text in said]
    there = [frozenset(one) for one in words]
    rare = _rarity(asked, there[:FIRST])
    pairs = list(pairwise(asked))
    names = {name.casefold() for name in _NAME.findall(question.strip())}
    asks = float(bool(_ASKS_FIGURE.search(question)))
    best = max((one.score for one in found[:FIRST]), default=0.0)
    best_by_words = max((one.score_by_words or 0.0 for one in found[:FIRST]), default=0.0)
    rows = []
    for one, listed, own in zip(found, words, there, strict=True):
        chunk, subject = one.passage.chunk, one.passage.subject
        headed = frozenset(_WORD.findall(" ".join([*chunk.headings, chunk.caption, subject.title]).casefold()))
        figures = sum(word[0].isdigit() for word in listed) / len(listed) if listed else 0.0
        table = float(chunk.table is not None)
        follow = set(pairwise(listed)) if pairs else set()
        rows.append(
            (
                _part(one.score, best),
                1 / one.rank_by_words if one.rank_by_words else 0.0,
                1 / one.rank_by_vector if one.rank_by_vector else 0.0,
                float(bool(one.rank_by_words and one.rank_by_vector)),
                _part(one.score_by_words or 0.0, best_by_words),
                one.score_by_vector or 0.0,
                _share(asked, own),
                sum(weight for word, weight in rare.items() if word in own),
                sum(pair in follow for pair in pairs) / len(pairs) if pairs else 0.0,
                _share(sorted(names), own),
                _share(asked, headed),
                figures,
                figures * asks,
                table,
                table * asks,
                math.log1p(len(chunk.text)),
                math.log1p(chunk.order),
            )
        )
    return [tuple(round(value, DIGITS) for value in row) for row in rows]


def _rarity(asked: Sequence[str], first: Sequence[frozenset[str]]) -> dict[str, float]:
    """Of each word of the question, with 1 for all of them together."""
    counts = Counter({word: sum(word in one for one in first) for word in asked})
    weights = {word: math.log((len(first) + 1) / (counts[word] + 0.5)) for word in asked}
    whole = sum(weights.values())
    return {word: weight / whole for word, weight in weights.items()} if whole > 0 else {}


def _share(wanted: Sequence[str], there: frozenset[str]) -> float:
    return sum(word in there for word in wanted) / len(wanted) if wanted else 0.0


def _part(score: float, best: float) -> float:
    """Of the best; of scores that may be below 0 none."""
    return min(max(score / best, 0.0), 2.0) if best > 0 else 0.0
