"""What may be learned from an event, before its texts are scrubbed: lives in memory only. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from ratchet_common import conversation
from ratchet_common.events import FeedbackJoined, PredictionMade
from ratchet_common.vocabulary import EMBEDDING, NOT_FOUND_CHECK, DocumentType
from ratchet_trainer.collecting.sampling import Sampling, completeness, is_drawn, is_sound, quality
from ratchet_trainer.collecting.targets import Reason, Target, shaped, target_of
from ratchet_trainer.documents.resting import DocumentRead, read_in
from ratchet_trainer.judging.weighting import stratum_of
from ratchet_trainer.privacy.hashing import Hashes

DOCUMENT_TYPES: Sequence[str] = tuple(DocumentType)
SAMPLE, REFERENCE = "sample", "reference"  # whose word an example is, where it is no user's


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of an answer and of what was said of it; no text. An example or a refusal comes of it."""

    example_id: UUID
    revision: int  # a higher one of the same example replaces it
    tenant: str
    task_type: str
    result_id: UUID | None
    spoken: bool  # somebody gave feedback
    version_id: str = ""
    model: str = ""
    assigned_by: str = ""
    cost_usd: float = 0.0
    latency_ms: float = 0.0
    confidence: float | None = None
    completeness: float | None = None  # the share of its checks that it passed, where that was looked at
    document_type: str | None = None
    score: float | None = None
    score_source: str | None = None
    stratum: str = ""
    session_hash: str | None = None
    user_hash: str | None = None  # who had asked
    speaker_hash: str | None = None  # who said what it was worth
    approach: str = ""
    documents: tuple[DocumentRead, ...] = ()  # that it was given from
    answered_at: datetime
    learned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    about: About
    document: str = field(repr=False)
    question: str = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    tags: tuple[str, ...] = field(repr=False)
    output: str | None = field(repr=False)
    target: Target = field(repr=False)
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    about: About
    reason: Reason


def from_feedback(said: FeedbackJoined, hashes: Hashes) -> Draft | Refused:
    speaker = hashes.of("user", said.tenant, said.user_id)
    about = About(
        example_id=example_id(said.result_id, said.tenant, f"{speaker}/{said.via}" if said.via else speaker),
        revision=said.revision,
        spoken=True,
        score=said.score if said.is_scored else None,
        score_source=said.score_source if said.is_scored else None,
        speaker_hash=speaker,
        assigned_by=said.assigned_by,
        answered_at=said.answered_at or said.occurred_at,
        **_known(said, hashes),
    )
    target = target_of(said)
    known = quality(score=about.score, confidence=said.confidence)
    return _draft(about, said, target, 1.0 if known is None else known)


def from_reference(made: PredictionMade, hashes: Hashes) -> Draft | Refused | None:
    """None where nobody knew what is right, or nobody may learn from it."""
    if made.reference is None or not _may_be_learned(made):
        return None
    about = _about_answer(made, REFERENCE, hashes)
    return _draft(about, made, shaped(made.task_type, made.reference, made.labels, "reference"), 1.0)


def from_sample(made: PredictionMade, hashes: Hashes, sampling: Sampling) -> Draft | Refused | None:
    """None where it is not drawn, nobody may learn from it, or documents did not answer: it says nothing then."""
    if made.reference is not None or not _may_be_learned(made):
        return None
    if not is_drawn(made.tenant, made.result_id, sampling.share):
        return None
    if any(check.name == NOT_FOUND_CHECK for check in made.checks):
        return None
    whole = completeness(made.checks)
    known = quality(completeness=whole, confidence=made.confidence)
    about = replace(_about_answer(made, SAMPLE, hashes), completeness=whole)
    if not is_sound(made.checks):
        return Refused(about, Reason.CHECK_FAILED)
    if known is None or known < sampling.needed(made.task_type):
        return Refused(about, Reason.LOW_QUALITY)
    return _draft(about, made, shaped(made.task_type, made.output, made.labels, "sampled"), known)


def replaced_sample(draft: Draft | Refused) -> Refused:
    """Takes the place of what was drawn from an answer that somebody spoke about, or comes before it. It rests on
    nothing: what was said does.
    """
    about = draft.about
    if about.result_id is None:
        raise ValueError("What comes from outside replaces no sample.")
    sample = example_id(about.result_id, about.tenant, SAMPLE)
    return Refused(
        replace(about, example_id=sample, revision=1, spoken=False, speaker_hash=None, documents=()),
        Reason.SAMPLE_REPLACED,
    )


def counts_as_served(made: PredictionMade) -> bool:
    """Whether an answer could have become an example, had somebody spoken about it."""
    answered = made.outcome == "ok" and made.cached_from is None and made.task_type != EMBEDDING
    return answered and made.collect


def example_id(result_id: UUID, tenant: str, who: str) -> UUID:
    return uuid5(result_id, f"{tenant}\0{who}")


def stratum_in(event: PredictionMade | FeedbackJoined) -> str:
    return stratum_of(
        task_type=event.task_type,
        version_id=event.version_id,
        output=event.output,
        labels=event.labels,
        confidence=event.confidence,
        document_type=_document_type(event.document_type),
    )


def _about_answer(made: PredictionMade, who: str, hashes: Hashes) -> About:
    return About(
        example_id=example_id(made.result_id, made.tenant, who),
        revision=0,
        spoken=False,
        assigned_by=made.decision.assigned_by,
        answered_at=made.occurred_at,
        **_known(made, hashes),
    )


def _known(event: PredictionMade | FeedbackJoined, hashes: Hashes) -> dict[str, Any]:
    """What both kinds of events tell in the same fields."""
    return {
        "tenant": event.tenant,
        "task_type": event.task_type,
        "result_id": event.result_id,
        "version_id": _serving(event),
        "model": event.model,
        "cost_usd": float(event.cost_usd),
        "latency_ms": event.latency_ms,
        "confidence": event.confidence,
        "document_type": _document_type(event.document_type),
        "stratum": stratum_in(event),
        "session_hash": hashes.of_some("session", event.tenant, event.session),
        "user_hash": hashes.of_some("user", event.tenant, event.user),
        "learned_at": event.occurred_at,
        "approach": event.approach,
        "documents": read_in(event),
    }


def _serving(event: PredictionMade | FeedbackJoined) -> str:
    """What a version leaves to others is part of how it serves: left out, it would be judged by what it is sure of."""
    decided = event.decision if isinstance(event, PredictionMade) else event
    return decided.assigned_version if decided.abstained else event.version_id


def _draft(
    about: About, event: PredictionMade | FeedbackJoined, target: Target | Reason, quality_: float
) -> Draft | Refused:
    if isinstance(target, Reason):
        return Refused(about, target)
    try:
        reading = conversation.read(event.input)
    except msgspec.DecodeError:
        return Refused(about, Reason.UNREADABLE)
    return Draft(
        about=about,
        document=reading.document,
        question=reading.question,
        labels=event.labels,
        tags=event.tags,
        output=event.output,
        target=target,
        quality=1.0 if target.source in ("reference", "correction") else quality_,
    )


def _may_be_learned(made: PredictionMade) -> bool:
    return counts_as_served(made) and made.output is not None and not made.text_omitted


def _document_type(given: str | None) -> str | None:
    """One of the closed set: what is none of it may be anything."""
    return given if given is None or given in DOCUMENT_TYPES else DocumentType.OTHER
