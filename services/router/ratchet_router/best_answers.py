"""The answers that people rated best, or corrected, as examples for the next request of the same kind and tenant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import msgspec

from ratchet_common import conversation
from ratchet_common.corrections import correction_for
from ratchet_common.errors import RefusedError
from ratchet_common.events import FeedbackJoined
from ratchet_common.persons import digest, digest_of_some
from ratchet_router.ask import Ask, Example
from ratchet_router.grounding.heading import begins_with_passage
from ratchet_router.shaping import item_text
from ratchet_router.template import Template

GOOD: Final = 0.9  # the score from which an answer may stand as an example
LONGEST_DOCUMENT, LONGEST_QUESTION, LONGEST_ANSWER = 4_000, 1_000, 2_000  # characters


class BestAnswersOffError(RefusedError):
    type = "best-answers-off"
    title = "No answers are kept as examples"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer that may stand as an example. `corrected`: people wrote it, which goes before what they accepted."""

    document: str = field(repr=False)
    question: str = field(repr=False)
    output: str = field(repr=False)
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody said last of an answer. `shown` is None where it may not stand as an example.

    `doubted`: the answer, as it was given, was not good; that speaks against it whoever else liked it.
    """

    tenant: str
    task_type: str
    document_type: str | None
    result_id: UUID
    about: UUID  # the cache hit that was spoken of, or the answer itself
    user: str | None  # who had asked, a digest
    speaker: str  # a digest
    revision: int
    at: datetime
    labels: tuple[str, ...]
    doubted: bool
    shown: Shown | None


class BestAnswers(Protocol):
    """Each may raise RetryLaterError."""

    async def save(self, words: Sequence[Word]) -> None:
        """An older word of the same speaker, or the same again, changes nothing."""

    async def of(self, tenant: str, task_type: str, document_type: str | None) -> Sequence[Word]:
        """Those that are shown, the best first; none that somebody doubts, unless it was corrected."""


async def keep_best(store: BestAnswers, events: Sequence[FeedbackJoined]) -> None:
    await store.save([word_of(said) for said in events if said.collect and not said.text_omitted])


def word_of(said: FeedbackJoined) -> Word:
    correction = correction_for(said.task_type, said.corrections)
    accepted = said.score >= GOOD and said.score_source in ("rating", "reference")
    flawless = accepted and not said.corrections and not said.issues
    output = _written(correction, said.labels) if correction is not None else said.output if flawless else None
    return Word(
        tenant=said.tenant,
        task_type=said.task_type,
        document_type=said.document_type,
        result_id=said.result_id,
        about=said.via or said.result_id,
        user=digest_of_some(said.tenant, said.user),
        speaker=digest(said.tenant, said.user_id),
        revision=said.revision,
        at=said.answered_at or said.occurred_at,
        labels=said.labels,
        doubted=correction is None and said.score < GOOD and (said.is_scored or bool(said.corrections)),
        shown=_shown(said, output, corrected=correction is not None),
    )


def chosen(found: Sequence[Word], ask: Ask, template: Template | None, count: int) -> tuple[Example, ...]:
    """The best of those that fit the request, each text once; the very best stands last, next to the request."""
    wants_json = bool(template and template.output_schema)
    picked: dict[tuple[str, str], Example] = {}
    for word in found:
        shown = word.shown
        if shown is None or shown.output.startswith("{") != wants_json or not _is_label(shown.output, ask.labels):
            continue
        picked.setdefault((shown.document, shown.question), Example(shown.document, shown.output, shown.question))
    return tuple(reversed(list(picked.values())[:count]))


def _shown(said: FeedbackJoined, output: str | None, *, corrected: bool) -> Shown | None:
    if not output or len(output) > LONGEST_ANSWER:
        return None
    try:
        reading = conversation.read(said.input)
    except msgspec.DecodeError:
        return None
    if not reading.document.strip() or len(reading.document) > LONGEST_DOCUMENT:
        return None
    if len(reading.question) > LONGEST_QUESTION:
        return None
    if begins_with_passage(reading.document):  # it would be shown to others when its document is long deleted
        return None
    return Shown(reading.document, reading.question, output.strip(), corrected)


def _written(correction: object, labels: Collection[str]) -> str | None:
    """A correction as a model should have written it. None for what is no text, no list and no label that was asked."""
    if isinstance(correction, list):
        return "\n".join(f"- {item}" for entry in correction if (item := item_text(entry))) or "None"
    if not isinstance(correction, str | int | float):
        return None
    text = str(correction).strip()
    return text if _is_label(text, labels) else None


def _is_label(text: str, labels: Collection[str]) -> bool:
    return not labels or text in labels
