"""What an answer from documents lacks, and how that is said. Pure."""

from typing import Final

from ratchet_common.vocabulary import TaskType
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.grounding.citing import citations_of
from ratchet_router.grounding.elsewhere import is_elsewhere, names_others
from ratchet_scoring.nothing_said import says_nothing

CITATIONS: Final = "citations"  # the check's name
SPOKEN: Final = frozenset({TaskType.QA, TaskType.REPORT, TaskType.CHAT})  # what answers a question
EMPTY: Final = "not_empty"  # the check's name
INVENTED: Final = "invented"  # the check's name


def misquotes(answered: Answered) -> bool:
    return _fails(answered, CITATIONS)


def invents(answered: Answered) -> bool:
    """A figure that the passages neither have nor bear out."""
    return _fails(answered, INVENTED)


def is_empty(answered: Answered) -> bool:
    """Where it should say something: no items are an answer, and so is the call of a tool."""
    return _fails(answered, EMPTY)


def _fails(answered: Answered, name: str) -> bool:
    return any(check.name == name and not check.passed for check in answered.checks)


def is_astray(answered: Answered, ask: Ask) -> bool:
    """The passages are about something else than the question, and the answer points to nothing in them. What is
    simulated reads nothing, and points to whatever is there; what picks cells and spans does so in whichever there are,
    and takes another company's for the one that is asked about.
    """
    sources = ask.grounding.sources if ask.grounding else ()
    if ask.task_type not in SPOKEN or not sources:
        return False
    if answered.evidence and names_others(ask):
        return True
    if not is_elsewhere(ask):
        return False
    return answered.simulated or not citations_of(answered.output or "", sources, answered.evidence)


def doubt_of(answered: Answered, ask: Ask) -> str:
    """Why it is not given as it is."""
    if says_nothing(answered.output or ""):
        return "The model found no answer in the passages."
    if is_empty(answered):
        return "The model's answer was empty."
    if misquotes(answered):
        return "The answer pointed to what does not stand in the passages."
    if is_astray(answered, ask):
        return "The passages are about something else than the question."
    if invents(answered):
        return "The answer has figures that neither stand in the passages nor follow from them."
    return f"The answer was only {answered.confidence or 0:.2f} sure."
