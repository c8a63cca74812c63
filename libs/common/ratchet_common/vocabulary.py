"""The closed sets that all services share."""

from enum import StrEnum
from typing import Final

from ratchet_common.errors import NotFoundError


class TaskType(StrEnum):
    SUMMARY = "summary"
    ACTION_ITEMS = "action_items"
    ENTITIES = "entities"
    RISK_ASSESSMENT = "risk_assessment"
    QA = "qa"
    REPORT = "report"
    CLASSIFICATION = "classification"
    CHAT = "chat"


# What vectors are recorded and paid under. No task: nobody says how good one is, so nothing is scored, compared or
# learned by it.
EMBEDDING: Final = "embedding"
NOBODY: Final = "nobody"  # the model of an answer for which none was asked: no model has its name
NOT_FOUND_CHECK: Final = "found"  # in an answer of documents that do not answer: it has been replaced


class DocumentType(StrEnum):
    MEETING_NOTES = "meeting_notes"
    TECHNICAL_SPEC = "technical_spec"
    STATUS_REPORT = "status_report"
    EMAIL = "email"
    CONTRACT = "contract"
    FINANCIAL_REPORT = "financial_report"
    OTHER = "other"


class UnknownTaskError(NotFoundError):
    type = "unknown-task"
    title = "There is no such task"


def known_task(name: str) -> TaskType:
    """Raises UnknownTaskError, which lists the known ones."""
    try:
        return TaskType(name)
    except ValueError:
        known = [str(task) for task in TaskType]
        raise UnknownTaskError(f"There is no such task_type; known are {', '.join(known)}.", known=known) from None


RECORDED: Final = {name: name for name in (EMBEDDING, *(task.value for task in TaskType))}


def recorded_task(name: str) -> str:
    """What a prediction may be recorded under: a task, or EMBEDDING. Raises UnknownTaskError."""
    return RECORDED.get(name) or known_task(name).value
