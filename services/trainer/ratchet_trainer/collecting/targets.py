"""What should have been answered, and on whose word? Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ratchet_common.corrections import correction_for
from ratchet_common.events import FeedbackJoined
from ratchet_scoring.items import items_in
from ratchet_scoring.scorers import LABEL_TASKS, LIST_TASKS, render_target
from ratchet_trainer.collecting.example import TargetSource

LONGEST_LABEL = 200


class Reason(StrEnum):
    """Why nothing was learned from something."""

    NO_TARGET = "no_target"  # nobody said what would have been right
    NOT_COLLECTED = "not_collected"  # the request, or the tenant, forbade it
    TEXT_OMITTED = "text_omitted"  # it was too large to travel
    FAILED = "failed"  # no answer was given, and nobody said what would have been right
    UNREADABLE = "unreadable"  # the request is no list of messages
    NOT_AMONG_LABELS = "not_among_labels"  # the label is none of those that were asked for
    EMPTY_AFTER_SCRUBBING = "empty_after_scrubbing"  # nothing but private data, or nothing at all
    EMPTY_DOCUMENT = "empty_document"  # of an example from outside: nothing, or nothing but blanks
    HAS_REFERENCE = "has_reference"  # what is right was known: that is learned already, with the answer itself
    CHECK_FAILED = "check_failed"  # it was drawn while unrated, and is not sound
    LOW_QUALITY = "low_quality"  # it was drawn while unrated, and is not good enough for its task, or nobody knows
    WRONG_ENCODING = "wrong_encoding"  # a line of a file that is not UTF-8
    NO_JSON = "no_json"  # a line of a file that is no JSON object
    WRONG_FIELDS = "wrong_fields"  # a line without what an example needs, or with what it cannot have
    WRONG_TURNS = "wrong_turns"  # messages that are not one question and its answer
    DOCUMENT_DELETED = "document_deleted"  # it rested on a document that is no more
    SAMPLE_REPLACED = "sample_replaced"  # it was drawn while unrated; what was said of it since takes its place


@dataclass(frozen=True, slots=True)
class Target:
    value: str | tuple[str, ...]
    source: TargetSource


def target_of(said: FeedbackJoined) -> Target | Reason:
    if not said.collect or said.text_omitted == "not_collected":
        return Reason.NOT_COLLECTED
    if said.text_omitted:
        return Reason.TEXT_OMITTED
    if said.reference is not None:
        return shaped(said.task_type, said.reference, said.labels, "reference")
    if said.score_source == "reference":
        return Reason.HAS_REFERENCE
    correction = correction_for(said.task_type, said.corrections)
    if correction is not None:
        return shaped(said.task_type, correction, said.labels, "correction")
    if said.output is None:
        return Reason.FAILED
    if said.rating != "positive":
        return Reason.NO_TARGET
    return shaped(said.task_type, said.output, said.labels, "accepted")


def shaped(task_type: str, value: object, labels: Collection[str], source: TargetSource) -> Target | Reason:
    """As the task wants it: one of its labels, items, or a text. A list of none says that there are none; one of blanks
    says nothing.
    """
    if task_type in LIST_TASKS:
        items = tuple(items_in(value))
        return Reason.NO_TARGET if isinstance(value, list | tuple) and value and not items else Target(items, source)
    text = render_target(task_type, value)
    if task_type not in LABEL_TASKS:
        return Target(text, source) if text else Reason.NO_TARGET
    if not text.strip():
        return Reason.NO_TARGET
    label = _label(text, labels)
    return Target(label, source) if label else Reason.NOT_AMONG_LABELS


def may_be_reference(task_type: str, source: str) -> bool:
    """Whether an answer may be judged by it: what people wrote; of labels also what they accepted.

    Never an answer in free text that one of the two sides gave itself.
    """
    written = source in ("reference", "correction", "imported")
    return written or (source == "accepted" and task_type in LABEL_TASKS)


def _label(text: str, labels: Collection[str]) -> str | None:
    """As the caller writes it; any short one where he named none."""
    if not labels:
        return text if text and len(text) <= LONGEST_LABEL else None
    meant = _folded(text)
    return next((label for label in labels if _folded(label) == meant), None)


def _folded(label: str) -> str:
    return " ".join(label.casefold().split())
