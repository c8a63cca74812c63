"""Which label does an answer give, if it gives one? Pure.

It gives the one that it consists of; else the one that a line of it consists of, or its first words, with reasons
behind them; else the one that it names. A label that is denied ("It is not a request") is not given, and of several
that are ("request or risk") none is known to be the answer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

LONGEST: Final = 200  # characters, of what is a label where none were given
LONGEST_CLAUSE: Final = 300
NAMED_MOST: Final = 5  # times, of each label

_DRESS: Final = "\"'`\u201c\u201d\u201e\u00ab\u00bb.*_#>-:()[]{} \t"
_HEAD = re.compile(
    r"\W{0,5}(?:the )?(?:final |best |predicted )?"
    r"(?:label|class|category|classification|answer|kategorie|klasse|antwort)\W{0,5}(?: is)?\W{0,5}:"
)
_JOINED = re.compile(r"(?<=\w)[_-](?=\w)")
_CLAUSE_END = re.compile(r"[.:;\n(\u2013\u2014]|,|\s-\s")
_GOES_ON = re.compile(r"\s*(?:or|and|but|maybe|perhaps|possibly|oder|und|aber|ou|et|mais|o|y|pero|e|of|en)\b")
_ANOTHER_CLAUSE = re.compile(
    r"[.:;!?\n(\u2013\u2014]|,(?!\s*(?:or|nor|and|oder|und|noch|ou|et|ni|o|y|e|né|of|en)\b)"
    r"|\b(?:but|sondern|aber|mais|sino|pero|ma|mas|maar)\b"
)
_NO_DENIAL = re.compile(r"\b(?:no|without(?: a| any)?|kein|ohne) (?:doubt|question|zweifel)\b|\bnot only\b")
_DENIED_BEFORE = re.compile(
    r"\b(?:not|no|non|never|neither|nor|none of|cannot|without|rather than|instead of|hardly|nicht|kein\w{0,2}|weder"
    r"|noch|nie|niemals|ohne|statt|pas|ni|aucune?|jamais|sans|ning[uú]n\w{0,2}|nunca|sin|tampoco|n[ée]|nessun\w?|senza"
    r"|n[ãa]o|nem|nenhum\w?|sem|niet|geen)\b|n['\u2019]t\b"
)
_DENIED_AFTER = re.compile(
    r"[\s\"'`*_\u201d]*(?:(?:label|class|category)\s+)?"
    r"(?:(?:is|was|does|do|would|can|could|should)(?:\s+not\b|n['\u2019]t\b)|not\b|[:?]\s*(?:no|not|nein|non)\b)"
)


def label_told(output: str, labels: Sequence[str]) -> str | None:
    """Without labels the first line is the label."""
    if not labels:
        return _bare(output).partition("\n")[0][:LONGEST] or None
    known = {label.casefold(): label for label in reversed(labels)}
    said = output.strip().casefold()
    if found := known.get(said) or known.get(_bare(said)):
        return found
    known, said = {_apart(name): label for name, label in known.items()}, _apart(said)
    return known.get(_bare(said)) or _of_a_line(said, known) or _at_the_beginning(said, known) or _named(said, known)


def _of_a_line(said: str, known: Mapping[str, str]) -> str | None:
    lines = [line[head.end() :] if (head := _HEAD.match(line)) else line for line in said.splitlines()]
    return _only({known[bare] for line in lines if (bare := _bare(line)) in known})


def _at_the_beginning(said: str, known: Mapping[str, str]) -> str | None:
    """ "Request: it asks for a draft", but not "Request, or a risk"."""
    end = _CLAUSE_END.search(said)
    if end is None or _GOES_ON.match(said, end.end()) or (first := known.get(_bare(said[: end.start()]))) is None:
        return None
    others = {known[bare] for clause in _CLAUSE_END.split(said) if (bare := _bare(clause)) in known}
    return first if others == {first} else None


def _named(said: str, known: Mapping[str, str]) -> str | None:
    affirmed, denied = set[str](), set[str]()
    for label, start, end in _places(said, known):
        (denied if _is_denied(said, start, end) else affirmed).add(known[label])
    return _only(affirmed) if affirmed.isdisjoint(denied) else None


def _places(said: str, known: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    """The longest label that stands at a place, and no part of a longer word."""
    taken = list[tuple[int, int]]()
    for label in sorted(known, key=len, reverse=True):
        at = said.find(label)
        for _ in range(NAMED_MOST):
            if at < 0:
                break
            end = at + len(label)
            if _is_whole(said, at, end) and not any(at < its_end and start < end for start, its_end in taken):
                taken.append((at, end))
                yield label, at, end
            at = said.find(label, end)


def _is_denied(said: str, start: int, end: int) -> bool:
    clause = _ANOTHER_CLAUSE.split(said[max(0, start - LONGEST_CLAUSE) : start])[-1]
    return bool(_DENIED_BEFORE.search(_NO_DENIAL.sub("", clause)) or _DENIED_AFTER.match(said, end))


def _is_whole(said: str, start: int, end: int) -> bool:
    return not _goes_on(said[start - 1 : start], said[start]) and not _goes_on(said[end - 1], said[end : end + 1])


def _goes_on(one: str, next_: str) -> bool:
    """A word. Letters without capitals (Chinese, Japanese ...) are often not set apart."""
    return all(char.isdigit() or char.lower() != char.upper() for char in (one or " ", next_ or " "))


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _apart(text: str) -> str:
    """ "feature_request" and "feature-request" name the label "feature request", and the other way round."""
    return _JOINED.sub(" ", text)


def _bare(text: str) -> str:
    return text.strip().strip(_DRESS).strip()
