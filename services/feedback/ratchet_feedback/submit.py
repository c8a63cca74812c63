"""Use case: somebody says what an answer was worth, before or after the answer is known here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from ratchet_feedback.cells import Cell, unplaced
from ratchet_feedback.joining import join, joined, with_answers
from ratchet_feedback.metrics import SAID
from ratchet_feedback.said import Feedback, FeedbackStore, Saved, feedback_id


class Status(StrEnum):
    RECORDED = "recorded"
    PENDING = "pending"  # its answer has not arrived yet


@dataclass(frozen=True, slots=True)
class Receipt:
    feedback_id: UUID
    revision: int
    status: Status
    unplaced: tuple[Cell, ...] = ()  # of those that were corrected, what the answer does not have


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
    for saved, answer in await with_answers([first], store):
        if await store.save_first(saved, joined(saved, answer)):
            return saved
    return None


async def _unplaced(saved: Saved, store: FeedbackStore) -> tuple[Cell, ...]:
    cells = saved.said.cells
    texts = [answer.output for _, answer in await with_answers([saved], store)] if cells else []
    return tuple(cell for text in texts if text is not None for cell in unplaced(text, cells))


async def submit_all(said: Sequence[Feedback], store: FeedbackStore) -> int:
    """In their order: of one user's words on one result the last stands. Returns how many wait for their answers.

    Mostly nothing was said before: then it is one write of all. As `submit`, it looks for answers after that again.
    """
    last, now = {feedback_id(one): one for one in said}, datetime.now(UTC)
    first = {key: Saved(said=one, revision=1, said_at=now) for key, one in last.items()}
    answered = {feedback_id(its.said): joined(its, answer) for its, answer in await with_answers(first.values(), store)}
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
