"""Is the answer in the language that was asked for, else in the document's or the question's?"""

from ratchet_router.checking.language import UNKNOWN, language_of
from ratchet_router.checking.subject import ANY_LANGUAGE, Finding, Subject

SAME = {"no": "da", "nb": "da", "nn": "da"}  # `language_of` has one name for them


def same_language(subject: Subject) -> Finding | None:
    """Nothing is said where one of the languages is unknown."""
    wanted = _wanted(subject)
    if not wanted:
        return None
    found = language_of(subject.text)
    if found == UNKNOWN or found in wanted:
        return None
    return Finding(f"The answer is in another language ({found}) than was asked for ({', '.join(sorted(wanted))}).")


def _wanted(subject: Subject) -> set[str]:
    if subject.language == ANY_LANGUAGE:
        return set()
    if subject.language:
        asked = subject.language.lower().partition("-")[0].partition("_")[0]
        return {SAME.get(asked, asked)}
    read = subject.document or "\n".join(passage.text for passage in subject.context)
    of_text = language_of(read)
    return {of_text, language_of(subject.question)} - {UNKNOWN} if of_text else set()
