"""What is measured of the texts of predictions, on their way in: numbers, and then the texts are dropped.

To read a text takes ten times as long as all else of an event. So of each batch a few texts are read, drawn by their
results' ids: all where there is little traffic, and a bounded time of each batch where there is much.
"""

from collections.abc import Sequence
from heapq import nsmallest
from typing import Final
from uuid import UUID

import msgspec

from ratchet_common.conversation import read
from ratchet_common.events import PredictionMade
from ratchet_monitor.drift.refusals import refuses
from ratchet_monitor.drift.texts import measured

CHANCE: Final = (1 << 62) - 1  # the bits of an id of version 7 that are drawn at random


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing of it tells the text: how long it is in characters, in which language, and a number for one word."""

    input_length: int | None = None
    language: str = ""  # of the input; empty: it was not read
    word: int | None = None  # of the input (drift/vocabulary.py)
    refusal: bool | None = None  # of the output


NOT_MEASURED: Final = Measures()


class Measuring:
    def __init__(self, key: bytes, at_once: int) -> None:
        """`key`: of the words' numbers. `at_once`: of a batch, at most so many answers' texts are read."""
        self._key, self._at_once = key, at_once

    def of(self, made: Sequence[PredictionMade]) -> dict[UUID, Measures]:
        """By result. What has no text, or repeats another answer, is not measured."""
        legible = [event for event in made if is_legible(event)]
        chosen = nsmallest(self._at_once, legible, key=lambda event: event.result_id.int & CHANCE)
        return {event.result_id: measures_of(event, self._key) for event in chosen}


def is_legible(event: PredictionMade) -> bool:
    return event.outcome == "ok" and event.output is not None and event.cached_from is None and not event.text_omitted


def measures_of(event: PredictionMade, key: bytes) -> Measures:
    """An input that is no list of messages is not measured, its output is."""
    refusal = refuses(event.output) if event.output is not None else None
    try:
        asked = read(event.input)
    except msgspec.DecodeError:
        return Measures(refusal=refusal)
    found = measured("\n".join(filter(None, (asked.document, asked.question))), key, event.result_id.bytes)
    return Measures(input_length=found.characters, language=found.language, word=found.word, refusal=refusal)
