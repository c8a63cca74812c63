"""The honest answer: what was asked for does not stand in the documents. Pure."""

from msgspec.structs import replace

from ratchet_common.events import BASE_VERSION, Check
from ratchet_common.vocabulary import NOBODY, NOT_FOUND_CHECK
from ratchet_router.answered import Answered
from ratchet_router.grounding.context import approach_of
from ratchet_router.grounding.going_on import NOT_FOUND
from ratchet_router.grounding.sources import Grounding


def none_was_asked(of_nobody: Answered, grounding: Grounding) -> Answered:
    """Whoever would have been asked first has said nothing: it is no answer of his, or of the version that he is."""
    answered = not_found(of_nobody, grounding, "So no model was asked.")
    return replace(answered, model=NOBODY, version_id=BASE_VERSION, tier="", template=None)


def not_found(answered: Answered, grounding: Grounding, why: str) -> Answered:
    """In place of an answer that may be invented: what it cost stays, what was said of it goes. The check only warns,
    since the answer is as it should be.
    """
    return replace(
        answered,
        output=NOT_FOUND,
        items=None,
        label=None,
        body=None,
        events=None,
        finish="stop",
        approach=approach_of("direct" if answered.by_base else "finetuned", retrieved=True),
        confidence=None,
        raw_confidence=None,
        evidence=(),
        checks=(Check(name=NOT_FOUND_CHECK, passed=True, detail="The documents do not answer the question."),),
        grounding=replace(grounding, found=False, reasons=(*grounding.reasons, why)),
    )
