"""Is the answer in the language that was asked for, else in the document's or the question's?"""

from ratchet_router.checking.asked_language import SEVERAL, asked_language
from ratchet_router.checking.language import can_be_told, language_of
from ratchet_router.checking.scripts import UNKNOWN
from ratchet_router.checking.subject import Finding, Subject

SAME = {"no": "da", "nb": "da", "nn": "da"}  # `language_of` has one name for them


def same_language(subject: Subject) -> Finding | None:
    """Nothing is said where one of the languages is unknown, or is asked for and cannot be told apart."""
    wanted = _wanted(subject)
    if not wanted:
        return None
    found = language_of(subject.text)
    if found == UNKNOWN or found in wanted:
        return None
    return Finding(f"The answer is in another language ({found}) than was asked for ({', '.join(sorted(wanted))}).")


def _wanted(subject: Subject) -> set[str]:
    if subject.language:
        asked = subject.language.lower().partition("-")[0].partition("_")[0]
        asked = SAME.get(asked, asked)
        return {asked} if can_be_told(asked) else set()
    read = subject.document or "\n".join(passage.text for passage in subject.context)
    of_text = language_of(read)
    if not of_text:
        return set()
    named = asked_language(subject.question)  # it may be what the question is about, or how it is to be answered
    if named == SEVERAL:
        return set()
    return {of_text, language_of(subject.question), SAME.get(named, named)} - {UNKNOWN}
