"""What was said of an answer comes together with the answer: who comes second joins the two, in one event."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from ratchet_common.corrections import correction_for
from ratchet_common.events import FeedbackJoined, ScoreSource
from ratchet_feedback.answers import Answer, counted_for, origin_of, without_text
from ratchet_feedback.cells import as_correction, with_cells
from ratchet_feedback.edits import Edit, edits
from ratchet_feedback.said import LARGEST_CORRECTIONS, Feedback, FeedbackStore, Saved, event_id
from ratchet_feedback.scoring import Rating, score

# What the event has from the answer, under the same names. A reference is not among them: the event's was said.
OF_THE_ANSWER: Final = tuple(
    name
    for name in FeedbackJoined.__struct_fields__
    if name in Answer.__struct_fields__ and name not in ("tenant", "reference")
)


async def join(waiting: Collection[Saved], store: FeedbackStore) -> list[Saved]:
    """Joins what has its answer by now, and returns that."""
    found = await with_answers(waiting, store)
    if found:
        await store.join([(saved, joined(saved, answer)) for saved, answer in found])
    return [saved for saved, _ in found]


async def with_answers(waiting: Collection[Saved], store: FeedbackStore) -> list[tuple[Saved, Answer]]:
    """Those whose answers are known, with the answers for which they count."""
    answers = await store.answers({saved.about for saved in waiting})
    origins = await _origins(answers.values(), store)
    told = [(saved, answers[saved.about]) for saved in waiting if saved.about in answers]
    return [(saved, counted_for(answer, origins.get(answer.result_id))) for saved, answer in told]


async def _origins(answers: Iterable[Answer], store: FeedbackStore) -> dict[UUID, Answer]:
    """For each cache hit, by its own result_id, the answer that it repeats."""
    wanted = {answer.result_id: origin for answer in answers if (origin := origin_of(answer))}
    known = await store.answers(set(wanted.values())) if wanted else {}
    return {hit: known[origin] for hit, origin in wanted.items() if origin in known}


def joined(saved: Saved, answer: Answer) -> FeedbackJoined:
    said = saved.said
    corrections = corrected(said, answer)
    value, source = scored(said, corrections, answer)
    return FeedbackJoined(
        event_id=event_id(saved),
        tenant=said.tenant,
        user_id=said.user_id,
        revision=saved.revision,
        said_at=saved.said_at,
        rating=(said.rating or Rating.NEUTRAL).value,
        rated=said.rating is not None,
        score=value,
        score_source=source,
        corrections=corrections,
        comments=said.comments,
        issues=said.issues,
        stars=said.stars,
        signal=said.signal,
        spoken=said.spoken,
        reference=said.reference,
        of_session=bool(said.session_id),
        via=said.result_id if said.result_id != answer.result_id else None,
        **_told_by(without_text(answer) if said.session_id else answer),
    )


def _told_by(answer: Answer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in OF_THE_ANSWER}


def scored(said: Feedback, corrections: Mapping[str, Any], answer: Answer) -> tuple[float, ScoreSource]:
    return score(
        said.rating,
        corrections,
        task_type=answer.task_type,
        output=None if said.session_id else answer.output,  # a session's rating is no reference's score
        reference=answer.reference if said.reference is None else said.reference,
        stars=said.stars,
    )


def corrected(said: Feedback, answer: Answer) -> dict[str, Any]:
    """What was corrected, with cells put into their table: it is the whole answer then that is right.

    Where that is too large to travel, or there is no such cell, they correct a part.
    """
    corrections = dict(said.corrections)
    if said.cells:
        whole = with_cells(answer.output, said.cells) if answer.output is not None else None
        if whole is not None and len(whole.encode()) > LARGEST_CORRECTIONS:
            whole = None
        corrections.setdefault(*(("cells", as_correction(said.cells)) if whole is None else ("output", whole)))
    return corrections


def edited(event: FeedbackJoined) -> tuple[Edit, ...]:
    """How the answer differs from the text that somebody wrote in its place. Nothing where no text was written."""
    wrote = correction_for(event.task_type, event.corrections)
    return edits(event.output, wrote) if isinstance(wrote, str) and event.output is not None else ()
