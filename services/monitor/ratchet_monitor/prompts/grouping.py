"""What was counted, by the names of templates, or by others: which rows stand where a template was used. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

import numpy as np

from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.counted import Counted
from ratchet_monitor.kinds import Integers
from ratchet_monitor.prompts.places import Place, Use, template_of, use_of
from ratchet_monitor.prompts.uses import Part, Uses


class Grouped:
    """What was counted and does not change any more, by names of uses: of each it is grouped once, and what is told of
    a group is told once."""

    def __init__(self, counted: Counted) -> None:
        self.counted: Final = counted
        self._by: dict[Callable[[Use], str], dict[str, Uses]] = {}

    def by(self, *names: Callable[[Use], str]) -> list[dict[str, Uses]]:
        if missing := [name for name in names if name not in self._by]:
            self._by |= dict(zip(missing, uses_by(self.counted, *missing), strict=True))
        return [self._by[name] for name in names]


def uses_of(counted: Counted, name: Callable[[Use], str] = template_of) -> dict[str, Uses]:
    """By the template's name with its version, or by another one."""
    (found,) = uses_by(counted, name)
    return found


def uses_by(counted: Counted, *names: Callable[[Use], str]) -> list[dict[str, Uses]]:
    """As `uses_of`, by each of several names."""
    uses = [(use_of(*its), row) for its, row in sorted(counted.kinds.items())]
    return [_grouped(counted, uses, name) for name in names]


def _grouped(counted: Counted, uses: Iterable[tuple[Use, int]], name: Callable[[Use], str]) -> dict[str, Uses]:
    found: defaultdict[str, defaultdict[Place, list[int]]] = defaultdict(partial(defaultdict, list))
    for use, row in uses:
        found[name(use)][use.place].append(row)
    return {its: Uses([Part(counted, _numbered(places))]) for its, places in sorted(found.items())}


def together(several: Iterable[Uses]) -> Uses:
    """Nothing stands in two of them. Of one alone: it itself, with what was told of it."""
    several = list(several)
    if len(several) == 1:
        return several[0]
    found: dict[int, tuple[Counted, dict[Place, list[int]]]] = {}
    for one in several:
        for part in one.parts:
            _, places = found.setdefault(id(part.counted), (part.counted, {}))
            for place, rows in part.places.items():
                places.setdefault(place, []).extend(rows.tolist())
    return Uses([Part(counted, _numbered(places)) for counted, places in found.values()])


def others_in(found: Mapping[str, Uses]) -> int:
    """Uses by templates that are not told apart."""
    return found[OTHERS].total if OTHERS in found else 0


def all_uses(found: Mapping[str, Uses]) -> int:
    return sum(one.total for one in found.values())


def _numbered(places: Mapping[Place, list[int]]) -> dict[Place, Integers]:
    return {place: np.array(rows, np.int64) for place, rows in places.items()}
