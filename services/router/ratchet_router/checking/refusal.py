"""Does the model say that it will not or cannot do what it was asked to do?

"I cannot find a date in the text" is an answer; "I cannot help with that" is none. So the words must stand at the
beginning, in the first person, with a verb for the task itself and what it was given, and little may follow: who goes
on for pages has done the work after all. What somebody is quoted with is no refusal, nor what he cannot do by Friday.

Not seen: a refusal after more than a few words, in a longer answer, in a language that neither `refusals.toml` nor
`inability.toml` has, or put as a question or as advice ("You should ask a lawyer").
"""

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from ratchet_router.checking.inability import says_unable
from ratchet_router.checking.refusal_words import Known, RefusalWords, Refusing, refusal_words
from ratchet_router.checking.subject import Finding, Subject

BEGINNING = 300  # characters
LONGEST_REFUSAL = 900  # characters; what is longer has an answer in it
CLAUSES = 4
QUOTED_WITHIN = 4  # words of the next clause
PRONOUNS = frozenset({"that", "this", "it", "these", "those"})

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
    return _refuses_in_clauses(said, known) or says_unable(said)


def _refuses_in_clauses(said: str, known: Known) -> bool:
    if not said.startswith(known.openings):
        return False
    clauses = [clause.strip() for clause in _CLAUSE_END.split(said)]
    for place, clause in enumerate(clauses[:CLAUSES]):
        ways = list(_ways(clause, known))
        if any(_declines(way, known) or _asks_for_input(way, known) for way in ways):
            return not _is_quoted(clauses[place + 1 : place + 2], known)
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


def _is_quoted(after: Sequence[str], known: Known) -> bool:
    """ "I can't do Monday, says Pat"."""
    return any(not known.words.quoted.isdisjoint(clause.split()[:QUOTED_WITHIN]) for clause in after)


def _declines(clause: str, known: Known) -> bool:
    if any(plan in f"{clause} " for plan in known.words.plans):
        return False
    return clause.startswith(known.words.outright) or any(_is_of(clause, one, known) for one in known.words.refusing)


def _is_of(clause: str, refusing: Refusing, known: Known) -> bool:
    begin = max((begin for begin in refusing.begins if clause.startswith(f"{begin} ")), key=len, default="")
    if not begin:
        return False
    rest = clause[len(begin) + 1 :]
    if refusing.anywhere:
        return any(task in rest for task in refusing.task)
    return rest.startswith(refusing.task) or _is_about_the_task(rest.split(), known.words)


def _is_about_the_task(said: Sequence[str], words: RefusalWords) -> bool:
    """A verb for the work, and what was given; that may have a few words around it."""
    if not said or said[0] not in words.verbs:
        return False
    after = list(dropwhile(lambda word: word in words.fillers or word in words.verbs, said[1:]))
    is_pronoun = len(said) > len(after) + 1 and said[len(said) - len(after) - 1] in PRONOUNS
    if after and after[0] in words.nouns:
        after, is_pronoun = after[1:], True
    return is_pronoun and (not after or after[0] in words.goes_on)


def _asks_for_input(clause: str, known: Known) -> bool:
    words = known.words
    names_work = any(work in clause for work in words.work)
    if clause.startswith(words.nothing_there):
        return names_work and any(given in clause for given in words.given)
    if not clause.startswith(known.asks) or any(to in clause for to in words.to_somebody):
        return False
    return names_work and any(to in clause for to in words.to_work_on)
