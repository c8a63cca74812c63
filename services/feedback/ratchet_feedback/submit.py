"""Use case: somebody says what an answer was worth, before or after the answer is known here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from ratchet_common.corrections import correction_for
from ratchet_common.events import NOTHING, FeedbackJoined, ScoreSource
from ratchet_feedback.answers import Answer, ResultKey, counted_for, origin_of
from ratchet_feedback.cells import Cell, as_correction, unplaced, with_cells
from ratchet_feedback.edits import Edit, edits
from ratchet_feedback.metrics import SAID
from ratchet_feedback.scoring import Rating, score

LARGEST_CORRECTIONS: Final = 64 * 1024  # bytes as JSON: they travel in an event beside the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    tenant: str
    result_id: UUID
    user_id: str
    rating: Rating | None  # None: nobody rated; there are words, or what would have been right
    corrections: Mapping[str, Any] = field(default_factory=dict)
    comments: str = ""
    issues: tuple[str, ...] = ()
    stars: int | None = None  # 1 to 5
    signal: str = ""  # what was done with the answer
    spoken: bool = True  # false: only the signal tells, and the rating is what it stands for
    session_id: str = ""  # of this whole session it was said, of which the answer is one
    reference: Any = None  # what should have been answered, as it turned out afterwards
    cells: tuple[Cell, ...] = ()  # of a table in the answer

    @property
    def corrects(self) -> bool:
        """It says what would have been right, of the answer or of a part."""
        return bool(self.corrections or self.cells or self.reference is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Feedback as it stands in the store: the latest word of this user on this result."""

    said: Feedback
    revision: int
    said_at: datetime

    @property
    def about(self) -> ResultKey:
        return self.said.tenant, self.said.result_id


class Status(StrEnum):
    RECORDED = "recorded"
    PENDING = "pending"  # its answer has not arrived yet


@dataclass(frozen=True, slots=True)
class Receipt:
    feedback_id: UUID
    revision: int
    status: Status
    unplaced: tuple[Cell, ...] = ()  # of those that were corrected, what the answer does not have


class FeedbackStore(Protocol):
    async def save(self, said: Feedback) -> Saved:
        """Replaces what this user said before, under a higher revision; returns what stands there now."""

    async def save_first(self, saved: Saved, event: FeedbackJoined) -> bool:
        """`save` and `join` in one write. False, and nothing is written, where this user has said something before."""

    async def save_new(self, first: Collection[tuple[Saved, FeedbackJoined | None]]) -> set[UUID]:
        """As `save_first` of many; those without an event wait for their answers. Returns the `feedback_id` of those
        that it turned away, since these users have said something before."""

    async def save_all(self, said: Collection[Feedback]) -> list[Saved]:
        """Each as `save` does, unless it says what stands there; no two of them by one user on one result.

        Returns what waits for its answer.
        """

    async def answers(self, keys: Collection[ResultKey]) -> dict[ResultKey, Answer]: ...

    async def join(self, found: Collection[tuple[Saved, FeedbackJoined]]) -> None:
        """Each state and its event in one write. What was joined or replaced meanwhile stays as it is."""


def feedback_id(said: Feedback) -> UUID:
    """What a user did with an answer stands beside what he said of it, and takes the place of no word."""
    return uuid5(said.result_id, _whose(said))


def _whose(said: Feedback) -> str:
    weak = f"\0in {said.session_id}" if said.session_id else "\0did"
    return f"{said.tenant}\0{said.user_id}" + ("" if said.spoken else weak)


async def submit(said: Feedback, store: FeedbackStore) -> Receipt:
    """Where the answer is known, and nothing was said of it before, that is one write. Else it writes, then looks. The
    prediction's consumer does the same, so whoever comes second sees the other."""
    saved = await _said_first(said, store)
    found = saved is not None
    if saved is None:
        saved = await store.save(said)
        found = bool(await join([saved], store))
    _count([said])
    status = Status.RECORDED if found else Status.PENDING
    return Receipt(feedback_id(said), saved.revision, status, await _unplaced(saved, store) if found else ())


async def _said_first(said: Feedback, store: FeedbackStore) -> Saved | None:
    """None: the answer is not known yet, or this user has said something of it before."""
    first = Saved(said=said, revision=1, said_at=datetime.now(UTC))
    for saved, answer in await _with_answers([first], store):
        if await store.save_first(saved, joined(saved, answer)):
            return saved
    return None


async def _unplaced(saved: Saved, store: FeedbackStore) -> tuple[Cell, ...]:
    if not saved.said.cells:
        return ()
    answers = await store.answers({saved.about})
    origins = await _origins(answers.values(), store)
    texts = [counted_for(its, origins.get(its.result_id)).output for its in answers.values()]
    return tuple(cell for text in texts if text is not None for cell in unplaced(text, saved.said.cells))


async def submit_all(said: Sequence[Feedback], store: FeedbackStore) -> int:
    """In their order: of one user's words on one result the last stands. Returns how many wait for their answers.

    Mostly nothing was said before: then it is one write of all. As `submit`, it looks for answers after that again.
    """
    last, now = {feedback_id(one): one for one in said}, datetime.now(UTC)
    first = {key: Saved(said=one, revision=1, said_at=now) for key, one in last.items()}
    answered = {
        feedback_id(its.said): joined(its, answer) for its, answer in await _with_answers(first.values(), store)
    }
    before = await store.save_new([(its, answered.get(key)) for key, its in first.items()])
    waiting = [its for key, its in first.items() if key not in answered and key not in before]
    if before:
        waiting += await store.save_all([last[key] for key in before])
    _count(last.values())
    return len(waiting) - len(await join(waiting, store) if waiting else ())


def _count(said: Collection[Feedback]) -> None:
    for one in said:
        SAID.labels(
            one.rating.value if one.rating else "none",
            "correction" if one.corrects else "rating" if one.spoken else "signal",
        ).inc()


async def join(waiting: Collection[Saved], store: FeedbackStore) -> list[Saved]:
    """Joins what has its answer by now, and returns that."""
    found = await _with_answers(waiting, store)
    if found:
        await store.join([(saved, joined(saved, answer)) for saved, answer in found])
    return [saved for saved, _ in found]


async def _with_answers(waiting: Collection[Saved], store: FeedbackStore) -> list[tuple[Saved, Answer]]:
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
        event_id=uuid5(said.result_id, f"{_whose(said)}/{saved.revision}"),  # joined twice: still one
        tenant=said.tenant,
        result_id=answer.result_id,
        user_id=said.user_id,
        revision=saved.revision,
        task_type=answer.task_type,
        version_id=answer.version_id,
        model=answer.model,
        input=NOTHING if said.session_id else answer.input,
        output=None if said.session_id else answer.output,
        rating=(said.rating or Rating.NEUTRAL).value,
        rated=said.rating is not None,
        score=value,
        score_source=source,
        corrections=corrections,
        comments=said.comments,
        issues=said.issues,
        user=answer.user,
        session=answer.session,
        unit=answer.unit,
        document_type=answer.document_type,
        tags=answer.tags,
        labels=answer.labels,
        confidence=answer.confidence,
        assigned_by=answer.assigned_by,
        traffic_revision=answer.traffic_revision,
        assigned_version=answer.assigned_version,
        abstained=answer.abstained,
        answered_at=answer.answered_at,
        cost_usd=answer.cost_usd,
        latency_ms=answer.latency_ms,
        collect=answer.collect,
        text_omitted="not_collected" if said.session_id else answer.text_omitted,
        via=said.result_id if said.result_id != answer.result_id else None,
        tier=answer.tier,
        said_at=saved.said_at,
        stars=said.stars,
        signal=said.signal,
        spoken=said.spoken,
        reference=said.reference,
        of_session=bool(said.session_id),
        template=answer.template,
        approach=answer.approach,
        documents_read=answer.documents_read,
        revisions_read=answer.revisions_read,
    )


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
