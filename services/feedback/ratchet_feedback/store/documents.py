"""How this service's things look as documents. What people wrote is kept as bytes; their keys name no field."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from bson import Binary
from uuid_utils.compat import uuid7

from ratchet_common.mongo import Document
from ratchet_common.persons import digest, digest_of_some
from ratchet_feedback.answers import Answer, ResultKey, key_of, without_text
from ratchet_feedback.cells import Cell
from ratchet_feedback.edits import Edit
from ratchet_feedback.rollups.spans import hour_at
from ratchet_feedback.said import Feedback, Saved, feedback_id
from ratchet_feedback.scoring import Rating
from ratchet_feedback.sessions import SessionWord, session_key
from ratchet_feedback.tallies import Task
from ratchet_feedback.waiting import SECOND_LOOK

AHEAD: Final = timedelta(days=1)  # of another clock, which is taken at its word
JOINED_WITHIN: Final = timedelta(minutes=1)


def answer_key(key: ResultKey) -> Binary:
    """Of a tenant's result: one tenant's answer can neither hide nor be another's."""
    tenant, result_id = key
    return Binary.from_uuid(uuid5(result_id, tenant))


def feedback_key(said: Feedback) -> Binary:
    return Binary.from_uuid(feedback_id(said))


def task_key(task: Task) -> str:
    return f"{task.task_type}:{task.tenant}"


def answer_document(answer: Answer, kept: timedelta, now: datetime) -> Document:
    """`kept`: from when it was given. What is delivered again after that time stays only until the words that wait for
    it have been joined. A router whose clock is ahead makes none stay for longer than from now on; where it is ahead by
    days, an answer counts as given now."""
    return _kept(answer, kept, now) | {
        "task_type": answer.task_type,
        "document_type": answer.document_type,
        "outcome": answer.outcome,
        "model": answer.model,
        "version_id": answer.version_id,
        "template": answer.template or None,
        "result_id": Binary.from_uuid(answer.result_id),
        "session": Binary.from_uuid(session_key(answer.tenant, answer.session)) if answer.session else None,
        "body": msgspec.json.encode(answer),
    }


def known_document(answer: Answer, known: timedelta, now: datetime) -> Document:
    """As `answer_document`, of what is known of it once its text is gone."""
    return _kept(answer, known, now) | {"body": msgspec.json.encode(without_text(answer))}


def _kept(answer: Answer, kept: timedelta, now: datetime) -> Document:
    at = max(answer.answered_at, now - kept + JOINED_WITHIN) if answer.answered_at < now + AHEAD else now
    return {
        "_id": answer_key(key_of(answer)),
        "tenant": answer.tenant,
        "at": at,
        "gone_at": min(at, now) + kept,
        "asker": digest_of_some(answer.tenant, answer.user),
    }


def answer_in(document: Document) -> Answer:
    return msgspec.json.decode(document["body"], type=Answer)


def said_fields(said: Feedback) -> Document:
    return {
        "rating": said.rating.value if said.rating else None,
        "corrected": said.corrects,
        "corrections": msgspec.json.encode(said.corrections) if said.corrections else None,
        "comments": said.comments.encode() or None,
        "issues": list(said.issues),
        "stars": said.stars,
        "signal": said.signal or None,
        "spoken": said.spoken,
        "session_id": said.session_id or None,
        "reference": msgspec.json.encode(said.reference) if said.reference is not None else None,
        "cells": msgspec.json.encode(said.cells) if said.cells else None,
        "edits": None,  # known once it is joined with its answer
    }


def same_words(said: Feedback | SessionWord) -> bytes:
    """Equal where the same was said. It goes with what people wrote, since short texts could be guessed from it."""
    return hashlib.blake2b(msgspec.json.encode(said, order="deterministic"), digest_size=16).digest()


def saying(said: Feedback, now: datetime, text_kept: timedelta | None) -> Document:
    """The update by which it takes the place of what this user said before. `text_kept`: None, nothing was written."""
    place = uuid7().hex
    counts = {"$inc": {"revision": 1, "changes": 1}, "$addToSet": {"stood": hour_at(place)}}
    return {"$set": _word(said, now, place, text_kept), "$setOnInsert": _whose(said), **counts}


def first_word(said: Feedback, now: datetime, text_kept: timedelta | None) -> Document:
    """What stands there once `saying` was the first that this user said of it."""
    place = uuid7().hex
    counts = {"revision": 1, "changes": 1, "stood": [hour_at(place)]}
    return {"_id": feedback_key(said)} | _whose(said) | _word(said, now, place, text_kept) | counts


def _word(said: Feedback, now: datetime, place: str, text_kept: timedelta | None) -> Document:
    return (
        said_fields(said)
        | {
            "same": same_words(said),
            "state": "pending",
            "place": place,
            "said_at": now,
            "due_at": now + SECOND_LOOK,
            "text_until": now + text_kept if text_kept and wrote(said) else None,
        }
        | unmarked(said.tenant)
    )


def _whose(said: Feedback) -> Document:
    return {
        "tenant": said.tenant,
        "result_id": Binary.from_uuid(said.result_id),
        "about": answer_key((said.tenant, said.result_id)),
        "user_id": said.user_id,
        "speaker": digest(said.tenant, said.user_id),
    }


def unmarked(tenant: str) -> Document:
    """The fields of a `$set` by which a piece of feedback says that its hour has to be added up anew. `changes` grows
    beside it; `stood`: the hours that it was in since they were last marked, which a later word shall not make forget.
    """
    return {"unmarked": tenant}


# The fields that hold what people wrote, or let it be guessed.
WRITTEN: Final = ("corrections", "comments", "reference", "cells", "edits", "same")


def wrote(said: Feedback) -> bool:
    return bool(said.corrects or said.comments)


def corrections_in(document: Document) -> dict[str, Any]:
    """Empty too where they were forgotten."""
    raw = document.get("corrections")
    return msgspec.json.decode(raw, type=dict[str, Any]) if raw else {}


def comments_in(document: Document) -> str:
    raw = document.get("comments")
    return bytes(raw).decode() if raw else ""


def edits_in(document: Document) -> tuple[Edit, ...]:
    raw = document.get("edits")
    return msgspec.json.decode(raw, type=tuple[Edit, ...]) if raw else ()


def uuid_in(binary: Any) -> UUID:
    return Binary(binary, 4).as_uuid()


def saved_in(document: Document) -> Saved:
    said = Feedback(
        tenant=document["tenant"],
        result_id=uuid_in(document["result_id"]),
        user_id=document["user_id"],
        rating=Rating(document["rating"]) if document["rating"] else None,
        corrections=corrections_in(document),
        comments=comments_in(document),
        issues=tuple(document["issues"]),
        stars=document.get("stars"),
        signal=document.get("signal") or "",
        spoken=document.get("spoken", True),
        session_id=document.get("session_id") or "",
        reference=msgspec.json.decode(document["reference"]) if document.get("reference") else None,
        cells=msgspec.json.decode(document["cells"], type=tuple[Cell, ...]) if document.get("cells") else (),
    )
    return Saved(said=said, revision=document["revision"], said_at=document["said_at"])


def place(moment: datetime) -> str:
    """Where a moment lies among the ids by which feedback is ordered (the hex of UUIDv7, milliseconds first)."""
    return f"{int(moment.astimezone(UTC).timestamp() * 1000):012x}"
