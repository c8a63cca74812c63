"""Which of two answers to one question is the better one? Pure.

An answer goes before none. Two probabilities are compared, and so are two numbers of the checks; one with the other is
not: what is known of one says nothing of the other then. Of such two

    the same is said by both          the one whose probability is known is confirmed by the other, and stays
    one fails fewer checks            that one
    neither                           the one whose probability is known where it is enough, else the other
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ratchet_router.citations import QUOTED, plain
from ratchet_router.grounding.enough import words_of

_MARK: Final = re.compile(r"\[\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3})*\]")
_CELLS: Final = "|"  # between those of a row that is quoted
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_HOW_MANY: Final = re.compile(
    r"\b(?:how (?:much|many|high|large|big)|wie ?viele?|wie hoch|combien|cu[aá]nt[oa]s?)\b", re.I
)


class Weighed(NamedTuple):
    """`says_nothing`, `misquotes`, `strays`, `invents`: as of `going_on.Standing`. `probability`: None where only the
    checks tell how sure it is, by `number`. `failed`: checks.
    """

    output: str
    says_nothing: bool = False
    misquotes: bool = False
    strays: bool = False
    probability: float | None = None
    number: float = 1.0
    failed: int = 0
    invents: bool = False

    @property
    def there(self) -> tuple[bool, bool, bool, bool]:
        """How much of an answer it is."""
        return not self.says_nothing, not self.misquotes, not self.invents, not self.strays

    @property
    def is_meant(self) -> bool:
        """What whoever says it gives no chance at all agrees with nothing."""
        return all(self.there) and (self.number if self.probability is None else self.probability) > 0


def better(new: Weighed, old: Weighed, threshold: float, question: str = "") -> bool:
    """Whether `new` takes the place of `old`. As good: the old one stays, since nothing surer has come; of two that are
    none the new one, which has read more.
    """
    if new.there != old.there:
        return new.there > old.there
    if not all(old.there):
        return True
    if new.probability is not None and old.probability is not None:
        return new.probability > old.probability
    if new.probability is None and old.probability is None:
        return new.number > old.number
    known, other = (new, old) if new.probability is not None else (old, new)
    return (new is known) == _stays(known, other, threshold, question)


def confirms(one: Weighed, other: Weighed, question: str = "") -> bool:
    """Two answers, each by its own way, of which the shorter stands in the longer word for word, and is what the longer
    answers: a word that happens to stand in a row that is quoted confirms nothing.
    """
    if not (one.is_meant and other.is_meant):
        return False
    shorter, longer = sorted((_said(one.output), _said(other.output)), key=len)
    if not shorter or not re.search(rf"(?<![\w.,]){re.escape(shorter)}(?!\w|[.,]\d)", longer):
        return False
    return shorter == longer or _answers(shorter, longer, question)


def _answers(shorter: str, longer: str, question: str) -> bool:
    """By what both say beyond the question: the figures that the longer tells first, and no others where it is a row;
    else most of its words, where no figure is asked for.
    """
    asked = frozenset(words_of(question))
    said, all_said = ([word for word in words_of(its) if word not in asked] for its in (shorter, longer))
    if figures := _figures(said):
        kinds = {_is_year(one) for one in figures}
        told = [one for one in _figures(all_said) if _is_year(one) in kinds]
        return figures == (told if _CELLS in longer else told[: len(figures)])
    return not _HOW_MANY.search(question) and 2 * len(said) > len(all_said)


def _figures(words: Sequence[str]) -> list[str]:
    return [word for word in words if any(letter.isdigit() for letter in word)]


def _is_year(figure: str) -> bool:
    return _YEAR.fullmatch(figure) is not None


def _stays(known: Weighed, other: Weighed, threshold: float, question: str) -> bool:
    if confirms(known, other, question):
        return True
    if known.failed != other.failed:
        return known.failed < other.failed
    return (known.probability or 0.0) >= threshold


def _said(output: str) -> str:
    """Without marks, quotes, case and the full stop."""
    return plain(_MARK.sub(" ", QUOTED.sub(" ", output))).rstrip(" .")
