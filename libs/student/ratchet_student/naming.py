"""How people write an entity as an item: its name alone, or with its kind."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratchet_student.tokens import tokens

FORMS = ("{name}", "{kind}, {name}", "{kind}: {name}", "{name} ({kind})", "{name}, {kind}")
MOST_KINDS = 20
LONGEST = 20  # tokens of a name

_READ = (
    re.compile(r"(?P<name>.+)", re.DOTALL),
    re.compile(r"(?P<kind>[^,]{1,60}), (?P<name>.+)", re.DOTALL),
    re.compile(r"(?P<kind>[^:]{1,60}): (?P<name>.+)", re.DOTALL),
    re.compile(r"(?P<name>.+) \((?P<kind>[^()]{1,60})\)", re.DOTALL),
    re.compile(r"(?P<name>.+), (?P<kind>[^,]{1,60})", re.DOTALL),
)

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    kind: str  # as it is written; empty where none is
    words: Words


class Places:
    """Where names stand in a document, by their words."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._starts: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            self._starts.setdefault(word, []).append(place)

    def of(self, name: Words) -> list[int]:
        starts = self._starts.get(name[0], []) if name else []
        return [start for start in starts if tuple(self._words[start : start + len(name)]) == name]


def read_as(form: int, item: str) -> Named | None:
    found = _READ[form].fullmatch(item.strip())
    if found is None:
        return None
    name = words_of(found["name"])
    kind = " ".join(found["kind"].split()) if form else ""
    return Named(kind, name) if name and len(name) <= LONGEST else None


def written(form: int, kind: str, name: str) -> str:
    return FORMS[form].format(kind=kind, name=name)


def words_of(text: str) -> Words:
    """As a document's tokens compare: a name that was scrubbed by its placeholder."""
    return tuple(key for token in tokens(text) if (key := token.word or text[token.start : token.end]))


def form_of(items: Sequence[Sequence[str]], places: Sequence[Places]) -> int:
    """Under which most items stand in their documents; of equal ones the first. Kinds are few, or are no kinds."""
    return max(range(len(FORMS)), key=lambda form: (_standing(form, items, places), -form))


def _standing(form: int, items: Sequence[Sequence[str]], places: Sequence[Places]) -> int:
    kinds = Counter(named.kind.casefold() for named in _found(form, items, places))
    return 0 if len(kinds) > MOST_KINDS else kinds.total()


def _found(form: int, items: Sequence[Sequence[str]], places: Sequence[Places]) -> Iterator[Named]:
    for its, where in zip(items, places, strict=True):
        for item in its:
            named = read_as(form, item)
            if named is not None and where.of(named.words):
                yield named
