"""Does the model say that it will not or cannot do what it was asked to do?

"I cannot find a date in the text" is an answer; "I cannot help with that" is none. So the words must stand at the
beginning, in the first person, with a verb for the task itself, and little may follow: who goes on for pages has done
the work after all.
"""

import re
from collections.abc import Iterator

from ratchet_router.checking.refusal_words import Known, Refusing, refusal_words
from ratchet_router.checking.subject import Finding, Subject

BEGINNING = 300  # characters
LONGEST_REFUSAL = 900  # characters; what is longer has an answer in it
CLAUSES = 4

_CLAUSE_END = re.compile(r"[.,;:!?\n\u2013\u2014]+(?=\s|$|\*)|\s-\s")


def refusal(subject: Subject) -> Finding | None:
    if len(subject.text) > LONGEST_REFUSAL or not _refuses(subject.text[:BEGINNING]):
        return None
    return Finding("The answer says that the model does not do what was asked.")


def _refuses(beginning: str) -> bool:
    known = refusal_words()
    said = beginning.lower().replace("\u2019", "'").replace("*", "").lstrip(" \n\t\"'>#_")
    if said.startswith(known.words.unspaced_sorry):
        return any(cannot in said for cannot in known.words.unspaced_cannot)
    if not said.startswith(known.openings):
        return False
    for clause in _CLAUSE_END.split(said)[:CLAUSES]:
        ways = list(_ways(clause.strip(), known))
        if any(_declines(way, known) or _asks_for_input(way, known) for way in ways):
            return True
        if ways[0] and not ways[0].startswith(known.words.polite):
            return False
    return False


def _ways(clause: str, known: Known) -> Iterator[str]:
    """The clause without "but" and the like before it; then without the polite words as well."""
    bare = _without_links(clause, known)
    yield bare
    polite = next((opening for opening in known.words.polite if bare.startswith(f"{opening} ")), "")
    if polite:
        yield _without_links(bare.removeprefix(polite).lstrip(), known)


def _without_links(clause: str, known: Known) -> str:
    while (parts := clause.partition(" "))[0] in known.words.links:
        clause = parts[2]
    return clause


def _declines(clause: str, known: Known) -> bool:
    return clause.startswith(known.words.outright) or any(_is_of(clause, one) for one in known.words.refusing)


def _is_of(clause: str, refusing: Refusing) -> bool:
    begin = next((begin for begin in refusing.begins if clause.startswith(f"{begin} ")), "")
    if not begin:
        return False
    rest = clause[len(begin) + 1 :]
    return any(task in rest for task in refusing.task) if refusing.anywhere else rest.startswith(refusing.task)


def _asks_for_input(clause: str, known: Known) -> bool:
    words = known.words
    names_work = any(work in clause for work in words.work)
    if clause.startswith(words.nothing_there):
        return names_work and any(given in clause for given in words.given)
    return clause.startswith(known.asks) and names_work and any(to in clause for to in words.to_work_on)
