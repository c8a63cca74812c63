"""Use case: somebody says what a whole session was worth.

It does not tell which of its answers was good or bad. So it is weak evidence: it counts once, in equal parts at each of
the session's answers, beside what is said of one of them; in no score and no rating, and nothing is learned from it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid5

from ratchet_feedback.answers import Answer
from ratchet_feedback.joining import join
from ratchet_feedback.said import Feedback, FeedbackStore, Saved
from ratchet_feedback.scoring import Rating
from ratchet_feedback.submit import Receipt, Status

AT_ONCE: Final = 50
MOST_ANSWERS: Final = 100  # of a session, for which one word counts
CLOCKS: Final = timedelta(minutes=1)  # that those who answer and those who listen may be apart
NAMESPACE: Final = UUID("5c2c8b63-8d0e-5a0f-9d1e-0b7a4c1f6e52")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWord:
    tenant: str
    session_id: str
    user_id: str
    rating: Rating | None  # None: nobody rated
    stars: int | None = None
    comments: str = ""
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedWord:
    """The latest word of this user on this session. `results`: the answers for which it counts so far."""

    said: SessionWord
    revision: int
    said_at: datetime
    due_at: datetime | None
    results: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class InSession:
    """An answer of a session; `asker` is a digest."""

    result_id: UUID
    asker: str | None


class SessionStore(Protocol):
    async def save_word(self, said: SessionWord) -> SavedWord:
        """Replaces what this user said of it before, under a higher revision, unless it is the same.

        Returns what stands there now.
        """

    async def answers_of(self, said: SessionWord, until: datetime, limit: int) -> list[InSession]:
        """Of this tenant, the latest first, none that was given after `until`."""

    async def keep_shares(self, word: SavedWord, shares: Collection[Feedback]) -> list[Saved]:
        """What of them still waits for its event. What this revision or a later one has kept before stays as it is."""

    async def told(self, word: SavedWord, results: Sequence[UUID], askers: Iterable[str]) -> None:
        """It is done with, unless it was replaced or a further answer came since `word` was read."""

    async def due_words(self, now: datetime, limit: int) -> list[SavedWord]: ...
    async def wait_on_word(self, word: SavedWord, until: datetime) -> None: ...
    async def expire_word(self, word: SavedWord) -> None: ...
    async def stir(self, answers: Collection[Answer]) -> None:
        """The words on their sessions are looked at again."""


def session_key(tenant: str, session_id: str) -> UUID:
    return uuid5(NAMESPACE, f"{tenant}\0{session_id}")


def word_id(said: SessionWord) -> UUID:
    return uuid5(session_key(said.tenant, said.session_id), said.user_id)


async def say(said: SessionWord, sessions: SessionStore, store: FeedbackStore) -> Receipt:
    """Writes, then looks, as `submit` does."""
    word = await sessions.save_word(said)
    found = await spread(word, sessions, store)
    return Receipt(word_id(said), word.revision, Status.RECORDED if found else Status.PENDING)


async def spread(word: SavedWord, sessions: SessionStore, store: FeedbackStore) -> bool:
    """To the answers of its session that are known by now. False: none is. Done again, it changes nothing."""
    found = await sessions.answers_of(word.said, word.said_at + CLOCKS, MOST_ANSWERS)
    results = counted_at(word.results, [one.result_id for one in found])
    if not results:
        return False
    waiting = await sessions.keep_shares(word, [share_at(word.said, result) for result in results])
    if waiting:
        await join(waiting, store)
    await sessions.told(word, results, {one.asker for one in found if one.asker})
    return True


def counted_at(before: Sequence[UUID], found: Sequence[UUID]) -> tuple[UUID, ...]:
    """Where it has counted it counts on, though more answers come than it can count for."""
    return tuple(dict.fromkeys((*before, *found)))[:MOST_ANSWERS]


def share_at(said: SessionWord, result_id: UUID) -> Feedback:
    """What is written of a session is kept once, and not at each answer."""
    return Feedback(
        tenant=said.tenant,
        result_id=result_id,
        user_id=said.user_id,
        rating=said.rating,
        stars=said.stars,
        spoken=False,
        session_id=said.session_id,
    )


def _now() -> datetime:
    return datetime.now(UTC)


async def look_at_sessions(
    sessions: SessionStore, store: FeedbackStore, patience: timedelta, now: Callable[[], datetime] = _now
) -> bool:
    """One round. True: there may be more at once."""
    due = await sessions.due_words(now(), AT_ONCE)
    for word in due:
        if await spread(word, sessions, store):
            continue
        if word.said_at + patience <= now():
            await sessions.expire_word(word)
        else:
            await sessions.wait_on_word(word, word.said_at + patience)
    return len(due) == AT_ONCE
