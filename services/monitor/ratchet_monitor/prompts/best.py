"""Which template is best for a task and a type of document? Told only where the numbers suffice. Pure.

Each one that has enough scores is held against each other one on common ground: by the same version and model, on the
same days (standardising.py). The one whose least lead over the others is the largest is called the best where it is
better than all of them, at a level that makes the chance of any wrong best of one answer .025 at most: the level is
shared among all that is compared. It holds for one look, and not for one that is repeated until something shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from ratchet_monitor.blocks import FEWEST
from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.drift.accuracy import NEEDED
from ratchet_monitor.known import Apart, turned
from ratchet_monitor.means import Mean, mean_of
from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.standardising import Cells, quality_cells, shares_apart_by
from ratchet_monitor.prompts.telling import Told, told_by
from ratchet_monitor.prompts.uses import Uses

MOST: Final = 20  # templates of one task and document type that are compared, those of the most scores
ERROR: Final = 0.05  # two-sided; a template is called the best on one side only
MIN_COMPARED: Final = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    template: str
    uses: int
    scored: int
    quality: Mean | None


@dataclass(frozen=True, slots=True)
class Best:
    """`best`: empty where it cannot be told, and `why` says why. `leads`: the one that is ahead of all others on common
    ground, whether or not that is more than chance; empty where none is. `lead`, `low`: how much better it is than the
    one that comes nearest, and at least."""

    task_type: str
    document_type: str
    best: str
    leads: str
    why: str
    lead: float | None
    low: float | None
    candidates: list[Candidate]


Cell = tuple[str, str]  # task and document type
Leads = dict[str, dict[str, Apart]]  # of each over each other one


def best(found: Mapping[str, Uses]) -> list[Best]:
    """For each task and document type that any template answered."""
    cells = _cells(found)
    known = {cell: _ranked(its) for cell, its in cells.items()}
    compared = sum(len(its) for its in known.values() if len(its) >= MIN_COMPARED)
    level = 1 - ERROR / max(1, compared)
    quality = {name: quality_cells(uses) for name, uses in found.items() if name != OTHERS}
    leads = _leads(quality, known, level)
    return [_best(cell, cells[cell], known[cell], leads[cell]) for cell in sorted(cells)]


def _cells(found: Mapping[str, Uses]) -> dict[Cell, dict[str, Told]]:
    cells: dict[Cell, dict[str, Told]] = {}
    for name, uses in found.items():
        if name != OTHERS:
            for cell, told in told_by(uses, _cell_of).items():
                cells.setdefault(cell, {})[name] = told
    return cells


def _cell_of(place: Place) -> Cell:
    return place.task_type, place.document_type


def _ranked(its: Mapping[str, Told]) -> list[str]:
    """Those with enough scores, the most first."""
    scored = [(name, told.quality.n) for name, told in its.items() if told.quality and told.quality.n >= NEEDED]
    return [name for name, _ in sorted(scored, key=lambda one: (-one[1], one[0]))[:MOST]]


def _best(cell: Cell, its: Mapping[str, Told], ranked: Sequence[str], leads: Leads) -> Best:
    won = _won(ranked, leads)
    others = sorted(set(its) - set(ranked))
    left_out = f" Not compared: {', '.join(others[:MOST])} (fewer than {NEEDED} scores)." if others and won.why else ""
    return Best(
        task_type=cell[0],
        document_type=cell[1],
        best=won.best,
        leads=won.leads,
        why=_few(its, ranked) if len(ranked) < MIN_COMPARED else f"{won.why}{left_out}",
        lead=won.lead,
        low=won.low,
        candidates=[_candidate(name, uses) for name, uses in _most_used(its)],
    )


class _Won(NamedTuple):
    best: str = ""
    leads: str = ""
    why: str = ""
    lead: float | None = None
    low: float | None = None


def _won(ranked: Sequence[str], leads: Leads) -> _Won:
    """By the other one that comes nearest."""
    if len(ranked) < MIN_COMPARED:
        return _Won()
    complete = {name: over for name, over in leads.items() if len(over) == len(ranked) - 1}
    if not complete:
        one, other = next(pair for pair in combinations(ranked, 2) if pair[1] not in leads[pair[0]])
        return _Won(
            why=f"{one} and {other} cannot be compared: they need {NEEDED} scores each of answers by the same version "
            f"and model at the same time, in {FEWEST} blocks of time."
        )
    nearest = {name: min(over, key=lambda other: (over[other].low, other)) for name, over in complete.items()}
    first = min(nearest, key=lambda name: (-complete[name][nearest[name]].low, name))
    other = nearest[first]
    apart = complete[first][other]
    by = f"by {apart.value:+.3f} ({apart.low:+.3f} to {apart.high:+.3f}) over {other}"
    lead, low = round(apart.value, 6), round(apart.low, 6)
    if min(one.value for one in complete[first].values()) <= 0:
        return _Won(why=f"None of {len(ranked)} leads over all others where they were used at the same time.")
    if apart.low <= 0:
        return _Won("", first, f"{first} leads {by}: that may be chance.", lead, low)
    return _Won(first, first, f"{first} is the best of {len(ranked)}, {by}, which comes nearest.", lead, low)


def _leads(quality: Mapping[str, Cells], ranked: Mapping[Cell, Sequence[str]], level: float) -> dict[Cell, Leads]:
    """Where enough is known of both. Two templates are held against each other once, in all that both answered."""
    found: dict[Cell, Leads] = {cell: {name: {} for name in names} for cell, names in ranked.items()}
    for one, other in sorted({pair for names in ranked.values() for pair in combinations(sorted(names), 2)}):
        for cell, held in shares_apart_by(quality[one], quality[other], _cell_of).items():
            leads = found[cell]
            if one in leads and other in leads and held.suffices(NEEDED) and (apart := held.at(level)):
                leads[one][other], leads[other][one] = apart, turned(apart)
    return found


def _few(its: Mapping[str, Told], ranked: Sequence[str]) -> str:
    if len(its) == 1:
        return f"Only {next(iter(its))} was used: there is nothing to compare it with."
    counted = "none of them has" if not ranked else f"only {ranked[0]} has"
    return f"Too little is known: {len(its)} templates were used, and {counted} {NEEDED} scores."


def _most_used(its: Mapping[str, Told]) -> list[tuple[str, Told]]:
    return sorted(its.items(), key=lambda one: (-one[1].answers, one[0]))[:MOST]


def _candidate(name: str, told: Told) -> Candidate:
    return Candidate(name, told.answers, told.quality.n if told.quality else 0, mean_of(told.quality))
