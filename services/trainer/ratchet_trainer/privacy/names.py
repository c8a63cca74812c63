"""Names of persons, where the text itself says that it is one: salutations, titles, headers, signatures.

No model of language is asked: what these rules do not see stays.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile, takewhile

from ratchet_trainer.privacy.spans import Span

PERSON = "PERSON"
SCORE = 0.5
SHORTEST = 2

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆĈČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŴŶŹŻŽ"
_WORD = rf"[{_CAPITAL}](?:[\w'’-]{{0,60}}\w|\.)?"  # noqa: RUF001  bounded: each place in a longer one is looked at
_OF = r"(?:(?:van|von|de|del|der|den|di|da|la|le|bin|al)[ \t]+){0,2}"
_NAME = rf"{_OF}{_WORD}(?:[ \t]+{_OF}{_WORD}){{0,3}}"
_NAMES = rf"{_NAME}(?:(?:[ \t]*[,;/&][ \t]*|[ \t]+and[ \t]+){_NAME}){{0,9}}"

_RULES = tuple(
    re.compile(rule, re.MULTILINE)
    for rule in (
        rf"\b(?i:dear|hi|hello|hey|good (?:morning|afternoon|evening)),?[ \t]+(?P<names>{_NAMES})",
        rf"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof)\b\.?[ \t]+(?P<names>{_NAME})",
        rf"\b(?:Miss|Professor|Herr|Frau|Madame|Monsieur)[ \t]+(?P<names>{_NAME})",
        rf"^[ \t>*-]*(?i:from|to|cc|bcc|sender|attn|attendees?|participants?|present|name|author|contact|owner"
        rf"|assignee|assigned to|responsible|signed|prepared by|reviewed by|approved by)[ \t]*:[ \t]*"
        rf"(?P<names>{_NAMES})",
        rf"^[ \t>]*(?i:(?:best|kind|warm|many)(?: (?:regards|wishes|thanks))?|regards|sincerely|cheers|thanks|thank you"
        rf"|yours(?: (?:truly|sincerely|faithfully))?)[ \t]*[,.!]?[ \t]*(?:\r?\n[ \t>]*){{1,3}}"
        rf"(?P<names>{_NAME})[ \t]*$",
        rf"(?<!\w)(?P<names>{_NAME})[ \t]*<[^<>\s@]+@",
        rf"\b(?i:(?:my|his|her|their|whose|the) name is|assigned to|on behalf of|signed by|speaking with)[ \t]+"
        rf"(?P<names>{_NAMES})",
        rf"\b[Tt]his is[ \t]+(?P<names>{_NAME})[ \t]+(?:calling|speaking|from|with)\b",
    )
)
_OWNERS = ("'s", "’s")  # noqa: RUF001
_EACH = re.compile(_NAME)
_WORDS = re.compile(r"\w[^\s]*")
_NO_NAMES = """
all team everyone everybody there sir madam folks both colleagues colleague customer customers client user users world
friends friend guys support sales marketing finance legal engineering hr it management board committee group department
dept office staff members member admin administrator hiring manager director service services desk help recruiter reader
readers valued again monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december i we you they it this that the a an please thanks thank best regards re fwd
fw subject date from to cc none tbd tba na unknown can could would should will shall have has had is are was were do
does did what when where who which how why if as just following per regarding let here attached my your our their his
her no not yes ok okay so and but or for with on in at by
"""
_WORDS_TOO = "mark bill grace hope rose art pat sue rob drew miles dean chase grant"
_BEFORE = frozenset({"mr", "mrs", "ms", "mx", "dr", "prof", "dear", "hi", "hello", "hey"})
_NOBODY = frozenset(_NO_NAMES.split())
_NOT_ALONE = _NOBODY | frozenset(_WORDS_TOO.split())  # a name where it is called one, a word elsewhere


def find_names(text: str) -> list[Span]:
    found = (span for rule in _RULES for match in rule.finditer(text) for span in _each(match))
    return sorted(set(found), key=lambda span: span.start)


def parts_of(names: Iterable[str]) -> dict[str, str]:
    """What else somebody is called: each first or last name with the full name that alone has it, whatever its case."""
    owners: dict[str, set[str]] = {}
    for name in names:
        parts = name.split()
        for part in parts if len(parts) > 1 else ():  # "Ann" alone is no other person than "Ann Lee"
            if len(part) > SHORTEST and part[0].isupper() and part.casefold() not in _NOT_ALONE:
                owners.setdefault(part, set()).add(" ".join(parts).casefold())
    by_case: dict[str, set[str]] = {}
    for part, full in owners.items():
        by_case.setdefault(part.casefold(), set()).update(full)
    return {part: next(iter(full)) for part, full in owners.items() if len(by_case[part.casefold()]) == 1}


def _each(match: re.Match[str]) -> Iterator[Span]:
    """The names of a list; each ends where its words stop being one: "Ann Please" is Ann."""
    start = match.start("names")
    for name in _EACH.finditer(match["names"]):
        called = dropwhile(lambda word: word[0].casefold() in _BEFORE, _WORDS.finditer(name[0]))
        words = list(takewhile(lambda word: word[0].casefold() not in _NOBODY, called))
        if any(len(word[0]) >= SHORTEST for word in words):
            from_ = start + name.start()
            last = from_ + words[-1].end() - (2 if words[-1][0].endswith(_OWNERS) else 0)
            yield Span(from_ + words[0].start(), last, PERSON, SCORE)
