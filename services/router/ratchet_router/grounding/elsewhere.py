"""Whether what was read for a request is about something else than what was asked. Pure."""

from typing import Final

from ratchet_common.vocabulary import TaskType
from ratchet_router.ask import Ask
from ratchet_router.grounding.enough import speaks_of_others, strays
from ratchet_router.grounding.sources import Source

BY_NAMES: Final = frozenset({TaskType.REPORT, TaskType.CHAT})


def asked_of(ask: Ask) -> str:
    """What was asked, without the figures that were computed for it."""
    return ask.context.query if ask.context is not None and ask.context.query else ask.question


def names_others(ask: Ask) -> bool:
    """None of its names, or none of its years, stands in what was read or computed for it."""
    given = _given(ask)
    return bool(given) and speaks_of_others(asked_of(ask), given)


def is_elsewhere(ask: Ask) -> bool:
    """As far as words tell. A report says more than its question, and a conversation has said before what its last
    words are about: of these names and years tell, and not how many of the words stand in the passages.
    """
    return strays(asked_of(ask), _given(ask), by_names=ask.task_type in BY_NAMES)


def _given(ask: Ask) -> tuple[Source, ...]:
    """The passages, and what was computed, as one more; none where nothing was read."""
    sources, asked = ask.grounding.sources if ask.grounding else (), asked_of(ask)
    computed = ask.question.removeprefix(asked) if ask.question.startswith(asked) else ""
    if not sources or not computed:
        return sources
    return (
        *sources,
        Source(document_id="", revision=0, title="", order=0, text=computed, first_page=0, last_page=0),
    )
