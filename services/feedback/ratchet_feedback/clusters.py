"""What do comments speak of? Groups of them by their words, without a model. Pure, and the same for the same comments.

Words that few comments share weigh more (tf-idf). Each comment goes to the group that it is most like, by the cosine
between them, or begins a new one; twice they are dealt out anew. A word is known by its beginning, so that its forms
are one; where a language writes without spaces, pairs of letters stand for words. A group is named by the words that
are in many of its comments and in few of the others.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

LETTERS_READ: Final = 1_000  # of a comment
STEM: Final = 6  # letters by which a word is known
ALIKE: Final = 0.2  # cosine from which a comment belongs to a group
MOST_GROUPS: Final = 60
MOST_SHOWN: Final = 20
NAMED_BY: Final = 3
ROUNDS: Final = 2
WITHOUT_SPACES: Final = (  # scripts, as ranges of code points
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3134F),
)

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """`members`: places among the comments that were given, the most typical first."""

    words: tuple[str, ...]
    members: tuple[int, ...]


def clusters(comments: Sequence[str]) -> list[Cluster]:
    """The largest first; what is like nothing else is in none."""
    said = [dict(terms(comment)) for comment in comments]
    vectors = _vectors(said)
    # Not in the order in which they came: the same comments make the same groups.
    order = sorted((n for n, v in enumerate(vectors) if v), key=lambda n: (-len(vectors[n]), comments[n]))
    groups: list[list[int]] = []
    for _ in range(1 + ROUNDS):
        groups = _dealt(order, vectors, [_centre(group, vectors) for group in groups])
    kept = sorted((group for group in groups if len(group) > 1), key=lambda group: (-len(group), comments[group[0]]))
    shown = [word for one in said for word in one.items()]
    forms = _forms(shown)
    return [_cluster(group, said, vectors, forms) for group in kept[:MOST_SHOWN]]


def terms(comment: str) -> Iterator[tuple[str, str]]:
    """Each with the form in which it stands there."""
    for word in _words(unicodedata.normalize("NFKC", comment[:LETTERS_READ]).casefold()):
        if _is_without_spaces(word[0]):
            yield from ((word[n : n + 2],) * 2 for n in range(max(1, len(word) - 1)))
        elif len(word) > 1 and not word.isdecimal():
            yield word[:STEM], word


def _words(text: str) -> Iterator[str]:
    """Runs of letters, marks and digits, apart where a script without spaces begins or ends."""
    word = ""
    for letter in text:
        if unicodedata.category(letter)[0] not in "LMN":
            if word:
                yield word
            word = ""
        elif word and _is_without_spaces(letter) != _is_without_spaces(word[0]):
            yield word
            word = letter
        else:
            word += letter
    if word:
        yield word


def _is_without_spaces(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in WITHOUT_SPACES)


def _vectors(said: Sequence[Mapping[str, str]]) -> list[Vector]:
    """Of length 1; without words that only one comment has."""
    count = Counter(term for one in said for term in one)
    weight = {term: log((1 + len(said)) / n) for term, n in count.items() if n > 1}
    return [_unit({term: weight[term] for term in one if term in weight}) for one in said]


def _dealt(order: Sequence[int], vectors: Sequence[Vector], centres: list[Vector]) -> list[list[int]]:
    """Each to the centre that it is most like. One that is like none begins a group of its own, while there is room."""
    index: dict[str, dict[int, float]] = defaultdict(dict)
    for place, centre in enumerate(centres):
        for term, weight in centre.items():
            index[term][place] = weight
    groups: list[list[int]] = [[] for _ in centres]
    for n in order:
        alike: Counter[int] = Counter()
        for term, weight in vectors[n].items():
            for place, other in index[term].items():
                alike[place] += weight * other  # type: ignore[assignment]  # a Counter of floats
        best = min(alike, key=lambda place: (-alike[place], place), default=None)
        if best is not None and alike[best] >= ALIKE:
            groups[best].append(n)
        elif len(groups) < MOST_GROUPS:
            for term, weight in vectors[n].items():
                index[term][len(groups)] = weight
            groups.append([n])
    return [group for group in groups if group]


def _centre(group: Sequence[int], vectors: Sequence[Vector]) -> Vector:
    total: dict[str, float] = defaultdict(float)
    for n in group:
        for term, weight in vectors[n].items():
            total[term] += weight
    return _unit(total)


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}


def _forms(shown: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Of each term the form in which it stands most often; the shorter of two."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for term, form in shown:
        count[term][form] += 1
    return {term: min(its, key=lambda form: (-its[form], len(form), form)) for term, its in count.items()}


def _cluster(
    group: Sequence[int], said: Sequence[Mapping[str, str]], vectors: Sequence[Vector], forms: Mapping[str, str]
) -> Cluster:
    centre, inside = _centre(group, vectors), set(group)
    within = Counter(term for n in group for term in vectors[n])
    without = Counter(term for n, vector in enumerate(vectors) if n not in inside for term in vector)
    others = max(1, len(said) - len(group))
    telling = {term: n / len(group) * (n / len(group) - without[term] / others) for term, n in within.items()}
    words = sorted(telling, key=lambda term: (-telling[term], term))[:NAMED_BY]
    nearness = {n: sum(weight * centre.get(term, 0.0) for term, weight in vectors[n].items()) for n in group}
    members = sorted(group, key=lambda n: (-nearness[n], n))
    return Cluster(tuple(forms[term] for term in words if telling[term] > 0), tuple(members))
