"""What can be wrong with an answer, by name, and what helps against it."""

from collections.abc import Mapping
from enum import StrEnum


class Issue(StrEnum):
    MISSING_ACTION_ITEMS = "missing_action_items"
    INCOMPLETE_SUMMARY = "incomplete_summary"
    WRONG_FACTS = "wrong_facts"
    HALLUCINATION = "hallucination"
    WRONG_FORMAT = "wrong_format"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    WRONG_LABEL = "wrong_label"
    PRIVACY = "privacy"
    OTHER = "other"


SUGGESTIONS: Mapping[Issue, str] = {
    Issue.MISSING_ACTION_ITEMS: "Ask for every commitment with its owner and date, and correct answers that miss one.",
    Issue.INCOMPLETE_SUMMARY: "Name the points that a summary must cover in the template, or take a longer one.",
    Issue.WRONG_FACTS: "Have the answer quote its source, and raise accuracy_priority for this task.",
    Issue.HALLUCINATION: "Tell the model to answer from the document only, and to say when it holds no answer.",
    Issue.WRONG_FORMAT: "Give the template an output schema, so that malformed answers are caught and tried again.",
    Issue.TOO_LONG: "State the longest answer in the template, in sentences or items.",
    Issue.TOO_SHORT: "State the shortest answer in the template, or take a more detailed one.",
    Issue.WRONG_LABEL: "Send the right label as a correction: labels are what a trained version learns fastest.",
    Issue.PRIVACY: "Tell the model to leave out personal data, and look at which documents are sent at all.",
    Issue.OTHER: "Read the comments: what is said often deserves a name of its own.",
}


def known_issue(name: object) -> Issue:
    """Raises ValueError with a sentence that names it, if it is a name at all, and the known ones."""
    try:
        return Issue(name)  # type: ignore[arg-type]  # anything may be asked for
    except ValueError:
        said = name if isinstance(name, str) and len(name) <= 40 and name.isidentifier() else "of that name"
        raise ValueError(f"there is no issue {said}; known are {', '.join(Issue)}") from None
