"""Which passages was an answer worth, by what people said of it? Pure.

A good answer: those that it cites. A corrected one: those in which the correction stands, where it says enough to be
known by. Of an answer that was just bad nobody knows whether its passages were.
"""

import re
from typing import Final

import msgspec

from ratchet_common import conversation
from ratchet_common.corrections import correction_for
from ratchet_common.events import FeedbackJoined
from ratchet_router.grounding.citing import citations_of, passages_with
from ratchet_router.grounding.sources import Source

GOOD: Final = 0.9
_HEADED: Final = re.compile(r"\[(?P<number>\d{1,3})\] [^\n]*, pages? \d+(?:-\d+)?\n")


def worth_of(said: FeedbackJoined) -> frozenset[int]:
    """Numbers of passages, from 1; empty: it says of none that it was worth being read."""
    sources = sources_in(said.input)
    if not sources:
        return frozenset()
    correction = correction_for(said.task_type, said.corrections)
    if isinstance(correction, str | int | float) and not isinstance(correction, bool):
        return frozenset(passages_with(str(correction), sources))
    accepted = said.score >= GOOD and said.score_source in ("rating", "reference")
    if accepted and not said.corrections and not said.issues:
        return frozenset(one.passage for one in citations_of(said.output or "", sources))
    return frozenset()


def sources_in(asked: msgspec.Raw) -> list[Source]:
    """The passages of a request as its event has them, under their numbers; none where it has none, or not so."""
    try:
        messages = msgspec.json.decode(asked, type=list[conversation.Message] | None) or []
    except msgspec.DecodeError:
        return []
    texts = [conversation.text_of(one.content) for one in messages if one.name == conversation.DOCUMENT]
    found = []
    for number, text in enumerate(texts, 1):
        headed = _HEADED.match(text)
        if headed is None or int(headed["number"]) != number:
            return []
        found.append(_source(number, text[headed.end() :]))
    return found


def _source(number: int, text: str) -> Source:
    return Source(document_id="", revision=0, title="", order=number, text=text, first_page=0, last_page=0)
