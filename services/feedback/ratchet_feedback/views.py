"""What the store knows, as it looks over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from ratchet_feedback.bodies import (
    Corrected,
    Decided,
    DismissedReasons,
    Given,
    Held,
    Need,
    RetrainingLimits,
    SessionGiven,
    Submitted,
    Tallied,
    Trigger,
)
from ratchet_feedback.cells import Cell
from ratchet_feedback.retraining import Dismissal, Limits, cools_down_until, dismissal_in_effect, held, reasons
from ratchet_feedback.sessions import SavedWord, word_id
from ratchet_feedback.store.reports import Known, Standing
from ratchet_feedback.submit import Receipt
from ratchet_feedback.traffic import Listened, learned_by

MOST_WARNINGS = 20
STATES = {"joined": "recorded"}  # as the submission was told; the others are called alike


def need(task_type: str, standing: Standing, limits: Limits, now: datetime) -> Need:
    tally, why = standing.tally, reasons(standing.tally, limits, now)
    rests_until, hold, dismissal = cools_down_until(tally, limits, now), held(tally, now), dismissal_in_effect(tally)
    return Need(
        task_type=task_type,
        due=bool(why) and rests_until is None and hold is None,
        reasons=list(why),
        tally=Tallied(
            corrections=tally.corrections,
            ratings=tally.ratings,
            negative=tally.negative,
            negative_share=tally.negative_share,
            drifted=tally.drifted,
            trained_at=tally.trained_at,
        ),
        limits=RetrainingLimits(
            corrections=limits.corrections,
            negative_share=limits.negative_share,
            ratings=limits.ratings,
            cool_down_hours=limits.cool_down.total_seconds() / 3600,
            age_days=limits.age / timedelta(days=1),
            age_ratings=limits.age_ratings,
        ),
        cools_down_until=rests_until,
        last_trigger=_trigger(standing),
        held=Held(who=hold.who, why=hold.why, at=hold.at, until=hold.until) if hold else None,
        dismissed=_dismissed(dismissal) if dismissal else None,
        decisions=[Decided(**asdict(one)) for one in standing.decisions],
    )


def _dismissed(its: Dismissal) -> DismissedReasons:
    return DismissedReasons(who=its.who, why=its.why, at=its.at, reasons=list(its.reasons))


def _trigger(standing: Standing) -> Trigger | None:
    at = standing.tally.triggered_at
    return Trigger(number=standing.tally.triggers, at=at, reasons=list(standing.reasons)) if at else None


def submitted(receipt: Receipt) -> Submitted:
    return Submitted(
        feedback_id=receipt.feedback_id,
        revision=receipt.revision,
        status=receipt.status,
        warnings=[_of_no_cell(cell) for cell in receipt.unplaced[:MOST_WARNINGS]],
    )


def _of_no_cell(cell: Cell) -> str:
    where = f"row {cell.row!r} and column {cell.column!r} in table {cell.table}"
    return f"The answer has no single cell of {where}: what was said of cells is kept, and corrects a part of it only."


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
        score=known.score,
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
