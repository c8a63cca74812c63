"""What feedback means, as it looks over HTTP."""

from collections.abc import Sequence
from typing import Final

from ratchet_feedback.analysis_bodies import CommentCluster, GainIfMended, Grouped, Improvement, Span
from ratchet_feedback.chances import Interval, wilson
from ratchet_feedback.clusters import Cluster
from ratchet_feedback.groups import Group
from ratchet_feedback.opportunities import Opportunity
from ratchet_feedback.scoring import Rating
from ratchet_feedback.slices import By
from ratchet_feedback.store.analysis import Comment

MOST_TYPICAL: Final = 5


def span(interval: Interval | None) -> Span | None:
    return _span(interval) if interval else None


def grouped(group: Group) -> Grouped:
    scores, negative, rated = group.scores, group.by_rating[Rating.NEGATIVE], sum(group.by_rating.values())
    return Grouped(
        name=group.name,
        total=group.words,
        by_rating=group.by_rating,
        mean_score=scores.mean if scores.n else None,
        mean_score_interval=span(wilson(scores.total, scores.n)),
        negative_share=negative / rated if rated else None,
        negative_share_interval=span(wilson(negative, rated)),
        corrections=group.corrections,
    )


def improvement(one: Opportunity) -> Improvement:
    gain = one.gain
    return Improvement(
        task_type=one.task_type,
        issue=one.issue,
        by=By(one.by) if one.by else None,
        value=one.value,
        count=one.count,
        share=one.share,
        answers=one.answers,
        mean_score=one.mean_score,
        weight=one.weight,
        gain=GainIfMended(mean=gain.mean, interval=_span(gain.interval)) if gain else None,
        suggestion=one.suggestion,
        evidence=list(one.evidence),
    )


def cluster(its: Cluster, said: Sequence[Comment]) -> CommentCluster:
    members = [said[place] for place in its.members]
    ratings = [one.rating for one in members if one.rating]
    scores = [one.score for one in members if one.score is not None]
    return CommentCluster(
        words=list(its.words),
        count=len(members),
        share=len(members) / len(said),
        negative_share=ratings.count(Rating.NEGATIVE) / len(ratings) if ratings else None,
        mean_score=sum(scores) / len(scores) if scores else None,
        results=list(dict.fromkeys(one.result_id for one in members))[:MOST_TYPICAL],
        typical=members[0].text,
    )


def _span(interval: Interval) -> Span:
    return Span(low=interval.low, high=interval.high)
