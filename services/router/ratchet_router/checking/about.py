"""Is what was read about what the question is about? Names and years tell. Pure."""

from ratchet_router.checking.subject import Finding, Subject


def about(subject: Subject) -> Finding | None:
    if not subject.elsewhere:
        return None
    return Finding("What was read has none of the question's names, or none of its years: it is about something else.")
