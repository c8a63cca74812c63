"""What the store knows, as it looks over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from ratchet_feedback.bodies import Corrected, Given, Need, RetrainingLimits, SessionGiven, Tallied, Trigger
from ratchet_feedback.retraining import Limits, cools_down_until, reasons
from ratchet_feedback.sessions import SavedWord, word_id
from ratchet_feedback.store.reports import Known, Standing
from ratchet_feedback.traffic import Listened, learned_by

STATES = {"joined": "recorded"}  # as the submission was told; the others are called alike


def need(task_type: str, standing: Standing, limits: Limits, now: datetime) -> Need:
    tally, why = standing.tally, reasons(standing.tally, limits)
    rests_until = cools_down_until(tally, limits, now)
    return Need(
        task_type=task_type,
        due=bool(why) and rests_until is None,
        reasons=list(why),
        tally=Tallied(
            corrections=tally.corrections,
            ratings=tally.ratings,
            negative=tally.negative,
            negative_share=tally.negative_share,
            drifted=tally.drifted,
        ),
        limits=RetrainingLimits(
            corrections=limits.corrections,
            negative_share=limits.negative_share,
            ratings=limits.ratings,
            cool_down_hours=limits.cool_down.total_seconds() / 3600,
        ),
        cools_down_until=rests_until,
        last_trigger=_trigger(standing),
    )


def _trigger(standing: Standing) -> Trigger | None:
    at = standing.tally.triggered_at
    return Trigger(number=standing.tally.triggers, at=at, reasons=list(standing.reasons)) if at else None


def corrected(known: Known) -> Corrected:
    said = known.saved.said
    return Corrected(
        result_id=said.result_id,
        user_id=said.user_id,
        revision=known.saved.revision,
        task_type=known.task_type or "",
        version_id=known.version_id or "",
        rating=said.rating,
        corrections=dict(said.corrections),
        comments=said.comments,
        issues=list(said.issues),
        reference=said.reference,
        cells=list(said.cells),
        score=known.score or 0.0,
        said_at=known.saved.said_at,
    )


def given(known: Known, listened: Sequence[Listened]) -> Given:
    said = known.saved.said
    return Given(
        feedback_id=known.feedback_id,
        user_id=said.user_id,
        revision=known.saved.revision,
        state=STATES.get(known.state, known.state),
        rating=said.rating,
        corrections=dict(said.corrections),
        comments=said.comments,
        issues=list(said.issues),
        said_at=known.saved.said_at,
        joined_at=known.joined_at,
        score=known.score,
        score_source=known.score_source,
        task_type=known.task_type,
        version_id=known.version_id,
        stars=said.stars,
        signal=said.signal or None,
        of_session=said.session_id or None,
        reference=said.reference,
        cells=list(said.cells),
        edits=list(known.edits),
        learned_by=learned_by(known.joined_at, listened) if known.joined_at else None,
    )


def of_session(word: SavedWord, state: str) -> SessionGiven:
    said = word.said
    return SessionGiven(
        feedback_id=word_id(said),
        user_id=said.user_id,
        revision=word.revision,
        state=STATES.get(state, state),
        rating=said.rating,
        stars=said.stars,
        comments=said.comments,
        issues=list(said.issues),
        said_at=word.said_at,
        results=list(word.results),
    )
