"""Does each figure of an answer to a question have a ground in the passages that it was to be answered from? Pure.

A figure has one where the passages or the question have it (`numbers.py`), where it follows from figures that the
answer tells with it (`worked_out.py`), or where it can be reckoned in one step from figures that belong together
(`reckoned.py`), those of the answer included: a second step goes on from the first. What has none is invented, or known
by heart, and no answer from documents.

Not seen: a wrong figure that stands there for something else, or that something happens to come to; dates, years, and
whole numbers up to 100, which may be counts.
"""

from ratchet_router.checking.numbers import figures_told, places_of
from ratchet_router.checking.reckoned import Reckoning
from ratchet_router.checking.source import Source
from ratchet_router.checking.subject import Finding, Subject


def invented(subject: Subject) -> Finding | None:
    source = Source(subject.given)
    told = list(figures_told(subject.text, source))
    missing = [
        (figure, one)
        for figure, one in told
        if not (one.supported or one.worked_out or one.small or figure.may_be_year)
    ]
    if not missing:
        return None
    grounded = [figure for figure, one in told if one.supported or one.worked_out]
    reckoning, without = Reckoning(source), []
    for figure, one in missing:
        if reckoning.has(figure, grounded):
            grounded.append(figure)
        else:
            without.append(one)
    if not without:
        return None
    return Finding(
        f"{len(without)} of {len(told)} figures neither stand in what was read nor follow from it in one step "
        f"(at {places_of(without)})."
    )
