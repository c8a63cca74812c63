"""Decisions, tasks and risks, by the words with which a text says them: English."""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from ratchet_documents.ordinary_words import ORDINARY

MOST: Final = 20  # of a kind in a chunk
SHORTEST: Final = 10
LONGEST: Final = 200  # characters of what is kept

_NAME: Final = r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+){0,2}"
_WHAT: Final = rf"(?P<what>[^.!?;\n|]{{8,{LONGEST}}})"
_DUE: Final = re.compile(
    r"\b(?:by|until|before|due(?:\son)?|no\slater\sthan)\s(?P<due>(?:the\send\sof\s)?(?:(?:next|this)\s)?"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:,?\s\d{1,2}\s[A-Z][a-z]+(?:\s(?:19|20)\d\d)?|,?\s[A-Z][a-z]+\s\d{1,2}(?:,\s(?:19|20)\d\d)?)?"
    r"|(?:the\s)?end\sof\s(?:the\s)?\w+|tomorrow|next\s\w+"
    r"|(?:19|20)\d\d-\d\d-\d\d|[A-Z][a-z]+\s\d{1,2}(?:,\s(?:19|20)\d\d)?|\d{1,2}\s[A-Z][a-z]+(?:\s(?:19|20)\d\d)?|Q[1-4](?:\s(?:19|20)\d\d)?)",
)
_WILL: Final = re.compile(
    rf"\b(?P<who>{_NAME})\s(?:will|shall|is\sgoing\sto|agreed\sto|promised\sto|is\sto|has\sto|needs\sto)\s{_WHAT}"
)
_ITEM: Final = r"^[ \t]*(?:[-*•–][ \t]+|\d{1,2}[.)][ \t]+)?"
_TO: Final = re.compile(rf"{_ITEM}(?P<who>[A-Z][a-z]+(?:[ -][A-Z][a-z]+){{1,2}})\sto\s(?=[a-z]){_WHAT}", re.M)
_TASKS: Final = (
    re.compile(
        rf"^[-*• \t]*(?:action(?:\sitem)?|to-?do|task)\s?:\s*(?:@?(?P<who>{_NAME})\s?(?::|to\b|will\b|-)\s*)?{_WHAT}",
        re.I | re.M,
    ),
    _WILL,
    re.compile(
        rf"{_ITEM}(?P<who>[A-Z][\w .-]{{1,40}})\s?:\s[^\n]{{0,200}}?"
        rf"\bI(?:'ll|’ll|\swill|\sam\sgoing\sto|'m\sgoing\sto)\s{_WHAT}",
        re.M,
    ),
    _TO,
)
_DECISIONS: Final = re.compile(
    r"\b(?P<who>[Ww]e|[Tt]he\s(?:[Bb]oard(?:\sof\s[Dd]irectors)?|team|group|[Cc]ommittee|company|council|parties|meeting))"
    r"\s(?:have\s|has\s|all\s)?(?:decided|agreed|resolved|approved|voted)\s(?:that\s|to\s|on\s|upon\s)?"
    rf"(?!by\b|in\b|from\b|for\b|with\b){_WHAT}"
    rf"|\b[Ii]t\s(?:was|has\sbeen|is)\s(?:decided|agreed|resolved)\s(?:that\s|to\s)(?P<passive>[^.!?;\n|]{{8,{LONGEST}}})"
    rf"|^[-*• \t]*(?:[Dd]ecision|[Dd]ecided|[Rr]esolved|DECISION)\s?:\s*(?P<other>[^.!?;\n|]{{8,{LONGEST}}})",
    re.M,
)
_RISKS: Final = re.compile(
    r"^[-*• \t]*risks?\s?:\s*(?P<labelled>[^.!?;\n|]{6,200})|"
    r"\b(?:risks?\s(?:of|that|related\sto|associated\swith|from)|exposed\sto|exposure\sto|vulnerable\sto|threat\sof)\s"
    r"(?P<what>[^.!?;:\n|]{6,120})"
    r"|\b(?P<could>could|may|might|would)\s(?:\w+\s){0,3}?(?:adversely|materially|negatively|harm|hurt|disrupt|impair)\b",
    re.I | re.M,
)
_SENTENCE_BEGINS: Final = re.compile(r"(?:[.!?]\s|[\n|])")
_NOT_WHO: Final = frozenset(
    [
        "the",
        "this",
        "that",
        "it",
        "we",
        "they",
        "he",
        "she",
        "there",
        "what",
        "which",
        "who",
        "i",
        "you",
        "item",
        "note",
        "if",
        "in",
        "on",
        "as",
        "and",
        "but",
        "or",
        "so",
    ]
)
_NO_TASK: Final = ("be ", "not ", "have ", "continue ", "also ", "become ", "remain ", "only ")


Kind = Literal["task", "decision", "risk"]


class Said(NamedTuple):
    kind: Kind
    what: str
    start: int
    end: int
    who: str = ""
    due: str = ""


def said_in(text: str) -> Iterator[Said]:
    yield from _first(_tasks(text))
    yield from _first(_decisions(text))
    yield from _first(_risks(text))


def key_of(what: str) -> str:
    """All of its words: plans of one phase for two suppliers are two tasks."""
    return " ".join(re.findall(r"\w+", what.casefold()))


def _first(found: Iterator[Said]) -> Iterator[Said]:
    for count, one in enumerate(found):
        if count == MOST:
            return
        yield one


def _tasks(text: str) -> Iterator[Said]:
    """Somebody who `will`, or is `to`, is one who owns a task where it is said until when: filings are full of what
    will be.
    """
    taken: list[tuple[int, int]] = []
    for pattern in _TASKS:
        for found in pattern.finditer(text):
            who, due = (found["who"] or "").strip(), _DUE.search(found["what"])
            sure = pattern not in (_WILL, _TO) or (due is not None and not found["what"].startswith(_NO_TASK))
            sure = sure and not (pattern is _TO and not ORDINARY.isdisjoint(re.split("[ -]", who.casefold())))
            overlaps = any(start < found.end() and found.start() < end for start, end in taken)
            if sure and not overlaps and not (who and who.casefold().split()[0] in _NOT_WHO):
                taken.append(found.span())
                yield Said("task", tidied(found["what"]), found.start(), found.end(), who, due["due"] if due else "")


def _decisions(text: str) -> Iterator[Said]:
    for found in _DECISIONS.finditer(text):
        yield Said("decision", tidied(found["what"] or found["passive"] or found["other"]), found.start(), found.end())


def _risks(text: str) -> Iterator[Said]:
    for found in _RISKS.finditer(text):
        start = found.start()
        if found["could"]:  # what could is the subject: all before it in its sentence
            near = max(0, start - LONGEST)
            ends = [end.end() for end in _SENTENCE_BEGINS.finditer(text, near, start)]
            start = ends[-1] if ends else near
        what = tidied(found["what"] or found["labelled"] or text[start : found.start()])
        if len(what) >= SHORTEST:
            yield Said("risk", what, start, found.end())


def tidied(what: str) -> str:
    return " ".join(what.split()).rstrip(" ,:-")
