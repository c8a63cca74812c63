"""Lists as answers: reading them, and how well two of them agree."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, ValuesView
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from ratchet_scoring.rouge import f1, rouge_l, tokens

MAX_ITEMS = 200  # of each side; further ones do not count
MAX_ITEM_CHARS = 300  # of an item take part in the comparison
MAX_CHARS = 200_000  # of an answer are read
SIMILAR = 0.8  # of the letters, in whatever order the words stand

_BULLET = re.compile(r"\s*(?:[-*+•‣◦·–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))\s+(?:\[[ xX]?\]\s+)?(?P<item>\S.*)")  # noqa: RUF001
_SEPARATED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.A)  # 5,000 is 5000
_NEGATIONS = {"not", "no", "never", "cannot", "without", "nor", "t"}  # "don't" is "don t" by now
_NEGATIONS |= {"nicht", "kein", "keine", "keinen", "ohne", "nie", "ne", "pas", "sans", "jamais", "nunca", "senza"}
_NUMBER_SIGN = re.compile(r"\bno (?=\d)")
_NOTHING = {"", "none", "nothing", "n a", "no items", "no action items", "no entities", "no risks"}


def items_of(output: str) -> list[str]:
    """A JSON array (or the one array in a JSON object), else the bulleted or numbered lines, else all lines.

    An answer that says "None" has no items.
    """
    text = unfenced(output[:MAX_CHARS].strip())
    found = _json_items(text)
    return _items_of_lines(text) if found is None else found


def items_in(target: object) -> list[str]:
    """The items of a correction: a list as it is, a text by `items_of`."""
    if isinstance(target, Mapping):
        target = _only_list(target) or target
    if isinstance(target, list | tuple):
        return _clean(item_text(item) for item in target)
    return items_of(target) if isinstance(target, str) else _clean([item_text(target)])


def items_f1(output: Iterable[str], target: Iterable[str]) -> float:
    """F1 over the largest one-to-one matching of similar items; two empty lists agree."""
    ours, theirs = ([_words(item) for item in list(side)[:MAX_ITEMS]] for side in (output, target))
    if not ours and not theirs:
        return 1.0
    return f1(_matches(_similar(ours, theirs)), len(ours), len(theirs))


def items_kept(output: Iterable[str], corrected: Iterable[str]) -> float:
    """As `items_f1`, of a list that somebody corrected: he leaves what is right word for word, so what he changed
    counts by how much of it he left (ROUGE-L)."""
    ours, theirs = ([_words(item) for item in list(side)[:MAX_ITEMS]] for side in (output, corrected))
    if not ours and not theirs:
        return 1.0
    same = Counter(ours) & Counter(theirs)
    changed, instead = (list((Counter(side) - same).elements()) for side in (ours, theirs))
    pairs = _matching(_similar(changed, instead)) if changed and instead else {}
    left = sum(rouge_l(changed[one], instead[other]) for other, one in pairs.items())
    return f1(same.total() + left, len(ours), len(theirs))


def items_covered(output: Iterable[str], target: Iterable[str]) -> float:
    """The share of the target's items that are among the output's; 1 where there are none."""
    ours, theirs = ([_words(item) for item in list(side)[:MAX_ITEMS]] for side in (output, target))
    return _matches(_similar(ours, theirs)) / len(theirs) if theirs else 1.0


def is_bulleted(line: str) -> bool:
    """Or numbered."""
    return _BULLET.match(line) is not None


def item_text(item: object, depth: int = 4) -> str:
    """One line: of an object its values, in their order, with commas between; what lies deeper is left out."""
    parts = item.values() if isinstance(item, Mapping) else item
    if isinstance(parts, ValuesView | list | tuple):
        return ", ".join(filter(None, (item_text(part, depth - 1) for part in parts))) if depth else ""
    return " ".join(text_of(item).split())


def text_of(scalar: object) -> str:
    """3.0 is "3", as people write it."""
    if scalar is None:
        return ""
    if isinstance(scalar, float) and scalar.is_integer() and abs(scalar) < 1e15:
        return str(int(scalar))
    if isinstance(scalar, int) and scalar.bit_length() > 4096:  # str() of longer ones is an error
        return hex(scalar)
    return str(scalar)


def unfenced(text: str) -> str:
    """What stands inside a Markdown code fence that holds the whole text."""
    first, newline, rest = text.partition("\n")
    fenced = newline and first.startswith("```") and rest.endswith("```")
    return rest.removesuffix("```").strip() if fenced else text


def _json_items(text: str) -> list[str] | None:
    if not text.startswith(("[", "{")):
        return None
    try:
        value = json.loads(text)
        found = _only_list(value) if isinstance(value, dict) else value
        return _clean(item_text(item) for item in found) if isinstance(found, list) else None
    except (ValueError, RecursionError):
        return None


def _only_list(value: Mapping[Any, Any]) -> list[Any] | None:
    lists = [part for part in value.values() if isinstance(part, list)]
    return lists[0] if len(lists) == 1 else None


def _items_of_lines(text: str) -> list[str]:
    lines = text.splitlines()
    bulleted = [found["item"] for line in lines if (found := _BULLET.match(line))]
    return _clean(" ".join(line.split()) for line in bulleted or lines)


def _clean(items: Iterable[str]) -> list[str]:
    kept = [item for item in items if item][:MAX_ITEMS]
    return [] if len(kept) == 1 and " ".join(tokens(kept[0])) in _NOTHING else kept


def _words(item: str) -> str:
    head = _SEPARATED.sub("", item[:MAX_ITEM_CHARS])
    return " ".join(tokens(head)) or head.strip()


def _similar(ours: list[str], theirs: list[str]) -> list[list[int]]:
    """For each of ours, the places of those of theirs that say the same. Other figures, another item: Q1 is not Q2; nor
    is what is to be done what is not."""
    alike = process.cdist(ours, theirs, scorer=fuzz.token_sort_ratio, score_cutoff=100 * SIMILAR) > 0
    mine, other = ([(_figures(item), _is_negated(item)) for item in side] for side in (ours, theirs))
    return [
        [place for place in np.flatnonzero(row).tolist() if _agree(told, other[place])]
        for row, told in zip(alike, mine, strict=True)
    ]


def _agree(one: tuple[frozenset[str], bool], other: tuple[frozenset[str], bool]) -> bool:
    return one[1] == other[1] and (one[0] <= other[0] or one[0] >= other[0])


def _is_negated(item: str) -> bool:
    return not _NEGATIONS.isdisjoint(_NUMBER_SIGN.sub(" ", item).split())


def _figures(item: str) -> frozenset[str]:
    return frozenset(word for word in item.split() if any(letter.isdigit() for letter in word))


def _matches(similar: list[list[int]]) -> int:
    return len(_matching(similar))


def _matching(similar: list[list[int]]) -> dict[int, int]:
    """The largest one-to-one matching (Kuhn's augmenting paths): of each place on the other side, whose it is."""
    taken_by: dict[int, int] = {}

    def place(item: int, tried: set[int]) -> bool:
        for other in similar[item]:
            if other not in tried:
                tried.add(other)
                if other not in taken_by or place(taken_by[other], tried):
                    taken_by[other] = item
                    return True
        return False

    for item in range(len(similar)):
        place(item, set())
    return taken_by
