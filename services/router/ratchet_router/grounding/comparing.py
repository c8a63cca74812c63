"""Which of two answers to one question is the better one? Pure.

An answer goes before none. Two probabilities are compared, and so are two numbers of the checks; one with the other is
not: what is known of one says nothing of the other then. Of such two

    the same is said by both          the one whose probability is known is confirmed by the other, and stays
    one fails fewer checks            that one
    neither                           the one whose probability is known where it is enough, else the other
"""

import re
from typing import Final, NamedTuple

from ratchet_router.citations import QUOTED, plain

_MARK: Final = re.compile(r"\[\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3})*\]")


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


def better(new: Weighed, old: Weighed, threshold: float) -> bool:
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
    return (new is known) == _stays(known, other, threshold)


def confirms(one: Weighed, other: Weighed) -> bool:
    """Two answers, each by its own way, of which the shorter stands in the longer word for word."""
    if not (all(one.there) and all(other.there)):
        return False
    shorter, longer = sorted((_said(one.output), _said(other.output)), key=len)
    return bool(shorter) and bool(re.search(rf"(?<![\w.,]){re.escape(shorter)}(?!\w|[.,]\d)", longer))


def _stays(known: Weighed, other: Weighed, threshold: float) -> bool:
    if confirms(known, other):
        return True
    if known.failed != other.failed:
        return known.failed < other.failed
    return (known.probability or 0.0) >= threshold


def _said(output: str) -> str:
    """Without marks, quotes, case and the full stop."""
    return plain(_MARK.sub(" ", QUOTED.sub(" ", output))).rstrip(" .")
