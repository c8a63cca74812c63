"""What people said of answers: one fact a word, and what the words on one answer come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from ratchet_common.events import FeedbackJoined
from ratchet_common.persons import digest
from ratchet_common.vocabulary import known_task
from ratchet_monitor.hours import BucketKey, hour_of, made_at
from ratchet_monitor.observations import millionths, plausible

SATISFIED = {"positive": 2, "neutral": 1, "negative": 0}  # halves


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One word of one user on one result. The same user's later word has a higher revision."""

    event_id: UUID
    result_id: UUID
    tenant: str
    task_type: str
    user: str  # a digest
    revision: int
    score: int  # millionths
    satisfied: int  # halves
    at: datetime  # when the result came to be
    scored_at: datetime  # when the word came here; a second delivery does not change it
    unit: str = ""  # a digest
    revision_of_traffic: int = 0  # 0: not drawn by share, or said of a cache hit
    arm: str = ""
    slices: tuple[str, ...] = ()  # document type and tags
    via: UUID | None = None  # the cache hit that was spoken of
    judged: bool = False  # a judge says so, and no person
    scored: bool = True  # false: it says nothing of how good the answer was, and takes the place of a word that did
    rated: bool = True  # false: `satisfied` says nothing

    @property
    def bucket(self) -> BucketKey:
        return BucketKey(self.tenant, self.task_type, hour_of(self.at))


@dataclass(frozen=True, slots=True)
class Scored:
    """What the latest words of all users on one result come to; a judge's stand apart from people's."""

    score: int  # their mean, in millionths; 0 if nobody spoke of it
    satisfied: int  # halves, over `ratings`
    users: int  # whose words told how good it was
    ratings: int = 0  # of them, that rated: others wrote what would have been right
    negative: int = 0  # of the ratings
    judged: int | None = None  # what judges said on average, in millionths


def score_of(event: FeedbackJoined, now: datetime) -> Score:
    """Raises ImplausibleError, UnknownTaskError."""
    return Score(
        event_id=event.event_id,
        result_id=event.result_id,
        tenant=event.tenant,
        task_type=known_task(event.task_type).value,
        user=digest(event.tenant, event.user_id),
        revision=event.revision,
        score=millionths("score", event.score),
        satisfied=SATISFIED[event.rating],
        at=plausible(made_at(event.result_id, event.answered_at or event.occurred_at), now),
        scored_at=now,
        unit=digest(event.tenant, event.unit),
        revision_of_traffic=event.traffic_revision if event.assigned_by == "share" and event.via is None else 0,
        arm=event.assigned_version,
        slices=tuple(filter(None, (event.document_type, *event.tags))),
        via=event.via,
        judged=event.score_source == "judge",
        scored=event.is_scored,
        rated=event.rated,
    )


def by_result(scores: Iterable[Score]) -> dict[UUID, Scored]:
    """Takes them in any order: of each user the highest revision counts, on each cache hit apart."""
    latest: dict[tuple[UUID, str, UUID | None], Score] = {}
    for score in scores:
        who = (score.result_id, score.user, score.via)
        if who not in latest or _later(score, latest[who]):
            latest[who] = score
    words: dict[UUID, list[Score]] = {}
    for score in latest.values():
        words.setdefault(score.result_id, []).append(score)
    return {result: _scored(said) for result, said in words.items()}


def _later(one: Score, other: Score) -> bool:
    return (one.revision, one.event_id) > (other.revision, other.event_id)


def _scored(said: list[Score]) -> Scored:
    people = [word for word in said if not word.judged and word.scored]
    judges = [word.score for word in said if word.judged]
    ratings = [word.satisfied for word in people if word.rated]
    return Scored(
        score=_mean([word.score for word in people]),
        satisfied=sum(ratings),
        users=len(people),
        ratings=len(ratings),
        negative=ratings.count(SATISFIED["negative"]),
        judged=_mean(judges) if judges else None,
    )


def _mean(scores: list[int]) -> int:
    return round(sum(scores) / len(scores)) if scores else 0
