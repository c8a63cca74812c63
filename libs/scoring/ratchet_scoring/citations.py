"""Do the passages that an answer cites say what it cites them for?

As ALCE measures it (Gao et al. 2023), with overlap of words and figures in place of a model that judges entailment.
Recall: the share of statements that all their citations together support. Precision: the share of citations that
support their statement by themselves, or without which the others would not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ratchet_scoring.content import MAX_CHARS, content_words, sentences, share_of
from ratchet_scoring.figures import figures_in, same_figure
from ratchet_scoring.rouge import tokens

ENOUGH: Final = 0.6  # of a statement's content words stand in what it cites, and all of its figures
MAX_SENTENCES: Final = 200
_MARK = re.compile(r"\[(?P<keys>[^\[\]\n]{1,200})\]")
_RANGE = re.compile(r"(\d{1,4})[-\u2010-\u2013](\d{1,4})", re.A)
LONGEST_RANGE: Final = 20
WordsOf = Callable[[str], frozenset[str]]
_SEVERAL = re.compile(r"\s*[,;]\s*")


@dataclass(frozen=True, slots=True)
class Citations:
    statements: int
    cited: int  # statements with a citation
    supported: int  # statements
    citations: int
    right: int  # citations that are needed or support by themselves
    unknown: int  # citations of what was not there

    @property
    def recall(self) -> float:
        return self.supported / self.statements if self.statements else 0.0

    @property
    def precision(self) -> float:
        return self.right / self.citations if self.citations else 0.0

    @property
    def score(self) -> float:
        """F1 of both."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def citations(output: str, passages: Mapping[str, str]) -> Citations:
    """`passages` by what cites them: "1" for `[1]`, "report:4" for `[report:4]`; `[1, 2]` cites both."""
    said = list(islice(sentences(output), MAX_SENTENCES))
    told = [one for sentence in said if (one := _judged(sentence, passages)) is not None]
    if not told:  # a short answer, such as a name of three letters
        told = [one for sentence in said if (one := _judged(sentence, passages, _all_words)) is not None]
    return Citations(
        statements=len(told),
        cited=sum(one.citations > 0 for one in told),
        supported=sum(one.supported for one in told),
        citations=sum(one.citations for one in told),
        right=sum(one.right for one in told),
        unknown=sum(one.unknown for one in told),
    )


def cites(text: str) -> list[str]:
    """What its marks name, each once."""
    found = (key for mark in _MARK.finditer(text) for key in _SEVERAL.split(mark["keys"].strip()))
    return list(dict.fromkeys(key.casefold().replace(" ", "") for key in found))


def supports(passage: str, statement: str, words_of: WordsOf = content_words) -> bool:
    """The statement without its marks of citations."""
    words = words_of(statement)
    there = figures_in(passage)
    figures = all(any(same_figure(one, other) for other in there) for one in figures_in(statement))
    return bool(words) and figures and share_of(words, words_of(passage)) >= ENOUGH


@dataclass(frozen=True, slots=True)
class _Statement:
    supported: bool
    citations: int
    right: int
    unknown: int


def _judged(sentence: str, passages: Mapping[str, str], words_of: WordsOf = content_words) -> _Statement | None:
    """None for what states nothing: marks alone, a heading of one short word."""
    statement = _MARK.sub(" ", sentence).strip()
    if not words_of(statement):
        return None
    known = {key.casefold().replace(" ", ""): text for key, text in passages.items()}
    keys = list(dict.fromkeys(one for key in cites(sentence) for one in ([key] if key in known else _from_to(key))))
    cited = [known[key] for key in keys if key in known]
    supported = supports("\n".join(cited), statement, words_of)
    right = sum(_is_right(place, cited, statement, words_of) for place in range(len(cited))) if supported else 0
    return _Statement(supported, len(keys), right, len(keys) - len(cited))


def _from_to(key: str) -> list[str]:
    """[2-4] cites three."""
    ends = _RANGE.fullmatch(key)
    if not ends or not int(ends[1]) <= int(ends[2]) < int(ends[1]) + LONGEST_RANGE:
        return [key]
    return [str(number) for number in range(int(ends[1]), int(ends[2]) + 1)]


def _is_right(place: int, cited: Sequence[str], statement: str, words_of: WordsOf) -> bool:
    others = [text for number, text in enumerate(cited) if number != place]
    return supports(cited[place], statement, words_of) or not supports("\n".join(others), statement, words_of)


def _all_words(text: str) -> frozenset[str]:
    return frozenset(tokens(text[:MAX_CHARS]))
