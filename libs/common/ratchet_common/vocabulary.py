"""The closed sets that all services share."""

from enum import StrEnum

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
