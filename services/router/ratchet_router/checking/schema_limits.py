"""What keeps a schema that somebody sent from costing more than an answer. Pure.

The validator itself fetches nothing, meets cycles once, and matches patterns in linear time. What is left to bound: a
reference that is used twice by one that is used twice doubles the work each time, and a pattern costs by its size for
each character.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

LARGEST_SCHEMA = 64 * 1024  # bytes
LONGEST_ANSWER = 512 * 1024  # characters
DEEPEST = 64
MOST_STEPS = 20_000  # once references stand for what they name
MOST_WORK = 20_000_000  # steps times characters; this and the next: a tenth of a second where somebody means harm
MOST_MATCHING = 200_000  # patterns times characters
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
BASES = ("$id", "id")  # below them a reference means something else


class Cost(msgspec.Struct, frozen=True):
    """Of looking at one value, with all that its references lead to. An upper bound."""

    steps: int
    patterns: int

    def bearable(self, characters: int) -> bool:
        """For an answer of so many."""
        return (
            characters <= LONGEST_ANSWER
            and self.steps * characters <= MOST_WORK
            and self.patterns * characters <= MOST_MATCHING
        )


def cost_of(schema: Any) -> Cost | None:
    """None: more than MOST_STEPS, deeper than DEEPEST, or with references that are not its own ("#/…")."""
    try:
        return _Count(schema).of(schema, 0)
    except _TooMuchError:
        return None


class _TooMuchError(Exception):
    pass


class _Count:
    """Each target is counted once and remembered; while it is being counted, it stands for one step."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._targets: dict[str, Cost] = {}

    def of(self, node: Any, depth: int) -> Cost:
        if depth > DEEPEST:
            raise _TooMuchError
        steps, patterns = 1, 0
        for part in self._parts(node, depth):
            steps, patterns = steps + part.steps, patterns + part.patterns
            if steps > MOST_STEPS:
                raise _TooMuchError
        return Cost(steps, patterns)

    def _parts(self, node: Any, depth: int) -> Iterator[Cost]:
        """All that stands in it, whether the validator would look there or not: a property may be called `default`."""
        if isinstance(node, list):
            yield from (self.of(one, depth + 1) for one in node)
        elif isinstance(node, dict):
            for name, value in node.items():
                yield from self._part(name, value, depth)

    def _part(self, name: str, value: Any, depth: int) -> Iterator[Cost]:
        if isinstance(value, str):
            if name in REFERENCES:
                yield self._target(value, depth)
            elif name in BASES and depth > 0:
                raise _TooMuchError
            elif name == "pattern":
                yield Cost(1, 1)
        else:
            yield self.of(value, depth + 1)
            if name == "patternProperties" and isinstance(value, dict):
                yield Cost(0, len(value))

    def _target(self, reference: str, depth: int) -> Cost:
        if reference not in self._targets:
            self._targets[reference] = Cost(1, 0)
            self._targets[reference] = self.of(self._named(reference), depth + 1)
        return self._targets[reference]

    def _named(self, reference: str) -> Any:
        """By a JSON pointer within the schema."""
        if reference != "#" and not reference.startswith("#/"):
            raise _TooMuchError
        found = self._root
        for name in reference[2:].split("/") if reference != "#" else ():
            key = name.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise _TooMuchError
        return found
