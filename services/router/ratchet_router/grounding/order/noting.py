"""From an answer to a note of what was read for it. Pure."""

from ratchet_common.persons import digest_of_some
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.grounding.order.noted import Note


def note_of(ask: Ask, answered: Answered) -> Note | None:
    """None: nothing can be learned from it, or nobody may. After a second look the passages are those of two searches,
    whose scores are not compared.
    """
    its = answered.grounding
    if its is None or not its.found or len(its.rounds) != 1 or not ask.collect or answered.cached_from is not None:
        return None
    passages = {
        number: (source.document_id, source.order, source.features)
        for number, source in enumerate(its.sources, 1)
        if source.features
    }
    if len(passages) < 2:
        return None
    return Note(ask.tenant, answered.result_id, digest_of_some(ask.tenant, ask.user), its.order, passages)
